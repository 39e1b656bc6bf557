import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { modelRow } from './catalogue-server.js';
import { answer, drip, head, write, writeAndEnd, writeAndReset, writeForEver, type Fault } from './fault-server.js';

/** A way in which the answer to `GET /models` can be wrong, and what has to come of it. */
export interface CatalogueFault {
  readonly name: string;
  readonly fault: Fault;
  /** Whether the request is made again (4 times in all), or once only. */
  readonly retried: boolean;
  /** What the message says of it. */
  readonly says: RegExp;
  /** True where only the deadline of the attempt ends it. */
  readonly untilDeadline?: boolean;
}

export const GOOD_BODY = JSON.stringify({ data: [modelRow('acme/one'), modelRow('acme/two')] });

const MIB = 1024 * 1024;
const CHUNKED = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
const BROKE = /could not be reached, or the connection broke/;
const TOO_LONG = /gave no whole answer within \d+ s/;
const TOO_MUCH = /more than the \d+ bytes that are read/;
const CUT = /cut short/;

const fastBrotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } };

function chunk(text: string): string {
  return `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
}

function encoded(encoding: string, bytes: Uint8Array): Fault {
  return answer(200, bytes, { 'content-encoding': encoding });
}

/** 33 MiB of blanks in a few kilobytes: 1 MiB more than is decompressed. */
function bomb(encoding: string, compress: (bytes: Buffer) => Buffer): Fault {
  return (socket, request) => {
    encoded(encoding, compress(Buffer.alloc(33 * MIB, ' ')))(socket, request);
  };
}

function retried(name: string, fault: Fault, says: RegExp): CatalogueFault {
  return { name, fault, retried: true, says };
}

function final(name: string, fault: Fault, says: RegExp): CatalogueFault {
  return { name, fault, retried: false, says };
}

function slow(name: string, fault: Fault): CatalogueFault {
  return { name, fault, retried: true, says: TOO_LONG, untilDeadline: true };
}

function status(code: number, isRetried: boolean, headers: Readonly<Record<string, string>> = {}): CatalogueFault {
  const shown = Object.entries(headers).map(([name, value]) => `, ${name}: ${value}`);
  return {
    name: `status ${code}${shown.join('')}`,
    fault: answer(code, '{"error":{"code":0,"message":"no"}}', headers),
    retried: isRetried,
    says: new RegExp(`answered ${code}`),
  };
}

const gzipped = gzipSync(GOOD_BODY);

export const CATALOGUE_FAULTS: readonly CatalogueFault[] = [
  slow('no answer at all', write()),
  slow('a head that stops half-way', write('HTTP/1.1 200 OK\r\ncontent-type: appl')),
  slow(
    'a body that stops half-way',
    write(head(200, { 'content-length': String(GOOD_BODY.length) }), GOOD_BODY.slice(0, 20)),
  ),
  slow('headers that drip without end', drip('HTTP/1.1 200 OK\r\nx-drip: ', 'a')),
  slow('a body that drips without end', drip(head(200, CHUNKED), '1\r\n \r\n')),
  slow('an error whose head never ends', drip('HTTP/1.1 503 Busy\r\nx-drip: ', 'a')),

  retried('a reset before any byte', writeAndReset(), BROKE),
  retried('a reset in the head', writeAndReset('HTTP/1.1 200 OK\r\ncontent-ty'), BROKE),
  retried('a reset in the body', writeAndReset(head(200, { 'content-length': '5000' }), GOOD_BODY.slice(0, 50)), BROKE),
  retried('a connection closed before any byte', writeAndEnd(), BROKE),
  retried('a connection closed in the head', writeAndEnd('HTTP/1.1 200 OK\r\ncontent-ty'), BROKE),
  retried(
    'a body shorter than its content-length',
    writeAndEnd(head(200, { 'content-length': '5000' }), GOOD_BODY),
    BROKE,
  ),
  retried(
    'a body longer than its content-length',
    writeAndEnd(head(200, { 'content-length': '20', connection: 'close' }), GOOD_BODY),
    CUT,
  ),
  retried('a chunked body without its last chunk', writeAndEnd(head(200, CHUNKED), chunk(GOOD_BODY)), BROKE),
  retried('a chunk cut short', writeAndEnd(head(200, CHUNKED), `fff\r\n${GOOD_BODY}`), BROKE),
  retried('a chunk size that is no number', writeAndEnd(head(200, CHUNKED), `xyz\r\n${GOOD_BODY}\r\n0\r\n\r\n`), BROKE),
  retried('a chunk longer than its size', writeAndEnd(head(200, CHUNKED), `5\r\n${GOOD_BODY}\r\n0\r\n\r\n`), BROKE),
  retried('something that is not HTTP', writeAndEnd('220 mail.example ESMTP\r\n'), BROKE),
  retried('half a JSON text', answer(200, GOOD_BODY.slice(0, -20)), CUT),
  retried('half a JSON text until the connection closes', writeAndEnd(head(200), GOOD_BODY.slice(0, -20)), CUT),
  retried('an empty body', answer(200, ''), /sent an empty body/),
  retried('a gzip stream cut short', encoded('gzip', gzipped.subarray(0, -20)), CUT),
  retried('a brotli stream cut short', encoded('br', brotliCompressSync(GOOD_BODY).subarray(0, -5)), CUT),
  retried(
    'an overload reported with status 200',
    answer(200, '{"error":{"code":502,"message":"x"}}'),
    /error in place of data \(code 502\)/,
  ),

  final('a gzip bomb', bomb('gzip', gzipSync), TOO_MUCH),
  final('a deflate bomb', bomb('deflate', deflateSync), TOO_MUCH),
  final('a raw deflate bomb', bomb('deflate', deflateRawSync), TOO_MUCH),
  final(
    'a brotli bomb',
    bomb('br', (bytes) => brotliCompressSync(bytes, fastBrotli)),
    TOO_MUCH,
  ),
  final('9 MiB announced', answer(200, Buffer.alloc(9 * MIB, ' ')), TOO_MUCH),
  final('a chunked body without end', writeForEver(head(200, CHUNKED), chunk(' '.repeat(64 * 1024))), TOO_MUCH),
  final(
    'headers of 20 kB',
    writeAndEnd(`HTTP/1.1 200 OK\r\nx-much: ${'a'.repeat(20_000)}\r\n\r\n`),
    /more headers than are read/,
  ),
  final(
    'headers without end',
    writeForEver('HTTP/1.1 200 OK\r\n', `x-more: ${'a'.repeat(100)}\r\n`),
    /more headers than are read/,
  ),
  final('text that calls itself gzip', encoded('gzip', Buffer.from(GOOD_BODY)), /cannot be decompressed/),
  final('a compression nobody asked for', encoded('zstd', Buffer.from(GOOD_BODY)), /in a way that was not asked for/),

  ...[301, 302, 303, 307, 308].map((code) =>
    final(
      `a redirect (${code})`,
      answer(code, '', { location: '/api/v1/elsewhere' }),
      new RegExp(`a redirect \\(${code}\\)`),
    ),
  ),
  final(
    'HTML with status 200',
    answer(200, '<!DOCTYPE html><title>::error::x</title>'),
    /not JSON, beginning with "<!DOCTYPE html><title> error x/,
  ),
  final(
    'bytes that are not UTF-8',
    answer(200, Buffer.from(GOOD_BODY.replace('acme', 'acm\u00e9'), 'latin1')),
    /not UTF-8/,
  ),
  final('UTF-16', answer(200, Buffer.from(`\ufeff${GOOD_BODY}`, 'utf16le')), /not UTF-8/),
  final(
    'an error with status 200',
    answer(200, '{"error":{"code":401,"message":"x"}}'),
    /error in place of data \(code 401\)/,
  ),
  final('an error beside data', answer(200, `{"error":"x",${GOOD_BODY.slice(1)}`), /error in place of data/),
  final('another shape', answer(200, '{"models":[]}'), /not a list of models \(at data\)/),
  final('null', answer(200, 'null'), /not a list of models/),
  final('no models', answer(200, '{"data":[]}'), /lists no models/),
  final(
    'models of which none can be read',
    answer(200, '{"data":[{"id":"acme/one"},7]}'),
    /lists no models that can be read/,
  ),
  final('a next page at another host', answer(200, pageWithNext('http://127.0.0.2:9/models')), /at another address/),
  final(
    'a next page that is the same',
    answer(200, pageWithNext('/api/v1/models?output_modalities=all')),
    /with the same page/,
  ),

  ...[400, 401, 402, 403, 404, 410, 451].map((code) => status(code, false)),
  ...[201, 204, 206].map((code) =>
    final(`status ${code}`, writeAndEnd(head(code, { connection: 'close' })), new RegExp(`answered ${code}`)),
  ),
  ...[408, 425, 429, 500, 501, 502, 503, 504, 520, 522, 524, 529].map((code) => status(code, true)),
  status(429, true, { 'retry-after': '2' }),
  status(503, true, { 'retry-after': 'Tue, 24 Nov 2026 09:00:05 GMT', date: 'Tue, 24 Nov 2026 09:00:00 GMT' }),
  status(429, true, { 'retry-after': 'soon' }),
  retried('a 503 whose body never ends', writeForEver(head(503, CHUNKED), chunk(' '.repeat(1024))), /answered 503/),
  final(
    'status 429 with a Retry-After of an hour',
    answer(429, '', { 'retry-after': '3600' }),
    /asked for a pause of 3600 s, more than is left/,
  ),
];

function pageWithNext(next: string): string {
  return JSON.stringify({ data: [modelRow('acme/one')], links: { next } });
}

export function catalogueFault(name: string): CatalogueFault {
  const fault = CATALOGUE_FAULTS.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new Error(`no fault ${name}`);
  return fault;
}
