import { compareEstimates } from '../../src/budget/comparison/comparison.js';
import { estimateManifest } from '../../src/budget/estimate.js';
import type { Estimate } from '../../src/budget/estimate.js';
import type { Catalogue } from '../../src/openrouter/catalogue/catalogue.js';
import type { Manifest, NamedCall, PolicyFile } from '../../src/manifest/manifest.js';
import type { Budget, Limit } from '../../src/manifest/schema.js';
import { policySchema } from '../../src/manifest/schema.js';
import { decimal } from '../../src/lib/money/decimal.js';
import { judge } from '../../src/budget/verdict/judge.js';
import type { Judgement, JudgeInput } from '../../src/budget/verdict/judge.js';
import { limitsInForce, runsInForce } from '../../src/budget/verdict/limits-in-force.js';
import type { Violation } from '../../src/budget/verdict/violation.js';
import { catalogue, endpoint, model } from './catalogue.js';
import { call, suite, tokens } from './manifest.js';

/** Whole cases for the comparison and the judgement, priced so that a person can follow in the head. */

/** a/dollar costs $1 for a thousand prompt tokens and nothing for completion tokens; a/half half of it. */
export const DOLLARS: Catalogue = catalogue([
  priced('a/dollar', '0.001', '0'),
  priced('a/half', '0.0005', '0'),
  { ...priced('a/free:free', '0', '0') },
  { ...model({ id: 'a/range', pricing: { prompt: '0.001', completion: '0' } }), endpoints: 'no answer' },
]);

function priced(id: string, prompt: string, completion: string) {
  const pricing = { prompt, completion };
  return { ...model({ id, pricing }), endpoints: [endpoint({ tag: 'a', pricing })] };
}

/** Requests at $1 each. */
export function dollars(count: number, fields: Partial<Parameters<typeof call>[0]> = {}) {
  return call({ model: 'a/dollar', count, prompt_tokens: tokens(1000), completion_tokens: tokens(0, 0), ...fields });
}

export function fail(amount: string): Limit {
  return { warn: null, fail: decimal(amount) };
}

export function warn(amount: string): Limit {
  return { warn: decimal(amount), fail: null };
}

/** A policy file with these limits and the default rules. */
export function policyFile(
  fields: Partial<PolicyFile> & { readonly suiteBudgets?: Readonly<Record<string, Budget>> },
): PolicyFile {
  const { suiteBudgets = {}, ...rest } = fields;
  return {
    runs_per_month: null,
    runs: new Map(),
    budget: {},
    policy: policySchema.parse({}),
    suites: new Map(
      Object.entries(suiteBudgets).map(([name, budget]) => [name, { run: 'ci', runs_per_month: null, budget }]),
    ),
    ...rest,
  };
}

export { manifest, suite, tokens } from './manifest.js';

export interface Situation {
  readonly head: Manifest;
  readonly base?: Manifest | null;
  readonly policy?: PolicyFile | null;
  readonly defaultBranch?: Manifest | null;
  readonly catalogue?: Catalogue;
}

/** Estimates, compares and judges as the story does; `more` overrides what the case says besides. */
export function judged(situation: Situation, more: Partial<JudgeInput> = {}): Judgement {
  const policy = situation.policy ?? null;
  const prices = situation.catalogue ?? DOLLARS;
  const estimate = (manifest: Manifest): Estimate =>
    estimateManifest(manifest, prices, null, runsInForce(manifest, policy));
  const base = situation.base ?? null;
  const defaultBranch = situation.defaultBranch ?? null;
  const comparison = compareEstimates(estimate(situation.head), base === null ? null : estimate(base));
  return judge({
    manifestFile: 'llm-budget.yml',
    head: { manifest: situation.head, comparison },
    base: base === null || comparison.base === null ? null : { manifest: base, estimate: comparison.base },
    defaultBranch: defaultBranch === null ? null : estimate(defaultBranch),
    baseExcuses: true,
    limits: limitsInForce(situation.head, policy),
    isUnprotected: false,
    prices: { source: 'live', ageInDays: null },
    approvals: null,
    extra: { head: [], base: [] },
    ...more,
  });
}

/** `per_run fail` or `per_run warn evals`: the violations in few words, in their order. */
export function inWords(violations: readonly Violation[]): string[] {
  return violations.map(({ rule, severity, suite: name }) => [rule, severity, name ?? ''].join(' ').trim());
}

/** A manifest of one suite with these calls. */
export function evals(...calls: NamedCall[]) {
  return suite({ name: 'evals', calls });
}
