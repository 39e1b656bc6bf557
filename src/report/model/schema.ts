import { z } from 'zod';
import { CHANGE_KINDS } from '../../budget/comparison/causes.js';
import { usageReportSchema } from '../../usage/calibrate/usage-report.js';
import { creditsReportSchema } from '../../budget/credits.js';
import { limitStateSchema, notAppliedSchema, violationSchema } from '../../budget/verdict/violation.js';

/**
 * The report, schema_version 1: the JSON document, and what comment, summary and terminal are rendered from. Money and
 * percentages are exact decimal strings, never numbers; null is "not known" or "not there", never $0.
 */

const money = z
  .string()
  .regex(/^-?\d+(?:\.\d+)?$/)
  .meta({ description: 'US dollars, an exact plain decimal' });
const percent = z
  .string()
  .regex(/^-?\d+\.\d{2}$/)
  .meta({ description: 'Percent to 2 places' });
const status = z.enum(['added', 'removed', 'changed', 'unchanged']);
const count = z.number().int().nonnegative();

/** A note. The schema accepts any code, so that a later version can add codes. */
const noteSchema = z.strictObject({ code: z.string(), message: z.string() });

const totalsSchema = z.strictObject({
  per_run: money.nullable(),
  priced_per_run: money.meta({ description: 'The sum of the calls that have a price: a lower bound' }),
  floor_per_run: money.nullable(),
  worst_case_per_run: money.nullable(),
  per_month: money.nullable(),
  requests_per_run: count,
  cash_per_run: money.nullable().optional().meta({ description: 'per_run and the fee of buying credits' }),
});
export type ReportTotals = z.infer<typeof totalsSchema>;

const deltaSchema = z.strictObject({
  per_run: money.nullable(),
  percent: percent.nullable(),
  per_month: money.nullable(),
});
export type ReportDelta = z.infer<typeof deltaSchema>;

const callCostSchema = z.strictObject({
  per_run: money.nullable(),
  per_request: money.nullable(),
  floor_per_run: money.nullable(),
  worst_case_per_run: money.nullable(),
  model: z.string().optional(),
  requests_per_run: count.optional(),
  prompt_tokens: count.optional().meta({ description: 'Expected, per request, prompt files included' }),
  completion_tokens: count.optional(),
  cached_tokens: count.optional(),
});
export type ReportCallSide = z.infer<typeof callCostSchema>;

const changeSchema = z.strictObject({
  suite: z.string(),
  call: z.string(),
  file: z.string().nullable().meta({ description: 'The file whose tokens or rows changed' }),
  what: z.enum(CHANGE_KINDS),
  part: z.string().nullable().optional().meta({ description: 'The field of `tokens`, the fields of `price_terms`' }),
  from: z.union([z.string(), z.number()]).nullable().meta({ description: "A model's id, a number, or null" }),
  to: z.union([z.string(), z.number()]).nullable(),
  per_run: money.nullable().meta({ description: 'Its part of the delta of the call; null where a side has no price' }),
});
export type ReportChange = z.infer<typeof changeSchema>;

const callSchema = z.strictObject({
  name: z.string(),
  model: z.string(),
  status,
  state: z.enum(['priced', 'free', 'unpriced']),
  reason: z.string().nullable(),
  capped: z.boolean(),
  requests_per_run: count,
  attempts_per_request: money.optional().meta({ description: '1 and the expected retries' }),
  head: callCostSchema.nullable(),
  base: callCostSchema.nullable(),
  delta_per_run: money.nullable().optional(),
  line: count.nullable().optional().meta({ description: "Where the call stands in head's manifest" }),
  prompt_tokens: count.optional().meta({ description: 'Expected, per request' }),
  completion_tokens: count.optional(),
  cached_tokens: count.optional(),
  max_tokens: count.nullable().optional(),
  resolved_model: z.string().nullable().optional(),
  prompt_price: money.nullable().optional().meta({ description: 'US dollars per million tokens' }),
  completion_price: money.nullable().optional().meta({ description: 'US dollars per million tokens' }),
  count_source: z.string().optional().meta({ description: 'The file that the count comes from, and its rows' }),
  token_source: z.string().optional().meta({ description: 'How prompt files were counted: exact, or about ±n %' }),
  arithmetic: z.array(z.string()).optional().meta({ description: 'How per_request comes about, a line a term' }),
  worst_case_arithmetic: z
    .array(z.string())
    .optional()
    .meta({ description: 'How worst_case_per_run comes about, a line a term' }),
});
export type ReportCall = z.infer<typeof callSchema>;

