import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  compareEstimates,
  removedSuites,
  type Comparison,
  priceDrift,
  type Drift,
} from '../../../src/budget/comparison/comparison.js';
import { estimateManifest } from '../../../src/budget/estimate.js';
import type { Manifest } from '../../../src/manifest/manifest.js';
import { decimal, toText, type Decimal } from '../../../src/lib/money/decimal.js';
import { dollars, DOLLARS, evals, manifest, suite, unknown } from '../../support/judged.js';
import type { Catalogue } from '../../../src/openrouter/catalogue/catalogue.js';
import { catalogue, endpoint, model } from '../../support/catalogue.js';

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

    test('one that gets another model is compared with the one that is left', () => {
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
    const comparison = compared(of(unknown(3), dollars(3)), of(unknown(3), dollars(1)));
    // 3 x $1 - 1 x $1 = 2, whatever a/unknown costs
    expect(shown(comparison.shown.delta?.per_run)).toBe('2');
    expect(comparison.shown.delta?.percent).toBeNull();
  });

  test('a call that is the same and costs more, since others use up the free requests of a day, is changed', () => {
    const base = estimateManifest(of(dollars(1)), DOLLARS, null);
    const changed = base.suites.map((one) => ({
      ...one,
      calls: one.calls.map((call) => ({ ...call, per_run: decimal('1.5') })),
    }));
    const comparison = compareEstimates({ ...base, suites: changed }, base);
    expect(pairs(comparison)).toEqual(['changed a/dollar<-a/dollar 0.5']);
  });

  test('a call without a price that changed makes the delta unknown', () => {
    expect(compared(of(unknown(2)), of(unknown(1))).shown.delta?.per_run).toBeNull();
    expect(compared(of(dollars(1)), of(dollars(1), unknown(1))).shown.delta?.per_run).toBeNull();
    // One that asks for less adds nothing.
    expect(shown(compared(of(unknown(1)), of(unknown(2))).shown.delta?.per_run)).toBe('0');
  });

  test('a call with a name is never compared with one without', () => {
    const named = dollars(2, { name: 'n', display_name: 'n' });
    expect(pairs(compared(of(named), of(dollars(1))))).toEqual(['added n<-- 2', 'removed -<-a/dollar -1']);
    expect(pairs(compared(of(dollars(2)), of({ ...named, count: 1 })))).toEqual([
      'added a/dollar<-- 2',
      'removed -<-n -1',
    ]);
  });

  test('a call that has its counterpart by name is not compared with another one as well', () => {
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
      const head = monthly(30, evals(unknown(1), dollars(3)));
      // (3 - 1) x 30
      expect(perMonth(head, monthly(30, evals(unknown(1), dollars(1))))).toEqual(['60', '60']);
      expect(perMonth(head, monthly(20, evals(unknown(1), dollars(3))))).toEqual([null, null]);
      expect(perMonth(monthly(30, evals(dollars(3))), monthly(20, evals(unknown(1))))).toEqual([null, null]);
      expect(perMonth(monthly(30, evals(unknown(1))), monthly(20, evals(dollars(3))))).toEqual([null, null]);
    });

    test('are not known where one side does not say how often it runs', () => {
      const [said, unsaid] = [monthly(30, evals(dollars(3))), monthly(null, evals(dollars(3)))];
      expect(perMonth(said, unsaid)).toEqual([null, null]);
      expect(perMonth(unsaid, said)).toEqual([null, null]);
      expect(perMonth(said, monthly(null))).toEqual(['90', '90']);
    });

    test('of a change without a price are not known', () => {
      expect(perMonth(monthly(30, evals(unknown(1))), monthly(30, evals(dollars(1))))).toEqual([null, null]);
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

describe('kinds of run', () => {
  type Part = readonly [name: string, run: string, cost: number, runsPerMonth?: number];
  const kinds = (...parts: readonly Part[]) =>
    manifest({
      suites: parts.map(([name, run, cost, runs_per_month = run === 'ci' ? 100 : 30]) =>
        suite({ name, run, runs_per_month, calls: [dollars(cost)] }),
      ),
    });

  /** Each kind as `name [suites] base -> head, delta, percent, a month`. */
  function runsOf({ runs }: Comparison): string[] {
    return runs.map(({ name, suites, head, base, delta }) => {
      const [from, to] = [base, head].map((side) => (side === null ? 'none' : (shown(side.per_run) ?? 'unknown')));
      const moved = delta === null ? 'no base' : changeOf(delta);
      return `${name} [${suites.join(' ')}] ${from} -> ${to}, ${moved}`;
    });
  }

  function changeOf(delta: NonNullable<Comparison['shown']['delta']>): string {
    return [delta.per_run, delta.percent, delta.per_month].map((figure) => shown(figure) ?? 'unknown').join(', ');
  }

  function shownOf({ shown: { head, base, delta } }: Comparison): string[] {
    const side = (totals: typeof base) =>
      totals === null
        ? 'none'
        : [totals.per_run, totals.per_month].map((figure) => shown(figure) ?? 'unknown').join(', ');
    return [side(base), side(head), delta === null ? 'no base' : changeOf(delta)];
  }

  const base = kinds(['evals', 'ci', 2], ['regression', 'nightly', 10], ['load', 'nightly', 3]);

  test('have figures of their own; the one that rises most stands for the run, the month is over all', () => {
    const comparison = compared(kinds(['evals', 'ci', 3], ['regression', 'nightly', 14], ['load', 'nightly', 3]), base);
    expect(runsOf(comparison)).toEqual([
      // 1 / 2; 1 x 100
      'ci [evals] 2 -> 3, 1, 50, 100',
      // 4 / 13 = 0.30769; 4 x 30
      'nightly [regression load] 13 -> 17, 4, 30.77, 120',
    ]);
    // 2 x 100 + 13 x 30 = 590; 3 x 100 + 17 x 30 = 810
    expect(shownOf(comparison)).toEqual(['13, 590', '17, 810', '4, 30.77, 220']);
  });

  test('are shown by the first that rises most, however much another costs', () => {
    const comparison = compared(kinds(['evals', 'ci', 3], ['regression', 'nightly', 10], ['load', 'nightly', 3]), base);
    expect(shownOf(comparison)).toEqual(['2, 590', '3, 690', '1, 50, 100']);
    const both = compared(kinds(['evals', 'ci', 3], ['regression', 'nightly', 11], ['load', 'nightly', 3]), base);
    // Both rise by 1: 3 x 100 + 14 x 30 = 720
    expect(shownOf(both)).toEqual(['2, 590', '3, 720', '1, 50, 130']);
  });

  test('are shown by the one that costs most where none rises', () => {
    const fallen = compared(kinds(['evals', 'ci', 2], ['regression', 'nightly', 9], ['load', 'nightly', 3]), base);
    // -1 / 13 = -0.07692; 2 x 100 + 12 x 30 = 560
    expect(shownOf(fallen)).toEqual(['13, 590', '12, 560', '-1, -7.69, -30']);
    const less = compared(kinds(['evals', 'ci', 1], ['regression', 'nightly', 10], ['load', 'nightly', 3]), base);
    expect(shownOf(less)).toEqual(['13, 590', '13, 490', '0, 0, -100']);
    const equal = kinds(['evals', 'ci', 5], ['regression', 'nightly', 5]);
    // 5 x 100 + 5 x 30
    expect(shownOf(compared(equal, equal))).toEqual(['5, 650', '5, 650', '0, 0, 0']);
    expect(compared(equal, equal).shown.head.requests_per_run).toBe(5n);
  });

  test('without a base have no delta, and are shown by the one that costs most', () => {
    const comparison = compared(base, null);
    expect(runsOf(comparison)).toEqual([
      'ci [evals] none -> 2, no base',
      'nightly [regression load] none -> 13, no base',
    ]);
    expect(shownOf(comparison)).toEqual(['none', '13, 590', 'no base']);
  });

  test('gain and lose a suite that moves between them, which is changed for that alone', () => {
    const comparison = compared(kinds(['evals', 'nightly', 2, 100]), kinds(['evals', 'ci', 2, 100]));
    expect(comparison.suites.map(({ status }) => status)).toEqual(['changed']);
    expect(runsOf(comparison)).toEqual([
      'nightly [evals] none -> 2, 2, unknown, 200',
      'ci [evals] 2 -> none, -2, -100, -200',
    ]);
    // The month is the same: 2 x 100
    expect(shownOf(comparison)).toEqual(['0, 200', '2, 200', '2, unknown, 0']);
  });

  test('that head has no longer cost nothing there', () => {
    const comparison = compared(kinds(['evals', 'ci', 2]), base);
    expect(runsOf(comparison)).toEqual([
      'ci [evals] 2 -> 2, 0, 0, 0',
      'nightly [regression load] 13 -> none, -13, -100, -390',
    ]);
    expect(shownOf(comparison)).toEqual(['2, 590', '2, 200', '0, 0, -390']);
    expect(shownOf(compared(manifest({ suites: [] }), base))).toEqual(['2, 590', '0, 0', '-2, -100, -590']);
  });

  test('whose rise is not known do not stand for the run where another is known to rise', () => {
    const unpriced = dollars(1, { model: 'a/unknown', display_name: 'a/unknown' });
    const head = manifest({
      suites: [
        suite({ name: 'evals', run: 'ci', runs_per_month: 100, calls: [dollars(3)] }),
        suite({ name: 'regression', run: 'nightly', runs_per_month: 30, calls: [unpriced, dollars(50)] }),
      ],
    });
    const comparison = compared(head, kinds(['evals', 'ci', 2], ['regression', 'nightly', 10]));
    expect(shownOf(comparison)).toEqual(['2, 500', '3, unknown', '1, 50, unknown']);
  });

  test('of one kind alone are shown by the whole', () => {
    const comparison = compared(kinds(['evals', 'ci', 3], ['more', 'ci', 1]), kinds(['evals', 'ci', 2]));
    // 2 / 2 = 100 %; 2 x 100 = 200; 4 x 100 = 400
    expect(shownOf(comparison)).toEqual(['2, 200', '4, 400', '2, 100, 200']);
    expect(comparison.shown.head).toBe(comparison.head.totals);
  });

  test('have their runs per month from the caller; null where it does not give them', () => {
    const estimate = estimateManifest(base, DOLLARS, null);
    const numbers = compareEstimates(estimate, null, (run) => (run === 'ci' ? 600 : null)).runs;
    expect(numbers.map(({ runs_per_month }) => runs_per_month)).toEqual([600, null]);
    expect(compareEstimates(estimate, null).runs.map(({ runs_per_month }) => runs_per_month)).toEqual([null, null]);
  });

  test('a suite that runs more often costs more a month and the same a run: 2 x 200 - 2 x 100', () => {
    const comparison = compared(kinds(['evals', 'ci', 2, 200]), kinds(['evals', 'ci', 2, 100]));
    expect(shownOf(comparison)).toEqual(['2, 200', '2, 400', '0, 0, 200']);
    expect(comparison.suites.map(({ status }) => status)).toEqual(['changed']);
  });
});

/** A thousand prompt tokens of each model cost this many dollars. */
function prices(perThousand: Readonly<Record<string, string>>): Catalogue {
  return catalogue(
    Object.entries(perThousand).map(([id, prompt]) => {
      const pricing = { prompt: `0.00${prompt}`, completion: '0' };
      return { ...model({ id, pricing }), endpoints: [endpoint({ tag: 'a', pricing })] };
    }),
  );
}

function driftOf(subject: Manifest, live: Catalogue, lock: Catalogue): Drift {
  return priceDrift(estimateManifest(subject, live, null), estimateManifest(subject, lock, null));
}

function drift(subject: Manifest, live: Catalogue, lock: Catalogue) {
  const { per_run: perRun, models } = driftOf(subject, live, lock);
  return [
    perRun === null ? null : toText(perRun),
    models.map(({ model: id, per_run: moved }) => `${id} ${toText(moved)}`),
  ];
}

const callsOf = (id: string, count: number) => dollars(count, { model: id, display_name: id });
const subject = manifest({
  suites: [
    suite({ name: 'one', calls: [callsOf('a/a', 1), callsOf('a/b', 2)] }),
    suite({ name: 'two', calls: [callsOf('a/a', 3), callsOf('a/c', 1)] }),
  ],
});

describe('the drift of prices', () => {
  test('is the same work at live prices minus at locked ones, by model, the largest rise first', () => {
    const lock = prices({ 'a/a': '1', 'a/b': '1', 'a/c': '1' });
    // a/a: (1 + 3) x (3 - 1) = 8; a/b: 2 x (2 - 1) = 2; a/c does not move
    expect(drift(subject, prices({ 'a/a': '3', 'a/b': '2', 'a/c': '1' }), lock)).toEqual(['10', ['a/a 8', 'a/b 2']]);
    expect(drift(subject, prices({ 'a/a': '1', 'a/b': '2', 'a/c': '9' }), lock)).toEqual(['10', ['a/c 8', 'a/b 2']]);
  });

  test('counts what fell against what rose', () => {
    const lock = prices({ 'a/a': '2', 'a/b': '1', 'a/c': '1' });
    // a/a: 4 x (1 - 2) = -4; a/b: 2 x (4 - 1) = 6
    expect(drift(subject, prices({ 'a/a': '1', 'a/b': '4', 'a/c': '1' }), lock)).toEqual(['2', ['a/b 6', 'a/a -4']]);
  });

  test('leaves out a model that only one of the two has', () => {
    const [both, less] = [prices({ 'a/a': '2', 'a/b': '2', 'a/c': '2' }), prices({ 'a/a': '1', 'a/b': '1' })];
    // a/a: 4 x 1; a/b: 2 x 1; nothing of a/c
    expect(drift(subject, both, less)).toEqual(['6', ['a/a 4', 'a/b 2']]);
    expect(drift(subject, less, both)).toEqual(['-6', ['a/b -2', 'a/a -4']]);
  });

  test('names the calls that are priced now and were not in the lock, in their order', () => {
    const [both, less] = [prices({ 'a/a': '2', 'a/b': '2', 'a/c': '2' }), prices({ 'a/b': '1' })];
    expect(driftOf(subject, both, less).unlocked.map(({ model: id, count }) => `${count} ${id}`)).toEqual([
      '1 a/a',
      '3 a/a',
      '1 a/c',
    ]);
    // What has no price now is unpriced in the report, whatever the lock knows of it.
    expect(driftOf(subject, less, both).unlocked).toEqual([]);
    expect(driftOf(subject, less, less).unlocked).toEqual([]);
  });

  test('of the same prices is nothing', () => {
    const same = prices({ 'a/a': '1', 'a/b': '1', 'a/c': '1' });
    expect(drift(subject, same, same)).toEqual(['0', []]);
  });

  test('is not known where no call has a price in both, and is not $0 then', () => {
    const [one, other] = [prices({ 'a/a': '1' }), prices({ 'a/b': '1' })];
    expect(drift(subject, one, other)).toEqual([null, []]);
    expect(drift(manifest(), one, one)).toEqual([null, []]);
  });
});
