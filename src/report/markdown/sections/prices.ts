import { coverageText, hasHeadManifest, priceSource } from '../../model/wording.js';
import type { Report } from '../../model/schema.js';
import { counted, signedMoney } from '../../../lib/text/amount.js';
import type { Block } from '../../../lib/text/fit.js';
import { cell, fileLink, inlineText } from '../../../lib/text/markdown.js';
import { safeLine } from '../../../lib/text/plain.js';
import { folded, foldedBlocks, missingRows, tableHead, tableRow } from '../blocks.js';
import type { MarkdownContext } from '../blocks.js';

/** Where the prices are from, how many calls have one, and which policy judged: never what the change is about. */
export function pricesSection(report: Report, context: MarkdownContext): Block[] {
  const list = [
    `- Prices: ${priceSource(report)}, ${inlineText(report.prices.url)}, ${fetchTime(report.prices.fetched_at)}`,
    ...(hasHeadManifest(report) ? [`- Calls: ${coverageText(report)}`] : []),
    `- Policy: ${policyText(report, context)}`,
    ...(context.isSummary ? revisions(report) : []),
  ];
  return foldedBlocks('Prices and policy', [list.join('\n')], context);
}

/** Prices that moved since the lock, apart from what the change moves. */
export function driftSection(report: Report, context: MarkdownContext): Block[] {
  const drift = report.price_drift;
  if (drift === null) return [];
  const total = drift.per_run === null ? 'not known' : `${signedMoney(drift.per_run)} per run`;
  const since = safeLine(drift.since)
    .slice(0, 10)
    .replace(/[^\d-]/g, '');
  return [
    folded(
      {
        title: `Prices moved since the lockfile of ${since}: ${total}, not by this change`,
        lead: drift.models.length === 0 ? 'No model in use moved.' : tableHead(['Model', '>Per run']),
        rows: drift.models.map(({ model, per_run: moved }) => tableRow([cell(model), signedMoney(moved)])),
        importance: 2,
        missing: missingRows(context, 'model'),
      },
      context,
    ),
  ];
}

/** `sameText` finds the time by these words. */
function fetchTime(time: string): string {
  const isTime = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/.test(time);
  return `fetched at ${isTime ? time : inlineText(time)}`;
}

function policyText({ policy, manifest }: Report, { link }: MarkdownContext): string {
  if (policy.ref === null) return policy.sha === null ? 'this manifest itself' : `at ${inlineText(policy.sha)}`;
  const file = fileLink(manifest, null, { repositoryUrl: link.repositoryUrl, sha: policy.sha });
  const commit = policy.sha === null ? '' : ` at ${inlineText(policy.sha.slice(0, 10))}`;
  const place = `${file} on ${inlineText(policy.ref)}${commit}`;
  return policy.protected ? place : `none on ${inlineText(policy.ref)}${commit}: this change's own limits hold`;
}

/** The comment leaves these out: they differ from push to push, and a comment that says nothing new is not rewritten. */
function revisions({ prices, commits }: Report): string[] {
  const named = [
    ...(commits?.head ? [`head ${inlineText(commits.head)}`] : []),
    ...(commits?.base ? [`base ${inlineText(commits.base)}`] : []),
  ];
  return [
    `- Catalogue: SHA-256 ${inlineText(prices.sha256)}`,
    ...(named.length === 0 ? [] : [`- ${counted(named.length, 'commit')} read: ${named.join(', ')}`]),
  ];
}
