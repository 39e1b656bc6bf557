import { describe, expect, it, test } from '@jest/globals';
import { estimateManifest, type Totals } from '../../src/budget/estimate.js';
import { decimal, toText, type Decimal, add, compare, sum, times } from '../../src/lib/money/decimal.js';
import { catalogue, endpoint, model } from '../support/catalogue.js';
import { call, manifest, suite, tokens } from '../support/manifest.js';
import { perMillion, text } from '../support/price.js';
import type { NamedCall } from '../../src/manifest/manifest.js';
import fc from 'fast-check';
import type { Pricing } from '../../src/openrouter/catalogue/catalogue.js';
import { priceCall } from '../../src/budget/pricing/price-call.js';

/** 1000 x 1 + 100 x 2 = $0.0012 a request expected and $0.0004 at the floor; $0.0024 at worst, with max_tokens 100. */
const PRICES = catalogue([
  {
    ...model({ id: 'maker/model' }),
    endpoints: [
      endpoint({ tag: 'a' }),
      endpoint({ tag: 'b', pricing: perMillion(0.3, 1) }),
      endpoint({ tag: 'c', pricing: perMillion(2, 4) }),
    ],
  },
  { ...model({ id: 'maker/model:free', pricing: { prompt: '0', completion: '0' } }), endpoints: [] },
  { ...model({ id: 'maker/lost' }), endpoints: 'HTTP 500' },
]);
const paid = call({ model: 'maker/model', max_tokens: 100 });
const lost = call({ model: 'maker/lost', max_tokens: 100 });
const gone = call({ model: 'maker/gone' });

function figures(totals: Totals) {
  return {
    per_run: text(totals.per_run),
    priced_per_run: text(totals.priced_per_run),
    floor_per_run: text(totals.floor_per_run),
    worst_case_per_run: text(totals.worst_case_per_run),
    per_month: text(totals.per_month),
    priced_per_month: text(totals.priced_per_month),
    requests_per_run: totals.requests_per_run,
  };
}

describe('the cost of a run', () => {
  it('is repeat x count x (1 + retries) x a request: 3 x 120 x 1.02 x 0.0012, and at worst 3 x 120 x 3 x 0.0024', () => {
    const retries = { expected: decimal('0.02'), max: decimal('2') };
    const suites = [suite({ name: 'evals', repeat: 3, calls: [{ ...paid, count: 120, retries }] })];
    const { totals, coverage } = estimateManifest(manifest({ suites }), PRICES, null);
    expect(figures(totals)).toEqual({
      per_run: '0.44064',
      priced_per_run: '0.44064',
      floor_per_run: '0.14688',
      worst_case_per_run: '2.592',
      per_month: null,
      priced_per_month: null,
      requests_per_run: 360n,
    });
    expect(coverage).toEqual({ priced: 1, free: 0, unpriced: 0 });
  });

  it('has the expected retries at worst too where no most is given: 10 x 1.5 x 0.0024', () => {
    const retries = { expected: decimal('0.5'), max: null };
    const suites = [suite({ name: 'evals', calls: [{ ...paid, count: 10, retries }] })];
    expect(text(estimateManifest(manifest({ suites }), PRICES, null).totals.worst_case_per_run)).toBe('0.036');
  });

  it.each([
    { repeat: 0, count: 5 },
    { repeat: 5, count: 0 },
  ])('is 0 for repeat $repeat and count $count, where the call has a price', ({ repeat, count }) => {
    const suites = [suite({ name: 'evals', repeat, calls: [{ ...paid, count }] })];
    const { totals } = estimateManifest(manifest({ suites, runs_per_month: 30 }), PRICES, null);
    expect(figures(totals)).toMatchObject({
      per_run: '0',
      worst_case_per_run: '0',
      per_month: '0',
      requests_per_run: 0n,
    });
  });

  it('is exact beyond what a float can count: 1000000000 x 1000000000 x 0.0012', () => {
    const suites = [suite({ name: 'evals', repeat: 1_000_000_000, calls: [{ ...paid, count: 1_000_000_000 }] })];
    const { totals } = estimateManifest(manifest({ suites }), PRICES, null);
    expect(figures(totals)).toMatchObject({
      per_run: '1200000000000000',
      requests_per_run: 1_000_000_000_000_000_000n,
    });
  });

  it('of a suite and its calls adds up to that of the manifest: 0.0012 + 0.0024 + 0.0036', () => {
    const twice = { ...paid, count: 2 };
    const suites = [
      suite({ name: 'one', calls: [paid, twice] }),
      suite({ name: 'two', calls: [{ ...paid, count: 3 }] }),
    ];
    const estimate = estimateManifest(manifest({ suites }), PRICES, null);
    expect(estimate.suites.map(({ name, totals }) => [name, text(totals.per_run)])).toEqual([
      ['one', '0.0036'],
      ['two', '0.0036'],
    ]);
    expect(estimate.suites[0]?.calls.map((one) => text(one.per_run))).toEqual(['0.0012', '0.0024']);
    expect(text(estimate.totals.per_run)).toBe('0.0072');
  });

  it('of no suites is 0', () => {
    expect(figures(estimateManifest(manifest(), PRICES, null).totals)).toMatchObject({ per_run: '0', per_month: '0' });
  });
});

