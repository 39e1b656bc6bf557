import type { RecordedCost } from '../../lib/money/decimal.js';
import type { ServedTier } from '../../budget/pricing/price-recorded.js';
import type { TokenCounts } from '../../manifest/token-parts.js';
import { type Findings, type JsonRecord, nameAt, recordAt, recordedTime } from './json-value.js';

/** The one normal form of a recorded exchange that states its usage, whichever format it was recorded in. */
export interface UsageRow {
  /** The file it was read from. */
  readonly source: string;
  /** Where the recording names it. */
  readonly suite: string | null;
  /** Where the recording names it. */
  readonly call: string | null;
  /** As recorded; null: not stated. */
  readonly model: string | null;
  readonly tier: ServedTier | null;
  /** The id of the recorder's run; null where the recording has none. */
  readonly run: string | null;
  /** 1, or the number of requests that the row is the sum of, at least 1; null: a sum that does not state it. */
  readonly requests: number | null;
  readonly tokens: TokenCounts;
  /** The part of the written tokens that is cached for an hour. */
  readonly written_1h: number;
  readonly web_searches: number;
  /** What the provider or a gateway charged, in US dollars. */
  readonly cost: RecordedCost | null;
  /** The part of the cost that is not for tokens: server tools such as web search. */
  readonly fees: RecordedCost | null;
  /** With an own provider key: the list price; else null. */
  readonly list_cost: RecordedCost | null;
  readonly own_key: boolean;
  /** What another tool worked out from a price table of its own. */
  readonly estimate: RecordedCost | null;
  /** Of the response: rows with the same id are one request. */
  readonly id: string | null;
  /** Milliseconds since 1970, UTC. */
  readonly time: number | null;
}

/** What rows have in common. */
export type GroupKey = Pick<UsageRow, 'source' | 'suite' | 'call' | 'model' | 'tier' | 'run' | 'web_searches'>;

/** A file while it is read. A format that keeps state for a file keys it by this object, in a WeakMap. */
export interface RecordingFile {
  /** As the user would write it. */
  readonly name: string;
  /** The line that is being read; null where the file is one document. */
  line: number | null;
}

/** What is stated around a usage object and holds for it: suite, call, requested model, time, run. */
export interface Context {
  readonly file: RecordingFile;
  readonly suite: string | null;
  readonly call: string | null;
  /** A model that is stated around the object, or in the recorded request. */
  readonly model: string | null;
  readonly time: number | null;
  /** The id of the recorder's run. */
  readonly run: string | null;
  /** `batch` for everything inside a batch. */
  readonly tier: ServedTier | null;
}

/** A request that was made and whose usage is not recorded: a stream that was cut, or an answer without usage. */
interface UnmeasuredRequest {
  readonly model: string | null;
  /** If another file or line states the usage of the same id, both are one request. */
  readonly id: string | null;
  readonly reason: string;
}

/** A span or run of a trace. One with usage beneath it repeats the sum of that usage. */
export interface TracedSpan {
  /** A span's id is unique within its trace alone. */
  readonly trace: string;
  /** Null where it has no id. Then it is the parent of no other span. */
  readonly span: string | null;
  readonly parent: string | null;
  /** Null where the span states no usage. */
  readonly row: UsageRow | null;
  /** Whether it is a request to a model. If it and all spans beneath it state no usage, it is one without usage. */
  readonly isRequest: boolean;
}

/** How a sum of a session counts. `strong`: instead of the messages. `weak`: only where there are no messages. */
export type SummaryStrength = 'strong' | 'weak';

/**
 * Callbacks by which the formats report each recorded exchange: read, without usage, or not understood. No text of a
 * prompt or an answer is passed to them.
 */
export interface Accounts {
  /** An exchange that states its usage; one with problems is not understood. */
  readonly read: (row: UsageRow, findings: Findings, context: Context) => void;
  /** The same for a message whose session may have a summary, in this file or another. */
  readonly readInSession: (session: string, row: UsageRow, findings: Findings, context: Context) => void;
  readonly summary: (
    session: string,
    strength: SummaryStrength,
    row: UsageRow,
    findings: Findings,
    context: Context,
  ) => void;
  readonly span: (span: TracedSpan, findings: Findings, context: Context) => void;
  /** An exchange that cost nothing or was no request of a model. */
  readonly without: (reason: string, context: Context) => void;
  readonly unmeasured: (request: UnmeasuredRequest, context: Context) => void;
  /** Something that states usage in no known form, or cannot be read. */
  readonly notUnderstood: (what: string, context: Context) => void;
  /**
   * The last answer of a subagent, stated again where its result is used. It is a repetition if the session has a message
   * with the same tokens or a summary of all models; else the subagent's own messages are missing.
   */
  readonly subagentResult: (session: string, id: string, tokens: TokenCounts, context: Context) => void;
  /** Says that an exchange was found, which the format reports at the end of the file. */
  readonly deferred: () => void;
  /** How many exchanges were found so far. It grows where an object has an exchange inside. */
  readonly found: () => number;
  /** Calls `run` at the end of the file, where a format reports what it still waits for. */
  readonly atEnd: (file: RecordingFile, run: () => void) => void;
}

