import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import { createConnection, type Socket } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { toText } from '../../../src/lib/money/decimal.js';
import { portOf } from '../../support/catalogue-server.js';
import { ANSWER_TEXT, startLlmUpstream, type LlmUpstream } from '../../support/llm-upstream.js';
import { answerTo, nextChunk } from '../../support/plain-http.js';
import { startTestRecorder, type TestRecorder } from '../../support/recorder.js';
import { startRecordingProxy } from '../../support/recording-proxy.js';
import { temporaryFolderForEachTest } from '../../support/set-up.js';

let upstream: LlmUpstream;
const folder = temporaryFolderForEachTest();
let started: TestRecorder | null = null;

beforeEach(async () => {
  upstream = await startLlmUpstream();
});
afterEach(async () => {
  await started?.recorder.stop(1000);
  started = null;
  await upstream.close();
});

async function start(setting: Partial<Parameters<typeof startTestRecorder>[0]> = {}): Promise<TestRecorder> {
  started = await startTestRecorder({ folder: folder.path, upstream: upstream.url, ...setting });
  return started;
}

interface Got {
  readonly status: number;
  readonly rawHeaders: readonly string[];
  readonly body: Buffer;
}

/** One request with exactly these headers and bytes. */
async function send(url: string, options: { method?: string; headers?: string[]; body?: Buffer } = {}): Promise<Got> {
  const target = new URL(url);
  const outgoing = httpRequest({
    host: target.hostname,
    port: target.port,
    path: target.pathname + target.search,
    method: options.method ?? 'POST',
    headers: ['host', target.host, ...(options.headers ?? []), 'content-length', String(options.body?.length ?? 0)],
  });
  outgoing.end(options.body);
  const answer = await answerTo(outgoing);
  return await received(answer);
}

async function received(answer: IncomingMessage): Promise<Got> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return { status: answer.statusCode ?? 0, rawHeaders: answer.rawHeaders, body: Buffer.concat(chunks) };
}

const chat = (fields: object = {}): Buffer =>
  Buffer.from(JSON.stringify({ model: 'acme/one', messages: [{ role: 'user', content: 'THE-PROMPT' }], ...fields }));
const JSON_HEADERS = ['content-type', 'application/json', 'authorization', 'Bearer sk-THE-KEY'];

