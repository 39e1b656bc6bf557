import { createServer } from 'node:http';
import Anthropic from '@anthropic-ai/sdk';
import { expect, test } from '@jest/globals';
import OpenAI from 'openai';
import { toText, ZERO } from '../../src/lib/money/decimal.js';
import { modelTotals } from '../../src/usage/totals/model-totals.js';
import { billingUpstream } from '../support/billing-upstream.js';
import { catalogue, model } from '../support/catalogue.js';
import { readFiles } from '../support/usage.js';

const PRICES = catalogue([
  model({ id: 'acme/one', pricing: { prompt: '0.00000025', completion: '0.000002', input_cache_read: '0.000000025' } }),
]);

/** Answers every request with the given bodies in turn; `run` gets its address. */
async function upstream<T>(bodies: readonly string[], run: (url: string) => Promise<T>): Promise<T> {
  let asked = 0;
  const server = createServer((_, response) => {
    const body = bodies[asked] ?? '';
    asked += 1;
    response.setHeader('content-type', body.startsWith('{') ? 'application/json' : 'text/event-stream');
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  try {
    return await run(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test('what the OpenAI SDK returns, whole and streamed, logged as it is, adds up to the bill', async () => {
  const bills = billingUpstream(PRICES);
  const asked = [
    { model: 'acme/one', prompt: 1813, completion: 357, cached: 1500 },
    { model: 'acme/one', prompt: 77, completion: 9 },
  ];
  const lines = await upstream(asked.map(bills.answer), async (url) => {
    const client = new OpenAI({ apiKey: 'x', baseURL: url });
    const request = { model: 'acme/one', messages: [{ role: 'user' as const, content: 'q' }] };
    const logged: unknown[] = [await client.chat.completions.create(request)];
    for await (const chunk of await client.chat.completions.create({ ...request, stream: true })) logged.push(chunk);
    return logged.map((value) => JSON.stringify(value));
  });
  const { usage } = await readFiles({ 'a.jsonl': lines.join('\n') });
  const [total, ...others] = modelTotals(usage, PRICES);
  expect(others).toEqual([]);
  expect([total?.requests, total?.tokens.prompt, total?.tokens.cached]).toEqual([2, 1890, 1500]);
  expect(toText(total?.charged ?? ZERO)).toBe(toText(bills.bill()));
  expect(toText(total?.at_catalogue_prices ?? ZERO)).toBe(toText(bills.bill()));
});

test('what the Anthropic SDK returns, logged as it is, is priced with the cache beside the input', async () => {
  const usage = { input_tokens: 13, cache_read_input_tokens: 1500, cache_creation_input_tokens: 0, output_tokens: 57 };
  const body = JSON.stringify({
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'acme/one',
    content: [],
    usage,
  });
  const line = await upstream([body], async (url) => {
    const client = new Anthropic({ apiKey: 'x', baseURL: url });
    const messages = [{ role: 'user' as const, content: 'q' }];
    return JSON.stringify(await client.messages.create({ model: 'acme/one', max_tokens: 100, messages }));
  });
  const { usage: read } = await readFiles({ 'a.jsonl': line });
  const [total] = modelTotals(read, PRICES);
  // 13 x $0.25/M + 1,500 x $0.025/M + 57 x $2/M = 0.00000325 + 0.0000375 + 0.000114
  expect([total?.tokens.prompt, toText(total?.at_catalogue_prices ?? ZERO)]).toEqual([1513, '0.00015475']);
});
