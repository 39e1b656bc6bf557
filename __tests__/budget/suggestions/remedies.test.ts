import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decimal } from '../../../src/lib/money/decimal.js';
import type { Budget } from '../../../src/manifest/schema.js';
import type { Manifest } from '../../../src/manifest/manifest.js';
import { withRemedies } from '../../../src/budget/suggestions/remedies.js';
import { changesOf } from '../../../src/budget/comparison/changes.js';
import { estimateCall } from '../../../src/budget/estimate.js';
import { fail, judged, warn } from '../../support/judged.js';
import { call, manifest, suite, tokens } from '../../support/manifest.js';
import { comparisonOf, OFFERS } from '../../support/suggested.js';

/** 10 requests of a/plain at $1: :floor saves $6, batch $5, the cheapest endpoint $2. */
const plain = call({ model: 'a/plain', name: 'answer', count: 10, completion_tokens: tokens(0, 0) });
const dear = call({ model: 'a/dear', name: 'answer', count: 10, completion_tokens: tokens(0, 0) });
const one = { ...dear, model: 'a/one' };

function remediesOf(head: Manifest, base: Manifest | null = null): string[] {
  const input = { comparison: comparisonOf(head, base), catalogue: OFFERS, at: null, freeRequestsPerDay: 50 };
  const { violations } = judged({ head, base, catalogue: OFFERS });
  const changes = changesOf(input.comparison, (one, requests) => estimateCall(one, requests, OFFERS, null).per_run);
  return withRemedies(violations, input, changes).map(({ rule, remedy = '' }) => `${rule}: ${remedy}`);
}

const limited = (budget: Budget, calls = [plain]) => manifest({ budget, suites: [suite({ name: 'rag', calls })] });

