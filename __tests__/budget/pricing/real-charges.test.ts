import { describe, expect, it } from '@jest/globals';
import { toText } from '../../../src/lib/money/decimal.js';
import { priceCall } from '../../../src/budget/pricing/price-call.js';
import { catalogue, model } from '../../support/catalogue.js';
import { call, tokens } from '../../support/manifest.js';
import { hasOpenRouterData, realCharges } from '../../support/openrouter-data.js';

const describeReal = hasOpenRouterData ? describe : describe.skip;

describeReal('requests that were really made', () => {
  const charges = hasOpenRouterData ? realCharges() : [];

  it('there are 129 of them', () => {
    expect(charges).toHaveLength(129);
  });

  it.each(charges.map((charge, index) => ({ ...charge, row: index + 1 })))(
    'row $row: $model cost $charged on $date',
    (charge) => {
      const price = priceCall(
        call({
          model: charge.model,
          prompt_tokens: tokens(charge.prompt_tokens),
          completion_tokens: tokens(charge.completion_tokens),
          reasoning_tokens: tokens(charge.reasoning_tokens),
          cached_tokens: tokens(charge.cached_tokens),
          cache_write_tokens: tokens(charge.cache_write_tokens),
          audio_tokens: tokens(charge.audio_tokens),
          image_output_tokens: tokens(charge.image_output_tokens),
          web_searches: charge.web_searches,
        }),
        catalogue([model({ id: charge.model, pricing: charge.pricing })]),
        null,
      );
      expect(price.expected === null ? price.reason : toText(price.expected)).toBe(charge.charged);
    },
  );
});
