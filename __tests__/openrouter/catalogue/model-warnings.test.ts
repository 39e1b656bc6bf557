import { expect, test, describe } from '@jest/globals';
import { expiringModels, fallenPrices } from '../../../src/openrouter/catalogue/model-warnings.js';
import { catalogue, model, endpoint } from '../../support/catalogue.js';

const NOW = new Date('2026-11-27T15:00:00Z');

test.each([
  ['tomorrow', '2026-11-28', true],
  ['yesterday, and is still listed', '2026-11-26', true],
  ['in 30 days', '2026-12-27', true],
  ['today', '2026-11-27', true],
  ['in 31 days', '2026-12-28', false],
  ['at no known time', null, false],
])('a model that leaves %s', (_, expiration_date, isNamed) => {
  const rows = catalogue([model({ id: 'x/a', expiration_date })]);
  expect(expiringModels(rows, NOW, 30).map(({ model: id }) => id)).toEqual(isNamed ? ['x/a'] : []);
});

const SINCE = 'a fall by more than half since the lockfile of 2026-11-24T09:00:00Z.';

function listed(prompt: unknown) {
  return catalogue([model({ id: 'acme/one', pricing: { prompt, completion: '0.000002' } })]);
}

describe('a listed price', () => {
  test.each([
    ['0.000003', '0.000001', 'went from 0.000003 to 0.000001 dollars'],
    ['0.000003', '0', 'went from 0.000003 to 0 dollars'],
    // Half of 0.000003 is 0.0000015: one unit in the 22nd place below it is more than half.
    ['0.000003', '0.0000014999999999999999', 'went from 0.000003 to 0.0000014999999999999999 dollars'],
    ['0.0000000000000000000003', '0.0000000000000000000001', 'went from 0.0000000000000000000003'],
  ])('that went from %s to %s is named', (before, after, says) => {
    expect(fallenPrices(listed(after), listed(before))).toEqual([
      { model: 'acme/one', message: expect.stringMatching(`^acme/one: the prompt price ${says}.*${SINCE}$`) },
    ]);
  });

  test.each([
    ['exactly half', '0.000003', '0.0000015'],
    ['unchanged', '0.000003', '0.000003'],
    ['a rise', '0.000003', '0.000009'],
    ['free before and after', '0', '0'],
    ['free before', '0', '0.000003'],
    ['unknown now', '0.000003', '-1'],
    ['unknown before', '-1', '0'],
    ['gone', '0.000003', undefined],
    ['no text', '0.000003', 0],
    ['longer than any price', `9.${'0'.repeat(100)}1`, '1'],
  ])('of which the like is no news: %s', (_, before, after) => {
    expect(fallenPrices(listed(after), listed(before))).toEqual([]);
  });

  test('counts for models that both have, and each has one note', () => {
    const live = catalogue([
      model({ id: 'acme/one', pricing: { prompt: '1', completion: '1', request: '0' } }),
      model({ id: 'acme/new', pricing: { prompt: '0' } }),
    ]);
    const lock = catalogue([
      model({ id: 'acme/one', pricing: { prompt: '9', completion: '9', request: '9' } }),
      model({ id: 'acme/gone', pricing: { prompt: '9' } }),
    ]);
    expect(fallenPrices(live, lock)).toEqual([
      {
        model: 'acme/one',
        message: `acme/one: the prompt price went from 9 to 1 dollars (and 2 more of its prices), ${SINCE}`,
      },
    ]);
  });
});

describe("an endpoint's price", () => {
  const at = (...endpoints: [tag: string, prompt: string][]) =>
    catalogue([
      {
        ...model({ id: 'acme/one' }),
        endpoints: endpoints.map(([tag, prompt]) => endpoint({ tag, pricing: { prompt } })),
      },
    ]);

  test('that fell is named with its tag', () => {
    expect(fallenPrices(at(['a', '5'], ['b', '1']), at(['a', '5'], ['b', '5']))).toEqual([
      { model: 'acme/one', message: `acme/one: the prompt price at b went from 5 to 1 dollars, ${SINCE}` },
    ]);
  });

  test('is not compared where a tag is not the only one of its kind, or gone', () => {
    expect(fallenPrices(at(['a', '1'], ['a', '5']), at(['a', '5']))).toEqual([]);
    expect(fallenPrices(at(['a', '1']), at(['a', '5'], ['a', '6']))).toEqual([]);
    expect(fallenPrices(at(['b', '1']), at(['a', '5']))).toEqual([]);
  });

  test('is not compared where a list is unknown', () => {
    const unknown = catalogue([{ ...model({ id: 'acme/one' }), endpoints: 'answered 503' }]);
    expect(fallenPrices(unknown, at(['a', '5']))).toEqual([]);
    expect(fallenPrices(at(['a', '1']), unknown)).toEqual([]);
  });
});
