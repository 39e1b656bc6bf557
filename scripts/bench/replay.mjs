/**
 * A server that stands before another: it records what that one answers, and then answers the same without it, each
 * request at a given time after it came. What the other server takes, and what it remembers, then plays no part.
 */
import { createServer } from 'node:http';

/** What a request is recorded by. The bodies of comments differ from run to run, and those of queries do not matter. */
function keyOf(method, path, body) {
  const operation = path.endsWith('/graphql') ? (/\bquery (\w+)/.exec(body)?.[1] ?? '') : '';
  return `${method} ${operation || path}`;
}

/**
 * `delayOf` gives the milliseconds from a request to its answer. `start()` begins a run: from then on `log` has the
 * requests in the order in which they came, with the times of request and answer (`performance.now()`).
 */
export async function startReplay(target, delayOf) {
  const recorded = new Map();
  let isRecording = true;
  let log = [];
  let asked = new Map();

  async function answerTo(request, body) {
    const key = keyOf(request.method, request.url, body);
    if (isRecording) {
      const { host, connection, 'accept-encoding': encoding, 'content-length': length, ...headers } = request.headers;
      const init = { method: request.method, headers, body: body === '' ? undefined : body };
      const response = await fetch(new URL(request.url, target), init);
      const answer = {
        status: response.status,
        type: response.headers.get('content-type'),
        body: await response.text(),
      };
      recorded.set(key, [...(recorded.get(key) ?? []), answer]);
      return { key, ...answer };
    }
    const index = asked.get(key) ?? 0;
    asked.set(key, index + 1);
    const answer = recorded.get(key)?.[index];
    if (answer === undefined) throw new Error(`the run made a request that was not recorded: ${key}`);
    return { key, ...answer };
  }

  const server = createServer((request, response) => {
    const began = performance.now();
    let body = '';
    request.setEncoding('utf8').on('data', (chunk) => (body += chunk));
    request.on('end', async () => {
      const answer = await answerTo(request, body);
      const { method, url, headers } = request;
      const entry = { method, url, body, authorization: headers.authorization, key: answer.key, began, ended: null };
      log.push(entry);
      const left = isRecording ? 0 : delayOf(entry) - (performance.now() - began);
      setTimeout(
        () => {
          entry.ended = performance.now();
          response.writeHead(answer.status, { 'content-type': answer.type ?? 'application/json' });
          response.end(answer.status === 204 ? undefined : answer.body);
        },
        Math.max(0, left),
      );
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** Ends the recording. */
    replay: () => (isRecording = false),
    start: () => {
      log = [];
      asked = new Map();
    },
    /** Forgets what was recorded, and records again. */
    record: () => {
      recorded.clear();
      isRecording = true;
    },
    log: () => log,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
