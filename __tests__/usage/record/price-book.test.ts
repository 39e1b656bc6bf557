import { describe, expect, test } from '@jest/globals';
import { toText } from '../../../src/lib/money/decimal.js';
import { priceBook } from '../../../src/usage/record/price-book.js';
import { requestFacts } from '../../../src/usage/record/request-facts.js';
import { catalogue, endpoint, model } from '../../support/catalogue.js';
import { counts, usageRow } from '../../support/usage.js';

const DEAR = { prompt: '0.000003', completion: '0.000005' };
const CACHE = {
  prompt: '0.000001',
  completion: '0.000002',
  input_cache_write: '0.00000125',
  input_cache_write_1h: '0.000002',
};
const withEndpoints = catalogue([
  { ...model({ id: 'acme/one' }), endpoints: [endpoint({ tag: 'cheap' }), endpoint({ tag: 'dear', pricing: DEAR })] },
  model({ id: 'acme/cache', pricing: CACHE }),
  { ...model({ id: 'acme/unknown' }), endpoints: 'not fetched' },
  model({ id: 'acme/cache-fast', pricing: DEAR }),
  model({ id: 'acme/cache:batch', pricing: { prompt: '0.0000005', completion: '0.000001' } }),
  model({ id: 'openai/gpt-4o-mini' }),
]);
const book = priceBook(withEndpoints, (known) => Promise.resolve(known));

async function worst(body: object, isEmbedding = false): Promise<string | null> {
  const facts = requestFacts(Buffer.from(JSON.stringify(body)), '', isEmbedding);
  if (facts === null) throw new Error('the body is JSON');
  const result = await book.worstCase(facts);
  if ('reason' in result) return result.reason;
  return result.amount === null ? null : toText(result.amount);
}

/** A body of exactly 100 bytes. */
function body100(fields: object): object {
  const bare = JSON.stringify({ ...fields, input: '' }).length;
  return { ...fields, input: 'x'.repeat(100 - bare) };
}

