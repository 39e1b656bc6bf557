import { describe, expect, test } from '@jest/globals';
import { percentCovered, runNeeds, runsCovered } from '../../src/budget/credits.js';
import { estimateManifest } from '../../src/budget/estimate.js';
import { decimal, toText } from '../../src/lib/money/decimal.js';
import { DOLLARS, dollars } from '../support/judged.js';
import { call, manifest, suite } from '../support/manifest.js';

describe('what a run needs', () => {
  // 2 x 3 requests at $1 and 1 x 4 at $1; 2 x 5 requests of a free model.
  test('is its cost, that of each suite, and its requests to free models', () => {
    const one = manifest({
      suites: [
        suite({ name: 'twice', repeat: 2, calls: [dollars(3), call({ model: 'a/free:free', count: 5 })] }),
        suite({ name: 'once', calls: [dollars(4)] }),
      ],
    });
    const needs = runNeeds(estimateManifest(one, DOLLARS, null));
    expect(toText(needs.cost)).toBe('10');
    expect(needs.is_lower_bound).toBe(false);
    expect(needs.free_requests).toBe(10n);
    expect(needs.suites.map(({ name, cost }) => [name, toText(cost)])).toEqual([
      ['twice', '6'],
      ['once', '4'],
    ]);
  });

  // ci costs $4 and makes 3 free requests, nightly costs $1 and makes 60.
  test('is the cost of the kind of run that costs most, and the free requests of the kind that makes most', () => {
    const free = (count: number) => call({ model: 'a/free:free', count });
    const ci = suite({ name: 'push', calls: [dollars(4), free(3)] });
    const nightly = suite({ name: 'night', run: 'nightly', calls: [dollars(1), free(60)] });
    for (const suites of [
      [ci, nightly],
      [nightly, ci],
    ]) {
      const needs = runNeeds(estimateManifest(manifest({ suites }), DOLLARS, null));
      expect([toText(needs.cost), needs.free_requests]).toEqual(['4', 60n]);
      expect(needs.suites.map(({ name }) => name)).toEqual(['push']);
    }
  });

  test('is a lower bound where a call has no price', () => {
    const one = manifest({ suites: [suite({ name: 'some', calls: [dollars(3), call({ model: 'a/unknown' })] })] });
    const needs = runNeeds(estimateManifest(one, DOLLARS, null));
    expect(toText(needs.cost)).toBe('3');
    expect(needs.is_lower_bound).toBe(true);
  });
});

describe('what an amount covers', () => {
  // 12.3 / 1.28 = 9.609; 1.28 / 1.28 = 1; 1.2799 / 1.28 < 1; 1 / 0.0000001 = 10,000,000.
  test.each([
    ['12.3', '1.28', 9n],
    ['1.28', '1.28', 1n],
    ['1.2799', '1.28', 0n],
    ['1', '0.0000001', 10_000_000n],
    ['0', '1.28', 0n],
    ['-5', '1.28', 0n],
    ['5', '0', null],
  ])('$%s at $%s: %p whole runs', (remaining, cost, runs) => {
    expect(runsCovered(decimal(remaining), decimal(cost))).toBe(runs);
  });

  // 0.5 / 1.28 = 39.06 %; 1.2799 / 1.28 = 99.99 %.
  test.each([
    ['0.5', '1.28', 39n],
    ['1.2799', '1.28', 99n],
    ['-1', '1.28', 0n],
  ])('$%s of $%s: %p percent', (remaining, cost, percent) => {
    expect(percentCovered(decimal(remaining), decimal(cost))).toBe(percent);
  });
});
