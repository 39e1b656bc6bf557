/**
 * Prices charges with other packages. `npm run bench:peers` runs this file in the folder where they are installed: it
 * reads charges as JSON from stdin and writes `{package: [dollars or null, …]}` to stdout. Each package gets the rates
 * that were listed when the charge was made, in the form that it accepts; `llm-cost` accepts none and keeps its own.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { calcPrice } from '@pydantic/genai-prices';
import { openRouterSource, PricingCatalog } from 'llm-pricing';
import { CostClient } from 'token-costs';
import { getTokenCosts } from 'tokenlens';

const require = createRequire(import.meta.url);
const llmCost = require('llm-cost');
const llmCostCalculator = require('llm-cost-calculator');
const llmCostRates = require('llm-cost/dist/model_prices_and_context_window.json');
const vocabulary = require('tiktoken/encoders/o200k_base.json').bpe_ranks;

const charges = JSON.parse(readFileSync(0, 'utf8'));

const PACKAGES = {
  '@pydantic/genai-prices': genaiPrices,
  'llm-cost': ownRatesOfLlmCost,
  'llm-cost-calculator': calculator,
  'llm-pricing': llmPricing,
  'token-costs': tokenCosts,
  tokenlens,
};

const amounts = {};
for (const [name, price] of Object.entries(PACKAGES)) {
  amounts[name] = [];
  for (const charge of charges) amounts[name].push(await price(charge));
}
// llm-cost-calculator leaves a timer of 5 s behind for each request, so the process is ended.
process.stdout.write(JSON.stringify({ amounts, llmCostRates: charges.map(ratesOfLlmCost) }), () => process.exit(0));

/** A price per token as a price per million, left out where the charge's list has none. */
function perMillion(charge, keys) {
  const listed = Object.entries(keys).filter(([, key]) => charge.pricing[key] !== undefined);
  return Object.fromEntries(listed.map(([name, key]) => [name, Number(charge.pricing[key]) * 1e6]));
}

/** Takes a provider of the caller's own, with prices per million tokens and per thousand searches. */
function genaiPrices(charge) {
  const prices = perMillion(charge, {
    input_mtok: 'prompt',
    output_mtok: 'completion',
    cache_read_mtok: 'input_cache_read',
    cache_write_mtok: 'input_cache_write',
    // A price of audio is refused without the one of cached audio, so it is given where audio was charged.
    ...(charge.audio_tokens > 0 ? { input_audio_mtok: 'audio', cache_audio_read_mtok: 'input_audio_cache' } : {}),
  });
  if (charge.pricing.web_search !== undefined) prices.web_searches_kcount = Number(charge.pricing.web_search) * 1000;
  const provider = {
    id: 'listed',
    name: 'Listed',
    api_pattern: '.*',
    models: [{ id: charge.model, match: { equals: charge.model }, prices }],
  };
  const usage = {
    input_tokens: charge.prompt_tokens,
    output_tokens: charge.completion_tokens,
    cache_read_tokens: charge.cached_tokens,
    cache_write_tokens: charge.cache_write_tokens,
    ...(charge.audio_tokens > 0 ? { input_audio_tokens: charge.audio_tokens } : {}),
    ...(charge.web_searches > 0 ? { web_searches: charge.web_searches } : {}),
  };
  return calcPrice(usage, charge.model, { provider })?.total_price ?? null;
}

/** Holds a copy of LiteLLM's list and takes no other. The names tried are those of that list. */
function ownRatesOfLlmCost(charge) {
  for (const model of namesForLlmCost(charge)) {
    const inputTokens = charge.prompt_tokens;
    const cost = llmCost.estimateCost({ model, inputTokens, outputTokens: charge.completion_tokens });
    if (cost !== undefined) return cost;
  }
  return null;
}

function namesForLlmCost({ model }) {
  return [model, `openrouter/${model}`, model.slice(model.indexOf('/') + 1)];
}

function ratesOfLlmCost(charge) {
  const row = namesForLlmCost(charge)
    .map((name) => llmCostRates[name])
    .find((one) => one !== undefined);
  return row === undefined ? null : { prompt: row.input_cost_per_token, completion: row.output_cost_per_token };
}

/**
 * Reads OpenRouter's list by the global `fetch`, and counts the tokens of a text by itself. It gets a list with the
 * listed prices, the vocabulary from the package that it depends on, and a text of as many tokens as were charged.
 */
async function calculator(charge) {
  llmCostCalculator.resetCache();
  globalThis.fetch = (url) =>
    String(url).includes('openrouter.ai')
      ? Promise.resolve(Response.json({ data: [{ id: charge.model, pricing: charge.pricing }] }))
      : Promise.resolve(new Response(vocabulary));
  const { model } = charge;
  const input = ' a'.repeat(charge.prompt_tokens);
  const output = ' a'.repeat(charge.completion_tokens);
  const { inputTokens, outputTokens, cost } = await llmCostCalculator.getEstimatedCost({ model, input, output });
  if (inputTokens !== charge.prompt_tokens || outputTokens !== charge.completion_tokens) {
    throw new Error(`llm-cost-calculator counted ${inputTokens} and ${outputTokens} tokens`);
  }
  return cost;
}

/** Reads OpenRouter's list by a `fetch` that is handed in. */
async function llmPricing(charge) {
  const catalog = new PricingCatalog({
    sources: [openRouterSource('https://openrouter.ai/api/v1/models')],
    fetch: () => Promise.resolve(Response.json({ data: [{ id: charge.model, pricing: charge.pricing }] })),
  });
  await catalog.ensureLoaded();
  const { cost, pricing } = catalog.estimate({
    model: charge.model,
    inputTokens: charge.prompt_tokens,
    cachedInputTokens: charge.cached_tokens,
    cacheReadInputTokens: charge.cached_tokens,
    cacheCreationInputTokens: charge.cache_write_tokens,
    outputTokens: charge.completion_tokens,
    reasoningOutputTokens: charge.reasoning_tokens,
    perRequest: true,
    at: new Date(),
  });
  return pricing === null ? null : cost;
}

/** Takes models of the caller's own, with prices of input, output and cached input. */
async function tokenCosts(charge) {
  const models = {
    [charge.model]: perMillion(charge, { input: 'prompt', output: 'completion', cached: 'input_cache_read' }),
  };
  const client = new CostClient({ offline: true, customProviders: { listed: models } });
  const { totalCost } = await client.calculateCost('listed', charge.model, {
    inputTokens: charge.prompt_tokens,
    outputTokens: charge.completion_tokens,
    cachedInputTokens: charge.cached_tokens,
  });
  return totalCost;
}

/** Takes a catalogue in the form of models.dev, and the usage as OpenRouter's response states it. */
function tokenlens(charge) {
  const [vendor, name] = charge.model.includes('/') ? charge.model.split('/') : ['openai', charge.model];
  const cost = perMillion(charge, {
    input: 'prompt',
    output: 'completion',
    reasoning: 'internal_reasoning',
    cache_read: 'input_cache_read',
    cache_write: 'input_cache_write',
  });
  const providers = { [vendor]: { id: vendor, name: vendor, models: { [name]: { id: name, name, cost } } } };
  const usage = {
    prompt_tokens: charge.prompt_tokens,
    completion_tokens: charge.completion_tokens,
    prompt_tokens_details: { cached_tokens: charge.cached_tokens, cache_write_tokens: charge.cache_write_tokens },
    completion_tokens_details: { reasoning_tokens: charge.reasoning_tokens },
  };
  return getTokenCosts({ modelId: `${vendor}/${name}`, usage, providers }).totalUSD ?? null;
}