describe('a request through the recorder', () => {
  test('arrives as it was sent, and so does the answer: any bytes, headers and status', async () => {
    const { openai } = await start();
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 5000 }),
        fc.uint8Array({ maxLength: 5000 }),
        fc.constantFrom(200, 201, 400, 404, 429, 500, 503),
        fc.array(fc.stringMatching(/^[ -~]{0,20}$/), { maxLength: 3 }),
        fc.constantFrom('/chat/completions', '/embeddings', '/messages', '/files?a=b%20c'),
        async (sent, answered, status, values, path) => {
          const custom = values.flatMap((value, index) => [`X-Custom-${String(index % 2)}`, value.trim()]);
          upstream.intercept((_, response) => {
            response.writeHead(status, [
              'X-Answer',
              'one',
              'x-answer',
              'two',
              ...custom,
              'Content-Type',
              'application/octet-stream',
            ]);
            response.end(Buffer.from(answered));
          });
          const got = await send(`${openai}${path}`, {
            headers: [...JSON_HEADERS, ...custom],
            body: Buffer.from(sent),
          });
          const arrived = upstream.requests.at(-1);
          expect(arrived?.path).toBe(`/v1${path}`);
          expect(arrived?.body.equals(Buffer.from(sent))).toBe(true);
          expect(headersOf(arrived?.rawHeaders ?? [])).toEqual(headersOf([...JSON_HEADERS, ...custom]));
          expect(got.status).toBe(status);
          expect(got.body.equals(Buffer.from(answered))).toBe(true);
          expect(headersOf(got.rawHeaders)).toEqual(
            headersOf(['X-Answer', 'one', 'x-answer', 'two', ...custom, 'Content-Type', 'application/octet-stream']),
          );
        },
      ),
      { numRuns: 60 },
    );
  });

  test('does not carry the name of the call, nor what belongs to the connection', async () => {
    const { openai } = await start();
    await send(`${openai}/chat/completions`, {
      headers: [
        ...JSON_HEADERS,
        'X-LLM-Budget-Call',
        'answer',
        'connection',
        'x-hop, keep-alive',
        'x-hop',
        '1',
        'te',
        'trailers',
      ],
      body: chat(),
    });
    const names = Object.keys(upstream.requests[0]?.headers ?? {});
    expect(names.filter((name) => ['x-llm-budget-call', 'x-hop', 'te'].includes(name))).toEqual([]);
    expect(started?.rows()[0]?.call).toBe('answer');
  });

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('keeps an answer compressed with %s as it is, and reads the usage of a copy', async (encoding, compress) => {
    const { openai } = await start();
    const body = compress(
      Buffer.from(JSON.stringify({ id: 'a-1', model: 'acme/one', usage: { prompt_tokens: 7, completion_tokens: 3 } })),
    );
    upstream.intercept((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': encoding });
      response.end(body);
    });
    const got = await send(`${openai}/chat/completions`, { headers: JSON_HEADERS, body: chat() });
    expect(got.body.equals(body)).toBe(true);
    await started?.recorder.stop(1000);
    expect(started?.rows()).toMatchObject([{ id: 'a-1', usage: { prompt_tokens: 7, completion_tokens: 3 } }]);
  });

  test('has the first chunk of a stream before the upstream sends the last', async () => {
    const { openai } = await start();
    let finish = (): void => undefined;
    upstream.intercept((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"first":1}\n\n');
      finish = () => {
        response.end('data: {"last":1}\n\n');
      };
    });
    const target = new URL(`${openai}/chat/completions`);
    const outgoing = httpRequest({ host: target.hostname, port: target.port, path: target.pathname, method: 'POST' });
    outgoing.end(chat({ stream: true }));
    const answer = await answerTo(outgoing);
    const first = await nextChunk(answer);
    expect(first).toBe('data: {"first":1}\n\n');
    // The upstream sends the rest only now, so that the chunk above cannot have waited for it.
    finish();
    expect((await received(answer)).body.toString()).toBe('data: {"last":1}\n\n');
  });

  test('is ended upstream when the client goes away, and counts as an answer that was cut', async () => {
    const { openai } = await start();
    const closed = new Promise<void>((resolve) => {
      upstream.intercept((_, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {"id":"a-1","object":"chat.completion.chunk","model":"acme/one","choices":[]}\n\n');
        response.once('close', resolve);
      });
    });
    const target = new URL(`${openai}/chat/completions`);
    const outgoing = httpRequest({ host: target.hostname, port: target.port, path: target.pathname, method: 'POST' });
    outgoing.on('error', () => undefined);
    outgoing.end(chat({ stream: true }));
    const answer = await answerTo(outgoing);
    await once(answer, 'data');
    answer.on('error', () => undefined);
    outgoing.destroy();
    await closed;
    await started?.recorder.stop(5000);
    expect(started?.rows()).toMatchObject([{ status: 200, usage: null, reason: 'an answer that was cut off' }]);
  });

  test('that the upstream breaks off is broken off for the client too', async () => {
    const { openai } = await start();
    upstream.intercept((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
      response.write('{"half":');
      setImmediate(() => response.destroy());
    });
    await expect(send(`${openai}/chat/completions`, { headers: JSON_HEADERS, body: chat() })).rejects.toThrow(
      /aborted|hang up/,
    );
  });

  test('to an upstream that cannot be reached is 502 with the reason, in the form of the API, and the recorder goes on', async () => {
    const { openai, anthropic, recorder } = await start({ upstream: 'http://127.0.0.1:9' });
    const one = await send(`${openai}/chat/completions`, { headers: JSON_HEADERS, body: chat() });
    expect([one.status, JSON.parse(one.body.toString())]).toEqual([
      502,
      {
        error: {
          message: expect.stringContaining('127.0.0.1:9 cannot be reached: the connection was refused'),
          type: 'server_error',
          param: null,
          code: 'upstream_unreachable',
        },
      },
    ]);
    const other = await send(`${anthropic}/v1/messages`, { headers: JSON_HEADERS, body: chat() });
    expect([other.status, JSON.parse(other.body.toString())]).toMatchObject([
      502,
      { type: 'error', error: { type: 'api_error' } },
    ]);
    expect(await recorder.stop(1000)).toMatchObject({ requests: 2, errors: 2 });
    expect(started?.rows()).toMatchObject([
      { status: null, usage: null },
      { status: null, usage: null },
    ]);
    expect(started?.said).toEqual(['127.0.0.1:9 cannot be reached: the connection was refused.']);
  });

  test('goes through the proxy of the environment, but not to a loopback address', async () => {
    const proxy = await startRecordingProxy();
    const { openai } = await start({ upstream: 'https://api.example.com', environment: { HTTPS_PROXY: proxy.url } });
    const got = await send(`${openai}/chat/completions`, { headers: JSON_HEADERS, body: chat() });
    expect([got.status, proxy.asked]).toEqual([502, ['CONNECT api.example.com:443 HTTP/1.1']]);
    await proxy.close();
  });
});

