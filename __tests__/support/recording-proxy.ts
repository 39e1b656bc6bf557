import { createServer } from 'node:net';
import { portOf } from './catalogue-server.js';

export interface RecordingProxy {
  /** What HTTPS_PROXY would be. */
  readonly url: string;
  /** The first line of everything that was sent through it, such as `CONNECT host:443 HTTP/1.1`. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** A proxy on loopback that lets nothing through and remembers who was asked for. */
export async function startRecordingProxy(onAsked: () => void = () => undefined): Promise<RecordingProxy> {
  const asked: string[] = [];
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (chunk) => {
      asked.push(chunk.toString('latin1').split('\r\n')[0] ?? '');
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n');
      onAsked();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${String(portOf(server.address()))}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
      }),
  };
}
