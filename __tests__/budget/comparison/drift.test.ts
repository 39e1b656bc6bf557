import { describe, expect, test } from '@jest/globals';
import type { Catalogue } from '../../../src/openrouter/catalogue/catalogue.js';
import { priceDrift, type Drift } from '../../../src/budget/comparison/drift.js';
import { estimateManifest } from '../../../src/budget/estimate.js';
import type { Manifest } from '../../../src/manifest/manifest.js';
import { toText } from '../../../src/lib/money/decimal.js';
import { catalogue, endpoint, model } from '../../support/catalogue.js';
import { dollars, manifest, suite } from '../../support/judged.js';

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

const of = (id: string, count: number) => dollars(count, { model: id, display_name: id });
const subject = manifest({
  suites: [
    suite({ name: 'one', calls: [of('a/a', 1), of('a/b', 2)] }),
    suite({ name: 'two', calls: [of('a/a', 3), of('a/c', 1)] }),
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
