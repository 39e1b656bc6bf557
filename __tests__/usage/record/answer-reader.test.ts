import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { answerReader } from '../../../src/usage/record/answer-reader.js';

const SSE = 'text/event-stream; charset=utf-8';

async function read(chunks: readonly Buffer[], type: string, encoding = '') {
  const reader = answerReader(type, encoding);
  for (const chunk of chunks) await reader.push(chunk);
  return await reader.end();
}

/** The bytes cut at these places. */
function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const ends = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...ends, bytes.length].map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

const event = (value: object) => `data: ${JSON.stringify(value)}\n\n`;
const CHAT = [
  ': a comment\n\n',
  event({
    id: 'a-1',
    object: 'chat.completion.chunk',
    model: 'acme/one',
    choices: [{ delta: { content: 'quotes "usage" and ü' } }],
  }),
  ...Array.from({ length: 20 }, (_, index) =>
    event({ id: 'a-1', object: 'chat.completion.chunk', choices: [{ delta: { content: `part ${String(index)}\n` } }] }),
  ),
  event({
    id: 'a-1',
    object: 'chat.completion.chunk',
    model: 'acme/one',
    choices: [],
    usage: { prompt_tokens: 7, completion_tokens: 3 },
  }),
  'data: [DONE]\n\n',
].join('');

describe('an event stream', () => {
  test('is read the same however it is cut, with either line end', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(5000), { maxLength: 30 }),
        fc.constantFrom('\n', '\r\n'),
        async (places, end) => {
          const { answer } = await read(cutAt(Buffer.from(CHAT.replaceAll('\n\n', end + end)), places), SSE);
          expect(answer).toMatchObject({
            id: 'a-1',
            model: 'acme/one',
            usage: { prompt_tokens: 7, completion_tokens: 3 },
          });
        },
      ),
    );
  });

  test('of Anthropic has the inputs of its first event and the outputs of its last', async () => {
    const text = [
      event({
        type: 'message_start',
        message: {
          id: 'msg_1',
          model: 'claude-haiku-4-5',
          usage: { input_tokens: 9, cache_read_input_tokens: 4, output_tokens: 1 },
        },
      }),
      event({ type: 'content_block_delta', delta: { type: 'text_delta', text: 'hello' } }),
      event({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 25 } }),
    ].join('');
    expect((await read([Buffer.from(text)], SSE)).answer).toMatchObject({
      id: 'msg_1',
      usage: { input_tokens: 9, cache_read_input_tokens: 4, output_tokens: 25 },
    });
  });

  test('that was cut before its usage names the answer and states none', async () => {
    const { answer } = await read([Buffer.from(CHAT.slice(0, CHAT.indexOf('"usage":{')))], SSE);
    expect([answer?.id, answer?.usage]).toEqual(['a-1', undefined]);
  });
});

describe('an answer in one piece', () => {
  test.each([
    ['', (bytes: Buffer) => bytes],
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
  ])('with content-encoding %j is read however it is cut', async (encoding, compress) => {
    const bytes = compress(Buffer.from(JSON.stringify({ id: 'a-1', usage: { prompt_tokens: 7 } })));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(200), { maxLength: 10 }), async (places) => {
        expect((await read(cutAt(bytes, places), 'application/json', encoding)).answer).toEqual({
          id: 'a-1',
          usage: { prompt_tokens: 7 },
        });
      }),
      { numRuns: 20 },
    );
  });

  test('that is too long to be kept is read at its ends', async () => {
    const long = `{"object":"list","data":[${'0.123456789,'.repeat(2_000_000)}0],"model":"acme/embed","usage":{"prompt_tokens":5,"total_tokens":5}}`;
    const bytes = Buffer.from(long);
    expect(bytes.length).toBeGreaterThan(16 * 1024 * 1024);
    const chunks = Array.from({ length: Math.ceil(bytes.length / 65_536) }, (_, index) =>
      bytes.subarray(index * 65_536, (index + 1) * 65_536),
    );
    expect((await read(chunks, 'application/json')).answer).toEqual({
      model: 'acme/embed',
      usage: { prompt_tokens: 5, total_tokens: 5 },
    });
  });

  test.each([
    ['half a document', '{"id":'],
    ['HTML', '<html>'],
    ['nothing', ''],
    ['a list', '[]'],
  ])('that is %s is none', async (_, text) => {
    expect(await read([Buffer.from(text)], 'application/json')).toEqual({ answer: null, unreadable: null });
  });

  test('in a compression that is not known says which', async () => {
    expect(await read([Buffer.from('x')], 'application/json', 'zstd')).toEqual({
      answer: null,
      unreadable: 'its compression (zstd) is not known here',
    });
  });

  test('that is no such compression is none, and ends', async () => {
    expect(await read([Buffer.from('no gzip'), Buffer.from('at all')], 'application/json', 'gzip')).toEqual({
      answer: null,
      unreadable: null,
    });
  });
});
