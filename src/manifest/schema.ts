import { z } from 'zod';
import { compare, fromInteger, toText, ZERO } from '../lib/money/decimal.js';
import { REPOSITORY_PATH_PATTERN, repositoryPathProblem } from '../lib/inputs.js';
import {
  amount,
  amountOf,
  AMOUNT_RULE,
  NumberLiteral,
  wholeNumber,
  isTree,
  ROW_FORMATS,
  rowFormat,
} from './scalars.js';

/**
 * The schema of the manifest, version 1. The types, the checks and the published JSON Schema are made from it. An `error`
 * here is what follows the word "expected" in a message.
 */

const text = z.string().min(1);

/** A placeholder such as `$MODEL`, `${MODEL}`, `${{ matrix.model }}` or `{{ model }}`, which no model id contains. */
const EXPRESSION = /\$\w|\$\{|\$\(|\{\{/;
const modelId = text.refine((id) => !EXPRESSION.test(id), {
  error: "a model's id such as openai/gpt-5-mini, written out: variables and expressions are not expanded here",
});

/** A limit: `4`, or `{warn: 3, fail: 4}`. A plain amount is a `fail`. */
const limitSchema = z
  .union(
    [
      amount.transform((fail) => ({ warn: null, fail })),
      z
        .strictObject({
          warn: amount.optional().meta({ description: 'Above this the verdict is at least a warning' }),
          fail: amount.optional().meta({ description: 'Above this the check fails' }),
        })
        .refine(({ warn, fail }) => warn !== undefined || fail !== undefined, { error: 'warn, fail or both in it' })
        .meta({ minProperties: 1 })
        .transform(({ warn, fail }) => ({ warn: warn ?? null, fail: fail ?? null })),
    ],
    { error: `${AMOUNT_RULE}; or {warn: …}, {fail: …} or both` },
  )
  .meta({ id: 'limit' });
export type Limit = z.output<typeof limitSchema>;

/** The limits of a run, a month or a suite, in US dollars and percent. */
export const budgetSchema = z
  .strictObject({
    per_run: limitSchema.optional().meta({ description: 'US dollars, expected cost of one run' }),
    per_month: limitSchema
      .optional()
      .meta({ description: 'US dollars, cost per run x runs per month; needs runs_per_month' }),
    worst_case_per_run: limitSchema.optional().meta({ description: 'US dollars, worst case of one run' }),
    increase_per_run: limitSchema.optional().meta({ description: 'US dollars, head minus base at the same prices' }),
    increase_percent: limitSchema.optional().meta({ description: 'Percent, not judged below an increase of $0.01' }),
  })
  .meta({ id: 'budget', description: 'Limits, each a decimal (it fails), or {warn: x}, {fail: y} or both' });
export type Budget = z.output<typeof budgetSchema>;
export type LimitName = keyof Budget;

/** The kind of run of a suite without `run`. */
export const DEFAULT_RUN = 'ci';

const modelPattern = text.meta({ description: 'A model id; * matches any characters' });

/** The rules of the default branch's manifest. */
export const policySchema = z
  .strictObject({
    unpriced: z.enum(['fail', 'warn']).default('fail').meta({ description: 'Severity of a call without a price' }),
    stale_prices: z
      .enum(['warn', 'fail'])
      .default('warn')
      .meta({ description: 'Severity where prices come from the lockfile and are not live' }),
    max_price_age_days: wholeNumber
      .default(30)
      .meta({ description: 'A lockfile older than this is a failure in any case; 30 by default' }),
    models: z
      .strictObject({ allow: z.array(modelPattern).optional(), deny: z.array(modelPattern).optional() })
      .optional()
      .meta({ description: 'Models that may be used; deny wins over allow' }),
    max_prompt_price: amount.optional().meta({ description: 'US dollars per million prompt tokens' }),
    max_completion_price: amount.optional().meta({ description: 'US dollars per million completion tokens' }),
    require_max_tokens: z.boolean().default(false).meta({ description: 'A call without max_tokens is a violation' }),
    free_requests_per_day: wholeNumber
      .default(50)
      .meta({ description: 'Requests per day that :free models accept: 50 by default, 1000 once credits were bought' }),
    credits: z
      .enum(['warn', 'fail', 'off'])
      .default('warn')
      .meta({ description: "Severity where a run's expected cost exceeds the credits that remain" }),
    credit_fee: amount.optional().meta({ description: 'Percent paid on top when buying credits' }),
    override_label: text.optional().meta({ description: 'The label that turns failures into warnings once approved' }),
  })
  .meta({ description: "Rules; those of the default branch's file count" });
export type Policy = z.output<typeof policySchema>;

/** `350`, or `{expected: 350, max: 900}`. */
const tokensSchema = z
  .union(
    [
      wholeNumber.transform((expected) => ({ expected, max: null })),
      z
        .strictObject({ expected: wholeNumber, max: wholeNumber.optional() })
        .transform(({ expected, max }) => ({ expected, max: max ?? null })),
    ],
    { error: 'a whole number from 0 to 1000000000, without quotes, or {expected: …, max: …}' },
  )
  .meta({ id: 'tokens' });
export type Tokens = z.output<typeof tokensSchema>;

const ONE = fromInteger(1);

/** Refuses `retries: 3`. It is probably a maximum; as the expected number of retries it would cost four times as much. */
const fewExtraAttempts = amount
  .refine((expected) => compare(expected, ONE) < 0)
  .meta({
    description: 'Expected extra attempts per request, below 1',
    anyOf: [
      { type: 'number', minimum: 0, exclusiveMaximum: 1 },
      { type: 'string', pattern: '^0{1,6}(?:\\.\\d{1,12})?$' },
    ],
  });

const retriesSchema = z.union(
  [
    fewExtraAttempts.transform((expected) => ({ expected, max: null })),
    z
      .strictObject({ expected: amount, max: amount.optional() })
      .transform(({ expected, max }) => ({ expected, max: max ?? null })),
  ],
  {
    error: ({ input }) => {
      const most = amountOf(input);
      if (most === null) return `${AMOUNT_RULE}; or {expected: …, max: …}`;
      const example = `{expected: 0.02, max: ${toText(most)}}`;
      return `less than 1, since a plain number is the expected number of extra attempts; a maximum is written as ${example}`;
    },
  },
);

const pathRule = (path: string) => {
  const problem = repositoryPathProblem(path);
  return `a path inside the repository such as prompts/answer.md${problem === null ? '' : ` (${problem})`}`;
};

const repositoryPath = z
  .string()
  .refine((path) => repositoryPathProblem(path) === null, { error: ({ input }) => pathRule(String(input)) })
  .meta({ id: 'repository-path', pattern: REPOSITORY_PATH_PATTERN });

/** A dotted path of keys, such as `data.cases`. */
const keyPath = text.meta({ description: 'A dotted path of keys, such as data.cases' });

const rowsPath = repositoryPath.refine((path) => rowFormat(path) !== null, { error: `a file of ${ROW_FORMATS}` });

/** `120`, `{rows: evals/cases.jsonl, times: 2}` or `{files: "evals/*.md"}`. */
const countSchema = z.union(
  [
    wholeNumber,
    z
      .strictObject({
        rows: rowsPath.optional().meta({ description: 'One request for each row of this file' }),
        files: repositoryPath.optional().meta({ description: 'One request for each file that this pattern matches' }),
        at: keyPath.optional().meta({ description: 'Where the list stands in a JSON or YAML file' }),
        times: wholeNumber.default(1).meta({ description: 'Requests for each row or file; 1 by default' }),
      })
      .refine(({ rows, files }) => (rows === undefined) !== (files === undefined), {
        error: 'either rows or files in it',
      })
      .refine(({ rows, at }) => at === undefined || (rows !== undefined && isTree(rows)), {
        error: '`at` with rows of a .json, .yaml or .yml file alone',
      })
      .transform(({ rows, files = '', at = null, times }) =>
        rows === undefined ? { files, times } : { rows, at, times },
      ),
  ],
  {
    error: 'a whole number from 0 to 1000000000, without quotes, or {rows: evals/cases.jsonl} or {files: "evals/*.md"}',
  },
);
export type CountFromFiles = Exclude<z.output<typeof countSchema>, number>;

const promptFileSchema = z.union(
  [
    repositoryPath.transform((path) => ({ path, cached: false })),
    z
      .strictObject({
        path: repositoryPath.optional(),
        cached: z.boolean().default(false),
        rows: rowsPath.optional().meta({ description: 'The tokens of a field, per row of this file' }),
        at: keyPath.optional(),
        field: keyPath.optional().meta({ description: 'The name of a column, or a dotted path of keys' }),
      })
      .refine(({ path, rows }) => (path === undefined) !== (rows === undefined), { error: 'either path or rows in it' })
      .refine(({ rows, at, field }) => rows !== undefined || (at === undefined && field === undefined), {
        error: '`at` and `field` with rows alone',
      })
      .refine(({ rows, cached }) => rows === undefined || !cached, { error: '`cached` with path alone' })
      .refine(({ rows, at }) => at === undefined || rows === undefined || isTree(rows), {
        error: '`at` with rows of a .json, .yaml or .yml file alone',
      })
      .transform(({ path, cached, rows = '', at = null, field = null }) =>
        path === undefined ? { rows, at, field } : { path, cached },
      ),
  ],
  {
    error: ({ input }) =>
      typeof input === 'string'
        ? pathRule(input)
        : 'a path inside the repository, {path: …, cached: true} or {rows: …, field: …}',
  },
);

const providers = z.array(text).optional();

/** OpenRouter's `provider` preferences that affect the price. */
export const providerSchema = z.strictObject({
  order: providers.meta({ description: 'Providers to try first' }),
  only: providers.meta({ description: 'The only providers that may serve' }),
  ignore: providers.meta({ description: 'Providers that may not serve' }),
  sort: z.enum(['price', 'throughput', 'latency']).optional(),
  max_price: z
    .strictObject({ prompt: amount.optional(), completion: amount.optional() })
    .optional()
    .meta({ description: 'US dollars per million tokens' }),
});

// From a function, zod takes a default as it is. Any other object is copied for every call.
const NO_TOKENS: Tokens = { expected: 0, max: null };
const NO_RETRIES = { expected: ZERO, max: null };
const NO_MODELS: string[] = [];
const partOf = (description: string) => tokensSchema.default(() => NO_TOKENS).meta({ description });
const perRequest = (description: string) => wholeNumber.default(0).meta({ description });

const NAME_PATTERN = '^(?=.{1,64}$)[A-Za-z0-9](?: ?[A-Za-z0-9._/:@+-])*$';
export const NAME_RULE =
  '1-64 letters, digits, spaces and ._/:@+-, starting with a letter or digit, no space at the end and no two in a row';

/** The name of a suite or a call. */
export const nameSchema = z.string().regex(new RegExp(NAME_PATTERN), { error: NAME_RULE });

/** A call as it is written. Numbers of tokens are per request. */
export const callSchema = z.strictObject({
  name: nameSchema.optional().meta({ description: "Unique in the suite; the model's id without it" }),
  model: modelId.meta({ description: "The model's id at OpenRouter, such as openai/gpt-5-mini" }),
  count: countSchema.meta({
    description: 'Requests per execution of the suite, or the rows or files for which they are made',
  }),
  prompt_tokens: tokensSchema.optional().meta({ description: 'Per request, all inputs' }),
  prompt_files: z
    .array(promptFileSchema)
    .optional()
    .meta({ description: 'Their tokens are added to prompt_tokens, and to cached_tokens with cached: true' }),
  completion_tokens: tokensSchema.meta({ description: 'Per request, reasoning tokens included' }),
  max_tokens: wholeNumber.optional().meta({ description: 'The cap the code sets; the worst case uses it' }),
  reasoning_tokens: partOf('Part of completion_tokens, for the report'),
  cached_tokens: partOf('Part of prompt_tokens, read from a cache'),
  cache_write_tokens: partOf('Part of prompt_tokens, written to a cache'),
  cache_ttl: z.enum(['5m', '1h']).default('5m').meta({ description: 'How long written tokens are kept' }),
  audio_tokens: partOf('Part of prompt_tokens'),
  image_output_tokens: partOf('Part of completion_tokens'),
  audio_output_tokens: partOf('Part of completion_tokens'),
  images: perRequest('Input images, for catalogues that price an image as a unit'),
  web_searches: perRequest('Web searches per request'),
  pdf_pages: perRequest('OCR pages per request'),
  retries: retriesSchema
    .default(() => NO_RETRIES)
    .meta({ description: 'Expected extra attempts per request, or {expected: …, max: …}' }),
  fallback_models: z
    .array(modelId)
    .default(() => NO_MODELS)
    .meta({ description: 'Count for the worst case, the model rules and the price rules' }),
  service_tier: z.enum(['default', 'flex', 'priority']).default('default'),
  batch_ok: z.boolean().default(false).meta({ description: 'The answers can wait: `:batch` may be advised' }),
  provider: providerSchema.optional().meta({ description: "OpenRouter's provider preferences that move the price" }),
});
/** A parsed call. Its count may come from files. */
export type DeclaredCall = z.output<typeof callSchema>;
export type PromptFile = NonNullable<DeclaredCall['prompt_files']>[number];
/** A call with its number of requests per execution of the suite. */
export type Call = Omit<DeclaredCall, 'count'> & { readonly count: number };

/** Fields for every call. A key of the call replaces the default as a whole. */
export const defaultsSchema = callSchema.omit({ name: true }).partial();

const runsPerMonth = wholeNumber.optional();

/** One kind of run. It has no limit per month, since that cost is summed over all kinds. */
export const runKindSchema = z.strictObject({
  runs_per_month: runsPerMonth.meta({ description: 'Runs of this kind per month' }),
  budget: budgetSchema
    .omit({ per_month: true })
    .default({})
    .meta({ id: 'run-budget', description: 'Limits per run that take the place of those at the top level' }),
});

const runKinds = z
  .record(z.string().meta({ pattern: NAME_PATTERN }), runKindSchema)
  .default({})
  .meta({ description: 'Kinds of run: suites that run together, such as each push or each night; or `ci` itself' });

const runOfSuite = nameSchema
  .default(DEFAULT_RUN)
  .meta({ description: 'Its kind of run: `ci` (default) or a key of `runs`' });

const perProvider = z
  .union([wholeNumber.transform((expected) => ({ expected, max: null })), z.record(z.string(), tokensSchema)], {
    error: 'a number of tokens, or one for each provider: {"openai:gpt-5-mini": 300}',
  })
  .transform((tokens) => tokensOrRecord(tokens));

/** The calls that `promptfoo eval` makes with a configuration. */
const promptfooSchema = z.strictObject({
  config: repositoryPath.meta({ description: 'The promptfoo configuration, YAML or JSON' }),
  completion_tokens: perProvider.meta({ description: 'Per request; one number, or one for each provider' }),
  models: z.record(z.string(), modelId.nullable()).default({}).meta({
    description: 'The model of a provider whose name does not state it; null: it makes no request to a model',
  }),
  grader: z
    .strictObject({
      model: modelId.optional(),
      prompt_tokens: tokensSchema.optional(),
      completion_tokens: tokensSchema.optional(),
      embedding: z.strictObject({ model: modelId, prompt_tokens: tokensSchema }).optional(),
    })
    .optional()
    .meta({ description: 'Model and tokens of a request that a model-graded assertion makes' }),
});
export type Promptfoo = z.output<typeof promptfooSchema>;

/** `{expected: 300, max: 900}` is one number of tokens; any other mapping has one for each provider. */
function tokensOrRecord(given: Tokens | Readonly<Record<string, Tokens>>): Tokens | ReadonlyMap<string, Tokens> {
  if (isTokens(given)) return given;
  const { expected, max, ...others } = given;
  if (expected !== undefined && Object.keys(others).length === 0) {
    return { expected: expected.expected, max: max?.expected ?? null };
  }
  return new Map(Object.entries(given));
}

/** Whether completion tokens are stated for each provider, by its name or label. */
export function isByProvider(tokens: Promptfoo['completion_tokens']): tokens is ReadonlyMap<string, Tokens> {
  return tokens instanceof Map;
}

function isTokens(given: Tokens | Readonly<Record<string, Tokens>>): given is Tokens {
  return typeof given.expected === 'number';
}

/** A suite: the calls that a run executes together, `repeat` times. */
export const suiteSchema = z.strictObject({
  description: z.string().optional(),
  repeat: wholeNumber.default(1).meta({ description: 'Matrix legs or trials; 1 by default' }),
  run: runOfSuite,
  runs_per_month: runsPerMonth.meta({ description: "Runs of this suite per month, instead of its kind's number" }),
  paths: z.array(repositoryPath).optional().meta({ description: 'Globs of the code behind the suite' }),
  budget: budgetSchema.default({}),
  promptfoo: promptfooSchema.optional().meta({ description: 'Calls made from a promptfoo configuration' }),
  calls: z.array(callSchema).min(1).optional(),
});
export type Suite = z.output<typeof suiteSchema>;

const version = z
  .custom<NumberLiteral>((value) => value instanceof NumberLiteral && value.source === '1', {
    error: '1, as this build reads version 1',
  })
  .meta({ const: 1 })
  .transform(() => 1 as const);

/** The whole manifest, after `defaults` were merged into the calls. */
export const manifestSchema = z.strictObject({
  version: version.meta({ description: "The manifest's version" }),
  runs_per_month: runsPerMonth.meta({ description: 'Runs per month of the kind `ci`; a suite may set its own' }),
  runs: runKinds,
  budget: budgetSchema.default({}),
  policy: policySchema.prefault({}),
  defaults: defaultsSchema.optional().meta({ description: 'Merged under every call' }),
  // `suiteNameMistakes` checks names and number: zod ignores a key `__proto__`, and the content under a wrong name.
  suites: z
    .record(z.string().meta({ pattern: NAME_PATTERN }), suiteSchema)
    .meta({ minProperties: 1, description: 'Named sets of calls that a run of CI executes' }),
});
export type ManifestFile = z.output<typeof manifestSchema>;

/** The parts of the default branch's manifest that are read. All other parts may be anything. */
export const policyFileSchema = z.object({
  runs_per_month: runsPerMonth,
  runs: runKinds,
  budget: budgetSchema.default({}),
  policy: policySchema.prefault({}),
  suites: z
    .record(
      z.string(),
      z.object({ run: runOfSuite, runs_per_month: runsPerMonth, budget: budgetSchema.default({}) }).nullable(),
    )
    .nullish(),
});
