import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Dispatcher } from 'undici';
import type { Decimal } from '../../lib/money/decimal.js';
import { nameSchema } from '../../manifest/schema.js';
import { contextOfFile, type UsageRow } from '../read/exchange.js';
import { noFindings } from '../read/json-value.js';
import { answerRow, NO_USAGE_IN_STREAM } from '../read/formats/answers.js';
import { answerReader, type AnswerReader } from './answer-reader.js';
import { createCap, type Outcome, type Reservation } from './cap.js';
import { forward, tunnel, type Passed } from './forward.js';
import type { PriceBook } from './price-book.js';
import { requestFacts, type RequestFacts } from './request-facts.js';
import { errorBody, routeOf, type Route, type Upstream } from './routes.js';
import { keptAnswer, type KeptAnswer, type RecordedRow, type UsageFile } from './rows.js';
import { createTally, type Totals } from './summary.js';

/** What a recorder is started with. */
export interface RecorderOptions {
  readonly upstreams: readonly Upstream[];
  /** Connections to the upstreams, through the environment's proxy where it names one. */
  readonly dispatcher: Dispatcher;
  readonly file: UsageFile;
  readonly suite: string | null;
  /** Prices answers that state no cost, and requests before they are sent. */
  readonly prices: PriceBook;
  /** In US dollars; null: nothing is refused. */
  readonly cap: Decimal | null;
  readonly allowUnpriced: boolean;
  readonly now: () => number;
  /** A line for a person, such as the first refusal. */
  readonly say: (line: string) => void;
}

/** Where a request goes. */
export interface Target {
  readonly upstream: Upstream;
  readonly url: URL;
}

/** Handles the requests that arrive at the recorder's server. */
export interface Exchanges {
  readonly handle: (incoming: IncomingMessage, outgoing: ServerResponse, target: Target) => Promise<void>;
  readonly upgrade: (incoming: IncomingMessage, socket: Duplex, head: Buffer, target: Target) => Promise<void>;
  /** Waits until no request is in flight, or for so many milliseconds; null: without an end. */
  readonly settled: (patience: number | null) => Promise<void>;
  readonly spent: () => Decimal | null;
  readonly totals: () => Totals;
}

