import { atLeast } from '../../lib/text/amount.js';
import type { UnpricedCause } from '../pricing/quotes.js';
import type { Rule } from './violation.js';

/** How one rule is written about, wherever it is broken. Nothing here is Markdown; names passed in are untrusted. */
interface RuleWords {
  /** The name of the rule, in front of its figures: `Cost per run`. */
  readonly title: string;
  /** The start of the verdict's sentence: `Over budget`, or `Suite rag over its limit: $4.33 of $4.00`. */
  readonly headline: string | ((facts: HeadlineFacts) => string);
  /** The unit of `actual` and `limit`. `words`: they are not shown, since the message says more. */
  readonly unit: 'money' | 'percent' | 'days' | 'words';
  /** Says what is wrong, in a sentence that needs no other. */
  readonly message: (facts: never) => string;
  /** Says what to do about it. */
  readonly remedy: (facts: never) => string;
  /** Cases of the rule whose message differs. */
  readonly cases?: Readonly<Record<string, CaseWords>>;
}

interface CaseWords {
  readonly message: (facts: never) => string;
  /** Absent: that of the rule. */
  readonly remedy?: () => string;
}

/** Facts that are texts as a reader sees them. */
type Texts<Names extends string> = Readonly<Record<Names, string>>;

/** The suites that a limit applies to. */
interface ScopeFacts {
  /** The kind of run; null unless there are several. */
  readonly run: string | null;
  /** Null: the run. */
  readonly suite: string | null;
}

/** The facts of a violation that a headline names. */
interface HeadlineFacts extends ScopeFacts {
  /** True: the violation is a warning, so what is broken is the warning level and not the limit. */
  readonly isWarning: boolean;
  /** The `actual` of the violation; null: not known. */
  readonly actual: string | null;
  /** `$4.33 of $4.00`; null where one of the two is not known. */
  readonly figures: string | null;
}

/** An amount that is above a limit; texts as a reader sees them. */
interface AmountFacts extends ScopeFacts {
  readonly actual: string;
  readonly limit: string;
  readonly severity: 'fail' | 'warn';
  /** False: `actual` is a lower bound. */
  readonly isExact: boolean;
}

interface IncreaseFacts extends Omit<AmountFacts, 'severity'> {
  /** The side that head is compared with: "base", "the default branch". */
  readonly from: string;
}

interface PercentFacts extends Omit<IncreaseFacts, 'actual'> {
  /** Null: there was nothing before. */
  readonly actual: string | null;
  /** The cost of head. */
  readonly after: string;
}

/** The label that overrides a limit on an increase; undefined where the policy names none. */
interface LabelFacts {
  readonly overrideLabel: string | undefined;
}

const SPEND_LESS =
  'Spend less (fewer requests, shorter prompts, a cheaper model), or raise the limit in a change of its own.';

function over({ isWarning, figures }: HeadlineFacts): string {
  return `over ${levelOf(isWarning)}${figures === null ? '' : `: ${figures}`}`;
}

function levelOf(isWarning: boolean): string {
  return isWarning ? 'its warning level' : 'its limit';
}

function headlineOfRun(facts: HeadlineFacts): string {
  const { run, suite, isWarning } = facts;
  if (suite !== null) return `Suite ${suite} ${over(facts)}`;
  if (run !== null) return `${capitalised(runName(run))} ${over(facts)}`;
  return isWarning ? 'Above a warning level' : 'Over budget';
}

function headlineOfMonth(facts: HeadlineFacts): string {
  const month = facts.suite === null ? 'month' : `month of suite ${facts.suite}`;
  return facts.actual === null ? `Cost of a ${month} not known` : `A ${month} ${over(facts)}`;
}

function headlineOfIncrease({ run, suite, isWarning }: HeadlineFacts): string {
  return `Increase${ofNamedScope(run, suite)} above ${levelOf(isWarning)}`;
}

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
    message: ({ model, call, actual, limit }: Texts<'model' | 'call' | 'actual' | 'limit'>) =>
      `${model} in ${call} costs ${actual} per million ${kind} tokens, above the limit of ${limit}.`,
    remedy: ({ limit }: Texts<'limit'>) => `Use a model of at most ${limit} per million ${kind} tokens.`,
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

