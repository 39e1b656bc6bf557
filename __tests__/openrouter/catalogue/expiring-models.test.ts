import { expect, test } from '@jest/globals';
import { expiringModels } from '../../../src/openrouter/catalogue/model-warnings.js';
import { catalogue, model } from '../../support/catalogue.js';

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
