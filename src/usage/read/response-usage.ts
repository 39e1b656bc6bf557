import { checkParts, costAt, countAt, type Faults } from './counts.js';
import { nameAt, recordAt, recordedTime, type JsonRecord } from './json-value.js';
import { generationTokens, googleTokens, statesUsage, usageTokens } from './provider-tokens.js';
import type { TokenCounts } from '../../manifest/token-parts.js';
import type { UsageRow } from './usage-row.js';

/** What the surroundings of a response say about it: names of suite and call, the request's model, the time. */
export interface Surroundings {
  readonly source: string;
  readonly suite: string | null;
  readonly call: string | null;
  readonly model: string | null;
  readonly time: number | null;
}

/** A usage object that was found: a row, or why it is none. */
export type Reading =
  { readonly state: 'row'; readonly row: UsageRow } | { readonly state: 'fault'; readonly message: string };

export function reading(row: UsageRow, faults: Faults): Reading {
  checkParts(row.tokens, faults);
  return faults.length === 0 ? { state: 'row', row } : { state: 'fault', message: faults.join('; ') };
}

/**
 * The usage of a response object of OpenAI, OpenRouter, Anthropic or Google, or of OpenRouter's account of a
 * generation; null where the object is none of these. What is beneath such an object is an answer, never usage.
 */
export function responseUsage(response: JsonRecord, around: Surroundings): Reading | null {
  const usage = response.usage;
  if (typeof usage === 'object' && usage !== null) {
    const record = recordAt(response, 'usage');
    if (record !== null && statesUsage(record)) return messageReading(response, record, around);
  }
  const metadata = recordAt(response, 'usageMetadata') ?? recordAt(response, 'usage_metadata');
  if (metadata !== null && isGoogleUsage(metadata)) return googleReading(response, metadata, around);
  if (response.native_tokens_prompt !== undefined) return generationReading(response, around);
  return null;
}

function isGoogleUsage(metadata: JsonRecord): boolean {
  return metadata.promptTokenCount !== undefined || metadata.prompt_token_count !== undefined;
}

function messageReading(response: JsonRecord, usage: JsonRecord, around: Surroundings): Reading {
  const faults: Faults = [];
  const tokens = usageTokens(usage, faults);
  // Perplexity lists the parts of the cost and their sum.
  const parts = recordAt(usage, 'cost');
  const cost = parts === null ? costAt(usage, 'cost', faults) : costAt(parts, 'total_cost', faults);
  const upstream = costAt(recordAt(usage, 'cost_details'), 'upstream_inference_cost', faults);
  // Older responses do not say `is_byok`; a list price that was not charged says the same.
  const ownKey = usage.is_byok === true || (usage.is_byok === undefined && cost === 0 && Number(upstream) > 0);
  const tools = recordAt(usage, 'server_tool_use_details') ?? recordAt(usage, 'server_tool_use');
  const within = surroundingsWithin(response, around);
  return reading(
    {
      suite: within.suite,
      call: within.call,
      model: within.model,
      tokens,
      web_searches: countAt(tools, ['web_search_requests'], faults),
      cost,
      list_cost: ownKey ? upstream : null,
      own_key: ownKey,
      id: responseId(nameAt(response, 'id'), around),
      time: recordedTime(response.created ?? response.created_at) ?? within.time,
      source: around.source,
    },
    faults,
  );
}

function googleReading(response: JsonRecord, metadata: JsonRecord, around: Surroundings): Reading {
  const faults: Faults = [];
  const tokens = googleTokens(metadata, faults);
  return reading(
    {
      ...identity(response, around),
      model: nameAt(response, 'modelVersion') ?? nameAt(response, 'model_version') ?? around.model,
      ...unpricedRow(tokens),
      id: responseId(nameAt(response, 'responseId') ?? nameAt(response, 'response_id'), around),
      time: recordedTime(response.createTime) ?? around.time,
    },
    faults,
  );
}

