import { describe, expect, test } from '@jest/globals';
import { percentCovered, runNeeds, runsCovered } from '../../../src/budget/credits/credits-rule.js';
import { estimateManifest } from '../../../src/budget/estimate.js';
import { decimal, toText } from '../../../src/lib/money/decimal.js';
import { DOLLARS, dollars } from '../../support/judged.js';
import { call, manifest, suite } from '../../support/manifest.js';

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
