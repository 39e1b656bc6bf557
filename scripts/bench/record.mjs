/**
 * What the recorder adds: the latency of a request on loopback, with and without it, and the memory of `dist/` while
 * 200 MB of event streams pass. `node --import ./scripts/typescript.mjs scripts/bench/record.mjs`; the upstream is a process of its own.
 */
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent, createServer, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const REQUESTS = 1000;
const STREAM_BYTES = 200 * 1024 * 1024;
const STREAMS = 4;
const self = fileURLToPath(import.meta.url);

/** An upstream: a short answer, or a stream of so many bytes with usage in its last event. */
async function serve() {
  const answer = JSON.stringify({
    id: 'a',
    model: 'acme/one',
    usage: { prompt_tokens: 10, completion_tokens: 5, cost: 0.00002 },
  });
  const event = `data: ${JSON.stringify({ id: 'a', model: 'acme/one', choices: [{ delta: { content: 'x'.repeat(900) } }] })}\n\n`;
  const chunk = event.repeat(64);
  const server = createServer((incoming, response) => {
    incoming.resume();
    if (!incoming.url.includes('stream')) {
      response.setHeader('content-type', 'application/json');
      response.end(answer);
      return;
    }
    response.setHeader('content-type', 'text/event-stream');
    let left = STREAM_BYTES / STREAMS;
    const more = () => {
      while (left > 0) {
        left -= chunk.length;
        if (!response.write(chunk)) return void response.once('drain', more);
      }
      response.end(`data: ${answer}\n\ndata: [DONE]\n\n`);
    };
    more();
  });
  server.listen(0, '127.0.0.1', () => process.send(server.address().port));
}

/** The recorder, in a process of its own so that its memory is its own. */
async function record(upstream) {
  const [{ startRecorder }, { openUsageFile }, { upstreamsOf }, { patientDispatcher }] = await Promise.all([
    import('../../src/usage/record/recorder.js'),
    import('../../src/usage/record/rows.js'),
    import('../../src/usage/record/routes.js'),
    import('../../src/lib/http/network.js'),
  ]);
  const folder = mkdtempSync(join(tmpdir(), 'llm-budget-bench-'));
  const recorder = await startRecorder({
    upstreams: upstreamsOf(new Map([['OPENAI_BASE_URL', upstream]])),
    dispatcher: patientDispatcher({}),
    file: openUsageFile(join(folder, 'usage.jsonl'), 'usage.jsonl'),
    suite: null,
    prices: { idOf: () => null, worstCase: async () => ({ amount: null }), costOf: async () => null },
    cap: null,
    allowUnpriced: false,
    now: () => Date.now(),
    say: () => undefined,
  });
  process.send(recorder.variables(new Map()).get('OPENAI_BASE_URL'));
  process.on('message', async () => {
    const { requests } = await recorder.stop(1000);
    rmSync(folder, { recursive: true });
    process.send({ requests });
    process.disconnect();
  });
}

const agent = new Agent({ keepAlive: true });
const body = JSON.stringify({ model: 'acme/one', messages: [{ role: 'user', content: 'x'.repeat(1000) }] });

function ask(url) {
  return new Promise((resolve, reject) => {
    const start = process.hrtime.bigint();
    const outgoing = request(
      url,
      { method: 'POST', agent, headers: { 'content-type': 'application/json' } },
      (answer) => {
        let length = 0;
        answer.on('data', (chunk) => (length += chunk.length));
        answer.on('end', () => resolve({ length, milliseconds: Number(process.hrtime.bigint() - start) / 1e6 }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

const messageOf = (child) => new Promise((resolve) => child.once('message', resolve));
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** The peak memory in bytes of the bundle's `record` around a command that reads the streams; the command is not in it. */
async function peakOfBundle(base) {
  const folder = mkdtempSync(join(tmpdir(), 'llm-budget-bench-'));
  const bundle = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url));
  const memory = new URL('peak-memory.mjs', import.meta.url).href;
  const line = ['record', '--usage-file', join(folder, 'usage.jsonl'), '--', process.execPath, self, 'read'];
  const child = spawn(process.execPath, ['--import', memory, bundle, ...line], {
    env: { ...process.env, OPENAI_BASE_URL: base },
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  });
  let text = '';
  for await (const part of child.stdio[3]) text += part;
  rmSync(folder, { recursive: true });
  return Number(text);
}

/** Reads all streams at once, as the command behind the recorder. */
async function read() {
  const url = `${process.env.OPENAI_BASE_URL}/chat/completions?stream`;
  const answers = await Promise.all(Array.from({ length: STREAMS }, () => ask(url)));
  agent.destroy();
  if (answers.some(({ length }) => length < STREAM_BYTES / STREAMS)) process.exitCode = 1;
}

async function main() {
  const upstream = fork(self, ['serve']);
  const base = `http://127.0.0.1:${await messageOf(upstream)}/v1`;
  const start = () => {
    const child = fork(self, ['record', base]);
    return messageOf(child).then((url) => ({ child, url }));
  };
  const first = await start();
  const [direct, through] = [[], []];
  for (let index = 0; index < 100; index += 1) await ask(`${first.url}/chat/completions`);
  // By turns, so that a busy moment meets both.
  for (let index = 0; index < REQUESTS; index += 1) {
    direct.push((await ask(`${base}/chat/completions`)).milliseconds);
    through.push((await ask(`${first.url}/chat/completions`)).milliseconds);
  }
  first.child.send('stop');
  await messageOf(first.child);
  const peak = await peakOfBundle(base);
  upstream.kill();
  agent.destroy();
  const [without, with_] = [median(direct), median(through)];
  console.log(
    `median of ${REQUESTS} requests: ${without.toFixed(2)} ms direct, ${with_.toFixed(2)} ms recorded, ${(with_ - without).toFixed(2)} ms added`,
  );
  console.log(`peak memory with ${STREAM_BYTES / 1024 / 1024} MB in ${STREAMS} streams: ${(peak / 1e6).toFixed(0)} MB`);
}

const [, , mode, argument] = process.argv;
if (mode === 'serve') await serve();
else if (mode === 'record') await record(argument);
else if (mode === 'read') await read();
else await main();
