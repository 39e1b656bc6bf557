import { hasHeadManifest } from '../../model/document.js';
import { coverageText, moneyOr, priceSource } from '../../model/wording.js';
import type { Report } from '../../model/schema.js';
import { counted, money, signedMoney } from '../../../lib/text/amount.js';
import { cell, fileLink, inlineText } from '../../../lib/text/markdown.js';
import { safeLine } from '../../../lib/text/plain.js';
import { foldedBlocks, missingRows, tableHead, tableRow, type MarkdownContext, type Block } from '../blocks.js';
import { otherNotes } from './notes.js';

/** The sources of the figures, folded: prices and policy, the range, moved prices, notes that are not about the change. */
export function judgedSection(report: Report, context: MarkdownContext): Block[] {
  const { free, unpriced } = report.coverage;
  const list = [
    `- Prices: ${priceSource(report)}, ${inlineText(report.prices.url)}, ${fetchTime(report.prices.fetched_at)}`,
    ...(hasHeadManifest(report) && (free + unpriced > 0 || context.isSummary)
      ? [`- Calls: ${coverageText(report)}`]
      : []),
    `- Policy: ${policyText(report, context)}`,
    ...(context.isSummary ? revisions(report) : []),
  ];
  return foldedBlocks(
    'How it was judged',
    [list.join('\n'), ...otherNotes(report, context), ...rangeBlocks(report, context), ...driftBlocks(report, context)],
    context,
  );
}

/** Floor, expected and worst case of a run, suite by suite. */
function rangeBlocks(report: Report, context: MarkdownContext): Block[] {
  const { head } = report;
  const worst = `${moneyOr(head.worst_case_per_run, 'not known')}${worstBefore(report)}`;
  const range = `floor ${moneyOr(head.floor_per_run, 'not known')} – worst case ${worst}`;
  const uncapped = report.suites.flatMap((suite) => suite.calls.filter((call) => !call.capped && call.head !== null));
  const rows = report.suites.flatMap((suite) => {
    if (suite.head === null) return [];
    const { floor_per_run: floor, per_run: expected, worst_case_per_run: most } = suite.head;
    const isUncapped = suite.calls.some((call) => !call.capped && call.head !== null);
    const name = `${cell(suite.name)}${isUncapped ? ' \\*' : ''}`;
    return [tableRow([name, moneyOr(expected), rangeText(floor, most)])];
  });
  if (rows.length === 0) return [];
  const note =
    uncapped.length === 0
      ? ''
      : `\\* ${counted(uncapped.length, 'call')} without \`max_tokens\`: the worst case is what the model may write at most.\n\n`;
  return [
    {
      lead: `Range of a run: ${range}.

${note}${tableHead(['Suite', '>Cost', '>Floor – worst case'])}`,
      rows,
      importance: 2,
      missing: missingRows(context, 'suite'),
    },
  ];
}

/** `$1.28 – $40.04`, or `not known` where neither is. */
function rangeText(floor: string | null, worst: string | null): string {
  if (floor === null && worst === null) return 'not known';
  return `${moneyOr(floor, 'not known')} – ${moneyOr(worst, 'not known')}`;
}

/** A change of `max_tokens` alone moves nothing else. */
function worstBefore({ head, base }: Report): string {
  const before = base?.worst_case_per_run ?? null;
  return before === null || money(before) === moneyOr(head.worst_case_per_run) ? '' : ` (base ${money(before)})`;
}

/** Prices that moved since the lockfile, apart from what the change moves. */
function driftBlocks(report: Report, context: MarkdownContext): Block[] {
  const drift = report.price_drift;
  if (drift === null) return [];
  const total = drift.per_run === null ? 'not known' : `${signedMoney(drift.per_run)} per run`;
  const since = safeLine(drift.since)
    .slice(0, 10)
    .replace(/[^\d-]/g, '');
  const title = `Prices moved since the lockfile of ${since}: ${total}, not by this change.`;
  if (drift.models.length === 0) return [title];
  return [
    {
      lead: `${title}\n\n${tableHead(['Model', '>Per run'])}`,
      rows: drift.models.map(({ model, per_run: moved }) => tableRow([cell(model), signedMoney(moved)])),
      importance: 2,
      missing: missingRows(context, 'model'),
    },
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
