import { describe, expect, test } from '@jest/globals';
import { policySchema } from '../../../src/manifest/schema.js';
import { decimal } from '../../../src/lib/money/decimal.js';
import { limitsInForce as limitsBy, scheduleBy } from '../../../src/budget/verdict/limits-in-force.js';
import { movedSuites } from '../../../src/budget/verdict/moved-suites.js';
import type { Manifest, PolicyFile } from '../../../src/manifest/manifest.js';
import { dollars, evals, fail, manifest, policyFile, warn } from '../../support/judged.js';

function schedule(wanted: Manifest, policy: PolicyFile | null) {
  return scheduleBy(
    wanted,
    policy,
    movedSuites(wanted, policy, null, (model) => model),
  );
}

function limitsInForce(wanted: Manifest, policy: PolicyFile | null) {
  return limitsBy(wanted, policy, schedule(wanted, policy));
}

function runsOf(wanted: Manifest, policy: PolicyFile | null) {
  const scheduleOf = schedule(wanted, policy);
  return wanted.suites.map((suite) => scheduleOf(suite).runs_per_month);
}

const both = (low: string, high: string) => ({ warn: decimal(low), fail: decimal(high) });
const head = (budget: object) => manifest({ budget, suites: [evals(dollars(1))] });

describe('for each limit and level the smaller number holds', () => {
  test.each([
    ['raised', fail('50'), fail('5'), fail('5'), [{ key: 'budget.per_run', head: '50', policy: '5' }]],
    ['dropped', undefined, fail('5'), fail('5'), [{ key: 'budget.per_run', head: null, policy: '5' }]],
    ['tightened', fail('4'), fail('5'), fail('4'), []],
    ['the same', fail('5.0'), fail('5'), fail('5'), []],
    ['new', fail('4'), undefined, fail('4'), []],
    [
      'turned into a warning',
      warn('5'),
      fail('5'),
      both('5', '5'),
      [{ key: 'budget.per_run', head: null, policy: '5' }],
    ],
    [
      'both levels raised',
      both('40', '50'),
      both('4', '5'),
      both('4', '5'),
      [
        { key: 'budget.per_run', head: '50', policy: '5' },
        { key: 'budget.per_run.warn', head: '40', policy: '4' },
      ],
    ],
    ['a warning level dropped below which it fails', fail('3'), both('4', '5'), both('4', '3'), []],
    [
      'a warning level dropped',
      fail('5'),
      both('4', '5'),
      both('4', '5'),
      [{ key: 'budget.per_run.warn', head: null, policy: '4' }],
    ],
  ])('%s', (_, wanted, policy, inForce, notApplied) => {
    const limits = limitsInForce(head({ per_run: wanted }), policyFile({ budget: { per_run: policy } }));
    expect(limits.budgetOfRun('ci').per_run).toEqual(inForce);
    expect(limits.notApplied).toEqual(notApplied);
  });

  test('in suites too, by the name of the suite', () => {
    const limits = limitsInForce(
      manifest({ suites: [{ ...evals(dollars(1)), budget: { per_run: fail('9') } }] }),
      policyFile({ suiteBudgets: { evals: { per_run: fail('2') } } }),
    );
    expect(limits.suiteBudgets.get('evals')).toEqual({ per_run: fail('2') });
    expect(limits.notApplied).toEqual([{ key: 'suites.evals.budget.per_run', head: '9', policy: '2' }]);
  });
});

test('policy counts from the default branch alone; without a file there, from head', () => {
  const strict = { ...policySchema.parse({}), require_max_tokens: true };
  const own = manifest({ policy: strict, suites: [evals(dollars(1))] });
  expect(limitsInForce(own, policyFile({})).policy.require_max_tokens).toBe(false);
  expect(limitsInForce(own, null).policy.require_max_tokens).toBe(true);
});