/** Finds the exchanges inside a value, also in bodies that are kept as text. */
export type Search = (value: unknown, context: Context) => void;

/**
 * One recorded format, a line of the table `FORMATS`. A family of formats is a file in `formats`, and has functions
 * `isX` and `readX` for each. The comment on the first of them has the source of the format.
 */
export interface Format {
  readonly name: string;
  /** One of these keys is in every record of the format. */
  readonly keys: readonly string[];
  readonly when: (record: JsonRecord) => boolean;
  readonly read: (record: JsonRecord, context: Context, accounts: Accounts, search: Search) => void;
}

/** The context at the top of a file: nothing is stated yet. */
export function contextOfFile(file: RecordingFile): Context {
  return { file, suite: null, call: null, model: null, time: null, run: null, tier: null };
}

/**
 * The context of what is inside a record. The record or its `metadata` names suite and call in `suite` and `call`. A
 * model, a time or a request beside a response belongs to the response.
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

/** The model that the path of an address names; null where it names none. */
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

/** Words that the name of an answer may have beyond the requested name: dates and versions. */
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

/** Ids that a recorder replaced to hide them. Such an id is unique within its file only. */
const BLANKED = /redact|scrub|filter|mask|anonym|placeholder|\*\*\*|xxxx/i;

/** A row with what a format states. Other fields are taken from the context, or are null or 0. */
export function buildRow(context: Context, stated: Partial<UsageRow> & { readonly tokens: TokenCounts }): UsageRow {
  const id = stated.id ?? null;
  return {
    source: context.file.name,
    suite: stated.suite ?? context.suite,
    call: stated.call ?? context.call,
    model: stated.model ?? null,
    tier: stated.tier ?? context.tier,
    run: stated.run ?? context.run,
    requests: stated.requests === undefined ? 1 : stated.requests,
    tokens: stated.tokens,
    written_1h: stated.written_1h ?? 0,
    web_searches: stated.web_searches ?? 0,
    cost: stated.cost ?? null,
    fees: stated.fees ?? null,
    list_cost: stated.list_cost ?? null,
    own_key: stated.own_key ?? false,
    estimate: stated.estimate ?? null,
    // A replaced id identifies a request within its file only.
    id: id !== null && BLANKED.test(id) ? `${context.file.name}:${id}` : id,
    time: stated.time ?? context.time,
  };
}

/** Lowers each part that is larger than its whole, and notes it. Providers count parts in different ways. */
export function withinWholes(tokens: TokenCounts, findings: Findings): TokenCounts {
  const { prompt, completion } = tokens;
  const fits =
    Math.max(tokens.cached, tokens.written, tokens.audio) <= prompt &&
    Math.max(tokens.reasoning, tokens.image_output + tokens.audio_output) <= completion;
  if (fits) return tokens;
  const part = (name: string, size: number, whole: string, most: number): number => {
    if (size <= most) return size;
    findings.notes.push({
      text: `# ${name} tokens are more than the # ${whole} tokens that they are part of; # were counted`,
      amounts: [size, most, most],
    });
    return most;
  };
  const image = part('image output', tokens.image_output, 'completion', completion);
  return {
    prompt,
    completion,
    cached: part('cached', tokens.cached, 'prompt', prompt),
    written: part('cache-written', tokens.written, 'prompt', prompt),
    audio: part('audio', tokens.audio, 'prompt', prompt),
    reasoning: part('reasoning', tokens.reasoning, 'completion', completion),
    image_output: image,
    audio_output: part('audio output', tokens.audio_output, 'remaining completion', completion - image),
  };
}

/** Lowers the tokens that are written for an hour to all written tokens, and notes it. */
export function hourWithin(hour: number, written: number, findings: Findings): number {
  if (hour <= written) return hour;
  findings.notes.push({
    text: '# tokens written for an hour are more than the # cache-written tokens that they are part of; # were counted',
    amounts: [hour, written, written],
  });
  return written;
}

/**
 * Callbacks for the values of a recording and for what cannot be read. `line` is null where the file is one document.
 */
export interface RecordingHandler {
  readonly value: (value: unknown, line: number | null) => void;
  readonly unreadable: (message: string, line: number | null) => void;
}