/** `run` is the id of the recorder, which each row has. */
export function createExchanges(options: RecorderOptions, run: string): Exchanges {
  const { prices, file, suite, dispatcher, now, say } = options;
  const tally = createTally();
  const cap = options.cap === null ? null : createCap(options.cap, prices, options.allowUnpriced);
  const inFlight = new Set<Promise<void>>();
  const noted = new Set<string>();
  const sayOnce = (line: string, key = line): void => {
    if (noted.has(key)) return;
    noted.add(key);
    say(line);
  };

  const refuse = (outgoing: ServerResponse, route: Route, reason: string): void => {
    tally.refused();
    sayOnce(`Refused with 402: ${reason}. Later refusals are counted, not shown.`, 'refused');
    answerError(outgoing, route, 402, `llm-budget record refused this request: ${reason}`);
  };

  const write = (row: RecordedRow): void => {
    if (file.append(row)) return;
    tally.lostRow();
    sayOnce('A row could not be written to the usage file; the sums at the end have it all the same.');
  };

  /** An exchange that is counted: a row, and what it cost. */
  const count = async (
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    { url }: Target,
    route: Route,
  ): Promise<void> => {
    const arrived = now();
    const call = callOf(incoming, sayOnce);
    const isEmbedding = route.kind === 'embedding';
    const body = cap === null ? null : await readBody(incoming);
    const encoding = headerOf(incoming, 'content-encoding');
    const known = body === null ? null : requestFacts(body, encoding, isEmbedding);
    let reservation: Reservation | null = null;
    if (cap !== null) {
      const admitted = await cap.admit(known);
      if (admitted.state === 'refused') {
        refuse(outgoing, route, admitted.reason);
        return;
      }
      reservation = admitted;
    }
    const copy = body === null ? copyOf(incoming) : null;
    let reader: AnswerReader | null = null;
    const passed = await forward(
      incoming,
      outgoing,
      { url, dispatcher, body },
      {
        head: (status, header) => {
          if (status < 400) reader = answerReader(header('content-type'), header('content-encoding'));
        },
        chunk: async (bytes) => {
          await reader?.push(bytes);
        },
      },
    );
    const facts = known ?? (copy === null ? null : requestFacts(copy(), encoding, isEmbedding));
    const outcome = await conclude({ passed, reader, facts, route, outgoing, url, arrived, call });
    if (reservation !== null) cap?.settle(reservation, outcome);
  };

  /** Writes the row of an exchange that has ended, and says what became of its cost. */
  const conclude = async (ended: EndedExchange): Promise<Outcome> => {
    const { passed, reader, facts, route, outgoing, url, arrived, call } = ended;
    const model = facts?.model ?? null;
    const status = passed.state === 'unreachable' ? null : passed.status;
    const base = { llm_budget_record: 1, run, time: new Date(arrived).toISOString(), suite, call, status } as const;
    const nothing = { ...base, ...keptAnswer(null, model) };
    if (passed.state === 'unreachable' || status === null) {
      const reason =
        passed.state === 'unreachable'
          ? `${url.host} cannot be reached: ${passed.reason}`
          : passed.state === 'cut' && passed.by === 'client'
            ? 'the client went away before the answer'
            : `${url.host} broke off before the answer`;
      if (!reason.startsWith('the client')) sayOnce(`${reason}.`);
      answerError(outgoing, route, 502, `llm-budget record: ${reason}`);
      tally.failed(model);
      write({ ...nothing, reason });
      if (passed.state === 'unreachable') return { state: 'unspent' };
      return { state: 'unknown' };
    }
    if (status >= 400) {
      tally.failed(model);
      write({ ...nothing, reason: `error status ${status}` });
      return { state: 'unspent' };
    }
    const read = await endOf(reader);
    const kept = keptAnswer(read?.answer ?? null, model);
    const row = usageOf(kept);
    if (row === null) {
      const reason = whyWithout(passed, read?.unreadable ?? null, facts, route);
      tally.withoutUsage(reason);
      tally.answered(kept.model, null, null);
      write({ ...base, ...kept, usage: null, reason });
      return { state: 'unknown' };
    }
    write({ ...base, ...kept, reason: null });
    const cost = await prices.costOf(row);
    tally.answered(model, row, cost);
    return cost === null ? { state: 'unknown' } : { state: 'charged', cost };
  };

  const pass = async (incoming: IncomingMessage, outgoing: ServerResponse, { url }: Target, route: Route) => {
    const passed = await forward(incoming, outgoing, { url, dispatcher, body: null }, NO_LISTENER);
    if (passed.state === 'whole' || (passed.state === 'cut' && passed.status !== null)) return;
    const reason = passed.state === 'unreachable' ? `cannot be reached: ${passed.reason}` : 'broke off';
    answerError(outgoing, route, 502, `llm-budget record: ${url.host} ${reason}`);
  };

  const handled = async (incoming: IncomingMessage, outgoing: ServerResponse, target: Target): Promise<void> => {
    const route = routeOf(incoming.method ?? 'GET', target.url.pathname, target.upstream);
    if (route.kind === 'answer' || route.kind === 'embedding') {
      await count(incoming, outgoing, target, route);
      return;
    }
    if (route.kind === 'unknown') {
      const what = `${incoming.method ?? ''} ${plainPath(target.url.pathname)}`;
      if (cap !== null && !options.allowUnpriced) {
        incoming.resume();
        refuse(outgoing, route, `what ${what} costs is not known here`);
        return;
      }
      tally.notCounted(what);
    }
    await pass(incoming, outgoing, target, route);
  };

  const track = (work: Promise<void>): Promise<void> => {
    const tracked = work.catch(() => undefined).finally(() => inFlight.delete(tracked));
    inFlight.add(tracked);
    return tracked;
  };

  return {
    handle: (incoming, outgoing, target) => {
      // A client that goes away is no error of ours.
      incoming.on('error', () => undefined);
      outgoing.on('error', () => undefined);
      return track(handled(incoming, outgoing, target));
    },
    upgrade: async (incoming, socket, head, { url, upstream }) => {
      socket.on('error', () => undefined);
      if (cap !== null && !options.allowUnpriced) {
        tally.refused();
        const reason = 'what goes over a socket is not counted, so it cannot be held against the cap';
        sayOnce(`Refused with 402: ${reason}. Later refusals are counted, not shown.`, 'refused');
        const text = errorBody(routeOf('POST', url.pathname, upstream).errors, { status: 402, message: reason });
        socket.end(
          `HTTP/1.1 402 Payment Required\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
        );
        return;
      }
      tally.notCounted(`socket ${plainPath(url.pathname)}`);
      await tunnel(incoming, socket, head, url, dispatcher);
    },
    settled: async (patience) => {
      const all = async (): Promise<void> => {
        while (inFlight.size > 0) await Promise.all(inFlight);
      };
      if (patience === null) {
        await all();
        return;
      }
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, patience);
      });
      await Promise.race([all(), late]);
      clearTimeout(timer);
    },
    spent: () => cap?.spent() ?? null,
    totals: tally.totals,
  };
}

interface EndedExchange {
  readonly passed: Passed;
  readonly reader: AnswerReader | null;
  readonly facts: RequestFacts | null;
  readonly route: Route;
  readonly outgoing: ServerResponse;
  readonly url: URL;
  readonly arrived: number;
  readonly call: string | null;
}

const NO_LISTENER = { head: () => undefined, chunk: () => Promise.resolve() };

async function endOf(reader: AnswerReader | null) {
  return reader === null ? null : await reader.end();
}

function answerError(outgoing: ServerResponse, route: Route, status: 402 | 502, message: string): void {
  if (outgoing.headersSent || outgoing.destroyed) return;
  const text = errorBody(route.errors, { status, message });
  outgoing.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    // Clients of OpenAI and Anthropic heed it: to ask again would change nothing.
    ...(status === 402 ? { 'x-should-retry': 'false' } : {}),
  });
  outgoing.end(text);
}

/** The usage of a kept answer as the readers of recordings understand it; null where they do not. */
function usageOf(kept: KeptAnswer): UsageRow | null {
  if (kept.usage === null) return null;
  const findings = noFindings();
  const row = answerRow({ ...kept }, contextOfFile({ name: '', line: null }), findings);
  return findings.problems.length > 0 ? null : row;
}

function whyWithout(passed: Passed, unreadable: string | null, facts: RequestFacts | null, route: Route): string {
  if (unreadable !== null) return `an answer that cannot be read: ${unreadable}`;
  if (passed.state === 'cut') return 'an answer that was cut off';
  if (facts?.isStream === true && route.needsStreamOptions && !facts.asksForUsage) return NO_USAGE_IN_STREAM;
  return 'an answer that states no usage';
}

function headerOf({ headers }: IncomingMessage, name: string): string {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : (value ?? '');
}

function callOf(incoming: IncomingMessage, sayOnce: (line: string) => void): string | null {
  const text = headerOf(incoming, 'x-llm-budget-call');
  if (text === '') return null;
  const name = nameSchema.safeParse(text);
  if (name.success) return name.data;
  sayOnce('A header x-llm-budget-call is not the name of a call and was left out of its row.');
  return null;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** A longer body is not kept: without a cap it only shows the model and whether usage was asked for. */
const LONGEST_COPY = 4 * 1024 * 1024;

/** Keeps a copy of a body while it streams through. */
function copyOf(incoming: IncomingMessage): () => Buffer {
  let chunks: Buffer[] = [];
  let length = 0;
  incoming.on('data', (chunk: Buffer) => {
    length += chunk.length;
    if (length > LONGEST_COPY) chunks = [];
    else chunks.push(chunk);
  });
  // It flows when the upstream reads it.
  incoming.pause();
  return () => Buffer.concat(chunks);
}

/** A path without ids, for a person. */
function plainPath(path: string): string {
  return path
    .split('/')
    .map((part) => (/\d{4,}|^[\w-]{24,}$/.test(part) ? 'ID' : part))
    .join('/')
    .slice(0, 100);
}
