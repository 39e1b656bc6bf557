import { describe, expect, test } from '@jest/globals';
import { decimal } from '../../../src/lib/money/decimal.js';
import {
  dollars,
  evals,
  fail,
  judged,
  manifest,
  policyFile,
  suite,
  tokens,
  unknown,
  warn,
} from '../../support/judged.js';

const range = dollars(1, { model: 'a/range', display_name: 'a/range' });
const NIGHTLY = new Map([['nightly', { runs_per_month: null, budget: {} }]]);
const EVERY = {
  per_run: { warn: decimal('7'), fail: decimal('8') },
  per_month: fail('100'),
  worst_case_per_run: warn('20'),
  increase_per_run: fail('3'),
  increase_percent: fail('50'),
};

describe('every limit in force stands beside the figure that it is compared with', () => {
  test('broken or not, the run first, then its suites', () => {
    const head = manifest({
      runs_per_month: 10,
      budget: EVERY,
      suites: [
        // 5 requests of $1, at most 2,000 x 0.001 each
        { ...evals(dollars(5, { prompt_tokens: tokens(1000, 2000) })), budget: { per_run: fail('4') } },
        suite({ name: 'rag', calls: [dollars(1)] }),
      ],
    });
    const base = manifest({ suites: [evals(dollars(4))] });
    expect(judged({ head, base }).limits).toEqual([
      { rule: 'per_run', suite: null, warn: '7', fail: '8', actual: '6' },
      // 5 x 2 + 1
      { rule: 'worst_case_per_run', suite: null, warn: '20', fail: null, actual: '11' },
      { rule: 'increase_per_run', suite: null, warn: null, fail: '3', actual: '2' },
      // 2 of 4
      { rule: 'increase_percent', suite: null, warn: null, fail: '50', actual: '50' },
      { rule: 'per_month', suite: null, warn: null, fail: '100', actual: '60' },
      { rule: 'per_run', suite: 'evals', warn: null, fail: '4', actual: '5' },
    ]);
  });

  const actuals = (situation: Parameters<typeof judged>[0]) =>
    Object.fromEntries(judged(situation).limits.map(({ rule, actual }) => [rule, actual]));

  test('without a base no increase is known, without runs no month', () => {
    expect(actuals({ head: manifest({ budget: EVERY, suites: [evals(dollars(5))] }) })).toEqual({
      per_run: '5',
      per_month: null,
      worst_case_per_run: '5',
      increase_per_run: null,
      increase_percent: null,
    });
  });

  test('over nothing there is an increase and no percentage', () => {
    const head = manifest({ budget: EVERY, suites: [evals(dollars(5))] });
    const { increase_per_run, increase_percent } = actuals({ head, base: manifest({ suites: [evals(dollars(0))] }) });
    expect([increase_per_run, increase_percent]).toEqual(['5', null]);
  });

  test('over a kind of run that cost nothing the percentage is that of the violation: 5 over the 10 of all kinds', () => {
    const policy = policyFile({ budget: { increase_percent: fail('40') }, runs: NIGHTLY });
    const of = (nights: number) =>
      manifest({ suites: [evals(dollars(10)), suite({ name: 'night', run: 'nightly', calls: [dollars(nights)] })] });
    const { limits, violations } = judged({ head: of(5), base: of(0), policy });
    expect(limits).toMatchObject([
      { run: 'ci', actual: '0' },
      { run: 'nightly', actual: '50' },
    ]);
    expect(violations).toMatchObject([{ rule: 'increase_percent', run: 'nightly', actual: '50.00' }]);
  });

  test('over a base that is not known there is neither', () => {
    const head = manifest({ budget: EVERY, suites: [evals(dollars(5))] });
    const { increase_per_run, increase_percent } = actuals({ head, base: manifest({ suites: [evals(unknown(5))] }) });
    expect([increase_per_run, increase_percent]).toEqual([null, null]);
  });

  test('a worst case that is not known is null, and calls without a price are left out of it', () => {
    expect(actuals({ head: manifest({ budget: EVERY, suites: [evals(dollars(5), range)] }) })).toMatchObject({
      per_run: '6',
      worst_case_per_run: null,
    });
    expect(actuals({ head: manifest({ budget: EVERY, suites: [evals(dollars(5), unknown(1))] }) })).toMatchObject({
      per_run: '5',
      worst_case_per_run: '5',
    });
  });
});
