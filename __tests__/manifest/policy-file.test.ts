import { describe, expect, test } from '@jest/globals';
import { decimal } from '../../src/lib/money/decimal.js';
import { policyOfText } from '../support/manifest.js';
import { EVERY_FIELD } from '../support/manifest-text.js';
import { placedProblems } from '../support/placed-problems.js';

const parse = (text: string) => policyOfText(text, 'llm-budget.yml');
const fails = (amount: string) => ({ warn: null, fail: decimal(amount) });

test('limits, rules and runs per month are read, of suites too', async () => {
  const file = await parse(EVERY_FIELD);
  expect(file.runs_per_month).toBe(600);
  expect(file.budget.per_run).toEqual({ warn: decimal('4'), fail: decimal('5') });
  expect(file.policy.override_label).toBe('llm-budget-override');
  expect(file.suites).toEqual(
    new Map([['rag-evals', { run: 'nightly', runs_per_month: 600, budget: { per_run: fails('2') } }]]),
  );
});

test('nothing of it has to be there', async () => {
  expect(await parse('{}')).toMatchObject({ runs_per_month: null, runs: new Map(), budget: {}, suites: new Map() });
  expect((await parse('{}')).policy.unpriced).toBe('fail');
});

test('kinds of run and the kind of each suite are read', async () => {
  const file = await parse(
    'runs: {ci: {runs_per_month: 600}, nightly: {budget: {per_run: 15}}}\nsuites: {a: {run: nightly}, b: {}}\n',
  );
  expect(file.runs_per_month).toBe(600);
  expect([...file.runs]).toEqual([
    ['ci', { runs_per_month: 600, budget: {} }],
    ['nightly', { runs_per_month: null, budget: { per_run: fails('15') } }],
  ]);
  expect([...file.suites].map(([name, { run }]) => [name, run])).toEqual([
    ['a', 'nightly'],
    ['b', 'ci'],
  ]);
});

describe('mistakes elsewhere do not matter', () => {
  test.each([
    ['a later version', 'version: 2'],
    ['unknown keys', 'budgets: {per_run: 1}'],
    ['wrong defaults', 'defaults: {retries: lots}'],
    ['calls that are none', 'suites: {s: {calls: 5}}'],
    ['calls with mistakes', 'suites: {s: {calls: [{count: "1"}, {max_tokens: no}], repeat: x, paths: [/etc]}}'],
    ['unknown keys of a suite', 'suites: {s: {policy: 1}}'],
    ['a suite of a wrong name', 'suites: {"-s|": {}}'],
    ['a suite without content', 'suites: {s: }'],
    ['suites without content', 'suites:'],
    ['a monthly limit without runs', 'x: {per_month: 1}'],
  ])('%s', async (_what, line) => {
    expect((await parse(`budget: {per_run: 3, per_month: 9}\n${line}\n`)).budget).toEqual({
      per_run: fails('3'),
      per_month: fails('9'),
    });
  });
});

describe('mistakes in the parts that are read are reported with their place', () => {
  test.each([
    ['', '1:1 the file: empty'],
    ['[]', '1:1 the file: expected a mapping'],
    ['budget: {per_run: $1}', '1:10 budget.per_run: expected a plain decimal'],
    ['budget: {per_runs: 1}', '1:10 budget.per_runs: unknown key "per_runs", did you mean per_run?'],
    [
      'budget:',
      '1:1 budget: expected a mapping of per_run, per_month, worst_case_per_run, increase_per_run, increase_percent; got nothing (null)',
    ],
    ['budget: {per_run: {warn: 2, fail: 1}}', '1:20 budget.per_run.warn: warn (2) is above fail (1)'],
    ['policy: {unpriced: no}', '1:10 policy.unpriced: expected one of fail, warn'],
    [
      'policy: {overide_label: a}',
      '1:10 policy.overide_label: unknown key "overide_label", did you mean override_label?',
    ],
    [
      'policy: 5',
      '1:1 policy: expected a mapping of unpriced, stale_prices, max_price_age_days, models, max_prompt_price, max_completion_price, ',
    ],
    ['runs_per_month: 1.5', '1:1 runs_per_month: expected a whole number'],
    ['suites: {s: {runs_per_month: many}}', '1:14 suites.s.runs_per_month: expected a whole number'],
    ['suites: {s: {budget: {per_run: x}}}', '1:23 suites.s.budget.per_run: expected a plain decimal'],
    [
      'suites: {s: {budget: {per_run: {warn: 2, fail: 1}}}}',
      '1:33 suites.s.budget.per_run.warn: warn (2) is above fail (1)',
    ],
    ['runs: {n: {runs_per_month: many}}', '1:12 runs.n.runs_per_month: expected a whole number'],
    [
      'runs: {n: {budget: {per_run: {warn: 2, fail: 1}}}}',
      '1:31 runs.n.budget.per_run.warn: warn (2) is above fail (1)',
    ],
    [
      'suites: {s: {run: n}}',
      '1:14 suites.s.run: expected ci or a key of runs at the top level (known here: ci); got "n"',
    ],
    ['suites: [s]', '1:1 suites: expected a mapping, such as suites: {rag: {calls: […]}}; got a list'],
    [
      'suites: {s: [1]}',
      '1:10 suites.s: expected a mapping of run, runs_per_month, budget, such as s: {calls: […]}; got a list',
    ],
    ['a: 1\na: 2', '2:1 the key "a" is there twice'],
    ['suites: {s: {calls: [&a 1, *a]}}', '1:22 anchors are not accepted'],
    ['a: !t 1', '1:4 tags are not accepted'],
    ['a: [', '1:4 not readable'],
    ['a: 1\n---\nb: 1', '2:1 a second document is not accepted'],
  ])('%s', async (text, problem) => {
    const [first] = await placedProblems(parse(text));
    expect(first).toContain(problem);
  });

  test('all of them at once', async () => {
    expect(
      (
        await placedProblems(
          parse('budget: {per_run: {warn: 2, fail: 1}}\npolicy: {credits: 1}\nsuites: {s: {budget: 5}}'),
        )
      ).map((problem) => problem.split(' ')[0]),
    ).toEqual(['1:20', '2:10', '3:14']);
  });
});
