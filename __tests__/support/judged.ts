import { compareEstimates } from '../../src/budget/comparison/comparison.js';
import { estimateCall, estimateManifest } from '../../src/budget/estimate.js';
import type { Catalogue } from '../../src/openrouter/catalogue/catalogue.js';
import type { Manifest, NamedCall, PolicyFile } from '../../src/manifest/manifest.js';
import type { Budget, Limit } from '../../src/manifest/schema.js';
import { decimal } from '../../src/lib/money/decimal.js';
import { judge, type Judgement, type JudgeInput, type Side } from '../../src/budget/verdict/judge.js';
import { limitsInForce, runsOfKind, scheduleBy } from '../../src/budget/verdict/limits-in-force.js';
import { movedSuites } from '../../src/budget/verdict/moved-suites.js';
import type { Violation } from '../../src/budget/verdict/violation.js';
import { catalogue, endpoint, model } from './catalogue.js';
import { call, POLICY_DEFAULTS, suite, tokens } from './manifest.js';

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

/** The same with a name. */
export function named(name: string, count: number, fields: object = {}) {
  return dollars(count, { name, display_name: name, ...fields });
}

/** Requests to a model that the catalogue does not have. */
export function unknown(count: number, fields: object = {}) {
  return dollars(count, { model: 'a/unknown', display_name: 'a/unknown', ...fields });
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
    policy: POLICY_DEFAULTS,
    suites: new Map(
      Object.entries(suiteBudgets).map(([name, budget]) => [name, { run: 'ci', runs_per_month: null, budget }]),
    ),
    ...rest,
  };
}

/** A policy file without limits, with these rules besides the default ones. */
export function rules(fields: object): PolicyFile {
  return policyFile({ policy: { ...POLICY_DEFAULTS, ...fields } });
}

export { manifest, suite, tokens } from './manifest.js';

export interface Situation {
  readonly head: Manifest;
  readonly base?: Manifest | null;
  readonly policy?: PolicyFile | null;
  /** The manifest at the tip of the default branch; the same object as `base` where base is that commit. */
  readonly tip?: Manifest | null;
  readonly catalogue?: Catalogue;
  /** The lockfile beside the catalogue. */
  readonly lock?: Catalogue;
}

/** Estimates, compares and judges as a check does; `more` overrides the rest of the input. Base decides what is pre-existing. */
export function judged(situation: Situation, more: Partial<JudgeInput> = {}): Judgement {
  const { head, base = null, policy = null, tip = null, catalogue: prices = DOLLARS, lock } = situation;
  const groups = movedSuites(head, policy, tip, (model) => model);
  const side = (given: Manifest): Side => ({
    manifest: given,
    estimate: estimateManifest(given, prices, null, scheduleBy(given, policy, groups)),
  });
  const baseSide = base === null ? null : side(base);
  const comparison = compareEstimates(side(head).estimate, baseSide?.estimate ?? null, (run) =>
    runsOfKind(run, head, policy),
  );
  return judge({
    manifestFile: 'llm-budget.yml',
    head: { manifest: head, comparison },
    change: 'default_branch',
    hasBase: true,
    base: baseSide,
    tip: tip === null ? null : tip === base ? baseSide : side(tip),
    limits: limitsInForce(head, policy, scheduleBy(head, policy, groups)),
    policyFile: policy,
    groups,
    isUnprotected: false,
    prices: { source: 'live', ageInDays: null },
    warnings: { fallen: [], expiring: [] },
    costByLock: ({ call: one, requests_per_run: requests }) =>
      lock === undefined ? null : estimateCall(one, requests, lock, null).per_run,
    approvals: null,
    extra: () => [],
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
