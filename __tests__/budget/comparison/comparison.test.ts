import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { compareEstimates, removedSuites, type Comparison } from '../../../src/budget/comparison/comparison.js';
import { estimateManifest } from '../../../src/budget/estimate.js';
import type { Manifest } from '../../../src/manifest/manifest.js';
import { decimal, toText, type Decimal } from '../../../src/lib/money/decimal.js';
import { dollars, DOLLARS, evals, manifest, suite } from '../../support/judged.js';

function compared(head: Manifest, base: Manifest | null): Comparison {
  const estimate = (one: Manifest) => estimateManifest(one, DOLLARS, null);
  return compareEstimates(estimate(head), base === null ? null : estimate(base));
}

function of(...calls: Parameters<typeof evals>): Manifest {
  return manifest({ suites: [evals(...calls)] });
}

function shown(value: Decimal | null | undefined): string | null {
  return value === null || value === undefined ? null : toText(value);
}

/** Each call pair as `status head<-base delta`. */
function pairs(comparison: Comparison): string[] {
  return comparison.suites.flatMap((one) =>
    one.calls.map(({ status, head, base, delta }) => {
      const names = [head, base].map((side) => side?.call.display_name ?? '-').join('<-');
      return `${status} ${names} ${shown(delta) ?? 'unknown'}`;
    }),
  );
}

describe('pairing calls', () => {
  test('calls of the same name are paired wherever they stand', () => {
    const head = of(dollars(2, { name: 'b', display_name: 'b' }), dollars(5, { name: 'a', display_name: 'a' }));
    const base = of(dollars(1, { name: 'a', display_name: 'a' }), dollars(2, { name: 'b', display_name: 'b' }));
    // a: 5 - 1 = 4
    expect(pairs(compared(head, base))).toEqual(['unchanged b<-b 0', 'changed a<-a 4']);
  });

  test('a call without a name that changes its model is a change, not a removal and an addition', () => {
    const head = of(dollars(4, { model: 'a/half', display_name: 'a/half' }));
    // 4 x $0.50 - 4 x $1 = -2
    expect(pairs(compared(head, of(dollars(4))))).toEqual(['changed a/half<-a/dollar -2']);
  });

  test('several unnamed calls of one model are paired in their order', () => {
    const comparison = compared(of(dollars(1), dollars(2), dollars(3)), of(dollars(1), dollars(2)));
    expect(pairs(comparison)).toEqual([
      'unchanged a/dollar<-a/dollar 0',
      'unchanged a/dollar<-a/dollar 0',
      'added a/dollar<-- 3',
    ]);
  });

  describe('of several unnamed calls of one model', () => {
    test('those that are the same are pairs, whichever of the others is taken away', () => {
      expect(pairs(compared(of(dollars(2)), of(dollars(1), dollars(2))))).toEqual([
        'unchanged a/dollar<-a/dollar 0',
        'removed -<-a/dollar -1',
      ]);
      expect(pairs(compared(of(dollars(1)), of(dollars(1), dollars(2))))).toEqual([
        'unchanged a/dollar<-a/dollar 0',
        'removed -<-a/dollar -2',
      ]);
    });

    test('two that change places are unchanged', () => {
      expect(pairs(compared(of(dollars(2), dollars(1)), of(dollars(1), dollars(2))))).toEqual([
        'unchanged a/dollar<-a/dollar 0',
        'unchanged a/dollar<-a/dollar 0',
      ]);
    });

    test('one that gets another model is held against the one that is left', () => {
      const half = dollars(4, { model: 'a/half', display_name: 'a/half' });
      // 4 x $0.50 - 1 x $1 = 1
      expect(pairs(compared(of(half, dollars(2)), of(dollars(1), dollars(2))))).toEqual([
        'changed a/half<-a/dollar 1',
        'unchanged a/dollar<-a/dollar 0',
      ]);
    });
  });

  test('a renamed call is one removed and one added, and adds nothing in sum', () => {
    const head = of(dollars(2, { name: 'new', display_name: 'new' }));
    const base = of(dollars(2, { name: 'old', display_name: 'old' }));
    const comparison = compared(head, base);
    expect(pairs(comparison)).toEqual(['added new<-- 2', 'removed -<-old -2']);
    expect(shown(comparison.shown.delta?.per_run)).toBe('0');
  });

  test('a call that is the same adds nothing even where it has no price', () => {
    const unknown = dollars(3, { model: 'a/unknown', display_name: 'a/unknown' });
    const comparison = compared(of(unknown, dollars(3)), of(unknown, dollars(1)));
    // 3 x $1 - 1 x $1 = 2, whatever a/unknown costs
    expect(shown(comparison.shown.delta?.per_run)).toBe('2');
    expect(comparison.shown.delta?.percent).toBeNull();
  });

  test('a call that is the same and costs more, since others use up the free requests of a day, is changed', () => {
    const base = estimateManifest(of(dollars(1)), DOLLARS, null);
    const dearer = base.suites.map((one) => ({
      ...one,
      calls: one.calls.map((call) => ({ ...call, per_run: decimal('1.5') })),
    }));
    const comparison = compareEstimates({ ...base, suites: dearer }, base);
    expect(pairs(comparison)).toEqual(['changed a/dollar<-a/dollar 0.5']);
  });

  test('a call without a price that changed makes the delta unknown', () => {
    const unknown = (count: number) => dollars(count, { model: 'a/unknown', display_name: 'a/unknown' });
    expect(compared(of(unknown(2)), of(unknown(1))).shown.delta?.per_run).toBeNull();
    expect(compared(of(dollars(1)), of(dollars(1), unknown(1))).shown.delta?.per_run).toBeNull();
    // One that asks for less adds nothing.
    expect(shown(compared(of(unknown(1)), of(unknown(2))).shown.delta?.per_run)).toBe('0');
  });

  test('a call with a name is never held against one without', () => {
    const named = dollars(2, { name: 'n', display_name: 'n' });
    expect(pairs(compared(of(named), of(dollars(1))))).toEqual(['added n<-- 2', 'removed -<-a/dollar -1']);
    expect(pairs(compared(of(dollars(2)), of({ ...named, count: 1 })))).toEqual([
      'added a/dollar<-- 2',
      'removed -<-n -1',
    ]);
  });

  test('a call that has its counterpart by name is not held against another one as well', () => {
    const half = dollars(2, { model: 'a/half', display_name: 'a/half' });
    expect(pairs(compared(of(half, dollars(1)), of(dollars(1))))).toEqual([
      'added a/half<-- 1',
      'unchanged a/dollar<-a/dollar 0',
    ]);
  });

  test('more repeats of a suite change its calls', () => {
    const repeated = manifest({ suites: [{ ...evals(dollars(2)), repeat: 3 }] });
    // 3 x 2 - 2 = 4
    expect(pairs(compared(repeated, of(dollars(2))))).toEqual(['changed a/dollar<-a/dollar 4']);
  });
});

