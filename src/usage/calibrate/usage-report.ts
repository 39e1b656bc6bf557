import { z } from 'zod';
import { toText, type Decimal } from '../../lib/money/decimal.js';
import type { Usage } from '../read/usage.js';
import type { Calibration } from './calibrate.js';
import { searchName } from './match-calls.js';
import {
  chargedAgainstList,
  type MeasuredCall,
  type NumberOrRange,
  type Proposal,
  type UsageComparison,
} from './comparison.js';

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
  used_per_run: money.nullable().meta({ description: 'null: nothing recorded, or not all of it has a price' }),
  used_at_least_per_run: money
    .nullable()
    .optional()
    .meta({ description: 'What was used as far as it has a price; null where nothing has one' }),
  without_price: z
    .array(z.strictObject({ call: z.string().nullable(), model: z.string().nullable(), requests: count }))
    .optional()
    .meta({ description: 'Recorded requests that neither the recordings nor the catalogue give a price for' }),
  error_percent: percent.nullable(),
  calls: z.array(callSchema),
});

/** The report's optional `usage`: what was estimated, compared with what was used. */
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

const proposed = z.union([z.string(), z.strictObject({ expected: count, max: count.nullable() })]);

/** `llm-budget calibrate --json`: the comparison, and what the manifest should say. */
export const calibrationSchema = usageReportSchema.extend({
  schema_version: z.literal(1),
  exchanges: z.strictObject({ read: count, without_usage: count, not_understood: count }),
  is_complete: z.boolean().meta({ description: 'Whether everything that was used is recorded, read and compared' }),
  token_error_percent: z
    .record(z.string(), percent.nullable())
    .meta({ description: 'By suite: the error of the tokens alone, at the catalogue’s prices' }),
  charged_against_list: z
    .array(z.strictObject({ model: z.string(), charged: money, listed: money, ratio: percent }))
    .meta({ description: 'Models whose tokens were charged otherwise than listed; ratio: charged over listed' }),
  notes: z.array(
    z.strictObject({
      suite: z.string().nullable(),
      call: z.string().nullable(),
      message: z.string(),
      count: count.optional(),
      file: z.string().optional(),
      line: count.nullable().optional(),
    }),
  ),
  problems: z.array(z.strictObject({ message: z.string(), file: z.string().nullable(), line: count.nullable() })),
  proposals: z.array(
    z.strictObject({ suite: z.string(), call: z.string(), field: z.string(), from: proposed, to: proposed }),
  ),
  diff: z.string(),
});
export type CalibrationDocument = z.infer<typeof calibrationSchema>;

/** The document that `llm-budget calibrate --json` prints. */
export function calibrationDocument(
  { comparison, diff, is_measured, warnings }: Calibration,
  usage: Usage,
): CalibrationDocument {
  const calls = comparison.suites.flatMap((suite) =>
    suite.calls.flatMap(({ name, measured }) => (measured === null ? [] : [{ suite: suite.name, name, measured }])),
  );
  const errors = comparison.suites.map(({ name, token_error_percent }): [string, string | null] => {
    return [name, percentText(token_error_percent)];
  });
  return {
    schema_version: 1,
    ...usageReport(comparison, usage),
    exchanges: { ...usage.exchanges },
    is_complete: is_measured,
    token_error_percent: Object.fromEntries(errors),
    charged_against_list: chargedAgainstList(comparison.suites).map(({ model, charged, listed, ratio }) => {
      return { model, charged: toText(charged), listed: toText(listed), ratio: toText(ratio, 2) };
    }),
    notes: [
      ...calls.flatMap(({ suite, name, measured }) =>
        measured.notes.map((message) => ({ suite, call: name, message })),
      ),
      ...usage.notes.map(({ message, count: times, file, line }) => {
        return { suite: null, call: null, message, count: times, file, line };
      }),
    ],
    problems: warnings.map(({ message, file, line }) => ({ message, file, line })),
    proposals: calls.flatMap(({ suite, name, measured }) => [
      ...measured.proposals.map((one) => proposalOf(suite, name, one)),
      ...(measured.split ?? []).map((one) => proposalOf(suite, searchName(name), one)),
    ]),
    diff,
  };
}

function proposalOf(
  suite: string,
  call: string,
  { field, from, to }: Proposal,
): CalibrationDocument['proposals'][number] {
  const copy = (value: Proposal['to']): string | NumberOrRange => (typeof value === 'string' ? value : { ...value });
  return { suite, call, field, from: copy(from), to: copy(to) };
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
      ...(suite.unpriced.length === 0
        ? {}
        : { used_at_least_per_run: moneyText(suite.priced_per_run), without_price: [...suite.unpriced] }),
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
