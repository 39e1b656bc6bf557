import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createConnection } from 'node:net';
import { add, compare, decimal, subtract, times, toText, ZERO, type Decimal } from '../../../src/lib/money/decimal.js';
import { createCap } from '../../../src/usage/record/cap.js';
import type { PriceBook } from '../../../src/usage/record/price-book.js';
import { requestFacts, type RequestFacts } from '../../../src/usage/record/request-facts.js';
import { startLlmUpstream, type LlmUpstream } from '../../support/llm-upstream.js';
import { nextChunk } from '../../support/plain-http.js';
import { startTestRecorder, type TestRecorder } from '../../support/recorder.js';
import { temporaryFolderForEachTest } from '../../support/set-up.js';

/** Every request may cost what its `bytes` say, in cents; -1: nothing bounds it. */
const CENTS: PriceBook = {
  idOf: () => null,
  worstCase: ({ bytes }) => Promise.resolve({ amount: bytes < 0 ? null : times(decimal('0.01'), bytes) }),
  costOf: () => Promise.resolve(null),
};

const cents = (amount: number): Decimal => times(decimal('0.01'), amount);

function asking(bytes: number): RequestFacts {
  const facts = requestFacts(Buffer.from('{"model":"acme/one"}'), '', false);
  if (facts === null) throw new Error('the body is JSON');
  return { ...facts, bytes };
}

describe('the sums of a cap', () => {
  test('admit a request whose worst case just fits, and refuse one a cent above: 40 + 60 of 100, then 1 more', async () => {
    const cap = createCap(cents(100), CENTS, false);
    const first = await cap.admit(asking(40));
    expect(first.state).toBe('admitted');
    expect((await cap.admit(asking(60))).state).toBe('admitted');
    expect(await cap.admit(asking(1))).toEqual({
      state: 'refused',
      reason:
        'of the cap of $1.00, $0.00 is spent and $1.00 is reserved for requests in flight, and this request may cost $0.01',
    });
    // The first cost 10 cents, so that 30 of its 40 are free again.
    if (first.state === 'admitted') cap.settle(first, { state: 'charged', cost: cents(10) });
    expect((await cap.admit(asking(31))).state).toBe('refused');
    expect((await cap.admit(asking(30))).state).toBe('admitted');
  });

  test('count an answer without usage with its reservation, and an error not at all', async () => {
    const cap = createCap(cents(100), CENTS, false);
    const [one, two] = [await cap.admit(asking(30)), await cap.admit(asking(50))];
    if (one.state === 'admitted') cap.settle(one, { state: 'unknown' });
    if (two.state === 'admitted') cap.settle(two, { state: 'unspent' });
    expect(toText(cap.spent())).toBe('0.3');
  });

  test('admit a request that nothing bounds below the cap, with the most expensive answer of its model reserved', async () => {
    const cap = createCap(cents(100), CENTS, false);
    const first = await cap.admit(asking(-1));
    expect(first).toMatchObject({ state: 'admitted', amount: ZERO });
    if (first.state === 'admitted') cap.settle(first, { state: 'charged', cost: cents(45) });
    // 45 spent, 45 reserved: 90 is below the cap, 135 is not.
    expect(await cap.admit(asking(-1))).toMatchObject({ state: 'admitted', amount: cents(45) });
    expect((await cap.admit(asking(-1))).state).toBe('admitted');
    expect((await cap.admit(asking(-1))).state).toBe('refused');
  });

  test('are never above the cap by anything but unbounded requests, whatever comes in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ worst: fc.nat(60), share: fc.nat(100), end: fc.constantFrom('charged', 'unspent', 'unknown') }),
          { maxLength: 40 },
        ),
        async (requests) => {
          const cap = createCap(cents(100), CENTS, false);
          const open = await Promise.all(
            requests.map(async (request) => ({ request, admitted: await cap.admit(asking(request.worst)) })),
          );
          let reserved = ZERO;
          for (const { admitted } of open) if (admitted.state === 'admitted') reserved = add(reserved, admitted.amount);
          expect(compare(reserved, cents(100))).toBeLessThanOrEqual(0);
          for (const { request, admitted } of open) {
            if (admitted.state !== 'admitted') continue;
            const cost = cents(Math.floor((request.worst * request.share) / 100));
            const state = request.end;
            cap.settle(
              admitted,
              state === 'charged' ? { state, cost } : state === 'unspent' ? { state } : { state: 'unknown' },
            );
          }
          expect(compare(cap.spent(), cents(100))).toBeLessThanOrEqual(0);
          // All is settled: what is left can be spent by one more request.
          const left = subtract(cents(100), cap.spent());
          const exact: PriceBook = { ...CENTS, worstCase: () => Promise.resolve({ amount: left }) };
          expect((await createCap(left, exact, false).admit(asking(1))).state).toBe('admitted');
        },
      ),
    );
  });
});