describe('suites and sums', () => {
  test('without a base everything is added and there is no delta', () => {
    const comparison = compared(of(dollars(1)), null);
    expect(comparison.suites.map((one) => one.status)).toEqual(['added']);
    expect(comparison.shown.delta).toBeNull();
    expect(comparison.suites[0]?.delta).toBeNull();
  });

  test("suites keep head's order, removed ones last", () => {
    const named = (name: string) => suite({ name, calls: [dollars(1)] });
    const head = manifest({ suites: [named('c'), named('a')] });
    const base = manifest({ suites: [named('a'), named('b')] });
    const {
      suites,
      shown: { delta },
    } = compared(head, base);
    expect(suites.map(({ name, status }) => `${name} ${status}`)).toEqual(['c added', 'a unchanged', 'b removed']);
    expect(shown(delta?.per_run)).toBe('0');
  });

  test('where head has no manifest, all suites of base are removed, in its order, as one that head drops is', () => {
    const named = (name: string) => suite({ name, calls: [dollars(1)] });
    const base = estimateManifest(manifest({ suites: [named('b'), named('a')] }), DOLLARS, null);
    const suites = removedSuites(base);
    expect(suites.map(({ name, status }) => `${name} ${status}`)).toEqual(['b removed', 'a removed']);
    const head = estimateManifest(manifest({ suites: [named('c')] }), DOLLARS, null);
    expect(suites).toEqual(compareEstimates(head, base).suites.slice(1));
  });

  test.each([
    [5, 4, '25'],
    [4, 3, '33.33'], // 1/3
    [5, 3, '66.67'], // 2/3
    [1, 8, '-87.5'],
    [0, 0, '0'],
    [7, 7, '0'],
    [1, 0, null], // from nothing there is no percentage
    [0, 2, '-100'],
  ])('from $%i at head and $%i at base the percentage is %s', (head, base, expected) => {
    const {
      shown: { delta },
      suites,
    } = compared(of(dollars(head)), of(dollars(base)));
    expect(shown(delta?.percent)).toBe(expected);
    expect(shown(suites[0]?.delta?.percent)).toBe(expected);
  });

  test('months: each suite with its own runs, and none where a suite does not say', () => {
    const daily = (count: number) => manifest({ runs_per_month: 30, suites: [evals(dollars(count))] });
    // (5 - 3) x 30 = 60
    expect(shown(compared(daily(5), daily(3)).shown.delta?.per_month)).toBe('60');
    expect(compared(of(dollars(5)), of(dollars(3))).shown.delta?.per_month).toBeNull();
    const nightly = manifest({ runs_per_month: 10, suites: [evals(dollars(3))] });
    const {
      shown: { delta },
      suites,
    } = compared(nightly, daily(3));
    // 3 x 10 - 3 x 30 = -60 a month, nothing a run
    expect([shown(delta?.per_month), shown(delta?.per_run), suites[0]?.status]).toEqual(['-60', '0', 'changed']);
  });

  describe('months', () => {
    const unknown = dollars(1, { model: 'a/unknown', display_name: 'a/unknown' });
    const monthly = (runs: number | null, ...suites: ReturnType<typeof suite>[]) =>
      manifest({ runs_per_month: runs, suites });
    const perMonth = (head: Manifest, base: Manifest) => {
      const {
        shown: { delta },
        suites,
      } = compared(head, base);
      return [shown(delta?.per_month), ...suites.map((one) => shown(one.delta?.per_month))];
    };
    const more = suite({ name: 'more', calls: [dollars(2)] });

    test('count a suite that is new, and take off one that is gone', () => {
      const [one, two] = [monthly(30, evals(dollars(3))), monthly(30, evals(dollars(3)), more)];
      // 2 x 30
      expect(perMonth(two, one)).toEqual(['60', '0', '60']);
      expect(perMonth(one, two)).toEqual(['-60', '0', '-60']);
    });

    test('leave out a call without a price that is the same, as long as the suite runs as often', () => {
      const head = monthly(30, evals(unknown, dollars(3)));
      // (3 - 1) x 30
      expect(perMonth(head, monthly(30, evals(unknown, dollars(1))))).toEqual(['60', '60']);
      expect(perMonth(head, monthly(20, evals(unknown, dollars(3))))).toEqual([null, null]);
      expect(perMonth(monthly(30, evals(dollars(3))), monthly(20, evals(unknown)))).toEqual([null, null]);
      expect(perMonth(monthly(30, evals(unknown)), monthly(20, evals(dollars(3))))).toEqual([null, null]);
    });

    test('are not known where one side does not say how often it runs', () => {
      const [said, unsaid] = [monthly(30, evals(dollars(3))), monthly(null, evals(dollars(3)))];
      expect(perMonth(said, unsaid)).toEqual([null, null]);
      expect(perMonth(unsaid, said)).toEqual([null, null]);
      expect(perMonth(said, monthly(null))).toEqual(['90', '90']);
    });

    test('of a change without a price are not known', () => {
      expect(perMonth(monthly(30, evals(unknown)), monthly(30, evals(dollars(1))))).toEqual([null, null]);
    });
  });

  test('a suite is changed where one of its calls is, and unchanged where none is', () => {
    const base = of(dollars(1), dollars(2));
    expect(compared(of(dollars(1), dollars(3)), base).suites[0]?.status).toBe('changed');
    expect(compared(of(dollars(1), dollars(2)), base).suites[0]?.status).toBe('unchanged');
    expect(compared(of(dollars(1)), base).suites[0]?.status).toBe('changed');
  });

  test('a suite that is new has no percentage, since it grew from nothing', () => {
    const { suites } = compared(manifest({ suites: [suite({ name: 'new', calls: [dollars(2)] })] }), manifest());
    expect([shown(suites[0]?.delta?.per_run), suites[0]?.delta?.percent]).toEqual(['2', null]);
  });

  test('the delta is the difference of the sums, in whatever order suites and calls stand', () => {
    const counts = fc.array(fc.array(fc.nat(50), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(counts, counts, (headCounts, baseCounts) => {
        const built = (all: number[][]) =>
          manifest({
            suites: all.map((some, index) => suite({ name: `s${index}`, calls: some.map((count) => dollars(count)) })),
          });
        const total = (all: number[][]) => all.flat().reduce((sum, count) => sum + count, 0);
        const { delta } = compared(built(headCounts), built(baseCounts)).shown;
        expect(shown(delta?.per_run)).toBe(String(total(headCounts) - total(baseCounts)));
      }),
    );
  });
});
