import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { z } from 'zod';
import { openRecordSession, type RecordSettings } from '../../cli/record-session.js';
import type { World } from '../../cli/world.js';
import { configurationError, NoVerdictError, problem } from '../../lib/errors/problem.js';
import { systemNetwork } from '../../lib/http/network.js';
import { parseCatalogueUrl } from '../../lib/inputs.js';
import { parseDecimal, toText } from '../../lib/money/decimal.js';
import { summaryDocument } from '../../usage/record/summary.js';

/** A recorder in a process of its own, which serves the steps of a job between the action's main and post step. */

const orderSchema = z.strictObject({
  suite: z.string().nullable(),
  usageFile: z.string(),
  cap: z.string().nullable(),
  allowUnpriced: z.boolean(),
  catalogueUrl: z.string(),
  lock: z.string(),
  cwd: z.string(),
});

const startedSchema = z.union([
  z.strictObject({ variables: z.record(z.string(), z.string()), stop: z.url() }),
  z.strictObject({ exitCode: z.union([z.literal(2), z.literal(3)]), problems: z.array(z.string()) }),
]);

const finishedSchema = z.object({
  cost: z.string().nullable(),
  requests: z.number(),
  refused: z.number(),
  markdown: z.string(),
  lines: z.array(z.string()).readonly(),
  messages: z.array(z.string()),
});
/** What a recorder added up, and its messages. Money is in US dollars; null: not known. */
export type Finished = z.infer<typeof finishedSchema>;

export interface BackgroundRecorder {
  /** The variables for the steps that follow. */
  readonly variables: Readonly<Record<string, string>>;
  /** A POST there ends it; the answer has what it added up. */
  readonly stop: string;
}

/** Starts the process and waits until it takes requests. NoVerdictError as `openRecordSession` throws it. */
export async function startInBackground(
  settings: RecordSettings,
  cwd: string,
  environment: Readonly<Record<string, string>>,
): Promise<BackgroundRecorder> {
  const script = process.argv[1] ?? '';
  const child = spawn(process.execPath, [...process.execArgv, script, 'serve'], {
    cwd,
    env: environment,
    detached: true,
    windowsHide: true,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const { suite, usageFile, cap, allowUnpriced, prices } = settings;
  // A process that does not start, or ends early, writes no line.
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  child.stdin.end(
    JSON.stringify({
      suite,
      usageFile,
      cap: cap === null ? null : toText(cap),
      allowUnpriced,
      catalogueUrl: prices.catalogueUrl.href,
      lock: prices.lock,
      cwd,
    } satisfies z.input<typeof orderSchema>),
  );
  const line = await firstLine(child.stdout);
  child.stdout.destroy();
  child.unref();
  const started = startedSchema.safeParse(parsed(line));
  if (!started.success) throw configurationError('The recorder could not be started');
  if ('problems' in started.data) {
    const { exitCode, problems } = started.data;
    throw new NoVerdictError(
      exitCode,
      problems.map((message) => problem(message)),
    );
  }
  return started.data;
}

/** Ends a recorder and returns what it added up; null where it is gone. */
export async function stopInBackground(stop: string): Promise<Finished | null> {
  try {
    const answer = await fetch(stop, { method: 'POST' });
    const finished = finishedSchema.safeParse(await answer.json());
    return finished.success ? finished.data : null;
  } catch {
    return null;
  }
}

async function firstLine(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0] ?? '';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The time in milliseconds that requests in flight get to end after the last step. */
export const PATIENCE_MS = 10_000;

/** Runs as the process in the background: reads its settings from stdin, and records until a POST ends it. */
export async function serveRecorder(): Promise<number> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  const order = orderSchema.parse(parsed(Buffer.concat(chunks).toString()));
  const messages: string[] = [];
  // The post step writes them to its log.
  const world = recorderWorld(order.cwd, process.env, (line) => messages.push(line));
  let session;
  try {
    session = await openRecordSession(
      {
        suite: order.suite,
        usageFile: order.usageFile,
        cap: order.cap === null ? null : parseDecimal(order.cap),
        capFrom: null,
        allowUnpriced: order.allowUnpriced,
        prices: { catalogueUrl: parseCatalogueUrl(order.catalogueUrl), lock: order.lock, offline: false },
      },
      world,
    );
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    send({ exitCode: error.exitCode, problems: error.problems.map(({ message }) => message) });
    return error.exitCode;
  }
  const path = `/${randomBytes(18).toString('base64url')}`;
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const stopped = new Promise<(text: string) => void>((resolve) => {
    server.on('request', (incoming, outgoing) => {
      incoming.resume();
      if (incoming.method !== 'POST' || incoming.url !== path) {
        outgoing.writeHead(404).end();
        return;
      }
      resolve((text) => {
        outgoing.writeHead(200, { 'content-type': 'application/json', connection: 'close' }).end(text);
      });
    });
  });
  send({ variables: Object.fromEntries(session.variables), stop: `http://127.0.0.1:${port}${path}` });
  const answer = await stopped;
  const document: unknown = JSON.parse(summaryDocument(await session.finish(PATIENCE_MS)));
  answer(JSON.stringify({ ...(typeof document === 'object' ? document : {}), messages }));
  server.close();
  return 0;
}

function send(message: z.input<typeof startedSchema>): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

/** The world of a recorder without a terminal: each line for a person goes to `takeLine`. */
export function recorderWorld(
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
  takeLine: (line: string) => void,
): World {
  const output = {
    write: (text: string) => {
      for (const line of text.split('\n').filter((each) => each !== '')) takeLine(line);
    },
    isTerminal: false,
    columns: null,
  };
  return {
    cwd,
    environment: new Map(Object.entries(environment).map(([name, value]) => [name, value ?? ''])),
    stdout: output,
    stderr: output,
    effects: systemNetwork(environment),
  };
}
