import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from '@jest/globals';
import { getOctokit } from '@actions/github';
import { type HttpFailure, httpFailureIn } from '../../../src/lib/http/failure.js';
import { excerpt, fetchOver, getJson, parseJson, sendThrough } from '../../../src/lib/http/request.js';
import {
  answer,
  head,
  startFaultServer,
  writeAndEnd,
  type Fault,
  type FaultServer,
} from '../../support/fault-server.js';

const send = sendThrough(null);
let server: FaultServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

async function serve(fault: Fault): Promise<string> {
  server = await startFaultServer(() => fault);
  return server.url;
}

async function failureOf(promise: Promise<unknown>): Promise<HttpFailure> {
  const error = await promise.catch((reason: unknown) => reason);
  const failure = httpFailureIn(error);
  if (failure !== null) return failure;
  throw new Error('expected an HttpFailure', { cause: error });
}

describe('send', () => {
  test('gives status, headers by lower-case name and the body, whatever the status', async () => {
    const url = await serve(answer(404, '{"message":"x"}', { 'X-RateLimit-Remaining': '0' }));
    const response = await send(url);
    expect(response.status).toBe(404);
    expect(response.headers.get('x-ratelimit-remaining')).toBe('0');
    expect(response.body.toString()).toBe('{"message":"x"}');
  });

  test('sends method, headers and body, and nothing of its own beyond what HTTP needs', async () => {
    const url = await serve(answer(200, '{}'));
    await send(url, { method: 'POST', headers: { accept: 'a/b' }, body: 'hello' });
    const request = server?.requests[0];
    expect(request?.method).toBe('POST');
    expect([...(request?.headers.keys() ?? [])].sort()).toEqual([
      'accept',
      'accept-encoding',
      'connection',
      'content-length',
      'host',
    ]);
  });

  test.each([
    ['bytes on the wire', { maxWireBytes: 9 }],
    ['bytes decompressed', { maxBytes: 9 }],
  ])('refuses the tenth where 9 %s are allowed', async (_, limits) => {
    expect(await failureOf(send(await serve(answer(200, '0123456789')), limits))).toMatchObject({ kind: 'too_large' });
  });

  test('accepts exactly as many bytes as are allowed', async () => {
    const response = await send(await serve(answer(200, '0123456789')), { maxWireBytes: 10, maxBytes: 10 });
    expect(response.body.toString()).toBe('0123456789');
  });

  test('counts compressed and decompressed bytes apart', async () => {
    const packed = gzipSync('a'.repeat(1000));
    const url = await serve(answer(200, packed, { 'content-encoding': 'gzip' }));
    expect((await send(url, { maxWireBytes: packed.length, maxBytes: 1000 })).body).toHaveLength(1000);
    expect(await failureOf(send(url, { maxBytes: 999 }))).toMatchObject({ kind: 'too_large', transient: false });
  });

  test('fails as a time-out when its signal fires', async () => {
    const url = await serve(() => undefined);
    const signal = AbortSignal.timeout(20);
    expect(await failureOf(send(url, { signal }))).toMatchObject({ kind: 'timeout', transient: true });
  });

  test('names a refused connection by its code', async () => {
    const url = await serve(answer(200, ''));
    await server?.close();
    const failure = await failureOf(send(url));
    expect(failure).toMatchObject({ kind: 'connection', transient: true });
    expect(failure.message).toBe('could not be reached, or the connection broke (ECONNREFUSED)');
  });

  test('passes a mistake of ours on as it is', async () => {
    const mistake = send('http://127.0.0.1:1/', { headers: { 'not a name': 'x' } });
    expect(httpFailureIn(await mistake.catch((error: unknown) => error))).toBeNull();
  });
});