describe('for runs per month the larger number holds', () => {
  const suites = (own?: number) => [{ ...evals(dollars(1)), ...(own === undefined ? {} : { runs_per_month: own }) }];
  const policyWith = (general: number | null, own: number | null) => ({
    ...policyFile({}),
    runs_per_month: general,
    suites: new Map([['evals', { run: 'ci', runs_per_month: own, budget: {} }]]),
  });

  test.each([
    ['lowered at the top', 30, undefined, 600, null, 600, [{ key: 'runs_per_month', head: '30', policy: '600' }]],
    ['dropped at the top', null, undefined, 600, null, 600, [{ key: 'runs_per_month', head: null, policy: '600' }]],
    ['raised at the top', 900, undefined, 600, null, 900, []],
    [
      'lowered by a number of the suite',
      600,
      1,
      600,
      null,
      600,
      [{ key: 'suites.evals.runs_per_month', head: '1', policy: '600' }],
    ],
    ['lowered in the suite', 600, 1, 600, 30, 30, [{ key: 'suites.evals.runs_per_month', head: '1', policy: '30' }]],
    ['a nightly suite as before', 600, 30, 600, 30, 30, []],
    ['neither side sets it', null, undefined, null, null, null, []],
  ] as const)('%s', (_, general, own, policyGeneral, policyOwn, inForce, notApplied) => {
    const wanted = manifest({ runs_per_month: general, suites: suites(own) });
    const policy = policyWith(policyGeneral, policyOwn);
    expect(runsOf(wanted, policy)).toEqual([inForce]);
    expect(limitsInForce(wanted, policy).notApplied).toEqual(notApplied);
  });

  test.each([
    ['says less', null, 1, 600, [{ key: 'suites.renamed.runs_per_month', head: '1', policy: '600' }]],
    ['says nothing, as before', null, undefined, 600, []],
    [
      'says nothing, where the old one said more',
      900,
      undefined,
      900,
      [{ key: 'suites.renamed.runs_per_month', head: '600', policy: '900' }],
    ],
    ['says more', null, 900, 900, []],
  ] as const)('a suite under another name that %s', (_, policyOwn, own, inForce, notApplied) => {
    const renamed = suites(own).map((suite) => ({ ...suite, name: 'renamed' }));
    const wanted = manifest({ runs_per_month: 600, suites: renamed });
    const policy = policyWith(600, policyOwn);
    expect(runsOf(wanted, policy)).toEqual([inForce]);
    expect(limitsInForce(wanted, policy).notApplied).toEqual(notApplied);
  });

  test('a suite that the default branch does not know may run as rarely as it says', () => {
    const nightly = manifest({ runs_per_month: 600, suites: suites(30) });
    expect(runsOf(nightly, policyFile({ runs_per_month: 600 }))).toEqual([30]);
  });
});

describe('of the policy nothing is applied until merged, stricter or laxer', () => {
  const rules = (fields: object) => ({ ...policySchema.parse({}), ...fields });

  test.each([
    ['laxer', { unpriced: 'warn' }, { unpriced: 'fail' }, { key: 'policy.unpriced', head: 'warn', policy: 'fail' }],
    ['stricter', { require_max_tokens: true }, {}, { key: 'policy.require_max_tokens', head: 'true', policy: 'false' }],
    ['dropped', {}, { models: { deny: ['a/*'] } }, { key: 'policy.models', head: null, policy: '{"deny":["a/*"]}' }],
    [
      'a ceiling raised',
      { max_prompt_price: decimal('9') },
      { max_prompt_price: decimal('5') },
      { key: 'policy.max_prompt_price', head: '9', policy: '5' },
    ],
    ['new', { override_label: 'mine' }, {}, { key: 'policy.override_label', head: 'mine', policy: 'not set' }],
  ])('%s', (_, wanted, inForce, notApplied) => {
    const own = manifest({ policy: rules(wanted), suites: [evals(dollars(1))] });
    expect(limitsInForce(own, policyFile({ policy: rules(inForce) })).notApplied).toEqual([notApplied]);
  });

  test('the same is nothing to tell', () => {
    const own = manifest({ policy: rules({ credit_fee: decimal('5.50') }), suites: [evals(dollars(1))] });
    expect(limitsInForce(own, policyFile({ policy: rules({ credit_fee: decimal('5.5') }) })).notApplied).toEqual([]);
  });
});
