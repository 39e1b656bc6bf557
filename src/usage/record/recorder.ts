import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { configurationError, reasonOf } from '../../lib/errors/problem.js';
import type { Decimal } from '../../lib/money/decimal.js';
import { createExchanges, type RecorderOptions, type Target } from './exchanges.js';
import type { Totals } from './summary.js';
import { commandVariables, type Upstream } from './routes.js';

/** A proxy on this machine that records what requests used, and refuses those beyond a cap. */
export interface Recorder {
  /** The variables for the command, given the environment that it has otherwise. */
  readonly variables: (environment: ReadonlyMap<string, string>) => ReadonlyMap<string, string>;
  readonly run: string;
  readonly spent: () => Decimal | null;
  /** Ends the proxy once requests in flight have ended, or `patience` milliseconds later, and adds up. */
  readonly stop: (patience: number) => Promise<Totals>;
}

const HOST = '127.0.0.1';

/** Starts on a free port of the loopback address. NoVerdictError (2) where none can be had. */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  const run = randomBytes(9).toString('base64url');
  const secret = randomBytes(18).toString('base64url');
  const exchanges = createExchanges(options, run);
  // No timeout of our own: a client and its upstream have theirs.
  const server = createServer({ requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0, maxHeaderSize: 262_144 });
  server.on('request', (incoming, outgoing) => {
    const target = targetOf(incoming.url ?? '', secret, options.upstreams);
    if (target === null) notFound(outgoing);
    else void exchanges.handle(incoming, outgoing, target);
  });
  server.on('upgrade', (incoming, socket, head) => {
    const target = targetOf(incoming.url ?? '', secret, options.upstreams);
    if (target === null) socket.end('HTTP/1.1 404 Not Found\r\nconnection: close\r\ncontent-length: 0\r\n\r\n');
    else void exchanges.upgrade(incoming, socket, head, target);
  });
  const port = await listen(server);
  let stopped: Promise<Totals> | null = null;
  const stop = async (patience: number): Promise<Totals> => {
    server.close();
    server.closeIdleConnections();
    await exchanges.settled(patience);
    server.closeAllConnections();
    await exchanges.settled(null);
    options.file.close();
    return exchanges.totals();
  };
  return {
    run,
    variables: (environment) => commandVariables(options.upstreams, `http://${HOST}:${port}/${secret}`, environment),
    spent: exchanges.spent,
    stop: (patience) => (stopped ??= stop(patience)),
  };
}

async function listen(server: Server): Promise<number> {
  try {
    server.listen(0, HOST);
    await once(server, 'listening');
  } catch (error) {
    throw configurationError(`The recorder cannot listen on ${HOST}: ${reasonOf(error)}`);
  }
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw configurationError(`The recorder has no port on ${HOST}`);
  return address.port;
}

/** `/SECRET/UPSTREAM/PATH?QUERY`; null for anything else, so that other programs on this machine get nothing. */
function targetOf(path: string, secret: string, upstreams: readonly Upstream[]): Target | null {
  const [, given = '', name = ''] = path.split('/', 3);
  const [a, b] = [Buffer.from(given), Buffer.from(secret)];
  if (a.length !== b.length || !timingSafeEqual(a, b)) return null;
  const upstream = upstreams.find((each) => each.name === name.split('?')[0]);
  if (upstream === undefined) return null;
  const rest = path.slice(1 + given.length + 1 + upstream.name.length);
  const address = `${upstream.base.protocol}//${upstream.base.host}${rest.startsWith('/') ? rest : `/${rest}`}`;
  return URL.canParse(address) ? { upstream, url: new URL(address) } : null;
}

function notFound(outgoing: ServerResponse): void {
  outgoing.writeHead(404, { 'content-type': 'text/plain' }).end('Nothing is here.\n');
}
