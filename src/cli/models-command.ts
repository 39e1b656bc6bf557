import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { withEndpoints } from '../openrouter/catalogue/live.js';
import { toText } from '../lib/money/decimal.js';
import {
  type EndpointPrice,
  endpointSpread,
  type ListedModel,
  listModels,
  listNamed,
} from '../budget/pricing/model-listing.js';
import { type ModelRow, modelTable } from '../report/terminal/model-table.js';
import { counted } from '../lib/text/amount.js';
import { closest } from '../lib/text/closest.js';
import { jsonDocument } from '../lib/text/plain.js';
import { catalogueFor, keyOfEnvironment, priceOptionsOf } from './prices-and-account.js';
import { isGiven, parseOptions } from './options.js';
import { withProgress, writeLine, type World } from './world.js';

/** The most models whose endpoints are fetched. Each model takes one request. */
const MOST_SPREADS = 30;

/** `llm-budget models`: lists the catalogue's prices, the cheapest first. Exit 1 where no model matches. */
export async function modelsCommand(args: readonly string[], world: World): Promise<number> {
  const options = parseOptions('models', args);
  const words = options.positionals.flatMap((operand) => operand.split(/\s+/)).filter((word) => word !== '');
  const prices = priceOptionsOf(options);
  const { catalogue } = await catalogueFor(prices, [], world);
  const { models, remark } = findModels(words, catalogue);
  const rows = isGiven(options, 'endpoints')
    ? await withSpreads(models, catalogue, prices.catalogueUrl, world)
    : withoutSpreads(models);
  world.stdout.write(isGiven(options, 'json') ? json(rows, catalogue) : modelTable(rows, world.stdout.columns));
  if (remark !== null) writeLine(remark, world.stderr);
  if (rows.length > 0) return 0;
  if (remark === null) writeLine(nothingFound(words, catalogue), world.stderr);
  return 1;
}

/** Returns the models that match the words, else the model that has the query as its name at makers and other tools. */
function findModels(words: readonly string[], catalogue: Catalogue): ReturnType<typeof listNamed> {
  const models = listModels(catalogue, words);
  return models.length > 0 || words.length === 0 ? { models, remark: null } : listNamed(catalogue, words.join(' '));
}

function withoutSpreads(models: readonly ListedModel[]): ModelRow[] {
  return models.map((model) => ({ model, spread: null }));
}

async function withSpreads(
  models: readonly ListedModel[],
  listing: Catalogue,
  url: URL,
  world: World,
): Promise<ModelRow[]> {
  const ids = models.filter(({ price }) => price !== null).map(({ id }) => id);
  const looked = ids.slice(0, MOST_SPREADS);
  if (looked.length < ids.length) {
    writeLine(
      `Endpoints of the first ${looked.length} of ${counted(ids.length, 'model')} are looked up, a request each; ask for fewer to see the others.`,
      world.stderr,
    );
  }
  const catalogue =
    listing.source === 'lock'
      ? listing
      : await withProgress(`Asking ${url.host} for the endpoints of ${counted(looked.length, 'model')}`, world, () =>
          withEndpoints(listing, { url, idsInUse: looked, apiKey: keyOfEnvironment(world) }, world.effects),
        );
  const seen = new Set(looked);
  return models.map((model) => {
    const row = catalogue.models.get(model.alias_of ?? model.id);
    if (row === undefined || !seen.has(model.id)) return { model, spread: NOT_LOOKED_UP };
    return { model, spread: endpointSpread(row, catalogue.endpoints.get(row.id)) };
  });
}

const NOT_LOOKED_UP = { reason: 'not looked up' };

function nothingFound(words: readonly string[], catalogue: Catalogue): string {
  const query = words.join(' ');
  const near = closest(query, catalogue.models.keys());
  const hint = near === null ? 'ask for a part of its id, such as gpt-5 or "claude sonnet"' : `did you mean ${near}?`;
  return `No model of the catalogue matches ${JSON.stringify(query)}; ${hint}`;
}

/** Makes the JSON document. Prices are exact decimal strings in US dollars per million tokens. */
function json(rows: readonly ModelRow[], { source, url, fetched_at, sha256 }: Catalogue): string {
  return jsonDocument({
    schema_version: 1,
    prices: { source, url, fetched_at, sha256 },
    models: rows.map(jsonRow),
  });
}

function jsonRow({ model, spread }: ModelRow): object {
  const { price } = model;
  return {
    id: model.id,
    alias_of: model.alias_of,
    tier: price?.tier ?? null,
    prompt_price: price === null ? null : toText(price.prompt),
    completion_price: price === null ? null : toText(price.completion),
    cache_read_price: price?.cache_read ? toText(price.cache_read) : null,
    context_length: model.context_length,
    reason: model.reason,
    other_prices: price?.other_prices ?? [],
    ...(spread === null ? {} : { endpoints: 'reason' in spread ? null : spreadRow(spread) }),
    ...(spread !== null && 'reason' in spread ? { endpoints_reason: spread.reason } : {}),
  };
}

function spreadRow(spread: Exclude<ModelRow['spread'], null | { readonly reason: string }>): object {
  const { endpoints, other_tiers, cheapest, mostExpensive } = spread;
  return { count: endpoints, other_tiers, cheapest: endpointRow(cheapest), dearest: endpointRow(mostExpensive) };
}

function endpointRow(price: EndpointPrice | null): object | null {
  if (price === null) return null;
  return { tag: price.tag, prompt_price: toText(price.prompt), completion_price: toText(price.completion) };
}
