import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';
import type { Decimal } from '../../lib/money/decimal.js';
import { problem, type Problem } from '../../lib/errors/problem.js';
import { parseManifest } from '../../manifest/parse.js';
import { problemsOfUsage } from '../read/read-usage.js';
import { compareUsage, suitesOffBy, type ComparisonInput } from './compare-usage.js';
import type { Proposal, SuiteUsage, UsageComparison } from './comparison.js';
import { editManifest, withCallTwice } from './edit-manifest.js';
import { searchName } from './match-calls.js';
import { renderComparison, unpricedText } from './render.js';

/** What `calibrate` compares, and the manifest to be edited. */
export interface CalibrateInput extends ComparisonInput {
  /** The manifest's text as it is in the file. */
  readonly text: string;
  /** Percent of a suite's estimate; null: no error is too large. */
  readonly max_error: Decimal | null;
}

/** What `llm-budget calibrate` found. */
export interface Calibration {
  readonly comparison: UsageComparison;
  /** The text with all proposals written in; the same text where there are none. */
  readonly text: string;
  /** A unified diff from the text to the proposed one; empty where they are the same. */
  readonly diff: string;
  /** For stdout: the table, without the diff. */
  readonly table: string;
  /** For stderr: what was not understood, and the suites that break `max_error`. */
  readonly warnings: readonly Problem[];
  /** Whether everything that was used was recorded and compared, so that nothing is left to say. */
  readonly is_measured: boolean;
  /** 0, or 1 where a suite's estimate is off by more than `max_error`, or could not be measured. */
  readonly exit_code: 0 | 1;
}

/**
 * Compares the manifest with what was used and proposes what it should say. Writes nothing. Throws a NoVerdictError (2)
 * where the suite asked for is not in the manifest.
 */
export async function calibrate(input: CalibrateInput, width: number): Promise<Calibration> {
  const comparison = compareUsage(input);
  const text = await proposedText(input, comparison);
  const { file } = input.manifest;
  const broken = input.max_error === null ? [] : brokenBy(input.max_error, comparison, input);
  return {
    comparison,
    text,
    diff: text === input.text ? '' : unifiedDiff(file, input.text, text),
    table: renderComparison(comparison, input.usage, width),
    warnings: [...problemsOfUsage(input.usage), ...broken.map((message) => problem(message, { file }))],
    is_measured: comparison.is_complete && comparison.suites.every((suite) => whyUnmeasured(suite) === null),
    exit_code: broken.length > 0 ? 1 : 0,
  };
}

/** Why `--max-error` is broken: an estimate that is off, or one that could not be compared. */
function brokenBy(maxError: Decimal, comparison: UsageComparison, { usage }: ComparisonInput): string[] {
  const off = suitesOffBy(comparison, maxError);
  const unmeasured = comparison.suites.flatMap((suite) => whyUnmeasured(suite) ?? []);
  const { not_understood } = usage.exchanges;
  return [
    ...off.map(({ name }) => `the estimate of suite "${name}" is off by more than --max-error`),
    ...unmeasured,
    ...(not_understood > 0 ? ['--max-error cannot be kept by recordings that are not understood'] : []),
  ];
}

/** Why the estimate of a suite could not be compared; null where it could. */
function whyUnmeasured({ name, is_matched, estimated_per_run, tokens_per_run, unpriced }: SuiteUsage): string | null {
  if (!is_matched) {
    return `suite "${name}" could not be measured: no recorded request is one of its calls (--suite looks at one suite)`;
  }
  if (tokens_per_run === null) {
    return `suite "${name}" could not be measured: no price for ${unpriced.map(unpricedText).join('; ')}`;
  }
  return estimated_per_run === null ? `suite "${name}" could not be measured: it has no estimate` : null;
}

/** Each call that becomes two stands twice before the numbers are written in. */
async function proposedText({ text, manifest }: CalibrateInput, comparison: UsageComparison): Promise<string> {
  let doubled = text;
  const proposals: Proposal[] = [];
  for (const suite of comparison.suites) {
    const twice = suite.calls.filter(({ measured }) => measured !== null && measured.split !== null);
    for (const { index } of [...twice].reverse()) doubled = withCallTwice(doubled, suite.name, index);
    for (const { index, name, measured } of suite.calls) {
      if (measured === null) continue;
      const at = index + twice.filter((other) => other.index < index).length;
      proposals.push(...measured.proposals.map((one) => ofCall(one, at)));
      if (measured.split === null) continue;
      const path = ['suites', suite.name, 'calls', at + 1, 'name'];
      proposals.push({ path, field: 'name', from: '', to: searchName(name) });
      proposals.push(...measured.split.map((one) => ofCall(one, at + 1)));
    }
  }
  const edited = editManifest(doubled, proposals);
  // What is written must be a manifest that says what was proposed; anything else is a defect of ours.
  await parseManifest(edited, manifest.file);
  return edited;
}

function ofCall(proposal: Proposal, index: number): Proposal {
  const [suites = '', suite = '', calls = '', , ...rest] = proposal.path;
  return { ...proposal, path: [suites, suite, calls, index, ...rest] };
}

function unifiedDiff(file: string, before: string, after: string): string {
  const patch = structuredPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, { context: 3 });
  return formatPatch(patch, FILE_HEADERS_ONLY);
}