let upstream: LlmUpstream;
const folder = temporaryFolderForEachTest();
let started: TestRecorder | null = null;
beforeEach(async () => {
  // Each answer has exactly as many completion tokens as are admitted, 50.
  upstream = await startLlmUpstream({ completionOf: () => 50 });
});
afterEach(async () => {
  await started?.recorder.stop(1000);
  started = null;
  await upstream.close();
});

async function start(cap: string, more: Partial<Parameters<typeof startTestRecorder>[0]> = {}): Promise<TestRecorder> {
  started = await startTestRecorder({ folder: folder.path, upstream: upstream.url, cap: decimal(cap), ...more });
  return started;
}

const post = (url: string, body: object) =>
  fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });

/** 162 bytes; at worst 162 x 0.000001 + 50 x 0.000002 = $0.000262. The upstream bills 101 and more prompt tokens. */
const BOUNDED = { model: 'acme/one', max_tokens: 50, messages: [{ role: 'user', content: 'x'.repeat(84) }] };

describe('a recorder with a cap', () => {
  test('refuses one request after the other once the cap is reached, and each of those that follow', async () => {
    expect(JSON.stringify(BOUNDED)).toHaveLength(162);
    // An answer costs 0.000101 + 0.0001 = $0.000201, then a millionth more each time: after two $0.000403 is spent, and
    // 0.000403 + 0.000262 is above 0.0006.
    const { openai, recorder } = await start('0.0006');
    const statuses: number[] = [];
    for (let index = 0; index < 6; index += 1)
      statuses.push((await post(`${openai}/chat/completions`, BOUNDED)).status);
    expect(statuses).toEqual([200, 200, 402, 402, 402, 402]);
    const totals = await recorder.stop(1000);
    expect([toText(totals.known_cost), totals.requests, totals.refused]).toEqual(['0.000403', 2, 4]);
    expect(started?.said).toEqual([
      'Refused with 402: of the cap of $0.0006, $0.0004 is spent, and this request may cost $0.00026. Later refusals are counted, not shown.',
    ]);
    expect(upstream.requests).toHaveLength(2);
  });

  test('is never exceeded by 20 concurrent requests with max_tokens', async () => {
    // 0.0021 admits 8 at once: 8 x 0.000262 = 0.002096.
    const { openai, recorder } = await start('0.0021');
    const held: (() => void)[] = [];
    upstream.intercept((_, response) => {
      held.push(() => {
        response.setHeader('content-type', 'application/json');
        response.end(
          JSON.stringify({
            id: `a-${String(held.length)}`,
            model: 'acme/one',
            usage: { prompt_tokens: 162, completion_tokens: 50 },
          }),
        );
      });
      if (held.length === 8) for (const finish of held) finish();
    });
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(`${openai}/chat/completions`, BOUNDED)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(8);
    expect(answers.filter(({ status }) => status === 402)).toHaveLength(12);
    const totals = await recorder.stop(1000);
    expect([toText(totals.known_cost), toText(recorder.spent() ?? ZERO)]).toEqual(['0.002096', '0.002096']);
  });

  test.each([
    [
      'OpenAI',
      'openai',
      '/chat/completions',
      {
        error: {
          message: expect.stringContaining('cap of $0.00'),
          type: 'insufficient_quota',
          param: null,
          code: 'budget_exceeded',
        },
      },
    ],
    [
      'Anthropic',
      'anthropic',
      '/v1/messages',
      { type: 'error', error: { type: 'billing_error', message: expect.stringContaining('cap of $0.00') } },
    ],
    [
      'OpenRouter',
      'openrouter',
      '/chat/completions',
      { error: { code: 402, message: expect.stringContaining('cap of $0.00') } },
    ],
  ] as const)('answers in the form of %s and says that asking again is useless', async (_, name, path, body) => {
    const { [name]: base } = await start('0', { upstream: upstream.url });
    const answer = await post(`${base}${path}`, BOUNDED);
    expect([answer.status, answer.headers.get('x-should-retry'), await answer.json()]).toEqual([
      402,
      'false',
      name === 'openrouter' ? expect.objectContaining({ error: expect.anything() }) : body,
    ]);
  });

  test('refuses a model that cannot be priced, a body that is no JSON and paths that it does not know, with the reason', async () => {
    const { openai } = await start('1');
    const texts = [
      await post(`${openai}/chat/completions`, { ...BOUNDED, model: 'acme/none' }),
      await post(`${openai}/chat/completions`, { ...BOUNDED, models: ['acme/one', 'acme/none'] }),
      await post(`${openai}/batches`, {}),
      await fetch(`${openai}/chat/completions`, { method: 'POST', body: 'no JSON' }),
      await fetch(`${openai}/files/file-1`, { method: 'PUT', body: 'x' }),
    ].map(async (answer) => [answer.status, (await answer.text()).replace(/.*"message":"([^"]*).*/, '$1')]);
    expect(await Promise.all(texts)).toEqual([
      [402, expect.stringContaining('acme/none is no model of the catalogue')],
      [402, expect.stringContaining('acme/none is no model of the catalogue')],
      [402, expect.stringContaining('what POST /v1/batches costs is not known here')],
      [402, expect.stringContaining('the body of the request cannot be read as JSON')],
      [402, expect.stringContaining('what PUT /v1/files/file-1 costs is not known here')],
    ]);
    expect(upstream.requests).toEqual([]);
  });

  test('lets them pass with --allow-unpriced', async () => {
    const { openai, recorder } = await start('1', { allowUnpriced: true });
    const statuses = [
      (await post(`${openai}/chat/completions`, { ...BOUNDED, model: 'acme/none' })).status,
      (await post(`${openai}/batches`, {})).status,
    ];
    expect(statuses).toEqual([200, 200]);
    expect(await recorder.stop(1000)).toMatchObject({ requests: 1, cost: null, refused: 0 });
  });

  test('refuses an upgrade to a socket', async () => {
    const { openai, recorder } = await start('1');
    const target = new URL(`${openai}/realtime`);
    const socket = createConnection(Number(target.port), target.hostname);
    socket.write(`GET ${target.pathname} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`);
    const first = await nextChunk(socket);
    expect(first).toMatch(/^HTTP\/1\.1 402 Payment Required\r\n[^]*not counted/);
    socket.destroy();
    expect(await recorder.stop(1000)).toMatchObject({ refused: 1, requests: 0 });
  });

  test('counts errors as no spending, and an answer without usage with its reservation', async () => {
    const { openai, recorder } = await start('1');
    upstream.intercept((_, response) => {
      response.statusCode = 500;
      response.end('{}');
    });
    await post(`${openai}/chat/completions`, BOUNDED);
    expect(toText(recorder.spent() ?? ZERO)).toBe('0');
    upstream.intercept((_, response) => {
      response.setHeader('content-type', 'application/json');
      response.end('{"id":"a-1","object":"chat.completion","choices":[]}');
    });
    await post(`${openai}/chat/completions`, BOUNDED);
    await recorder.stop(1000);
    expect(toText(recorder.spent() ?? ZERO)).toBe('0.000262');
  });

  test('adds the provider price to a fee with an own key', async () => {
    const { openai, recorder } = await start('1');
    upstream.intercept((_, response) => {
      response.setHeader('content-type', 'application/json');
      const usage = {
        prompt_tokens: 5,
        completion_tokens: 5,
        cost: 0.0001,
        is_byok: true,
        cost_details: { upstream_inference_cost: 0.002 },
      };
      response.end(JSON.stringify({ id: 'gen-1', model: 'acme/one', usage }));
    });
    await post(`${openai}/chat/completions`, BOUNDED);
    await recorder.stop(1000);
    expect(toText(recorder.spent() ?? ZERO)).toBe('0.0021');
  });

  test('lets through what costs nothing, even with nothing left', async () => {
    const { openai, anthropic } = await start('0');
    upstream.intercept((_, response) => response.end('{}'));
    expect((await fetch(`${openai}/models`)).status).toBe(200);
    expect((await post(`${anthropic}/v1/messages/count_tokens`, BOUNDED)).status).toBe(200);
  });
});