describe('the cost of a month', () => {
  const suites = [
    suite({ name: 'push', calls: [paid] }),
    suite({ name: 'nightly', runs_per_month: 30, calls: [{ ...paid, count: 10 }] }),
  ];

  it("is by the suite's own runs, else the manifest's: 600 x 0.0012 + 30 x 0.012 = 0.72 + 0.36", () => {
    const estimate = estimateManifest(manifest({ suites, runs_per_month: 600 }), PRICES, null);
    expect(estimate.suites.map((one) => [one.runs_per_month, text(one.totals.per_month)])).toEqual([
      [600, '0.72'],
      [30, '0.36'],
    ]);
    expect(text(estimate.totals.per_month)).toBe('1.08');
  });

  it('is not known where one suite has no runs', () => {
    const estimate = estimateManifest(manifest({ suites }), PRICES, null);
    expect(estimate.suites.map((one) => text(one.totals.per_month))).toEqual([null, '0.36']);
    expect([estimate.totals.per_month, estimate.totals.priced_per_month]).toEqual([null, null]);
  });

  it('may be asked for other runs: 900 x 0.0012 + 900 x 0.012', () => {
    const estimate = estimateManifest(manifest({ suites, runs_per_month: 600 }), PRICES, null, ({ run }) => ({
      run,
      runs_per_month: 900,
    }));
    expect(text(estimate.totals.per_month)).toBe('11.88');
    expect(estimate.suites.map((one) => one.runs_per_month)).toEqual([900, 900]);
  });
});

describe('parts that are not known', () => {
  it('an unpriced call leaves no sum, and the rest is a lower bound: 2 x 0.0012, 600 times a month', () => {
    const suites = [suite({ name: 'a', calls: [paid, gone] }), suite({ name: 'b', calls: [paid] })];
    const estimate = estimateManifest(manifest({ suites, runs_per_month: 600 }), PRICES, null);
    expect(figures(estimate.totals)).toEqual({
      per_run: null,
      priced_per_run: '0.0024',
      floor_per_run: null,
      worst_case_per_run: null,
      per_month: null,
      priced_per_month: '1.44',
      requests_per_run: 3n,
    });
    expect(text(estimate.suites[1]?.totals.per_run ?? null)).toBe('0.0012');
  });

  it('also where it is made 0 times: unknown is never $0', () => {
    const suites = [suite({ name: 'a', calls: [{ ...gone, count: 0 }] })];
    expect(estimateManifest(manifest({ suites }), PRICES, null).totals.per_run).toBeNull();
  });

  it('endpoints that are not known leave neither floor nor worst case, and the sum stands: 2 x 0.0012', () => {
    const suites = [suite({ name: 'a', calls: [paid, lost] })];
    expect(figures(estimateManifest(manifest({ suites }), PRICES, null).totals)).toMatchObject({
      per_run: '0.0024',
      floor_per_run: null,
      worst_case_per_run: null,
    });
  });

  it('priced, free and unpriced calls are counted apart', () => {
    const free = call({ model: 'maker/model:free' });
    const suites = [suite({ name: 'a', calls: [paid, free, gone] }), suite({ name: 'b', calls: [free, paid, paid] })];
    expect(estimateManifest(manifest({ suites }), PRICES, null).coverage).toEqual({ priced: 3, free: 2, unpriced: 1 });
  });
});

