import { FILE_HEADERS_ONLY, formatPatch, structuredPatch } from 'diff';
import type { Decimal } from '../../lib/money/decimal.js';
import type { Problem } from '../../lib/errors/problem.js';
import { parseManifest } from '../../manifest/parse.js';
import { problemsOfUsage } from '../read/read-usage.js';
import { compareUsage, suitesOffBy, type ComparisonInput } from './compare-usage.js';
import type { UsageComparison } from './comparison.js';
import { editManifest } from './edit-manifest.js';
import { renderComparison } from './render.js';

export interface CalibrateInput extends ComparisonInput {
  /** The manifest's text as it is in the file. */
  readonly text: string;
  /** Percent of a suite's estimate; null: no error is too large. */
  readonly max_error: Decimal | null;
}

export interface Calibration {
  readonly comparison: UsageComparison;
  /** The text with all proposals written in; the same text where there are none. */
  readonly text: string;
  /** A unified diff from the text to the proposed one; empty where they are the same. */
  readonly diff: string;
  /** For stdout: the table, without the diff. */
  readonly table: string;
  /** For stderr: what could not be read, and the suites that are off by more than `max_error`. */
  readonly warnings: readonly Problem[];
  /** 0, or 1 where a suite's estimate is off by more than `max_error`. */
  readonly exit_code: 0 | 1;
}

/**
 * Holds the manifest against what was used and proposes what it should say. Writes nothing. Throws a NoVerdictError (2)
 * where the suite asked for is not in the manifest.
 */
export function calibrate(input: CalibrateInput, width: number): Calibration {
  const comparison = compareUsage(input);
  const text = proposedText(input, comparison);
  const { file } = input.manifest;
  const off = input.max_error === null ? [] : suitesOffBy(comparison, input.max_error);
  return {
    comparison,
    text,
    diff: text === input.text ? '' : unifiedDiff(file, input.text, text),
    table: renderComparison(comparison, input.usage, width),
    warnings: [...problemsOfUsage(input.usage), ...off.map((suite) => tooFarOff(suite.name, file))],
    exit_code: off.length > 0 ? 1 : 0,
  };
}

function proposedText({ text, manifest }: CalibrateInput, comparison: UsageComparison): string {
  const proposals = comparison.suites.flatMap((suite) => suite.calls.flatMap((call) => call.measured?.proposals ?? []));
  const edited = editManifest(text, proposals);
  // What is written must be a manifest that says what was proposed; anything else is a defect of ours.
  parseManifest(edited, manifest.file);
  return edited;
}

function unifiedDiff(file: string, before: string, after: string): string {
  const patch = structuredPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, { context: 3 });
  return formatPatch(patch, FILE_HEADERS_ONLY);
}

function tooFarOff(suite: string, file: string): Problem {
  return {
    message: `the estimate of suite "${suite}" is off by more than --max-error`,
    file,
    line: null,
    column: null,
  };
}
