import { HEADROOM, scalar } from '../usage/calibrate/first-manifest.js';
import type { Estimate } from '../budget/estimate.js';
import { fromUnits, isZero, multiply, toText, type Decimal } from '../lib/money/decimal.js';
import { money } from '../lib/text/amount.js';

/** The call of a first manifest; all numbers are whole. */
export interface StarterCall {
  readonly model: string;
  readonly suite: string;
  readonly calls: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** The suite of a first manifest whose calls are those of a promptfoo configuration. */
export interface StarterPromptfoo {
  readonly suite: string;
  /** Its path from the repository's root. */
  readonly config: string;
  /** Tokens of one answer, by provider; `isCap`: the provider's cap, which is lower than what was wanted. */
  readonly completionTokens: ReadonlyMap<string, { readonly tokens: number; readonly isCap: boolean }>;
  readonly wanted: { readonly tokens: number; readonly isProposed: boolean };
  /** The models of providers whose names do not tell them; null asks no model. */
  readonly models: ReadonlyMap<string, string | null>;
  /** What the configuration's model-graded assertions need; null where there are none. */
  readonly grader: {
    readonly model: { readonly id: string; readonly isDefault: boolean } | null;
    readonly tokens: { readonly prompt: number; readonly completion: number } | null;
    readonly embedding: { readonly id: string; readonly isDefault: boolean; readonly prompt: number } | null;
  } | null;
}

export interface StarterLimit {
  /** US dollars per run. */
  readonly limit: Decimal;
  /** The expected cost of a run in US dollars, and the day of the prices, `2026-11-24`. */
  readonly expected: Decimal;
  /** The same for the worst case of a run; null where it is not known. */
  readonly worstCase: { readonly limit: Decimal; readonly cost: Decimal } | null;
  readonly day: string;
}

/**
 * Returns the limit of a first manifest: the cost plus 25 %, rounded up to two significant digits; null where the cost is
 * zero or not known.
 */
export function starterLimit({ totals }: Estimate, fetchedAt: string): StarterLimit | null {
  const expected = totals.per_run;
  if (expected === null || isZero(expected)) return null;
  const cost = totals.worst_case_per_run;
  return {
    limit: upToTwoDigits(multiply(expected, HEADROOM)),
    expected,
    worstCase: cost === null ? null : { limit: upToTwoDigits(multiply(cost, HEADROOM)), cost },
    day: fetchedAt.slice(0, 10),
  };
}

function upToTwoDigits(amount: Decimal): Decimal {
  const digits = amount.coefficient.toString().length;
  const unit = 10n ** BigInt(Math.max(digits - 2, 0));
  const coefficient = ((amount.coefficient + unit - 1n) / unit) * unit;
  return fromUnits(coefficient, amount.scale);
}

/** Writes a commented manifest of one call, without a limit per run where the cost is not known. */
export function starterManifest(call: StarterCall, limit: StarterLimit | null, schemaUrl: string): string {
  const about =
    "# The LLM calls that this repository's test suites make through OpenRouter, and the budget they must keep.";
  return manifestAround([about], callLines(call), call.suite, limit, schemaUrl);
}

/** Writes a commented manifest whose calls are counted from a promptfoo configuration whenever it is checked. */
export function promptfooManifest(from: StarterPromptfoo, limit: StarterLimit | null, schemaUrl: string): string {
  const about = [
    "# The LLM calls of this repository's evals, and the budget they must keep, at OpenRouter's prices.",
    '# They are read from the configuration each time, so that a test, a prompt or a provider more shows what it costs.',
  ];
  return manifestAround(about, promptfooLines(from), from.suite, limit, schemaUrl);
}

function manifestAround(
  about: readonly string[],
  calls: readonly string[],
  suite: string,
  limit: StarterLimit | null,
  schemaUrl: string,
): string {
  return `${schemaLine(schemaUrl)}
${about.join('\n')}
# See what it costs: llm-budget check. Look prices up: llm-budget models QUERY.
version: 1

# How often CI runs all this in a month; a suite may set its own. Limits per month need it.
runs_per_month: 600

# Limits in US dollars: a number fails the check, {warn: 4, fail: 5} warns first. Once this file is on the default branch
# a pull request can tighten them and not loosen them.
budget:
${limitLine(limit)}
  increase_percent: 25 # against the base of a pull request, at the same prices
  # per_month: 50
${worstCaseLine(limit)}

policy:
  unpriced: fail # a call without a price; or warn
  # models: {allow: ["openai/*", "anthropic/*"]}
  # max_completion_price: 15 # dollars per million tokens
  # override_label: llm-budget-override # with an approving review it turns failures into warnings

suites:
  ${scalar(suite)}:
    repeat: 1 # matrix legs or trials
    # paths: ["evals/**"] # the code behind the suite
    # budget: {per_run: 1} # the same limits, for this suite
${calls.map((line) => `    ${line}`).join('\n')}
`;
}

function callLines(call: StarterCall): string[] {
  return [
    'calls:',
    `  - model: ${scalar(call.model)}`,
    `    count: ${call.calls} # requests per execution of the suite`,
    `    prompt_tokens: ${call.promptTokens} # of one request, everything that is sent`,
    `    completion_tokens: ${call.completionTokens} # of one request, reasoning included`,
    `    ${capLine(call.completionTokens * 2)}`,
    '    # cached_tokens: 0 # part of prompt_tokens, read from a cache',
    '    # retries: 0.02 # expected extra attempts per request',
  ];
}

const PROPOSED = 'proposed: put your own number, or measure it with llm-budget record';

function promptfooLines({ config, completionTokens, wanted, models, grader }: StarterPromptfoo): string[] {
  return [
    'promptfoo:',
    `  config: ${scalar(config)} # the calls that promptfoo eval makes with it`,
    ...completionLines(completionTokens, wanted).map((line) => `  ${line}`),
    ...(models.size === 0 ? [] : ['  models: # behind providers whose names do not tell them; null asks no model']),
    ...[...models].map(([name, model]) => `    ${scalar(name)}: ${model === null ? 'null' : scalar(model)}`),
    ...(grader === null ? [] : graderLines(grader).map((line) => `  ${line}`)),
  ];
}

/** Writes one number where all providers have the same, else one for each. */
function completionLines(
  byProvider: StarterPromptfoo['completionTokens'],
  { tokens: wanted, isProposed }: StarterPromptfoo['wanted'],
): string[] {
  const from = isProposed ? PROPOSED : 'as --completion-tokens says';
  const capped = "the cap that the configuration sends (max_tokens or promptfoo's own)";
  const all = [...byProvider.values()];
  const [first] = all;
  const isSame = all.every(({ tokens }) => tokens === first?.tokens);
  if (isSame) {
    const why = first?.isCap === true ? `${capped}: an answer cannot be longer` : from;
    return [`completion_tokens: ${first?.tokens ?? wanted} # of one answer, reasoning included; ${why}`];
  }
  return [
    `completion_tokens: # of one answer, reasoning included; ${from}`,
    ...[...byProvider].map(([name, { tokens, isCap }]) => `  ${scalar(name)}: ${tokens}${isCap ? ` # ${capped}` : ''}`),
  ];
}

function graderLines({ model, tokens, embedding }: NonNullable<StarterPromptfoo['grader']>): string[] {
  const why = ({ isDefault }: { readonly isDefault: boolean }, option: string) =>
    isDefault ? "promptfoo's own where only OPENAI_API_KEY is set" : `as ${option} says`;
  return [
    'grader: # what a request of a model-graded assertion asks for',
    ...(model === null
      ? []
      : [`  model: ${scalar(model.id)} # ${why(model, '--grader')}; the configuration names none`]),
    ...(tokens === null
      ? []
      : [
          `  prompt_tokens: ${tokens.prompt} # promptfoo's grading prompt, the rubric and an answer; ${PROPOSED}`,
          `  completion_tokens: ${tokens.completion} # ${PROPOSED}`,
        ]),
    ...(embedding === null
      ? []
      : [
          '  embedding: # of assertions that compare embeddings',
          `    model: ${scalar(embedding.id)} # ${why(embedding, '--embedding')}`,
          `    prompt_tokens: ${embedding.prompt} # of one text; ${PROPOSED}`,
        ]),
  ];
}

/** The comment by which editors find the schema of a manifest. */
export function schemaLine(url: string): string {
  return `# yaml-language-server: $schema=${url}`;
}

function limitLine(limit: StarterLimit | null): string {
  if (limit === null) return '  # per_run: 1 # the expected cost of a run';
  return `  per_run: ${toText(limit.limit)} # a run costs ${money(limit.expected)} at the prices of ${limit.day}, plus a quarter`;
}

/** Proposes the limit as a comment, since the worst case changes with the endpoints of a model. */
function worstCaseLine(limit: StarterLimit | null): string {
  const how = 'at the most expensive endpoint, with the longest answers and all retries';
  const worstCase = limit?.worstCase ?? null;
  if (worstCase === null) return `  # worst_case_per_run: 5 # ${how}`;
  const { limit: most, cost } = worstCase;
  return `  # worst_case_per_run: ${toText(most)} # ${money(cost)} ${how}, plus a quarter`;
}

function capLine(cap: number): string {
  const why = 'the cap that the code sets; the worst case rests on it';
  return cap === 0 ? `# max_tokens: 1000 # ${why}` : `max_tokens: ${cap} # ${why}`;
}

/**
 * The action in the workflow where `--action` names no other. `scripts/set-owner.mjs` sets the account that publishes it.
 */
export const DEFAULT_ACTION = 'OWNER/llm-budget@v1';

const ACTION = /^([A-Za-z0-9_.-]+\/[A-Za-z0-9_.-]+)@([A-Za-z0-9_.][A-Za-z0-9_./-]*)$/;

/** Whether a text names an action at a ref, such as `OWNER/llm-budget@v1`. */
export function isAction(text: string): boolean {
  return ACTION.test(text);
}

/** The manifest's schema of the same version as the action, for editors. */
export function schemaUrlOf(action: string): string {
  const [, repository = '', ref = ''] = ACTION.exec(action) ?? [];
  return `https://raw.githubusercontent.com/${repository}/${ref}/llm-budget.schema.json`;
}

/** A workflow that checks pull requests; `manifest` is the path from the repository's root, null for the default. */
export function starterWorkflow(action: string, manifest: string | null): string {
  const inputs = manifest === null ? '' : `\n        with:\n          manifest: ${JSON.stringify(manifest)}`;
  return `name: LLM budget
on:
  pull_request:
    types: [opened, synchronize, reopened, edited, labeled, unlabeled]
  merge_group:
permissions:
  contents: read # the manifests, read at commits: no checkout is needed
  pull-requests: write # the comment
jobs:
  budget:
    runs-on: ubuntu-latest
    timeout-minutes: 5
    steps:
      - uses: ${action}${inputs}
`;
}