describe('a limit on the cost of a run', () => {
  test('is mended by the smallest change that suffices alone: 10 - 2 is within 8', () => {
    expect(remediesOf(limited({ per_run: fail('8') }))).toEqual([
      'per_run: Set `provider.sort: price` on rag / answer: that alone brings it to $8.00, within $8.00.',
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

  test('at its warning level is compared with that level', () => {
    expect(remediesOf(limited({ per_run: warn('9') }))[0]).toMatch(/brings it to \$8\.00, within \$9\.00/);
  });

  test('of a suite names calls of that suite alone, with the savings there', () => {
    const head = manifest({
      suites: [
        suite({ name: 'rag', calls: [plain], budget: { per_run: fail('8') } }),
        suite({ name: 'nightly', calls: [plain], budget: { per_run: fail('5.5') } }),
      ],
    });
    expect(remediesOf(head)).toEqual([
      'per_run: Set `provider.sort: price` on rag / answer: that alone brings it to $8.00, within $8.00.',
      'per_run: Ask for a/plain:floor on nightly / answer: that alone brings it to $4.00, within $5.50.',
    ]);
  });
});

test('a limit on a month counts the runs of a month: 30 x (10 - 2) is within 250', () => {
  const head = manifest({
    runs_per_month: 30,
    budget: { per_month: fail('250') },
    suites: [suite({ name: 'rag', calls: [plain] })],
  });
  expect(remediesOf(head)[0]).toMatch(/^per_month: Set `provider\.sort.*\$240\.00, within \$250\.00/);
});

test('a limit on the worst case is mended by a cap: 1 + 200 x 0.001 is within 2', () => {
  const long = call({ model: 'a/long', name: 'answer', completion_tokens: tokens(100) });
  expect(remediesOf(limited({ worst_case_per_run: fail('2') }, [long]))).toEqual([
    'worst_case_per_run: Set max_tokens to twice the expected completion on rag / answer: that alone brings it to $1.20, within $2.00.',
  ]);
});

describe('a limit on the increase', () => {
  test('names the part of the change that raised it: 10 x (3 - 1)', () => {
    expect(remediesOf(limited({ increase_per_run: fail('1') }, [dear]), limited({}, [one]))).toEqual([
      'increase_per_run: Take back rag / answer: a/one -> a/dear, +$20.00.',
    ]);
  });

  test('in percent is judged as head x 100 against base x (100 + limit): 8 against 7.5 is 6.67 %', () => {
    const base = limited({}, [
      { ...one, count: 7, name: 'answer' },
      { ...one, count: 1, name: 'half', prompt_tokens: tokens(500) },
    ]);
    expect(remediesOf(limited({ increase_percent: fail('10') }), base)[0]).toMatch(
      /^increase_percent: Take back rag \/ answer: 7 -> 10 requests, \+\$3\.00\. Or: Set `provider\.sort: price` on rag \/ answer: that alone brings it to \+6\.7 %, within \+10 %\.$/,
    );
    expect(remediesOf(limited({ increase_percent: fail('6') }), base)[0]).toMatch(/Ask for a\/plain:floor/);
  });
});

test('rules that are not about cost keep their remedy', () => {
  const unknown = call({ model: 'a/unknown', name: 'other' });
  expect(remediesOf(limited({}, [plain, unknown]))).toEqual([expect.stringMatching(/^unpriced: (?!Set|Ask)/)]);
});

describe('a limit on the worst case', () => {
  const long = (fields: Partial<Parameters<typeof call>[0]>) =>
    call({ model: 'a/long', name: 'answer', completion_tokens: tokens(100), max_tokens: 200, ...fields });

  test('names what bounds it, the largest part first: 1.2 x 4 attempts, 1 + 3 more of the longest prompt', () => {
    // (4 + 0.2) x 5; without retries 4.2, with the expected prompt (1 + 0.2) x 5 = 6
    const retries = { expected: decimal('0'), max: decimal('4') };
    const head = limited({ worst_case_per_run: fail('5') }, [long({ retries, prompt_tokens: tokens(1000, 4000) })]);
    expect(remediesOf(head)).toEqual([
      'worst_case_per_run: Lower retries.max to the expected retries on rag / answer: that alone brings it to $4.20, within $5.00. ' +
        'Or: Lower prompt_tokens.max to the expected prompt on rag / answer: $15.00 less.',
    ]);
  });

  test('names first the call whose worst case this change raised: 2 x 1.2 - 1.2', () => {
    const head = limited({ worst_case_per_run: fail('2') }, [long({ count: 2 })]);
    expect(remediesOf(head, limited({}, [long({})]))[0]).toBe(
      'worst_case_per_run: Take back rag / answer: worst case $1.20 -> $2.40, +$1.20.',
    );
  });
});

test('what is overridden was approved as it is and has no remedy', () => {
  const input = { comparison: comparisonOf(limited({})), catalogue: OFFERS, at: null, freeRequestsPerDay: 50 };
  const { violations } = judged({ head: limited({ per_run: fail('8') }), catalogue: OFFERS });
  const overridden = violations.map((one) => ({ ...one, severity: 'warn' as const, overridden: true }));
  expect(withRemedies(overridden, input, []).map(({ remedy }) => remedy)).toEqual([undefined]);
});

test('every call that a remedy names belongs to the scope of its violation', () => {
  const calls = fc.array(
    fc.record({
      model: fc.constantFrom('a/plain', 'a/one', 'a/dear', 'a/long'),
      count: fc.integer({ min: 1, max: 20 }),
      max: fc.option(fc.constantFrom(200, 5000)),
    }),
    { minLength: 1, maxLength: 2 },
  );
  const manifests = fc.array(calls, { minLength: 3, maxLength: 3 }).map((suites) =>
    manifest({
      budget: { per_run: fail('0.01'), worst_case_per_run: fail('0.01'), increase_per_run: fail('0.001') },
      suites: suites.map((of, index) =>
        suite({
          name: `suite-${index}`,
          run: index === 2 ? 'nightly' : 'ci',
          budget: { per_run: fail('0.01'), worst_case_per_run: fail('0.01'), increase_per_run: fail('0.001') },
          calls: of.map(({ model, count, max }, place) => {
            const cap = max === null ? {} : { max_tokens: max };
            const name = `call-${index}-${place}`;
            return call({ model, count, name, display_name: name, completion_tokens: tokens(10), ...cap });
          }),
        }),
      ),
    }),
  );
  let named = 0;
  fc.assert(
    fc.property(manifests, manifests, (head, base) => {
      const input = { comparison: comparisonOf(head, base), catalogue: OFFERS, at: null, freeRequestsPerDay: 50 };
      const changes = changesOf(input.comparison, (one, requests) => estimateCall(one, requests, OFFERS, null).per_run);
      const { violations } = judged({ head, base, catalogue: OFFERS });
      for (const { suite: name, run, remedy = '' } of withRemedies(violations, input, changes)) {
        const suites = [...remedy.matchAll(/suite-\d/g)].map(([found]) => found);
        named += suites.length;
        for (const found of suites) {
          if (name !== null) expect(found).toBe(name);
          else if (run !== null) expect(found === 'suite-2' ? 'nightly' : 'ci').toBe(run);
        }
      }
    }),
    { numRuns: 60 },
  );
  expect(named).toBeGreaterThan(200);
});
