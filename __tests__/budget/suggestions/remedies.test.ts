import { describe, expect, test } from '@jest/globals';
import type { Budget } from '../../../src/manifest/schema.js';
import type { Manifest } from '../../../src/manifest/manifest.js';
import { withRemedies } from '../../../src/budget/suggestions/remedies.js';
import { suggest } from '../../../src/budget/suggestions/suggest.js';
import { fail, judged, warn } from '../../support/judged.js';
import { call, manifest, suite, tokens } from '../../support/manifest.js';
import { comparisonOf, OFFERS } from '../../support/suggested.js';

/** 10 requests of a/plain at $1: :floor saves $6, batch $5, the cheapest endpoint $2. */
const plain = call({ model: 'a/plain', name: 'answer', count: 10, completion_tokens: tokens(0, 0) });
const dear = call({ model: 'a/dear', name: 'answer', count: 10, completion_tokens: tokens(0, 0) });
const one = { ...dear, model: 'a/one' };

function remediesOf(head: Manifest, base: Manifest | null = null): string[] {
  const comparison = comparisonOf(head, base);
  const { violations } = judged({ head, base, catalogue: OFFERS });
  return withRemedies(violations, suggest(comparison, OFFERS, null), comparison).map(
    ({ rule, remedy = '' }) => `${rule}: ${remedy}`,
  );
}

const limited = (budget: Budget, calls = [plain]) => manifest({ budget, suites: [suite({ name: 'rag', calls })] });

describe('a limit on the cost of a run', () => {
  test('is mended by the smallest change that suffices alone: 10 - 2 is within 8', () => {
    expect(remediesOf(limited({ per_run: fail('8') }))).toEqual([
      'per_run: Set provider.sort: price on rag / answer: that alone brings it to $8.00, within $8.00.',
    ]);
  });

  test('is mended by a larger one where the smaller does not suffice: 10 - 6 is within 5', () => {
    expect(remediesOf(limited({ per_run: fail('5') }))).toEqual([
      'per_run: Ask for a/plain:floor on rag / answer: that alone brings it to $4.00, within $5.00.',
    ]);
  });

  test('keeps its general remedy where a call has no price: what is left would be a lower bound alone', () => {
    const unknown = call({ model: 'a/unknown', name: 'other', count: 1 });
    const [perRun] = remediesOf(limited({ per_run: fail('8') }, [plain, unknown]));
    expect(perRun).toMatch(/^per_run: Spend less/);
  });

  test('keeps its general remedy where nothing suffices alone', () => {
    expect(remediesOf(limited({ per_run: fail('3') }))).toEqual([expect.stringMatching(/^per_run: Spend less/)]);
  });

  test('at its warning level is held against that level', () => {
    expect(remediesOf(limited({ per_run: warn('9') }))[0]).toMatch(/brings it to \$8\.00, within \$9\.00/);
  });

  test('of a suite counts the savings in that suite alone', () => {
    const head = manifest({
      suites: [
        suite({ name: 'rag', calls: [plain], budget: { per_run: fail('8') } }),
        suite({ name: 'nightly', calls: [plain], budget: { per_run: fail('5.5') } }),
      ],
    });
    expect(remediesOf(head)).toEqual([
      'per_run: Set provider.sort: price on rag / answer and 1 more call: that alone brings it to $8.00, within $8.00.',
      'per_run: Ask for a/plain:floor on rag / answer and 1 more call: that alone brings it to $4.00, within $5.50.',
    ]);
  });
});

test('a limit on a month counts the runs of a month: 30 x (10 - 2) is within 250', () => {
  const head = manifest({
    runs_per_month: 30,
    budget: { per_month: fail('250') },
    suites: [suite({ name: 'rag', calls: [plain] })],
  });
  expect(remediesOf(head)[0]).toMatch(/^per_month: Set provider\.sort.*\$240\.00, within \$250\.00/);
});

test('a limit on the worst case is mended by a cap: 1 + 200 x 0.001 is within 2', () => {
  const long = call({ model: 'a/long', name: 'answer', completion_tokens: tokens(100) });
  expect(remediesOf(limited({ worst_case_per_run: fail('2') }, [long]))).toEqual([
    'worst_case_per_run: Set max_tokens to twice the expected completion on rag / answer: that alone brings it to $1.20, within $2.00.',
  ]);
});

describe('a limit on the increase', () => {
  test('is mended by going back to the old model: 30 - 20 is 0 above base', () => {
    expect(remediesOf(limited({ increase_per_run: fail('1') }, [dear]), limited({}, [one]))).toEqual([
      'increase_per_run: Go back to a/one on rag / answer: that alone brings it to $0.00, within $1.00.',
    ]);
  });

  test('in percent is judged as head x 100 against base x (100 + limit): 8 against 7.5 is 6.67 %', () => {
    const base = limited({}, [
      { ...one, count: 7, name: 'answer' },
      { ...one, count: 1, name: 'half', prompt_tokens: tokens(500) },
    ]);
    expect(remediesOf(limited({ increase_percent: fail('10') }), base)[0]).toMatch(
      /^increase_percent: Set provider\.sort: price on rag \/ answer: that alone brings it to \+6\.7 %, within \+10 %\.$/,
    );
    expect(remediesOf(limited({ increase_percent: fail('6') }), base)[0]).toMatch(/Ask for a\/plain:floor/);
  });
});

test('rules that are not about cost keep their remedy', () => {
  const unknown = call({ model: 'a/unknown', name: 'other' });
  expect(remediesOf(limited({}, [plain, unknown]))).toEqual([expect.stringMatching(/^unpriced: (?!Set|Ask)/)]);
});
