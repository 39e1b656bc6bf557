import { createServer, type Socket } from 'node:net';
import { portOf } from './catalogue-server.js';

/** A request as it came over the socket. */
export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** Names in lower case, in the order they were sent. */
  readonly headers: ReadonlyMap<string, string>;
}

/** What is done to the connection once a request's head has come. */
export type Fault = (socket: Socket, request: RawRequest) => void;

export interface FaultServer {
  /** A catalogue's base URL, `http://127.0.0.1:PORT/api/v1`. */
  readonly url: string;
  readonly requests: readonly RawRequest[];
  close(): Promise<void>;
}

/**
 * A server on a bare loopback socket that answers each request as `choose` says (`index` counts requests from 0): no HTTP
 * library on this side keeps an answer from being as wrong as a test needs it.
 */
export async function startFaultServer(choose: (request: RawRequest, index: number) => Fault): Promise<FaultServer> {
  const requests: RawRequest[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    // The client may hang up on a fault at any byte; that is what is being tested.
    socket.on('error', () => undefined);
    let head = '';
    socket.on('data', (chunk) => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      const request = parseHead(head.slice(0, end));
      head = '';
      requests.push(request);
      choose(request, requests.length - 1)(socket, request);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${portOf(server.address())}/api/v1`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function parseHead(head: string): RawRequest {
  const [start = '', ...lines] = head.split('\r\n');
  const [method = '', path = ''] = start.split(' ');
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { method, path, headers: new Map(headers) };
}

/** Writes these bytes and leaves the connection open. */
export function write(...parts: readonly (string | Uint8Array)[]): Fault {
  return (socket) => {
    for (const part of parts) socket.write(part);
  };
}

/** Writes these bytes and closes the connection in good order. */
export function writeAndEnd(...parts: readonly (string | Uint8Array)[]): Fault {
  return (socket) => {
    for (const part of parts) socket.write(part);
    socket.end();
  };
}

/** Writes these bytes and resets the connection. */
export function writeAndReset(...parts: readonly (string | Uint8Array)[]): Fault {
  return (socket) => {
    if (parts.length === 0) {
      socket.resetAndDestroy();
      return;
    }
    // A reset discards what the other side has not read yet; it comes once the bytes have left.
    socket.write(Buffer.concat(parts.map((part) => Buffer.from(part))), () => {
      setImmediate(() => socket.resetAndDestroy());
    });
  };
}

/** The head of an answer, with the headers as given and nothing added. */
export function head(status: number, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} Status\r\n${lines.join('')}\r\n`;
}

/** A whole, well-formed answer on a connection that is then closed. */
export function answer(
  status: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
): Fault {
  const length = String(Buffer.byteLength(body));
  return writeAndEnd(
    head(status, { 'content-type': 'application/json', 'content-length': length, connection: 'close', ...headers }),
    body,
  );
}

/** Writes a piece again and again, at each turn of the event loop that the connection keeps up with, until it is closed. */
export function writeForEver(start: string, piece: string): Fault {
  return (socket) => {
    const more = () => {
      if (socket.destroyed) return;
      if (socket.write(piece)) setImmediate(more);
      else socket.once('drain', more);
    };
    socket.write(start);
    more();
  };
}

/** Writes a byte every few milliseconds, so that no single wait is long and the whole never ends. */
export function drip(start: string, byte: string): Fault {
  return (socket) => {
    socket.write(start);
    const timer = setInterval(() => socket.write(byte), 5);
    socket.on('close', () => {
      clearInterval(timer);
    });
  };
}