/** Increases that are not known, or not in full. */
const INCREASE_CASES = {
  /** Calls without a price that ask for more than before, or are new. */
  unknown: {
    message: ({ run, suite, from, calls }: ScopeFacts & { readonly from: string; readonly calls: readonly string[] }) =>
      `The increase of a run${ofScope(run, suite)} over ${from} is not known, so its limit cannot be kept: ${shortList(calls)} ${calls.length === 1 ? 'has' : 'have'} no price.`,
  },
  /** The cost of head is known, and the cost before is not. */
  possible: {
    message: ({ run, suite, from, most }: ScopeFacts & { readonly from: string; readonly most: string }) =>
      `A run${ofScope(run, suite)} may cost up to ${most} more than ${from}, where a call that changed has no price.`,
  },
} as const;

/** The one table of the words of every rule. */
export const RULE_WORDS = {
  per_run: { title: 'Cost per run', headline: headlineOfRun, ...amountRule('A run') },
  per_month: {
    title: 'Cost per month',
    headline: headlineOfMonth,
    ...amountRule('A month'),
    cases: {
      unknown: {
        message: ({ scope, suites }: { readonly scope: string; readonly suites: readonly string[] }) =>
          `The monthly cost of ${scope} is not known: no runs_per_month for ${suites.join(', ')}.`,
        remedy: () => 'Say how often the suite runs: runs_per_month on it or at the top.',
      },
    },
  },
  worst_case_per_run: {
    title: 'Worst case of a run',
    headline: (facts: HeadlineFacts) => `Worst case${ofNamedScope(facts.run, facts.suite)} ${over(facts)}`,
    ...amountRule('The worst case of a run'),
  },
  increase_per_run: {
    title: 'Increase per run',
    headline: (facts: HeadlineFacts) =>
      facts.actual === null ? `Increase${ofNamedScope(facts.run, facts.suite)} not known` : headlineOfIncrease(facts),
    unit: 'money',
    message: ({ run, suite, actual, limit, isExact, from }: IncreaseFacts) =>
      `A run${ofScope(run, suite)} costs ${atLeast(isExact)}${actual} more than ${from}, above the limit of ${limit} for an increase.`,
    remedy: increaseRemedy,
    cases: INCREASE_CASES,
  },
  increase_percent: {
    title: 'Increase',
    headline: headlineOfIncrease,
    unit: 'percent',
    message: ({ run, suite, actual, after, limit, isExact, from }: PercentFacts) =>
      actual === null
        ? `A run${ofScope(run, suite)} rises from nothing to ${atLeast(isExact)}${after}; the limit is ${limit}.`
        : `A run${ofScope(run, suite)} costs ${atLeast(isExact)}${actual} against ${from}; the limit is ${limit}.`,
    remedy: increaseRemedy,
    cases: INCREASE_CASES,
  },
  unpriced: {
    title: 'No price',
    headline: 'Not every call has a price',
    unit: 'words',
    // A reason may end in a question: "did you mean ...?"
    message: ({ call, reason }: Texts<'call' | 'reason'>) =>
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
    cases: {
      worst_case: {
        message: ({ scope, reasons }: { readonly scope: string; readonly reasons: readonly string[] }) =>
          `The worst case of ${scope} is not known, so its limit cannot be kept: ${shortList(reasons, '; ')}.`,
        remedy: () => 'Run the check again; set max_tokens where the worst case has no other bound.',
      },
    },
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
    headline: ({ actual }: HeadlineFacts) => `Model not allowed${actual === null ? '' : `: ${actual}`}`,
    unit: 'words',
    /** `pattern`: of `policy.models.deny`; null where no pattern of `allow` fits. */
    message: ({ model, call, pattern }: Texts<'model' | 'call'> & { readonly pattern: string | null }) =>
      `${model} in ${call} ${pattern === null ? 'is not among the allowed models' : `is denied by ${pattern}`}.`,
    remedy: () => 'Use a model that the policy allows.',
  },
  max_prompt_price: { title: 'Prompt price per million tokens', ...priceRule('prompt') },
  max_completion_price: { title: 'Completion price per million tokens', ...priceRule('completion') },
  require_max_tokens: {
    title: 'No max_tokens',
    headline: 'A call without max_tokens',
    unit: 'words',
    message: ({ call }: Texts<'call'>) => `${call} has no max_tokens: nothing bounds what an answer may cost.`,
    remedy: () => 'Set max_tokens in the code, and declare it here.',
  },
  free_tier: {
    title: 'Free requests',
    headline: 'More than the free tier gives',
    unit: 'words',
    message: ({ requests, limit }: Texts<'requests' | 'limit'>) =>
      `:free models would be asked ${requests} times a day; they answer ${limit} a day and 20 a minute, then 429.`,
    remedy: () =>
      'Ask them less often, use the paid model, or set policy.free_requests_per_day to what the account may.',
    cases: {
      today: {
        message: ({ requests, left, limit }: Texts<'requests' | 'left' | 'limit'>) =>
          `A run asks :free models ${requests} times, and ${left} of today's ${limit} requests are left; the rest is answered with 429.`,
        remedy: () => 'Run it tomorrow, ask free models less often, or use the paid ones.',
      },
    },
  },
  credits: {
    title: 'Credits',
    headline: 'Not enough credits',
    unit: 'words',
    message: ({ cost, remaining, effect }: Texts<'cost' | 'remaining' | 'effect'>) =>
      `A run costs ${cost}, and ${remaining} remains. ${effect}`,
    remedy: ({ instead }: Texts<'instead'>) => `${instead}, or make the run cheaper.`,
    cases: {
      exhausted: {
        message: () => 'OpenRouter answers 402 already: every request of a run will fail, those to :free models too.',
        remedy: () => "Buy credits, or raise the key's limit.",
      },
    },
  },
  unprotected: {
    title: 'Not protected yet',
    headline: 'Not protected yet',
    unit: 'words',
    message: ({ file }: Texts<'file'>) => `The default branch has no ${file}: this change sets its own budget.`,
    remedy: () => 'Merge a manifest with a budget; from then on no change can raise it for itself.',
  },
  suite_missing: {
    title: 'Suite is gone',
    headline: 'A suite with a budget is gone',
    unit: 'words',
    message: ({ suite }: Texts<'suite'>) =>
      `Suite ${suite} has a budget on the default branch and is not in this manifest.`,
    remedy: () => 'If the suite is gone for good, merging this takes its budget with it; else put it back.',
  },
  suite_without_budget: {
    title: 'Suite without a budget',
    headline: 'A new suite has no budget',
    unit: 'words',
    message: ({ suite }: Texts<'suite'>) =>
      `Suite ${suite} is new and has no budget, and no limit holds for all suites together.`,
    remedy: () => 'Give the suite a budget, or set a limit at the top of the manifest.',
  },
  expiring_model: {
    title: 'Model is withdrawn soon',
    headline: 'A model is withdrawn soon',
    unit: 'words',
    message: ({ model, date }: Texts<'model' | 'date'>) =>
      `The withdrawal date of ${model} is ${date}: requests to it fail from then on.`,
    remedy: () => 'Move to another model.',
  },
  price_fell: {
    title: 'Price fell',
    headline: 'A price fell by more than half',
    unit: 'words',
    message: ({ fall }: Texts<'fall'>) => fall,
    remedy: () => "Compare the price with the maker's. If it is right, `llm-budget lock` writes it into the lockfile.",
  },
  manifest_missing: {
    title: 'Manifest is gone',
    headline: 'The manifest is gone',
    unit: 'words',
    message: ({ file }: Texts<'file'>) =>
      `${file} is on the default branch and not in this change: nothing says what it would cost.`,
    remedy: () => 'Put the manifest back where it was.',
  },
} as const satisfies Readonly<Record<Rule, RuleWords>>;

/** How a kind of run is called in a sentence: `a push`, `a night`, else `a run of NAME`. */
export function runName(run: string): string {
  const known = new Map([
    ['ci', 'a push'],
    ['nightly', 'a night'],
    ['weekly', 'a week'],
  ]);
  return known.get(run) ?? `a run of ${run}`;
}

/** A scope in a headline: ` of suite rag`, ` of a night`; empty for a whole run of the only kind. */
function ofNamedScope(run: string | null, suite: string | null): string {
  if (suite !== null) return ` of suite ${suite}`;
  return run === null ? '' : ` of ${runName(run)}`;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A scope in a message: ` of suite rag`, ` of the kind nightly`; empty for a whole run of the only kind. */
function ofScope(run: string | null, suite: string | null): string {
  if (suite !== null) return ` of suite ${suite}`;
  return run === null ? '' : ` of the kind ${run}`;
}

/** Lists at most three names or reasons, and how many more there are. */
function shortList(names: readonly string[], separator = ', '): string {
  const more = names.length - 3;
  return [...names.slice(0, 3), ...(more > 0 ? [`${more} more`] : [])].join(separator);
}

/** The unit of `actual` and `limit` of a rule. */
export type RuleUnit = RuleWords['unit'];