describe('the worst case of a request', () => {
  test.each([
    ['the most expensive endpoint: 100 x 0.000003 + 10 x 0.000005', { model: 'acme/one', max_tokens: 10 }, '0.00035'],
    [
      'for each answer asked for: 100 x 0.000003 + 3 x 10 x 0.000005',
      { model: 'acme/one', max_tokens: 10, n: 3 },
      '0.00045',
    ],
    ['max_completion_tokens', { model: 'acme/one', max_completion_tokens: 10 }, '0.00035'],
    ['max_output_tokens', { model: 'acme/one', max_output_tokens: 10 }, '0.00035'],
    [
      'the larger of two caps: 100 x 0.000003 + 20 x 0.000005',
      { model: 'acme/one', max_tokens: 10, max_output_tokens: 20 },
      '0.0004',
    ],
    ['written to the cache: 100 x 0.00000125 + 10 x 0.000002', { model: 'acme/cache', max_tokens: 10 }, '0.000145'],
    [
      'written for an hour: 100 x 0.000002 + 10 x 0.000002',
      { model: 'acme/cache', max_tokens: 10, cache: { ttl: '1h' } },
      '0.00022',
    ],
    [
      'served fast, by the row of that: 100 x 0.000003 + 10 x 0.000005',
      { model: 'acme/cache', max_tokens: 10, speed: 'fast' },
      '0.00035',
    ],
    ['by the most expensive of the fallbacks', { models: ['acme/cache', 'acme/one'], max_tokens: 10 }, '0.00035'],
    [
      'with a name without its maker: 100 x 0.000001 + 10 x 0.000002',
      { model: 'gpt-4o-mini', max_tokens: 10 },
      '0.00012',
    ],
  ])('%s', async (_, fields, amount) => {
    expect(await worst(body100(fields))).toBe(amount);
  });

  test('is at the listed price where the endpoints are not known: 100 x 0.000001 + 10 x 0.000002', async () => {
    expect(await worst(body100({ model: 'acme/unknown', max_tokens: 10 }))).toBe('0.00012');
  });

  test('is priced where its bytes are more than any endpoint takes tokens: 400000 x 0.000001', async () => {
    const amount = await worst({ model: 'acme/cache', max_tokens: 0, input: 'x'.repeat(400_000 - 48) });
    // 48 characters stand around the input; written to the cache at 0.00000125 each.
    expect(amount).toBe('0.5');
  });

  test('of an embedding is its prompt alone: 100 x 0.000003', async () => {
    expect(await worst(body100({ model: 'acme/one' }), true)).toBe('0.0003');
  });

  test.each([
    ['no max_tokens', { model: 'acme/one' }],
    [
      'a picture by its address',
      { model: 'acme/one', max_tokens: 10, content: [{ image_url: { url: 'https://example.com/a.png' } }] },
    ],
    ['a file by its id', { model: 'acme/one', max_tokens: 10, content: [{ type: 'file', file_id: 'file-1' }] }],
    ['an earlier response', { model: 'acme/one', max_tokens: 10, previous_response_id: 'resp_1' }],
    ['a search of the web', { model: 'acme/one', max_tokens: 10, tools: [{ type: 'web_search_20250305' }] }],
    ['the plugin for it', { model: 'acme/one', max_tokens: 10, plugins: [{ id: 'web' }] }],
    ['a model that always searches', { model: 'acme/one:online', max_tokens: 10 }],
  ])('is not known with %s', async (_, body) => {
    expect(await worst(body)).toBeNull();
  });

  test('is known with a picture in the body, and where a prompt quotes such a key', async () => {
    expect(
      await worst({ model: 'acme/one', max_tokens: 1, image_url: { url: 'data:image/png;base64,AAAA' } }),
    ).not.toBeNull();
    expect(
      await worst({ model: 'acme/one', max_tokens: 1, input: '{"file_id":"x","type":"web_search"}' }),
    ).not.toBeNull();
  });

  test.each([
    [{ model: 'acme/none', max_tokens: 1 }, 'acme/none is no model of the catalogue'],
    [{ max_tokens: 1 }, 'the request names no model'],
    [{ model: 'acme/one', max_tokens: 1, speed: 'fast' }, 'speed "fast" has no price in the catalogue'],
  ])('has a reason for %j', async (body, reason) => {
    expect(await worst(body)).toBe(reason);
  });
});

test.each([
  // 60 x 0.000001 + 10 x 0.00000125 + 30 x 0.000002 + 5 x 0.000002
  ['with 30 of 40 written tokens for an hour', { written_1h: 30 }, '0.0001425'],
  // 100 x 0.000003 + 5 x 0.000005; that row has no price of its own for a write
  ['served fast', { tier: 'fast' }, '0.000325'],
  // 100 x 0.0000005 + 5 x 0.000001
  ['served as a batch', { tier: 'batch' }, '0.000055'],
  ['served fast without a row for that', { tier: 'fast', model: 'acme/one' }, null],
  // The price of the model: 100 x 0.000001 + 5 x 0.000002
  ['served as a batch without a row for that', { tier: 'batch', model: 'acme/one' }, '0.00011'],
] as const)('the cost of an answer that states none: %s', async (_, fields, amount) => {
  const tokens = counts({ prompt: 100, completion: 5, written: 40 });
  const cost = await book.costOf(usageRow({ model: 'acme/cache', tokens, ...fields }));
  expect(cost && toText(cost)).toBe(amount);
});

test('the endpoints of a model are loaded once, however many requests ask at once', async () => {
  const asked: string[] = [];
  const counting = priceBook(withEndpoints, (known, id) => {
    asked.push(id);
    return Promise.resolve(known);
  });
  const facts = requestFacts(Buffer.from('{"model":"acme/one","max_tokens":1}'), '', false);
  if (facts === null) throw new Error('the body is JSON');
  await Promise.all([counting.worstCase(facts), counting.worstCase(facts), counting.worstCase(facts)]);
  expect(asked).toEqual(['acme/one']);
});
