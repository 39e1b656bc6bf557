import {
  answeringModel,
  contextWithin,
  modelInPath,
  urlOf,
  type Accounts,
  type Context,
  type Search,
} from '../exchange.js';
import { isRecord, recordAt, type JsonRecord, nameAt } from '../json-value.js';
import { NO_USAGE_IN_STREAM, isAnswer, readAnswer } from './answers.js';

/** Records that have an answer inside: HTTP exchanges, lines of a batch, and rows of `llm-budget record`. */

/**
 * A recorded request with its response: VCR.py and Ruby VCR cassettes (https://vcrpy.readthedocs.io,
 * https://benoittgt.github.io/vcr), nock (https://github.com/nock/nock#recording), HAR 1.2 and Polly.js
 * (https://netflix.github.io/pollyjs), and logs of the same form. Every exchange is accounted for: where its response
 * states no usage, by its status, its host and its path.
 */
export function isHttpExchange(record: JsonRecord): boolean {
  if (typeof record.scope === 'string') return record.response !== undefined;
  const request = recordAt(record, 'request');
  const response = recordAt(record, 'response');
  if (request === null || response === null) return false;
  const hasAddress = urlOf(request) !== null || request.method !== undefined;
  return hasAddress || statusOf(record) !== null || response.headers !== undefined;
}

export function readHttpExchange(exchange: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const within = contextWithin(exchange, context);
  const before = accounts.found();
  search(exchange.response, within);
  // nock writes the status beside the response, others keep a list of attempts there.
  if (accounts.found() > before) return;
  const status = statusOf(exchange);
  const request = recordAt(exchange, 'request') ?? exchange;
  const url = urlOf(request);
  if (status !== null && status >= 400) accounts.without(`error status ${status}`, within);
  else if (url !== null && !isModelHost(url)) accounts.without(`no LLM host (${hostOf(url)})`, within);
  else if (url !== null && !isAnswerPath(url)) accounts.without('a request for no answer of a model', within);
  else if (url === null && !isStream(exchange.response)) accounts.without('a response without usage', within);
  else {
    const reason = isStream(exchange.response) ? NO_USAGE_IN_STREAM : 'an answer that states no usage';
    accounts.unmeasured({ model: answeringModel(null, within.model), id: null, reason }, within);
  }
}

function statusOf(exchange: JsonRecord): number | null {
  const response = recordAt(exchange, 'response');
  const stated = [
    response?.status,
    response?.status_code,
    response?.statusCode,
    recordAt(response ?? {}, 'status')?.code,
    exchange.status,
    exchange.statusCode,
  ];
  const status = stated.map(Number).find((value) => Number.isInteger(value) && value >= 100 && value <= 599);
  return status ?? null;
}

function hostOf(url: string): string {
  return /^[a-z]+:\/\/(?:[^/@]*@)?([\w.-]{1,100})/i.exec(url)?.[1] ?? 'not stated';
}

/** Hosts of models, and gateways in front of them; a path alone and a loopback address may be one. */
const MODEL_HOST =
  /openrouter|openai|anthropic|claude|googleapis|gemini|vertex|bedrock|mistral|cohere|deepseek|groq|x\.ai|perplexity|together|fireworks|voyage|jina|moonshot|cerebras|azure|ollama|helicone|litellm|portkey|nvidia|huggingface|replicate|localhost|127\.0\.0\.1|\[::1\]/i;

function isModelHost(url: string): boolean {
  return url.startsWith('/') || MODEL_HOST.test(hostOf(url)) || ANSWER_PATH.test(url);
}

/** Paths that bring an answer, an embedding or an image of a model. */
const ANSWER_PATH =
  /\/(?:chat\/completions|completions|responses|messages|complete|embeddings?|embed|rerank|converse(?:-stream)?|invoke(?:-with-response-stream)?|images\/\w+|audio\/\w+|api\/(?:chat|generate|embed))(?:\?|$)|:(?:generateContent|streamGenerateContent|embedContent|batchEmbedContents|predict|rawPredict|streamRawPredict)\b|\/v\d\/chat(?:\?|$)/i;

function isAnswerPath(url: string): boolean {
  return ANSWER_PATH.test(url) || modelInPath(url) !== null;
}

/** Whether the response is an event stream, by its header or by how its body begins. */
function isStream(response: unknown): boolean {
  if (!isRecord(response)) return typeof response === 'string' && /^\s*(?:data|event):/.test(response);
  const headers = JSON.stringify(response.headers ?? null).slice(0, 5000);
  if (/text\/event-stream/i.test(headers)) return true;
  const body = response.body ?? response.content ?? response.text;
  const text = isRecord(body) ? (body.string ?? body.text) : body;
  return typeof text === 'string' && /^\s*(?:data|event):/.test(text);
}

/**
 * A line of the output of a batch, which is billed at about half the price: OpenAI's
 * (https://platform.openai.com/docs/guides/batch) and Anthropic's (https://docs.anthropic.com/en/docs/build-with-claude/batch-processing).
 */
export function isBatchLine(record: JsonRecord): boolean {
  return typeof record.custom_id === 'string' && (record.response !== undefined || isRecord(record.result));
}

export function readBatchLine(line: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const within: Context = { ...context, tier: 'batch' };
  const response = recordAt(line, 'response');
  const before = accounts.found();
  search(response?.body ?? recordAt(line, 'result')?.message, within);
  if (accounts.found() > before) return;
  const status = Number(response?.status_code ?? 0);
  accounts.without(status >= 400 ? `error status ${status}` : 'a request of a batch that brought no answer', within);
}

/** A row of `llm-budget record` (`usage/record/rows.ts`): the usage as the answer stated it, or why there is none. */
export function isRecorderRow(record: JsonRecord): boolean {
  return record.llm_budget_record === 1;
}

export function readRecorderRow(row: JsonRecord, context: Context, accounts: Accounts): void {
  const within = { ...contextWithin(row, context), run: nameAt(row, 'run') };
  if (isAnswer(row)) {
    readAnswer(row, within, accounts);
    return;
  }
  const reason = nameAt(row, 'reason') ?? 'an answer that states no usage';
  // An error, or an upstream that was not reached, is no answer.
  const isAnswered = typeof row.status === 'number' && row.status < 400;
  if (isAnswered) accounts.unmeasured({ model: nameAt(row, 'model'), id: nameAt(row, 'id'), reason }, within);
  else accounts.without(reason, within);
}
