import {
  answeringModel,
  contextWithin,
  buildRow,
  type Accounts,
  type Context,
  type Search,
  type RecordingFile,
} from '../exchange.js';
import {
  noFindings,
  countAt,
  isList,
  isRecord,
  listAt,
  nameAt,
  recordAt,
  recordedTime,
  type JsonRecord,
} from '../json-value.js';
import { invocationUsage, measuredResponses } from '../event-stream.js';
import { googleTokens, someTokens } from '../tokens.js';

/** Answers whose counts have a form of the vendor's own: Google, Llama and Titan on Bedrock, and Ollama. */

const GOOGLE_KEYS = [
  'promptTokenCount',
  'prompt_token_count',
  'responseTokenCount',
  'response_token_count',
  'totalTokenCount',
  'total_token_count',
] as const;

/** Gemini API, Vertex AI and Gemini Live (https://ai.google.dev/api/generate-content, https://ai.google.dev/api/live). */
export function isGoogleAnswer(record: JsonRecord): boolean {
  const metadata = googleMetadata(record);
  return metadata !== null && GOOGLE_KEYS.some((key) => metadata[key] !== undefined && metadata[key] !== null);
}

function googleMetadata(record: JsonRecord): JsonRecord | null {
  return recordAt(record, 'usageMetadata') ?? recordAt(record, 'usage_metadata');
}

export function readGoogleAnswer(answer: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const metadata = googleMetadata(answer) ?? {};
  const within = contextWithin(answer, context);
  const answered = nameAt(answer, 'modelVersion') ?? nameAt(answer, 'model_version');
  const model = answeringModel(answered, context.model);
  const row = buildRow(within, {
    model,
    tokens: googleTokens(metadata, findings),
    web_searches: groundingSearches(answer, model),
    id: nameAt(answer, 'responseId') ?? nameAt(answer, 'response_id'),
    time: recordedTime(answer.createTime) ?? within.time,
  });
  accounts.read(row, findings, context);
}

/** Until Gemini 2.5 a grounded prompt is charged once, from Gemini 3 each query (https://ai.google.dev/gemini-api/docs/pricing). */
function groundingSearches(answer: JsonRecord, model: string | null): number {
  const queries = listAt(answer, 'candidates')
    .filter(isRecord)
    .flatMap((candidate) => {
      const grounding = recordAt(candidate, 'groundingMetadata') ?? recordAt(candidate, 'grounding_metadata');
      return grounding === null
        ? []
        : [...listAt(grounding, 'webSearchQueries'), ...listAt(grounding, 'web_search_queries')];
    });
  return model !== null && /gemini-(?:[3-9]|\d\d)/.test(model) ? queries.length : Math.min(queries.length, 1);
}

/**
 * The invocation log of Bedrock (https://docs.aws.amazon.com/bedrock/latest/userguide/model-invocation-logging.html): the
 * answer where it is in a known form, else the counts beside it.
 */
export function isBedrockInvocation(record: JsonRecord): boolean {
  return typeof record.modelId === 'string' && isRecord(record.input) && isRecord(record.output);
}

export function readBedrockInvocation(log: JsonRecord, context: Context, accounts: Accounts, search: Search): void {
  const within = contextWithin(log, context);
  const before = accounts.found();
  const output = recordAt(log, 'output') ?? {};
  const body = output.outputBodyJson;
  // Of a stream all events are logged. Where they state no usage, the counts of the log do.
  search(isList(body) ? measuredResponses(body) : body, within);
  if (accounts.found() > before) return;
  if (typeof log.errorCode === 'string') {
    accounts.without('a request with an error', within);
    return;
  }
  const findings = noFindings();
  const input = recordAt(log, 'input');
  const cached = countAt(input, ['cacheReadInputTokenCount'], findings);
  const written = countAt(input, ['cacheWriteInputTokenCount'], findings);
  const tokens = someTokens({
    prompt: countAt(input, ['inputTokenCount'], findings) + cached + written,
    completion: countAt(output, ['outputTokenCount'], findings),
    cached,
    written,
  });
  const id = nameAt(log, 'requestId');
  if (findings.problems.length === 0 && tokens.prompt + tokens.completion === 0) {
    accounts.unmeasured({ model: within.model, id, reason: 'an answer that states no usage' }, within);
  } else {
    accounts.read(buildRow(within, { model: within.model, tokens, id }), findings, within);
  }
}

