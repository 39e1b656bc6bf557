import { type MarkdownContext, type Block, fit } from './blocks.js';
import { detailSections, documentBlocks, openBlocks } from './comment.js';
import type { Report, ReportDocument } from '../model/schema.js';
import { type Decimal, compare, isPositive, parseDecimal, sum } from '../../lib/money/decimal.js';
import { money } from '../../lib/text/amount.js';
import { safeLine } from '../../lib/text/plain.js';

/** The longest summary in bytes of UTF-8. GitHub takes 1 MiB a step, and other steps of the action may have written before. */
const SUMMARY_LIMIT = 1024 * 1024 - 8 * 1024;

export interface SummaryContext {
  /** `https://github.com/owner/repo`. */
  readonly repositoryUrl: string | null;
  readonly headSha: string | null;
}

/** The job summary's Markdown: the comment's facts unabridged, with a chart, below 1 MiB. */
export function renderSummary(document: ReportDocument, context: SummaryContext): string {
  const markdown: MarkdownContext = {
    link: { repositoryUrl: context.repositoryUrl, sha: context.headSha },
    elsewhere: 'the JSON report',
    isSummary: true,
    isOneOfSeveral: 'reports' in document,
  };
  const blocks = documentBlocks(document, markdown, reportBlocks);
  return `${fit(blocks, SUMMARY_LIMIT - 1, (text) => Buffer.byteLength(text))}\n`;
}

function reportBlocks(report: Report, context: MarkdownContext): Block[] {
  return [...openBlocks(report, context), costChart(report), ...detailSections(report, context)].filter(
    (block) => block !== '',
  );
}

const MOST_SLICES = 10;
const LABEL_LIMIT = 40;

interface Slice {
  readonly label: string;
  readonly cost: Decimal;
}

/**
 * A Mermaid pie of the suites' cost per run in US dollars; the smaller ones beyond ten are one slice. Empty where
 * fewer than two suites cost anything: a full circle says nothing.
 */
export function costChart(report: Report): string {
  const slices = report.suites.flatMap(sliceOf).toSorted((a, b) => compare(b.cost, a.cost));
  if (slices.length < 2) return '';
  return [
    '```mermaid',
    'pie showData',
    '  title US dollars per run, by suite',
    ...withOthers(slices).map(({ label, cost }) => `  "${mermaidLabel(label)}" : ${mermaidNumber(cost)}`),
    '```',
  ].join('\n');
}

function sliceOf({ name, head }: Report['suites'][number]): Slice[] {
  const cost = head === null ? null : parseDecimal(head.priced_per_run);
  return cost === null || !isPositive(cost) ? [] : [{ label: name, cost }];
}

function withOthers(slices: readonly Slice[]): Slice[] {
  if (slices.length <= MOST_SLICES) return [...slices];
  const others = slices.slice(MOST_SLICES - 1);
  return [
    ...slices.slice(0, MOST_SLICES - 1),
    { label: `${others.length} others`, cost: sum(others.map(({ cost }) => cost)) },
  ];
}

/** Letters, digits and a few signs: nothing that Mermaid, or the HTML it makes, reads as its own. */
function mermaidLabel(text: string): string {
  const label = safeLine(text, LABEL_LIMIT).replace(/[^\p{L}\p{N} ._/@+…-]/gu, '_');
  return label === '' ? '_' : label;
}

/** The legend shows a number as it is given, so it is given as a reader would have it, in plain digits. */
function mermaidNumber(cost: Decimal): string {
  return money(cost).replace(/[$,]/g, '');
}
