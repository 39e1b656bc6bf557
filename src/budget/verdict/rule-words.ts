import { atLeast } from '../../lib/text/amount.js';
import type { UnpricedCause } from '../pricing/quotes.js';
import type { Rule } from './violation.js';

/** How one rule is written about, wherever it is broken. Nothing here is Markdown; names passed in are untrusted. */
interface RuleWords {
  /** In front of the figures: `Cost per run`. */
  readonly title: string;
  /** As the sentence of the verdict: `Over budget`. */
  readonly headline: string;
  /** What `actual` and `limit` are. `words`: the message says more than two figures do. */
  readonly unit: 'money' | 'percent' | 'days' | 'words';
  /** What is wrong, in one sentence that stands by itself. */
  readonly message: (facts: never) => string;
  /** What to do about it. */
  readonly remedy: (facts: never) => string;
}

/** What a limit applies to. */
interface ScopeFacts {
  /** The kind of run; null unless there are several. */
  readonly run: string | null;
  /** Null: the run. */
  readonly suite: string | null;
}

/** An amount that is above a limit; texts as a reader sees them. */
interface AmountFacts extends ScopeFacts {
  readonly actual: string;
  readonly limit: string;
  readonly severity: 'fail' | 'warn';
  /** False: `actual` is a lower bound. */
  readonly isExact: boolean;
}

export interface IncreaseFacts extends Omit<AmountFacts, 'severity'> {
  /** What head is compared with: "base", "the default branch". */
  readonly from: string;
}

export interface PercentFacts extends Pick<IncreaseFacts, 'run' | 'suite' | 'limit' | 'isExact' | 'from'> {
  /** Null: there was nothing before. */
  readonly actual: string | null;
  /** What head costs. */
  readonly after: string;
}

/** What lifts a limit on an increase; undefined where the policy names no label. */
interface LabelFacts {
  readonly overrideLabel: string | undefined;
}

interface PriceFacts {
  readonly model: string;
  readonly call: string;
  readonly actual: string;
  readonly limit: string;
}

const SPEND_LESS =
  'Spend less (fewer requests, shorter prompts, a cheaper model), or raise the limit in a change of its own.';

function amountRule(what: string) {
  return {
    unit: 'money',
    message: ({ run, suite, actual, limit, severity, isExact }: AmountFacts) =>
      `${what}${ofScope(run, suite)} costs ${atLeast(isExact)}${actual}, above ${severity === 'warn' ? 'the warning level' : 'the limit'} of ${limit}.`,
    remedy: () => SPEND_LESS,
  } as const;
}

function increaseRemedy({ overrideLabel }: LabelFacts): string {
  const otherwise =
    overrideLabel === undefined
      ? 'raise the limit in a change of its own'
      : `have it approved: the label ${overrideLabel} and an approving review`;
  return `Take back part of the increase, or ${otherwise}.`;
}

function priceRule(kind: string) {
  return {
    headline: 'Against the price policy',
    unit: 'money',
    message: ({ model, call, actual, limit }: PriceFacts) =>
      `${model} in ${call} costs ${actual} per million ${kind} tokens, above the limit of ${limit}.`,
    remedy: ({ limit }: Pick<PriceFacts, 'limit'>) => `Use a model of at most ${limit} per million ${kind} tokens.`,
  } as const;
}

const UNPRICED_REMEDIES: Readonly<Record<UnpricedCause, string>> = {
  model: 'Name a model of the catalogue; `llm-budget models` lists them.',
  price: 'Use a model that is priced per token; with `policy.unpriced: warn` the rest is judged without this call.',
  request: 'Ask for less, or let other endpoints serve it; `llm-budget models --endpoints` lists what each takes.',
  cache_write: 'Set `cache_ttl: 5m`, or use a model that lists a price for an hour.',
  endpoints: 'Run the check again, or take `provider` and `service_tier` out of the call.',
  file: 'Mend the file, or write the number into the manifest.',
};