/** The last event of a stream on Bedrock that has no usage of its own: its metrics are the usage of the whole answer. */
export function isBedrockStreamEnd(record: JsonRecord): boolean {
  return invocationUsage(record) !== null && recordAt(record, 'usage') === null;
}

export function readBedrockStreamEnd(event: JsonRecord, context: Context, _accounts: Accounts, search: Search): void {
  streamEnded(context.model, context);
  const { id, model } = event;
  search({ id, model, usage: invocationUsage(event) }, context);
}

/**
 * What Llama and Titan answer to InvokeModel
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/model-parameters-meta.html, …-titan-text.html), and the events of
 * their streams. An event has the count so far, and no reason to stop before the last one
 * (https://github.com/ChatGPTNextWeb/ChatGPT-Next-Web/blob/main/docs/bedrock-response-format.md).
 */
export function isBedrockBody(record: JsonRecord): boolean {
  return record.generation_token_count !== undefined || record.inputTextTokenCount !== undefined;
}

export function readBedrockBody(body: JsonRecord, context: Context, accounts: Accounts): void {
  if (body.stop_reason === null || body.completionReason === null) {
    streamBegan(context.model, context, accounts);
    return;
  }
  streamEnded(context.model, context);
  const findings = noFindings();
  const results = listAt(body, 'results').filter(isRecord);
  const answers = results.reduce((sum, result) => sum + countAt(result, ['tokenCount'], findings), 0);
  const tokens = someTokens({
    prompt: countAt(body, ['prompt_token_count', 'inputTextTokenCount'], findings),
    completion: countAt(body, ['generation_token_count', 'totalOutputTextTokenCount'], findings) + answers,
  });
  accounts.read(buildRow(context, { model: context.model, tokens }), findings, context);
}

/**
 * Answers of Ollama (https://github.com/ollama/ollama/blob/main/docs/api.md): the last object of a stream, `done`, has
 * the counts; the prompt's is left out where the whole prompt was cached.
 */
export function isOllamaAnswer(record: JsonRecord): boolean {
  return (
    typeof record.model === 'string' && (record.eval_count !== undefined || record.prompt_eval_count !== undefined)
  );
}

export function readOllamaAnswer(answer: JsonRecord, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const within = contextWithin(answer, context);
  streamEnded(nameAt(answer, 'model'), context);
  const row = buildRow(within, {
    model: nameAt(answer, 'model'),
    tokens: someTokens({
      prompt: countAt(answer, ['prompt_eval_count'], findings),
      completion: countAt(answer, ['eval_count'], findings),
    }),
    time: recordedTime(answer.created_at) ?? within.time,
  });
  accounts.read(row, findings, context);
}

/** An object of a stream before its last one. */
export function isOllamaChunk(record: JsonRecord): boolean {
  return record.done === false && typeof record.model === 'string' && record.created_at !== undefined;
}

export function readOllamaChunk(chunk: JsonRecord, context: Context, accounts: Accounts): void {
  streamBegan(nameAt(chunk, 'model'), context, accounts);
}

/** The contexts with an open stream, by file and by model. */
const openStreams = new WeakMap<RecordingFile, Map<string | null, Set<Context>>>();

/** A stream whose end does not follow was cut off. */
function streamBegan(model: string | null, context: Context, accounts: Accounts): void {
  accounts.deferred();
  const streams = streamsOf(context.file, accounts);
  streams.set(model, (streams.get(model) ?? new Set()).add(context));
}

/**
 * Ends the stream of this context. Objects that each state a time, a suite or a call have a context each; those before the last
 * one are then of the stream that it ends.
 */
function streamEnded(model: string | null, context: Context): void {
  const streams = openStreams.get(context.file);
  const contexts = streams?.get(model);
  if (streams === undefined || contexts === undefined) return;
  if (!contexts.delete(context) || contexts.size === 0) streams.delete(model);
}

function streamsOf(file: RecordingFile, accounts: Accounts): Map<string | null, Set<Context>> {
  const known = openStreams.get(file);
  if (known !== undefined) return known;
  const streams = new Map<string | null, Set<Context>>();
  openStreams.set(file, streams);
  accounts.atEnd(file, () => {
    for (const [model, contexts] of streams) {
      for (const context of contexts) {
        accounts.unmeasured({ model, id: null, reason: 'a stream that was cut off' }, context);
      }
    }
  });
  return streams;
}
