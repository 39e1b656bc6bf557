import { describe, expect, it } from '@jest/globals';
import { estimateManifest, type Totals } from '../../src/budget/estimate.js';
import { decimal } from '../../src/lib/money/decimal.js';
import { catalogue, endpoint, model } from '../support/catalogue.js';
import { call, manifest, suite, tokens } from '../support/manifest.js';
import { perMillion, text } from '../support/price.js';

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
