import { describe, expect, it } from '@jest/globals';
import { toText } from '../../../src/lib/money/decimal.js';
import { hasOpenRouterData, priceOfCharge, realCharges } from '../../support/openrouter-data.js';

const describeReal = hasOpenRouterData ? describe : describe.skip;

describeReal('requests that were really made', () => {
  const charges = hasOpenRouterData ? realCharges() : [];

  it('there are 129 of them', () => {
    expect(charges).toHaveLength(129);
  });

  it.each(charges.map((charge, index) => ({ ...charge, row: index + 1 })))(
    'row $row: $model cost $charged on $date',
    (charge) => {
      const price = priceOfCharge(charge);
      expect(price.expected === null ? price.reason : toText(price.expected)).toBe(charge.charged);
    },
  );
});