it('the instant of prices that depend on the hour reaches every call: 1000 x 9 + 100 x 2 against 1000 x 1 + 100 x 2', () => {
  const pricing = perMillion(1, 2, { overrides: [{ utc_start: 0, utc_end: 600, prompt: '0.000009' }] });
  const prices = catalogue([{ ...model({ id: 'maker/model', pricing }), endpoints: [] }]);
  const suites = [suite({ name: 'a', calls: [{ ...paid, prompt_tokens: tokens(1000) }] })];
  const cost = (at: Date | null) => text(estimateManifest(manifest({ suites }), prices, at).totals.per_run);
  expect(cost(null)).toBe('0.0092');
  expect(cost(new Date('2026-11-24T12:00:00Z'))).toBe('0.0012');
});

/** 1,000 prompt and 100 completion tokens cost 1000 x 0.000001 + 100 x 0.000002 = $0.0012 at maker/paid. */
const zero = { prompt: '0', completion: '0' };
const FREE_PRICES = catalogue([
  { ...model({ id: 'maker/one:free', pricing: zero }), endpoints: [endpoint({ tag: 'a', pricing: zero })] },
  { ...model({ id: 'maker/two:free', pricing: zero }), endpoints: [endpoint({ tag: 'a', pricing: zero })] },
  { ...model({ id: 'maker/paid' }), endpoints: [endpoint({ tag: 'a' })] },
]);

interface Suite {
  readonly runs?: number;
  readonly kind?: string;
  readonly calls: readonly (Partial<NamedCall> & { readonly count: number })[];
}

function estimateOf(suites: readonly Suite[], perDay: number) {
  const written = manifest({
    suites: suites.map(({ runs, kind, calls }, index) =>
      suite({
        name: `s${index}`,
        ...(runs === undefined ? {} : { runs_per_month: runs }),
        ...(kind === undefined ? {} : { run: kind }),
        calls: calls.map((fields) => call({ model: 'maker/one:free', fallback_models: ['maker/paid'], ...fields })),
      }),
    ),
  });
  return estimateManifest(written, FREE_PRICES, null, undefined, perDay);
}

function costs(suites: readonly Suite[], perDay: number): (string | null)[] {
  return estimateOf(suites, perDay).suites.flatMap(({ calls }) =>
    calls.map(({ per_run: cost }) => cost && toText(cost)),
  );
}