function generationReading(generation: JsonRecord, around: Surroundings): Reading {
  const faults: Faults = [];
  const ownKey = generation.is_byok === true;
  return reading(
    {
      ...identity(generation, around),
      model: nameAt(generation, 'model') ?? around.model,
      tokens: generationTokens(generation, faults),
      web_searches: countAt(generation, ['num_search_results'], []) > 0 ? 1 : 0,
      cost: costAt(generation, 'total_cost', faults),
      list_cost: ownKey ? costAt(generation, 'upstream_inference_cost', faults) : null,
      own_key: ownKey,
      id: responseId(nameAt(generation, 'id'), around),
      time: recordedTime(generation.created_at) ?? around.time,
    },
    faults,
  );
}

/** What recorders write over ids; they number them anew in every file. */
const BLANKED = /redact|scrub|filter|mask|anonym|placeholder|\*\*\*|xxxx/i;

/** An id that was blanked tells requests apart within its file alone. */
function responseId(id: string | null, { source }: Surroundings): string | null {
  return id !== null && BLANKED.test(id) ? `${source}:${id}` : id;
}

/** The fields of a row whose recording states no cost. */
function unpricedRow(
  tokens: TokenCounts,
): Pick<UsageRow, 'tokens' | 'web_searches' | 'cost' | 'list_cost' | 'own_key'> {
  return { tokens, web_searches: 0, cost: null, list_cost: null, own_key: false };
}

/** Names that stand in the record itself win over those around it. */
function identity(record: JsonRecord, around: Surroundings): Pick<UsageRow, 'source' | 'suite' | 'call'> {
  const within = surroundingsWithin(record, around);
  return { source: around.source, suite: within.suite, call: within.call };
}

/**
 * The surroundings as a record refines them for what is inside it. Suite and call are named by `suite` and `call`, in
 * the record or in its `metadata`; a model, time or request beside a response is the response's.
 */
export function surroundingsWithin(record: JsonRecord, around: Surroundings): Surroundings {
  const metadata = recordAt(record, 'metadata');
  const suite = nameAt(record, 'suite') ?? (metadata === null ? null : nameAt(metadata, 'suite'));
  const call = nameAt(record, 'call') ?? (metadata === null ? null : nameAt(metadata, 'call'));
  const model = nameAt(record, 'model') ?? requestedModel(record);
  const time = recordedTime(record.recorded_at ?? record.startedDateTime ?? record.timestamp ?? record.time);
  if (suite === null && call === null && model === null && time === null) return around;
  return {
    source: around.source,
    suite: suite ?? around.suite,
    call: call ?? around.call,
    model: model ?? around.model,
    time: time ?? around.time,
  };
}

const MODEL_IN_PATH = /\/models\/([\w.-]{1,128}):(?:generateContent|streamGenerateContent)/;
/** A request's body is looked at only for its model, and only at its start or end, where clients write it. */
const MODEL_IN_BODY = /"model"\s*:\s*"([^"\\]{1,128})"/;

/** The model that the recorded request beside a response asks for. */
function requestedModel(record: JsonRecord): string | null {
  const request = recordAt(record, 'request') ?? (record.scope === undefined ? null : record);
  if (request === null) return null;
  const place = [request.uri, request.url, request.path].find((value) => typeof value === 'string');
  const inPath = typeof place === 'string' ? MODEL_IN_PATH.exec(place)?.[1] : undefined;
  if (inPath !== undefined) return inPath;
  const direct = nameAt(request, 'model');
  if (direct !== null) return direct;
  const body = request.body ?? request.parsed_body;
  if (typeof body === 'string') return modelInText(body);
  if (typeof body !== 'object' || body === null) return null;
  const inBody = recordAt({ body }, 'body');
  if (inBody === null) return null;
  return nameAt(inBody, 'model') ?? (typeof inBody.string === 'string' ? modelInText(inBody.string) : null);
}

function modelInText(body: string): string | null {
  const edges = body.length > 1000 ? `${body.slice(0, 500)} ${body.slice(-500)}` : body;
  return MODEL_IN_BODY.exec(edges)?.[1] ?? null;
}
