import { expect, it } from '@jest/globals';
import { modelsInUse } from '../../../src/openrouter/catalogue/models-in-use.js';
import { model } from '../../support/catalogue.js';

const ROWS = [
  model({ id: 'maker/one', canonical_slug: 'maker/one-2026' }),
  model({ id: 'maker/one:free', canonical_slug: 'maker/one-2026' }),
  model({ id: 'maker/two' }),
  model({ id: '~maker/latest', alias_target: 'maker/two' }),
];
const MODELS = new Map(ROWS.map((row) => [row.id, row]));

it('each model once, in the order of first use, an alias by its target and a static variant by itself', () => {
  const declared = ['maker/one:free:online', '~maker/latest', 'maker/one-2026', 'maker/two:floor', 'maker/one'];
  expect(modelsInUse(declared, MODELS)).toEqual(['maker/one:free', 'maker/two', 'maker/one']);
});

it('ids that stand for no model are left out', () => {
  expect(modelsInUse(['maker/gone', '@preset/x', 'maker/one:odd'], MODELS)).toEqual([]);
});
