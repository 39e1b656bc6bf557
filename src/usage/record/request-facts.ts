import { brotliDecompressSync, gunzipSync, inflateSync } from 'node:zlib';
import { listAt, nameAt, parseRecord, recordAt, type JsonRecord } from '../read/json-value.js';

/** What the body of a request says about its cost. Nothing else of it is kept. */
export interface RequestFacts {
  /** Null where the body names none. */
  readonly model: string | null;
  /** Models that answer where the first one fails (OpenRouter's `models`). */
  readonly fallbacks: readonly string[];
  /** The most completion tokens of all its answers together; null where nothing bounds them. */
  readonly maxCompletion: number | null;
  /** The size of the body in bytes: no text has more tokens than bytes. */
  readonly bytes: number;
  /** Whether the input is in the body as a whole: no address of an image, no file by id, no search of the web. */
  readonly isWhole: boolean;
  readonly serviceTier: 'default' | 'flex' | 'priority';
  /** Anthropic's `speed: fast`: a row of its own, where the catalogue has it. */
  readonly isFast: boolean;
  /** Whether a part of the prompt is written to the cache for an hour. */
  readonly writesForAnHour: boolean;
  readonly isStream: boolean;
  /** Whether a stream was asked to state its usage. */
  readonly asksForUsage: boolean;
}

/** A larger body is not decompressed to read it. */
const LARGEST_BODY = 256 * 1024 * 1024;

/** Reads the body of a request for an answer or an embedding; null where it is not a JSON object. */
export function requestFacts(body: Buffer, encoding: string, isEmbedding: boolean): RequestFacts | null {
  const text = plainText(body, encoding);
  if (text === null) return null;
  const request = parseRecord(text);
  if (request === null) return null;
  return {
    model: nameAt(request, 'model') ?? stringsOf(request, 'models')[0] ?? null,
    fallbacks: stringsOf(request, 'models'),
    maxCompletion: isEmbedding ? 0 : maxCompletion(request),
    bytes: Buffer.byteLength(text),
    isWhole: !REFERS.test(text),
    serviceTier: tierOf(request),
    isFast: request.speed === 'fast',
    writesForAnHour: /"ttl"\s*:\s*"1h"/.test(text),
    isStream: request.stream === true,
    asksForUsage: recordAt(request, 'stream_options')?.include_usage === true || recordAt(request, 'usage') !== null,
  };
}

/**
 * Input that is elsewhere: an address of a picture or document, a file or an earlier response by its id, a stored
 * prompt, tools that a server runs. Its tokens are in no byte of the body. Within JSON text a quotation mark is escaped,
 * so a prompt that quotes such a key does not match.
 */
const REFERS =
  /(?<!\\)"(?:url|file_url|file_id|file_data_url|previous_response_id|conversation|plugins|web_search_options|server_url|mcp_servers|container)"\s*:\s*(?!null|"data:)|(?<!\\)"type"\s*:\s*"(?:web_search|web_fetch|file_search|code_interpreter|code_execution|mcp|image_generation)|(?<!\\)"model"\s*:\s*"[^"]*:online/;

function plainText(body: Buffer, encoding: string): string | null {
  const limit = { maxOutputLength: LARGEST_BODY };
  try {
    switch (encoding.trim().toLowerCase()) {
      case '':
      case 'identity':
        return body.toString('utf8');
      case 'gzip':
      case 'x-gzip':
        return gunzipSync(body, limit).toString('utf8');
      case 'br':
        return brotliDecompressSync(body, limit).toString('utf8');
      case 'deflate':
        return inflateSync(body, limit).toString('utf8');
      default:
        return null;
    }
  } catch {
    return null;
  }
}

function stringsOf(request: JsonRecord, key: string): readonly string[] {
  return listAt(request, key).filter((item) => typeof item === 'string');
}

/** `max_tokens` by its name in each API, for each of the answers that are asked for. */
function maxCompletion(request: JsonRecord): number | null {
  const caps = ['max_tokens', 'max_completion_tokens', 'max_output_tokens'].map((key) => request[key]).filter(isCount);
  if (caps.length === 0) return null;
  const answers = Math.max(1, ...[request.n, request.best_of].filter(isCount));
  const prompts = Array.isArray(request.prompt) && request.prompt.every((item) => typeof item !== 'number');
  const asked = prompts && Array.isArray(request.prompt) ? Math.max(1, request.prompt.length) : 1;
  return Math.max(...caps) * answers * asked;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 1_000_000_000;
}

function tierOf({ service_tier: tier }: JsonRecord): RequestFacts['serviceTier'] {
  return tier === 'flex' || tier === 'priority' ? tier : 'default';
}
