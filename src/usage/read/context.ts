import { nameAt, recordAt, recordedTime, type JsonRecord } from './json-value.js';
import type { Context, RecordingFile } from './exchange.js';

export function contextOfFile(file: RecordingFile): Context {
  return { file, suite: null, call: null, model: null, time: null, run: null, tier: null };
}

/**
 * The context as a record refines it for what is inside it. Suite and call are named by `suite` and `call`, in the
 * record or in its `metadata`; a model, a time or a request beside a response is the response's.
 */
export function contextWithin(record: JsonRecord, context: Context): Context {
  const metadata = recordAt(record, 'metadata');
  const suite = nameAt(record, 'suite') ?? (metadata === null ? null : nameAt(metadata, 'suite'));
  const call = nameAt(record, 'call') ?? (metadata === null ? null : nameAt(metadata, 'call'));
  const model = requestedModel(record) ?? nameAt(record, 'model') ?? nameAt(record, 'modelId');
  const time = recordedTime(record.recorded_at ?? record.startedDateTime ?? record.timestamp ?? record.time);
  const run = record.usage === undefined ? null : nameAt(record, 'run');
  if (suite === null && call === null && model === null && time === null && run === null) return context;
  return {
    ...context,
    run: run ?? context.run,
    suite: suite ?? context.suite,
    call: call ?? context.call,
    model: model ?? context.model,
    time: time ?? context.time,
  };
}

/** Google's API has the model in the path, and so have Bedrock and deployments of Azure. */
const MODEL_IN_PATH =
  /\/models\/([\w.-]{1,128}):|\/model\/([\w.:%-]{1,256})\/(?:converse|invoke)|\/deployments\/([\w.-]{1,128})\//;
/** A request's body is looked at only for its model, and only at its start or end, where clients write it. */
const MODEL_IN_BODY = /"(?:model|modelId)"\s*:\s*"([^"\\]{1,128})"/;

/** The model that the recorded request beside a response asks for. */
function requestedModel(record: JsonRecord): string | null {
  const request = recordAt(record, 'request') ?? (record.scope === undefined ? null : record);
  if (request === null) return null;
  return modelInPath(urlOf(request)) ?? nameAt(request, 'model') ?? modelOfBody(request);
}

/** The address of a recorded request, as VCR, HAR, nock and fetch loggers keep it; null where it is not recorded. */
export function urlOf(request: JsonRecord): string | null {
  const place = [request.uri, request.url, request.path].find((value) => typeof value === 'string' && value !== '');
  if (typeof place !== 'string') return null;
  return typeof request.scope === 'string' && place.startsWith('/') ? request.scope + place : place;
}

export function modelInPath(url: string | null): string | null {
  const match = url === null ? null : MODEL_IN_PATH.exec(url);
  const model = match?.[1] ?? match?.[2] ?? match?.[3];
  if (model === undefined) return null;
  try {
    return decodeURIComponent(model);
  } catch {
    return model;
  }
}

function modelOfBody(request: JsonRecord): string | null {
  const body = request.json ?? request.body ?? request.parsed_body ?? request.postData;
  if (typeof body === 'string') return modelInText(body);
  const record = recordAt({ body }, 'body');
  if (record === null) return null;
  const text = record.string ?? record.text;
  return nameAt(record, 'model') ?? (typeof text === 'string' ? modelInText(text) : null);
}

function modelInText(body: string): string | null {
  const edges = body.length > 1000 ? `${body.slice(0, 500)} ${body.slice(-500)}` : body;
  return MODEL_IN_BODY.exec(edges)?.[1] ?? null;
}

/** What may be between the requested name and the one that answered: dates, versions, and the order of words. */
const NOT_A_NAME = /^(?:\d+|v\d+|latest|preview|exp)$/;

/**
 * The model of an answer: the requested one where the answer's name is a dated spelling of it, else the answer's, since
 * a router or a fallback may have chosen another.
 */
export function answeringModel(answered: string | null, requested: string | null): string | null {
  if (answered === null || requested === null) return answered ?? requested;
  const [of, asked] = [new Set(wordsOf(answered)), wordsOf(requested)];
  const isSame = asked.every((word) => of.has(word));
  const more = [...of].filter((word) => !asked.includes(word));
  return isSame && more.every((word) => NOT_A_NAME.test(word)) ? requested : answered;
}

function wordsOf(model: string): string[] {
  const own = model.slice(model.lastIndexOf('/') + 1).replace(/:.*$/, '');
  return own.toLowerCase().split(/[-._@]+/);
}
