import {
  costOf,
  coverageText,
  hasHeadManifest,
  headline,
  isNothingChanged,
  priceSource,
  violationCount,
} from '../../model/wording.js';
import type { Report } from '../../model/schema.js';
import { counted } from '../../../lib/text/amount.js';
import { inlineText } from '../../../lib/text/markdown.js';

/** One sign for each verdict; they are read before the words. */
export const SIGNS = { pass: '✅', warn: '⚠️', fail: '❌', error: '⛔' } as const;

/** `### ❌ Over budget: LLM calls cost $5.21 per run, +$0.31 (+6.3 %)`, or one line where nothing changed. */
export function headlineSection(report: Report): string {
  if (isNothingChanged(report)) return unchangedLine(report);
  const { title, cost } = headline(report);
  return `### ${SIGNS[report.verdict]} ${title}${cost === null ? '' : `: ${cost}`}`;
}

function unchangedLine(report: Report): string {
  const warnings = report.violations.length === 0 ? '' : ` (${violationCount(report.violations)})`;
  return `${SIGNS[report.verdict]} **LLM budget: nothing changed**, ${costOf(report.head)} per run${warnings}.`;
}

/** The line below the headline: which manifest, how much of it changed, how sure the prices are. */
export function subline(report: Report): string {
  if (!hasHeadManifest(report)) return `${inlineText(report.manifest)} · prices ${priceSource(report)}`;
  const changed = report.suites.filter((suite) => suite.status !== 'unchanged').length;
  const parts = [
    inlineText(report.manifest),
    ...(report.base === null
      ? [counted(report.suites.length, 'suite')]
      : [`${changed} of ${counted(report.suites.length, 'suite')} changed`]),
    `calls: ${coverageText(report)}`,
    `prices ${priceSource(report)}`,
  ];
  return parts.join(' · ');
}
