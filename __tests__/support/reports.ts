import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { expect } from '@jest/globals';
import {
  errorReportSchema,
  reportSchema,
  reportsSchema,
  type ErrorReport,
  type Report,
  type Reports,
} from '../../src/report/model/schema.js';

const REPORTS = new URL('../fixtures/reports/', import.meta.url);

export const REPORT_NAMES = [
  'over-budget',
  'prompt-file',
  'worst-case',
  'kinds-of-run',
  'loosened',
  'within-budget',
  'prices-moved',
  'measured',
  'nothing-changed',
  'first-manifest',
  'unpriced',
  'lock-prices',
  'overridden',
  'no-limit',
  'manifest-gone',
  'hostile',
  'error',
] as const;

/** The reports of three manifests, one of which is broken. */
export const SEVERAL = 'several-manifests';

export function readReports(): Reports {
  return reportsSchema.parse(JSON.parse(readFileSync(new URL(`${SEVERAL}.json`, REPORTS), 'utf8')));
}

/** A report of the fixtures, held against the report's own schema. */
export function readReport(name: string): Report | ErrorReport {
  const parsed: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, REPORTS), 'utf8'));
  const error = errorReportSchema.safeParse(parsed);
  return error.success ? error.data : reportSchema.parse(parsed);
}

/** The same, where it is a verdict. */
export function readVerdict(name: string): Report {
  const report = readReport(name);
  if (report.verdict === 'error') throw new Error(`${name} is an error`);
  return report;
}

/**
 * The text equals the golden file to the byte. UPDATE_GOLDEN=1 writes the file anew, to be read before it is
 * committed; without it a file that does not exist is a failure.
 */
export function expectGolden(text: string, file: URL): void {
  if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, text);
  expect({ file: file.pathname, exists: existsSync(file) }).toEqual({ file: file.pathname, exists: true });
  expect(text).toBe(readFileSync(file, 'utf8'));
}

/** The report, with these amounts as what moved its cost: those of `rag / call-0`, `rag / call-1` and so on. */
export function movedBy(report: Report, amounts: readonly string[]): Report {
  const changes = amounts.map((amount, index) => ({
    ...{ suite: 'rag', call: `call-${index}`, file: null, what: 'requests' as const, part: null },
    ...{ from: 1, to: 2, per_run: amount },
  }));
  return { ...report, changes };
}
