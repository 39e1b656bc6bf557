import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Pricing } from '../../src/openrouter/catalogue/catalogue.js';
import { estimateManifest } from '../../src/budget/estimate.js';
import type { NamedCall } from '../../src/manifest/manifest.js';
import { type Decimal, add, compare, sum, times, toText } from '../../src/lib/money/decimal.js';
import { priceCall } from '../../src/budget/pricing/price-call.js';
import { catalogue, endpoint, model } from '../support/catalogue.js';
import { call, manifest, suite, tokens } from '../support/manifest.js';

/** Of up to 22 decimals, never zero. */
const price = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 20n }), fc.integer({ min: 0, max: 22 }))
  .map(([coefficient, scale]) => toText({ coefficient, scale }));

/** Without breaks: no overrides, and no prices of the cache or of media. */
const pricing: fc.Arbitrary<Pricing> = fc.record({ prompt: price, completion: price, request: price });

const shape = fc.record({
  prompt: fc.nat(1_000_000),
  cached: fc.nat(1_000_000),
  completion: fc.nat(1_000_000),
  searches: fc.nat(5),
});

function callOf({ prompt, cached, completion, searches }: typeof shape extends fc.Arbitrary<infer T> ? T : never) {
  return call({
    model: 'maker/model',
    prompt_tokens: tokens(prompt),
    cached_tokens: tokens(Math.min(prompt, cached)),
    completion_tokens: tokens(completion),
    max_tokens: completion + 100,
    web_searches: searches,
  });
}

function pricesOf(listed: Pricing, other: Pricing) {
  const bounds = { context_length: null, max_completion_tokens: null };
  const endpoints = [
    endpoint({ tag: 'a', pricing: listed, ...bounds }),
    endpoint({ tag: 'b', pricing: other, ...bounds }),
  ];
  return catalogue([{ ...model({ id: 'maker/model', pricing: listed }), endpoints }]);
}

function perRun(calls: readonly NamedCall[], prices: ReturnType<typeof pricesOf>): (Decimal | null)[] {
  const { totals } = estimateManifest(manifest({ suites: [suite({ name: 'a', calls })] }), prices, null);
  return [totals.per_run, totals.floor_per_run, totals.worst_case_per_run];
}

const FIGURES = ['expected', 'floor', 'worst_case'] as const;

describe('for all prices and requests', () => {
  it('a run is linear in count: n + m requests cost what n and m do', () => {
    fc.assert(
      fc.property(pricing, pricing, shape, fc.nat(1_000_000), fc.nat(1_000_000), (listed, other, request, n, m) => {
        const prices = pricesOf(listed, other);
        const one = callOf(request);
        const [together, left, right] = [n + m, n, m].map((count) => perRun([{ ...one, count }], prices));
        const added = left?.map((amount, index) => {
          const more = right?.[index];
          return amount === null || !more ? null : add(amount, more);
        });
        expect(together).toEqual(added);
        expect(together).not.toContain(null);
      }),
    );
  });

  it.each(['prompt', 'completion', 'searches'] as const)('no figure falls when %s grow', (field) => {
    fc.assert(
      fc.property(pricing, pricing, shape, fc.integer({ min: 1, max: 1000 }), (listed, other, request, more) => {
        const prices = pricesOf(listed, other);
        const asked = { ...request, cached: Math.min(request.prompt, request.cached) };
        const before = priceCall(callOf(asked), prices, null);
        const after = priceCall(callOf({ ...asked, [field]: asked[field] + more }), prices, null);
        for (const figure of FIGURES) {
          const [low, high] = [before[figure], after[figure]];
          expect(low !== null && high !== null && compare(low, high) <= 0).toBe(true);
        }
      }),
    );
  });

  it('floor is not above expected, and neither is above the worst case, where an endpoint has the listed price', () => {
    fc.assert(
      fc.property(pricing, pricing, shape, (listed, other, request) => {
        const { floor, expected, worst_case } = priceCall(callOf(request), pricesOf(listed, other), null);
        expect(floor !== null && expected !== null && compare(floor, expected) <= 0).toBe(true);
        expect(expected !== null && worst_case !== null && compare(expected, worst_case) <= 0).toBe(true);
      }),
    );
  });

  it('no digit of a price is lost: the cost is the sum of integer products', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 22n }),
        fc.bigInt({ min: 1n, max: 10n ** 22n }),
        shape,
        (p, c, request) => {
          const at22 = (coefficient: bigint) => toText({ coefficient, scale: 22 });
          const prices = pricesOf({ prompt: at22(p), completion: at22(c) }, { prompt: at22(p), completion: at22(c) });
          const fields = { model: 'maker/model', prompt_tokens: tokens(request.prompt) };
          const { expected } = priceCall(
            call({ ...fields, completion_tokens: tokens(request.completion) }),
            prices,
            null,
          );
          const exact = BigInt(request.prompt) * p + BigInt(request.completion) * c;
          expect(expected === null ? null : compare(expected, { coefficient: exact, scale: 22 })).toBe(0);
        },
      ),
    );
  });

  it('the order of suites and calls changes no sum', () => {
    fc.assert(
      fc.property(
        pricing,
        pricing,
        fc.array(fc.array(fc.tuple(shape, fc.nat(1000)), { maxLength: 4 }), { maxLength: 5 }),
        fc.array(fc.nat(), { minLength: 5, maxLength: 5 }),
        (listed, other, groups, order) => {
          const prices = pricesOf(listed, other);
          const suites = groups.map((group, index) =>
            suite({ name: `s${index}`, calls: group.map(([request, count]) => ({ ...callOf(request), count })) }),
          );
          const keyed = suites.map((one, index) => ({ one, key: order[index] ?? 0 }));
          const shuffled = keyed
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => suite({ ...one, calls: [...one.calls].reverse() }));
          const [totals, others] = [suites, shuffled].map(
            (list) => estimateManifest(manifest({ suites: list, runs_per_month: 30 }), prices, null).totals,
          );
          expect(others).toEqual(totals);
        },
      ),
    );
  });

  it('5,000 calls cost the exact sum of each', () => {
    const prices = pricesOf(
      { prompt: '0.0000000208333333333333', completion: '0.000002' },
      { prompt: '1', completion: '1' },
    );
    const calls = Array.from({ length: 5000 }, (_, index) => {
      const request = { prompt: index * 7, cached: 0, completion: index % 13, searches: 0 };
      return { ...callOf(request), count: (index % 11) + 1 };
    });
    const each = calls.map((one) => {
      const { expected } = priceCall(one, prices, null);
      return expected === null ? null : times(expected, one.count);
    });
    const [together] = perRun(calls, prices);
    expect(together).toEqual(sum(each.filter((amount) => amount !== null)));
    expect(each).not.toContain(null);
  });
});
