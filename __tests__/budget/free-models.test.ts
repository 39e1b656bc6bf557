import { describe, expect, test } from '@jest/globals';
import { estimateManifest } from '../../src/budget/estimate.js';
import { toText } from '../../src/lib/money/decimal.js';
import type { NamedCall } from '../../src/manifest/manifest.js';
import { catalogue, endpoint, model } from '../support/catalogue.js';
import { call, manifest, suite, tokens } from '../support/manifest.js';

/** 1,000 prompt and 100 completion tokens cost 1000 x 0.000001 + 100 x 0.000002 = $0.0012 at maker/paid. */
const zero = { prompt: '0', completion: '0' };
const PRICES = catalogue([
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
  return estimateManifest(written, PRICES, null, undefined, perDay);
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