test('100 requests at once over kept connections are 100 rows whose sum is the bill', async () => {
  const { openai } = await start();
  const answers = await Promise.all(
    Array.from({ length: 100 }, (_, index) =>
      fetch(`${openai}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: chat({ stream: index % 2 === 0, stream_options: { include_usage: true } }),
      }).then((answer) => answer.text()),
    ),
  );
  expect(answers.every((text) => text.includes(ANSWER_TEXT))).toBe(true);
  const totals = await started?.recorder.stop(5000);
  expect([totals?.requests, totals?.cost === null ? null : toText(totals?.cost ?? upstream.bill())]).toEqual([
    100,
    toText(upstream.bill()),
  ]);
  expect(started?.rows()).toHaveLength(100);
});

describe('the guard', () => {
  test.each([['/'], ['/wrong/openai/v1/chat/completions'], ['/openai/v1/chat/completions'], ['/x/../openai/v1']])(
    'answers 404 to %s, without the secret part of the path',
    async (path) => {
      const { openai } = await start();
      const got = await send(new URL(path, new URL(openai).origin).href, { headers: JSON_HEADERS, body: chat() });
      expect([got.status, upstream.requests]).toEqual([404, []]);
    },
  );

  test('listens on the loopback address alone', async () => {
    const { openai } = await start();
    expect(new URL(openai).hostname).toBe('127.0.0.1');
  });
});

describe('what is not counted', () => {
  test.each([
    ['GET', '/models'],
    ['GET', '/generation?id=gen-1'],
    ['POST', '/messages/count_tokens'],
    ['POST', '/moderations'],
    ['DELETE', '/files/file-1'],
  ])('%s %s passes and is in no row', async (method, path) => {
    const { openai } = await start();
    upstream.intercept((_, response) => response.end('{}'));
    expect((await send(`${openai}${path}`, { method, headers: JSON_HEADERS })).status).toBe(200);
    const totals = await started?.recorder.stop(1000);
    expect([totals?.requests, totals?.not_counted.size, started?.text()]).toEqual([0, 0, '']);
  });

  test.each(['PUT', 'PATCH', 'PROPFIND', 'REPORT'])('%s passes without a cap as what it is', async (method) => {
    const { openai } = await start();
    upstream.intercept((_, response) => response.end('{}'));
    expect((await send(`${openai}/files/file-1`, { method, headers: JSON_HEADERS })).status).toBe(200);
    expect(upstream.requests.map((request) => request.method)).toEqual([method]);
  });

  test('POST to an unknown path passes without a cap, and is named at the end', async () => {
    const { openai } = await start();
    upstream.intercept((_, response) => response.end('{}'));
    await send(`${openai}/batches`, { headers: JSON_HEADERS, body: Buffer.from('{}') });
    expect([...((await started?.recorder.stop(1000))?.not_counted ?? [])]).toEqual([['POST /v1/batches', 1]]);
  });

  test('a socket passes without a cap, both ways', async () => {
    const server: Server = createServer();
    server.on('upgrade', (_, socket: Socket) => {
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nhello');
      socket.on('data', (bytes) => socket.end(`echo ${bytes.toString()}`));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { openai } = await start({ upstream: `http://127.0.0.1:${String(portOf(server.address()))}` });
    const target = new URL(`${openai}/realtime`);
    const socket = createConnection(Number(target.port), target.hostname);
    socket.write(`GET ${target.pathname} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`);
    let text = '';
    for await (const chunk of socket) {
      text += String(chunk);
      if (text.endsWith('hello')) socket.write('you');
    }
    expect(text).toMatch(/^HTTP\/1\.1 101 [^]*\r\n\r\nhelloecho you$/);
    server.close();
  });
});

test('nothing of prompt, answer or key is in the file or among the lines', async () => {
  const { openai, anthropic, openrouter } = await start({ suite: 'evals' });
  for (const stream of [false, true]) {
    for (const url of [
      `${openai}/chat/completions`,
      `${openai}/responses`,
      `${anthropic}/v1/messages`,
      `${openrouter}/embeddings`,
    ]) {
      await send(url, {
        headers: [...JSON_HEADERS, 'x-api-key', 'sk-THE-KEY'],
        body: chat({ stream, input: 'THE-PROMPT' }),
      });
    }
  }
  upstream.intercept((_, response) => {
    response.writeHead(400, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ error: { message: 'THE-PROMPT sk-THE-KEY' } }));
  });
  await send(`${openai}/chat/completions`, { headers: JSON_HEADERS, body: chat() });
  upstream.intercept((_, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        id: 'THE-ANSWER OF-THE-MODEL',
        model: 'THE PROMPT',
        usage: { prompt_tokens: 1, completion_tokens: 2, note: 'THE-PROMPT', type: 'THE PROMPT' },
      }),
    );
  });
  await send(`${openai}/chat/completions`, { headers: JSON_HEADERS, body: chat() });
  await started?.recorder.stop(1000);
  const kept = `${started?.text() ?? ''}${started?.said.join('\n') ?? ''}`;
  expect(started?.rows()).toHaveLength(10);
  expect(kept).not.toMatch(/THE.PROMPT|THE.ANSWER|THE.KEY/);
});

/** Name and value by turns as pairs, without what each connection sets anew. */
function headersOf(raw: readonly string[]): string[] {
  const found: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const name = (raw[index] ?? '').toLowerCase();
    if (!['host', 'connection', 'keep-alive', 'content-length', 'transfer-encoding', 'date'].includes(name)) {
      found.push(`${raw[index] ?? ''}: ${raw[index + 1] ?? ''}`);
    }
  }
  return found;
}
