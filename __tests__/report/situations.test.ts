import { describe, test } from '@jest/globals';
import { expectGolden } from '../support/reports.js';
import { reportOfSituation, SITUATIONS } from '../support/situations.js';

describe('a report of the fixtures is what the product writes of the change', () => {
  test.each(Object.entries(SITUATIONS))('%s', async (name, situation) => {
    expectGolden(await reportOfSituation(situation), new URL(`../fixtures/reports/${name}.json`, import.meta.url));
  });
});