/** The one table of the words of every rule. */
export const RULE_WORDS = {
  per_run: { title: 'Cost per run', headline: 'Over budget', ...amountRule('A run') },
  per_month: { title: 'Cost per month', headline: 'Over budget', ...amountRule('A month') },
  worst_case_per_run: {
    title: 'Worst case of a run',
    headline: 'Over budget',
    ...amountRule('The worst case of a run'),
  },
  increase_per_run: {
    title: 'Increase per run',
    headline: 'Increase above its limit',
    unit: 'money',
    message: ({ run, suite, actual, limit, isExact, from }: IncreaseFacts) =>
      `A run${ofScope(run, suite)} costs ${atLeast(isExact)}${actual} more than ${from}, above the limit of ${limit} for an increase.`,
    remedy: increaseRemedy,
  },
  increase_percent: {
    title: 'Increase',
    headline: 'Increase above its limit',
    unit: 'percent',
    message: ({ run, suite, actual, after, limit, isExact, from }: PercentFacts) =>
      actual === null
        ? `A run${ofScope(run, suite)} rises from nothing to ${atLeast(isExact)}${after}; the limit is ${limit}.`
        : `A run${ofScope(run, suite)} costs ${atLeast(isExact)}${actual} against ${from}; the limit is ${limit}.`,
    remedy: increaseRemedy,
  },
  unpriced: {
    title: 'No price',
    headline: 'Not every call has a price',
    unit: 'words',
    // A reason may end in a question: "did you mean ...?"
    message: ({ call, reason }: { readonly call: string; readonly reason: string }) =>
      `${call} has no price: ${reason}${reason.endsWith('?') ? '' : '.'}`,
    remedy: ({ cause }: { readonly cause: UnpricedCause }) => UNPRICED_REMEDIES[cause],
  },
  incomplete_price: {
    title: 'Price not known in full',
    headline: 'Not every price is known',
    unit: 'words',
    message: ({ call, reasons }: { readonly call: string; readonly reasons: readonly string[] }) =>
      `The price of ${call} is incomplete: ${reasons.join('; ')}.`,
    remedy: () => 'Run the check again; if it stays, look the model up in the catalogue.',
  },
  stale_prices: {
    title: 'Prices from the lockfile',
    headline: 'Prices are not live',
    unit: 'days',
    /** `limit` where it is exceeded. */
    message: ({ age, limit }: { readonly age: string; readonly limit: string | null }) =>
      `Prices come from the lockfile, ${age}${limit === null ? '' : `; the limit is ${limit}`}.`,
    remedy: () => 'Run the check again when the catalogue can be reached, or refresh the lockfile: `llm-budget lock`.',
  },
  model_denied: {
    title: 'Model not allowed',
    headline: 'Against the model policy',
    unit: 'words',
    /** `pattern`: of `policy.models.deny`; null where no pattern of `allow` fits. */
    message: ({
      model,
      call,
      pattern,
    }: {
      readonly model: string;
      readonly call: string;
      readonly pattern: string | null;
    }) => `${model} in ${call} ${pattern === null ? 'is not among the allowed models' : `is denied by ${pattern}`}.`,
    remedy: () => 'Use a model that the policy allows.',
  },
  max_prompt_price: { title: 'Prompt price per million tokens', ...priceRule('prompt') },
  max_completion_price: { title: 'Completion price per million tokens', ...priceRule('completion') },
  require_max_tokens: {
    title: 'No max_tokens',
    headline: 'A call without max_tokens',
    unit: 'words',
    message: ({ call }: { readonly call: string }) =>
      `${call} has no max_tokens: nothing bounds what an answer may cost.`,
    remedy: () => 'Set max_tokens in the code, and declare it here.',
  },
  free_tier: {
    title: 'Free requests',
    headline: 'More than the free tier gives',
    unit: 'words',
    message: ({ requests, limit }: { readonly requests: string; readonly limit: string }) =>
      `:free models would be asked ${requests} times a day; they answer ${limit} a day and 20 a minute, then 429.`,
    remedy: () =>
      'Ask them less often, use the paid model, or set policy.free_requests_per_day to what the account may.',
  },
  credits: {
    title: 'Credits',
    headline: 'Not enough credits',
    unit: 'words',
    message: ({
      cost,
      remaining,
      effect,
    }: {
      readonly cost: string;
      readonly remaining: string;
      readonly effect: string;
    }) => `A run costs ${cost}, and ${remaining} remains. ${effect}`,
    remedy: ({ instead }: { readonly instead: string }) => `${instead}, or make the run cheaper.`,
  },
  unprotected: {
    title: 'Not protected yet',
    headline: 'Not protected yet',
    unit: 'words',
    message: ({ file }: FileFacts) => `The default branch has no ${file}: this change sets its own budget.`,
    remedy: () => 'Merge a manifest with a budget; from then on no change can raise it for itself.',
  },
  suite_missing: {
    title: 'Suite is gone',
    headline: 'A suite with a budget is gone',
    unit: 'words',
    message: ({ suite }: { readonly suite: string }) =>
      `Suite ${suite} has a budget on the default branch and is not in this manifest.`,
    remedy: () => 'If the suite is gone for good, merging this takes its budget with it; else put it back.',
  },
  suite_without_budget: {
    title: 'Suite without a budget',
    headline: 'A new suite has no budget',
    unit: 'words',
    message: ({ suite }: { readonly suite: string }) =>
      `Suite ${suite} is new and has no budget, and no limit holds for all suites together.`,
    remedy: () => 'Give the suite a budget, or set a limit at the top of the manifest.',
  },
  expiring_model: {
    title: 'Model is withdrawn soon',
    headline: 'A model is withdrawn soon',
    unit: 'words',
    message: ({ model, date }: { readonly model: string; readonly date: string }) =>
      `The withdrawal date of ${model} is ${date}: requests to it fail from then on.`,
    remedy: () => 'Move to another model.',
  },
  price_fell: {
    title: 'Price fell',
    headline: 'A price fell by more than half',
    unit: 'words',
    message: ({ fall }: { readonly fall: string }) => fall,
    remedy: () => "Compare the price with the maker's. If it is right, `llm-budget lock` writes it into the lockfile.",
  },
  manifest_missing: {
    title: 'Manifest is gone',
    headline: 'The manifest is gone',
    unit: 'words',
    message: ({ file }: FileFacts) =>
      `${file} is on the default branch and not in this change: nothing says what it would cost.`,
    remedy: () => 'Put the manifest back where it was.',
  },
} as const satisfies Readonly<Record<Rule, RuleWords>>;

/** An increase that cannot be known, or not in full. */
export const INCREASE_WORDS = {
  /** Calls without a price that ask for more than before, or are new. */
  unknown: ({ run, suite, from, calls }: ScopeFacts & { readonly from: string; readonly calls: readonly string[] }) =>
    `The increase of a run${ofScope(run, suite)} over ${from} is not known, so its limit cannot be kept: ${shortList(calls)} ${calls.length === 1 ? 'has' : 'have'} no price.`,
  /** Only the cost before is not known. */
  possible: ({ run, suite, from, most }: ScopeFacts & { readonly from: string; readonly most: string }) =>
    `A run${ofScope(run, suite)} may cost up to ${most} more than ${from}, where a call that changed has no price.`,
};

interface FileFacts {
  readonly file: string;
}

function ofScope(run: string | null, suite: string | null): string {
  if (suite !== null) return ` of suite ${suite}`;
  return run === null ? '' : ` of the kind ${run}`;
}

/** At most three names. */
function shortList(names: readonly string[]): string {
  const more = names.length - 3;
  return [...names.slice(0, 3), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

/** What `actual` and `limit` of a rule are. */
export type RuleUnit = RuleWords['unit'];
