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
  /** Those of the written tokens that are kept for an hour. */
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

/** A file while it is read. Formats keep state by it: WeakMap<RecordingFile, State>. */
export interface RecordingFile {
  /** As the user would write it. */
  readonly name: string;
  /** The line that is being read; null where the file is one document. */
  line: number | null;
}

/** What the surroundings of a usage object say of it: names of suite and call, the requested model, the time. */
export interface Context {
  readonly file: RecordingFile;
  readonly suite: string | null;
  readonly call: string | null;
  /** A model that is stated around the object, or in the recorded request. */
  readonly model: string | null;
  readonly time: number | null;
  /** The id of the recorder's run. */
  readonly run: string | null;
  /** Of a batch: all that is inside was served as one. */
  readonly tier: ServedTier | null;
}

/** A request that was made and whose usage is not recorded: a stream that was cut, or an answer without usage. */
interface UnmeasuredRequest {
  readonly model: string | null;
  /** Where another file or line states the usage of the same id, this is no request of its own. */
  readonly id: string | null;
  readonly reason: string;
}

/** A span or run of a trace. Those with usage beneath them repeat sums. */
export interface TracedSpan {
  /** A span's id is unique within its trace alone. */
  readonly trace: string;
  /** Null where it has none: it is no span that was seen before, and the parent of none. */
  readonly span: string | null;
  readonly parent: string | null;
  /** Null where the span states no usage. */
  readonly row: UsageRow | null;
  /** Whether the span is a request to a model: without usage here and beneath it is a request without usage. */
  readonly isRequest: boolean;
}

/** Rows that are sums of a session. `strong`: they replace its messages. `weak`: the messages replace them. */
export type SummaryStrength = 'strong' | 'weak';

/**
 * Where the formats hand over each recorded exchange: read, without usage, or not understood. Nothing of a prompt or an
 * answer passes through it.
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
  /** How often any of these was called; shows whether something was found within an object. */
  readonly found: () => number;
  /** Runs when the file is read to its end: what a format still waits for is settled then. */
  readonly atEnd: (file: RecordingFile, run: () => void) => void;
}

/** Looks for usage inside of a value, bodies kept as text included. */
export type Search = (value: unknown, context: Context) => void;

/** One recorded format. The table of formats says how it is recognised. */
export interface Format {
  readonly name: string;
  /** One of these keys is in every record of the format. */
  readonly keys: readonly string[];
  readonly when: (record: JsonRecord) => boolean;
  readonly read: (record: JsonRecord, context: Context, accounts: Accounts, search: Search) => void;
}

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

/** Ids that recorders wrote over; they number them anew in every file. */
const BLANKED = /redact|scrub|filter|mask|anonym|placeholder|\*\*\*|xxxx/i;

/** A row with what a format states; the rest is the context's, or nothing. */
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
    // An id that was written over identifies a request within its file alone.
    id: id !== null && BLANKED.test(id) ? `${context.file.name}:${id}` : id,
    time: stated.time ?? context.time,
  };
}

/** Lowers each part that is larger than its whole, and says so: providers count parts in ways of their own. */
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

/** Does the same for the tokens written for an hour, which are a part of all written tokens. */
export function hourWithin(hour: number, written: number, findings: Findings): number {
  if (hour <= written) return hour;
  findings.notes.push({
    text: '# tokens written for an hour are more than the # cache-written tokens that they are part of; # were counted',
    amounts: [hour, written, written],
  });
  return written;
}

/** What the values of a recording, and what is wrong with it, are handed to; `line` is null where the file is one document. */
export interface RecordingHandler {
  readonly value: (value: unknown, line: number | null) => void;
  readonly unreadable: (message: string, line: number | null) => void;
}