describe('getJson', () => {
  test('gives the value and the bytes it was read from', async () => {
    const url = await serve(answer(200, '\ufeff{"a":1}', { date: 'Tue, 24 Nov 2026 09:00:00 GMT' }));
    const { value, bytes, headers } = await getJson(send, url, {}, 0);
    expect(value).toEqual({ a: 1 });
    expect(bytes.toString()).toBe('\ufeff{"a":1}');
    expect(headers.get('date')).toBe('Tue, 24 Nov 2026 09:00:00 GMT');
  });

  test('does not wait for the body of an error', async () => {
    const url = await serve((socket) => socket.write(head(503, { 'content-length': '10', 'retry-after': '3' })));
    expect(await failureOf(getJson(send, url, {}, 0))).toMatchObject({
      status: 503,
      retryAfterMs: 3000,
      transient: true,
    });
  });
});

describe('an excerpt of a body', () => {
  test('holds nothing that starts a command, a link or a mention', () => {
    expect(excerpt('<p>\n::error::##[x] @all `a` http://x\u202e\u0000')).toBe('"<p> error x all a http //x"');
  });

  test('has at most 40 characters', () => {
    expect(excerpt('a'.repeat(100))).toBe(`"${'a'.repeat(40)}"`);
  });

  test.each(['<html>', 'OK', '"text'])('%j is of another shape and not asked for again', (text) => {
    expect(() => parseJson(Buffer.from(text))).toThrow(expect.objectContaining({ kind: 'shape', transient: false }));
  });

  test.each(['{"a":', '[1,', '  ', ''])('%j counts as cut short', (text) => {
    expect(() => parseJson(Buffer.from(text))).toThrow(expect.objectContaining({ kind: 'truncated', transient: true }));
  });
});

describe('fetchOver under octokit', () => {
  async function octokitAt(fault: Fault) {
    return getOctokit('t0ken', { baseUrl: await serve(fault), request: { fetch: fetchOver(send) } });
  }

  test('brings a decompressed JSON answer and its headers', async () => {
    const body = gzipSync('{"id":7}');
    const headers = { 'content-type': 'application/json; charset=utf-8', 'content-encoding': 'gzip' };
    const octokit = await octokitAt(answer(200, body, headers));
    const response = await octokit.request('GET /x');
    expect(response.data).toEqual({ id: 7 });
    expect(response.headers['content-encoding']).toBeUndefined();
    expect(server?.requests[0]?.headers.get('authorization')).toBe('token t0ken');
  });

  test('sends a JSON body with POST', async () => {
    const octokit = await octokitAt(answer(201, '{"id":8}'));
    const response = await octokit.request('POST /x', { body: 'hello' });
    expect(response.status).toBe(201);
    expect(server?.requests[0]?.headers.get('content-length')).toBe(String('{"body":"hello"}'.length));
  });

  test('leaves an error status to octokit, with its message', async () => {
    const octokit = await octokitAt(answer(403, '{"message":"Resource not accessible"}'));
    await expect(octokit.request('GET /x')).rejects.toMatchObject({
      status: 403,
      message: 'Resource not accessible',
    });
  });

  test('answers 204 without a body', async () => {
    const octokit = await octokitAt(writeAndEnd(head(204, { connection: 'close' })));
    expect(await octokit.request('DELETE /x')).toMatchObject({ status: 204 });
  });

  test.each([301, 302, 303, 307, 308])(
    'does not follow a redirect (%d): the failure is found in the error',
    async (status) => {
      const octokit = await octokitAt(answer(status, '', { location: '/elsewhere' }));
      expect(await failureOf(octokit.request('GET /x'))).toMatchObject({ kind: 'redirect', status });
      expect(server?.requests).toHaveLength(1);
    },
  );

  test('keeps the limit on a body: the failure is found in the error', async () => {
    const octokit = await octokitAt(answer(200, Buffer.alloc(9 * 1024 * 1024, ' ')));
    expect(await failureOf(octokit.request('GET /x'))).toMatchObject({ kind: 'too_large', transient: false });
  });
});