const suiteSchema = z.strictObject({
  name: z.string(),
  status,
  head: totalsSchema.nullable(),
  base: totalsSchema.nullable(),
  delta: deltaSchema.nullable(),
  line: count.nullable().optional().meta({ description: "Where the suite stands in head's manifest" }),
  run: z.string().optional().meta({ description: 'Its kind of run' }),
  runs_per_month: count.nullable().optional(),
  calls: z.array(callSchema),
});
export type ReportSuite = z.infer<typeof suiteSchema>;

const runSchema = z.strictObject({
  name: z.string(),
  runs_per_month: count.nullable(),
  suites: z.array(z.string()).meta({ description: 'Suites of head, and those of base that head does not have' }),
  head: totalsSchema.nullable().meta({ description: 'null: no suite of head is of this kind' }),
  base: totalsSchema.nullable(),
  delta: deltaSchema.nullable(),
});
export type ReportRun = z.infer<typeof runSchema>;

const suggestionSchema = z.strictObject({ message: z.string(), saving_per_run: money.nullable() });
export type ReportSuggestion = z.infer<typeof suggestionSchema>;

const driftSchema = z.strictObject({
  per_run: money.nullable().meta({ description: 'Head at live prices minus head at locked prices' }),
  since: z.string().meta({ description: "The lock's fetched_at" }),
  models: z.array(z.strictObject({ model: z.string(), per_run: money })),
});
export type PriceDrift = z.infer<typeof driftSchema>;

export const reportSchema = z
  .strictObject({
    schema_version: z.literal(1),
    verdict: z.enum(['pass', 'warn', 'fail']),
    manifest: z.string(),
    prices: z.strictObject({
      source: z.enum(['live', 'lock']),
      url: z.string(),
      fetched_at: z.string(),
      sha256: z.string(),
      age_days: count.optional().meta({ description: 'Of a lock, in whole days' }),
    }),
    head: totalsSchema,
    base: totalsSchema.nullable(),
    delta: deltaSchema.nullable(),
    price_drift: driftSchema.nullable(),
    coverage: z.strictObject({ priced: count, free: count, unpriced: count }),
    suites: z.array(suiteSchema),
    changes: z
      .array(changeSchema)
      .optional()
      .meta({ description: 'What moved the cost, an entry for each call and cause; they add up to the delta' }),
    runs: z
      .array(runSchema)
      .optional()
      .meta({ description: 'Kinds of run, where there are several; the figures per run above are those of one kind' }),
    violations: z.array(violationSchema),
    notes: z.array(noteSchema),
    policy: z.strictObject({
      ref: z.string().nullable(),
      sha: z.string().nullable(),
      protected: z.boolean(),
      not_applied: z.array(notAppliedSchema),
    }),
    override: z.strictObject({ label: z.string(), by: z.string() }).nullable(),
    limits: z
      .array(limitStateSchema)
      .optional()
      .meta({ description: 'Every limit in force, with the figure that it is compared with' }),
    suggestions: z
      .array(suggestionSchema)
      .optional()
      .meta({ description: 'What would help, the largest saving first' }),
    credits: creditsReportSchema.optional(),
    usage: usageReportSchema.optional().meta({ description: 'What was estimated against what was used' }),
    charges: z.array(z.string()).optional().meta({ description: 'What recorded generations were charged, in words' }),
    commits: z
      .strictObject({ head: z.string().nullable(), base: z.string().nullable() })
      .optional()
      .meta({ description: 'What was read' }),
  })
  .meta({ id: 'report' });
export type Report = z.infer<typeof reportSchema>;

export const errorReportSchema = z
  .strictObject({
    schema_version: z.literal(1),
    verdict: z.literal('error'),
    manifest: z.string().optional().meta({ description: 'Whose report this is, among those of several manifests' }),
    errors: z.array(
      z.strictObject({
        message: z.string(),
        file: z.string().nullable(),
        line: count.nullable(),
        column: count.nullable(),
      }),
    ),
  })
  .meta({ id: 'error-report' });
export type ErrorReport = z.infer<typeof errorReportSchema>;

/** The reports of several manifests; the verdict is the worst of theirs. */
export const reportsSchema = z.strictObject({
  schema_version: z.literal(1),
  verdict: z.enum(['pass', 'warn', 'fail', 'error']),
  reports: z.array(z.union([reportSchema, errorReportSchema])),
});
export type Reports = z.infer<typeof reportsSchema>;
/** Whatever one run of a check reports. */
export type ReportDocument = Report | ErrorReport | Reports;

/** The JSON Schema of the report document, made from the same definition; committed as `llm-budget-report.schema.json`. */
export function reportJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(z.union([reportSchema, errorReportSchema, reportsSchema]));
  return {
    $schema,
    title: 'LLM Budget report',
    description: 'What llm-budget check --format json prints and the action writes to report-file, schema_version 1.',
    ...schema,
  };
}

/** The text of the committed file. */
export function reportJsonSchemaText(): string {
  return `${JSON.stringify(reportJsonSchema(), null, 2)}\n`;
}