describe('requests to free models above the free number of a day', () => {
  test.each<[string, readonly Suite[], number, readonly string[]]>([
    ['are none up to it', [{ calls: [{ count: 50 }] }], 50, ['0']],
    ['of one run cost the paid fallback: 50 x 0.0012', [{ calls: [{ count: 100 }] }], 50, ['0.06']],
    [
      'of a month over 30 days: 10 of 40 a day, 20 x 10 / 40 x 0.0012',
      [{ runs: 60, calls: [{ count: 20 }] }],
      30,
      ['0.006'],
    ],
    [
      'are shared in proportion: 60 of 80 are above, 0.75 x 60 x 0.0012 and 0.75 x 20 x 0.0012',
      [{ calls: [{ count: 60 }, { count: 20, model: 'maker/two:free' }] }],
      20,
      ['0.054', '0.018'],
    ],
    ['are counted over all suites', [{ calls: [{ count: 60 }] }, { calls: [{ count: 20 }] }], 20, ['0.054', '0.018']],
    [
      'are those of one kind of run, the larger: 60 of nightly, not 60 + 20, so none is above 60',
      [{ calls: [{ count: 20 }] }, { kind: 'nightly', calls: [{ count: 60 }] }],
      60,
      ['0', '0'],
    ],
    [
      'of the larger kind are added up: 40 + 20 of nightly, 30 of 60 above, 0.5 x each x 0.0012',
      [
        { calls: [{ count: 50 }] },
        { kind: 'nightly', calls: [{ count: 40 }] },
        { kind: 'nightly', calls: [{ count: 20 }] },
      ],
      30,
      ['0.03', '0.024', '0.012'],
    ],
    [
      'of a month are those of all kinds: (60 x 20 + 30 x 40) / 30 = 80 a day, 40 above, 0.5 x 20 x 0.0012 and 0.5 x 40 x 0.0012',
      [
        { runs: 60, calls: [{ count: 20 }] },
        { kind: 'nightly', runs: 30, calls: [{ count: 40 }] },
      ],
      40,
      ['0.012', '0.024'],
    ],
    [
      'stay free without a paid fallback, and count all the same: 0.75 x 20 x 0.0012',
      [{ calls: [{ count: 60, fallback_models: [] }, { count: 20 }] }],
      20,
      ['0', '0.018'],
    ],
    [
      'cost the first paid one',
      [{ calls: [{ count: 100, fallback_models: ['maker/two:free', 'maker/paid'] }] }],
      50,
      ['0.06'],
    ],
    [
      'have the tokens of the call: 50 x 2000 x 0.000001',
      [{ calls: [{ count: 100, prompt_tokens: tokens(2000), completion_tokens: tokens(0) }] }],
      50,
      ['0.1'],
    ],
    [
      'cost what they cost to the last digit, though their share has no end: (10,050 - 50) x 0.0012',
      [{ calls: [{ count: 10_050 }] }],
      50,
      ['12'],
    ],
    [
      'replace free ones that cost their searches: half at 0.007, half at 0.007 + 0.0012, 50 x 0.007 + 50 x 0.0082',
      [{ calls: [{ count: 100, web_searches: 1 }] }],
      50,
      ['0.76'],
    ],
    [
      'pay for each search once where no request is free: 100 x (0.007 + 0.0012)',
      [{ calls: [{ count: 100, web_searches: 1 }] }],
      0,
      ['0.82'],
    ],
    ['are all that are made where none is free', [{ calls: [{ count: 100 }] }], 0, ['0.12']],
  ])('%s', (_, suites, perDay, expected) => {
    expect(costs(suites, perDay)).toEqual(expected);
  });

  test('make a call that is priced, and stand in the totals', () => {
    const { suites, totals, coverage } = estimateOf([{ calls: [{ count: 100 }] }], 50);
    expect(coverage).toEqual({ priced: 1, free: 0, unpriced: 0 });
    expect([totals.per_run && toText(totals.per_run), suites[0]?.calls[0]?.price.source]).toEqual([
      '0.06',
      '50 % of its requests, those above the free ones of a day, at maker/paid',
    ]);
  });

  test.each([
    // 0.0012 x 1/2 = 0.0006.
    [0, ['0.0012 x 1500 / 3000 = 0.0006', 'sum = 0.0006']],
    // A search costs 0.007 on both models: 0.0082 x 1/2 + 0.007 x 1/2 = 0.0041 + 0.0035.
    [1, ['0.0082 x 1500 / 3000 = 0.0041', '0.007 x 1500 / 3000 = 0.0035', 'sum = 0.0076']],
  ])('explain both shares of a request with %i searches', (web_searches, lines) => {
    const { suites } = estimateOf([{ calls: [{ count: 100, web_searches }] }], 50);
    expect(suites[0]?.calls[0]?.price.details().arithmetic.slice(1)).toEqual(lines);
  });
});

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
