import { z } from 'zod';
import { toText, type Decimal } from '../../lib/money/decimal.js';
import type { Usage } from '../read/usage.js';
import type { Calibration } from './calibrate.js';
import { searchName } from './match-calls.js';
import type { MeasuredCall, UsageComparison } from './comparison.js';

/** The report's optional `usage`: what was estimated against what was used. */

const money = z
  .string()
  .regex(/^-?\d+(?:\.\d+)?$/)
  .meta({ description: 'US dollars, an exact plain decimal' });
const percent = z
  .string()
  .regex(/^-?\d+\.\d{2}$/)
  .meta({ description: 'Percent to 2 places: by how much the use is above the estimate' });
const count = z.number().int().nonnegative();

const callSchema = z.strictObject({
  name: z.string(),
  model: z.string(),
  recorded_requests: count.meta({ description: '0: the call was never seen' }),
  estimated_per_run: money.nullable(),
  used_per_run: money.nullable(),
  error_percent: percent.nullable(),
  prompt_error_percent: percent.nullable(),
  completion_error_percent: percent.nullable(),
  price_differs: z.boolean().meta({ description: 'The same tokens were charged otherwise than the catalogue says' }),
});

const suiteSchema = z.strictObject({
  name: z.string(),
  estimated_per_run: money.nullable().meta({ description: 'Of the calls that were recorded; of all where none was' }),
  used_per_run: money.nullable().meta({ description: 'null: nothing recorded, or at an unknown price' }),
  error_percent: percent.nullable(),
  calls: z.array(callSchema),
});

export const usageReportSchema = z.strictObject({
  runs: count,
  files: count,
  requests: count,
  unreadable: count.meta({
    description: 'Recorded exchanges that were not understood, and globs without a match',
  }),
  suites: z.array(suiteSchema),
  unknown: z
    .array(
      z.strictObject({
        suite: z.string().nullable(),
        call: z.string().nullable(),
        model: z.string().nullable(),
        requests: count,
      }),
    )
    .meta({ description: 'In use and not in the manifest, or like several of its calls' }),
});
export type UsageReport = z.infer<typeof usageReportSchema>;

/** `llm-budget calibrate --json`: the comparison, and what the manifest should say. */
export function calibrationDocument({ comparison, diff, is_measured, warnings }: Calibration, usage: Usage): object {
  const proposals = comparison.suites.flatMap((suite) =>
    suite.calls.flatMap(({ name, measured }) => [
      ...(measured?.proposals ?? []).map(({ field, from, to }) => ({ suite: suite.name, call: name, field, from, to })),
      ...(measured?.split ?? []).map(({ field, from, to }) => ({
        suite: suite.name,
        call: searchName(name),
        field,
        from,
        to,
      })),
    ]),
  );
  return {
    schema_version: 1,
    ...usageReport(comparison, usage),
    exchanges: usage.exchanges,
    is_complete: is_measured,
    token_error_percent: Object.fromEntries(
      comparison.suites.map(({ name, token_error_percent }) => [name, percentText(token_error_percent)]),
    ),
    notes: [
      ...comparison.suites.flatMap((suite) =>
        suite.calls.flatMap(({ name, measured }) =>
          (measured?.notes ?? []).map((message) => ({ suite: suite.name, call: name, message })),
        ),
      ),
      ...usage.notes.map(({ message, count: times, file, line }) => {
        return { suite: null, call: null, message, count: times, file, line };
      }),
    ],
    problems: warnings.map(({ message, file, line }) => ({ message, file, line })),
    proposals,
    diff,
  };
}

/** The comparison as the report has it. */
export function usageReport(comparison: UsageComparison, usage: Usage): UsageReport {
  const others = [...comparison.unknown, ...comparison.ambiguous.map(({ group }) => group)];
  return {
    runs: comparison.runs,
    files: usage.files.length,
    requests: usage.requests,
    unreadable: usage.exchanges.not_understood + usage.unmatched.length,
    suites: comparison.suites.map((suite) => ({
      name: suite.name,
      estimated_per_run: moneyText(suite.estimated_per_run),
      used_per_run: moneyText(suite.used_per_run),
      error_percent: percentText(suite.error_percent),
      calls: suite.calls.map(({ name, model, measured, estimated_per_run }) => ({
        name,
        model,
        estimated_per_run: moneyText(estimated_per_run),
        ...measuredFields(measured),
      })),
    })),
    unknown: others.map(({ suite, call, model, requests }) => ({ suite, call, model, requests })),
  };
}

function measuredFields(
  measured: MeasuredCall | null,
): Omit<UsageReport['suites'][number]['calls'][number], 'name' | 'model' | 'estimated_per_run'> {
  return {
    recorded_requests: measured?.recorded_requests ?? 0,
    used_per_run: moneyText(measured?.used_per_run ?? null),
    error_percent: percentText(measured?.cost_percent ?? null),
    prompt_error_percent: percentText(measured?.prompt.percent ?? null),
    completion_error_percent: percentText(measured?.completion.percent ?? null),
    price_differs: measured !== null && measured.price !== null,
  };
}

function moneyText(value: Decimal | null): string | null {
  return value === null ? null : toText(value);
}

function percentText(value: Decimal | null): string | null {
  return value === null ? null : toText(value, 2);
}
