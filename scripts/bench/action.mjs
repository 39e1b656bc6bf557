/** The whole action, spawn to exit, against a bare script that makes the same requests by the best schedule. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endpointRow, modelRow, startCatalogueServer } from '../../__tests__/support/catalogue-server.js';
import { startGitHub } from '../../__tests__/support/github-server.js';
import { timed } from './processes.mjs';
import { startReplay } from './replay.mjs';

const RUNS = 15;
const here = (name) => fileURLToPath(new URL(name, import.meta.url));
const BUNDLE = here('../../dist/index.js');
const IDS = Array.from({ length: 420 }, (_, index) => `acme/model-${index}`);
const IN_USE = IDS.slice(0, 10);

/** What servers take to answer on a real network, in milliseconds from request to answer. */
const ANSWER_MS = { query: 250, read: 150, write: 200, models: 350, endpoints: 150 };

function delayOf({ method, url }) {
  if (url.includes('/models?')) return ANSWER_MS.models;
  if (url.endsWith('/endpoints')) return ANSWER_MS.endpoints;
  if (url.endsWith('/graphql')) return ANSWER_MS.query;
  return method === 'GET' ? ANSWER_MS.read : ANSWER_MS.write;
}

function manifest(count) {
  const calls = IN_USE.map(
    (id) => `      - {model: ${id}, count: ${count}, prompt_tokens: 1800, completion_tokens: 350, max_tokens: 1024}`,
  );
  return `version: 1\nbudget: {per_run: 100}\nsuites:\n  evals:\n    calls:\n${calls.join('\n')}\n`;
}

/** 420 models whose list has 0.7 MB, as OpenRouter's has: most of a row is its description. */
function catalogueContent() {
  const text = 'A model of many words, which are here for their length alone. '.repeat(22);
  return {
    models: IDS.map((id) => ({ ...modelRow(id), description: `${id}: ${text}` })),
    endpoints: Object.fromEntries(IDS.map((id) => [id, [endpointRow('a'), endpointRow('b'), endpointRow('c')]])),
  };
}

/** A repository with a pull request of 30 comments, a catalogue, and the environment of a run on them. */
async function startServers() {
  const folder = mkdtempSync(join(tmpdir(), 'llm-budget-bench-'));
  const github = await startGitHub();
  const catalogue = await startCatalogueServer(catalogueContent());
  const replays = {
    github: await startReplay(github.url, delayOf),
    catalogue: await startReplay(catalogue.url, delayOf),
  };
  const base = await github.commit({ 'llm-budget.yml': manifest(100) }, { branch: 'main' });
  const files = { 'llm-budget.yml': manifest(120) };
  const head = await github.commit(files, { parents: [base] });
  const { number, mergeSha } = await github.openPullRequest({ head, mergeFiles: files });
  for (let index = 0; index < 30; index += 1) await github.addComment(number, 'bob', `A remark, number ${index}.`);
  const event = join(folder, 'event.json');
  const { headSha, baseSha } = github.pullRequest(number);
  const payload = { pull_request: { number, head: { sha: headSha }, base: { ref: 'main', sha: baseSha } } };
  writeFileSync(event, JSON.stringify(payload));
  const env = {
    PATH: process.env.PATH,
    'INPUT_GITHUB-TOKEN': github.token,
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: event,
    GITHUB_OUTPUT: join(folder, 'output'),
    GITHUB_STEP_SUMMARY: join(folder, 'summary'),
    GITHUB_REPOSITORY: github.repository,
    GITHUB_SHA: mergeSha,
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
    RUNNER_TEMP: folder,
  };
  writeFileSync(env.GITHUB_OUTPUT, '');
  const at = (gitHubUrl, catalogueUrl) => ({
    ...env,
    'INPUT_CATALOGUE-URL': `${catalogueUrl}/api/v1`,
    GITHUB_API_URL: gitHubUrl,
    GITHUB_GRAPHQL_URL: `${gitHubUrl}/graphql`,
  });
  return {
    folder,
    replays,
    /** On the servers themselves, and on those that answer after a time. */
    direct: at(github.url, new URL(catalogue.url).origin),
    delayed: at(replays.github.url, replays.catalogue.url),
    close: async () => {
      for (const replay of Object.values(replays)) replay.close();
      await Promise.all([github.close(), catalogue.close()]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Writes the requests of the run that was recorded last, in the form that the bare script takes. */
function writeRequests(file, { github, catalogue }, env) {
  const absolute =
    (base) =>
    ({ method, url, body, authorization }) => ({
      method,
      url: new URL(url, base).href,
      body,
      authorization,
    });
  const [query, ...rest] = github.log().map(absolute(env.GITHUB_API_URL));
  const lists = catalogue.log().map(absolute(env['INPUT_CATALOGUE-URL']));
  const isModels = ({ url }) => url.includes('/models?');
  const endpoints = lists.filter((request) => !isModels(request));
  writeFileSync(file, JSON.stringify({ query, models: lists.find(isModels), endpoints, rest }));
}

/** The shortest of some whole runs and of the bare script's, by turns: other work on the machine only adds to them. */
async function compared(act, bare, logs = () => []) {
  const times = { action: [], bare: [] };
  let shortest = null;
  for (let round = 0; round < RUNS; round += 1) {
    times.bare.push((await bare()).milliseconds);
    const run = await act();
    times.action.push(run.milliseconds);
    if (run.milliseconds === Math.min(...times.action)) shortest = timeline(run, logs());
  }
  return { action: Math.min(...times.action), bare: Math.min(...times.bare), timeline: shortest };
}

/** Processor time before the first connection, above that of Node with an empty script: the smallest of many runs. */
async function firstRequest(env) {
  const preload = ['--import', here('first-request.mjs')];
  const [ours, empty] = [[], []];
  for (let run = 0; run < RUNS; run += 1) {
    empty.push(Number((await timed([...preload, here('empty.mjs')], env)).reported));
    ours.push(Number((await timed([...preload, BUNDLE], env)).reported));
  }
  return { ours: Math.min(...ours), empty: Math.min(...empty) };
}

/** A run as text: a line for each request, a column for every 25 ms since the process was spawned. */
function timeline({ began, milliseconds }, logs) {
  const columns = (time) => Math.round(time / 25);
  const rows = logs
    .flat()
    .sort((one, other) => one.began - other.began)
    .map(({ key, began: sent, ended }) => {
      const [from, to] = [sent - began, ended - began];
      const name = key
        .replace('/api/v1', '')
        .replace('?output_modalities=all', '')
        .replace(/\/repos\/[^/]+\/[^/]+/, '');
      const bar = ' '.repeat(columns(from)) + '█'.repeat(Math.max(1, columns(to) - columns(from)));
      return `${name.padEnd(34).slice(0, 34)} ${String(Math.round(from)).padStart(5)} ${String(Math.round(to)).padStart(5)} ${bar}`;
    });
  const exit = Math.round(milliseconds);
  return [...rows, `${'exit'.padEnd(34)} ${String(exit).padStart(5)}`].join('\n');
}

export async function benchAction() {
  const servers = await startServers();
  const { replays, delayed, direct } = servers;
  const requests = join(servers.folder, 'requests.json');
  const both = Object.values(replays);
  const start = () => both.forEach((replay) => replay.start());
  const bare = () => {
    start();
    return timed([here('bare-requests.mjs'), requests], { PATH: process.env.PATH });
  };
  const act = (env) => {
    start();
    return timed([BUNDLE], env);
  };
  /** Records one run, and measures it again and again with the delays of a network. */
  const measured = async (runId) => {
    const env = { ...delayed, GITHUB_RUN_ID: String(runId) };
    both.forEach((replay) => replay.record());
    await act(env);
    writeRequests(requests, replays, env);
    const count = replays.github.log().length;
    both.forEach((replay) => replay.replay());
    const logs = () => both.map((replay) => replay.log());
    return { ...(await compared(() => act(env), bare, logs)), requests: count };
  };
  try {
    const created = await measured(1);
    const unchanged = await measured(2);
    // Without delays, on the servers themselves: the requests are those of the run that changes no comment.
    const env = { ...direct, GITHUB_RUN_ID: '3' };
    both.forEach((replay) => replay.record());
    await act({ ...delayed, GITHUB_RUN_ID: '3' });
    writeRequests(requests, replays, direct);
    const loopback = await compared(
      () => timed([BUNDLE], env),
      () => timed([here('bare-requests.mjs'), requests], { PATH: process.env.PATH }),
    );
    // Apart from the timed runs: the preloaded module costs time of its own.
    const memory = Number((await timed(['--import', here('peak-memory.mjs'), BUNDLE], direct)).reported);
    return { created, unchanged, loopback, memory, first: await firstRequest(direct) };
  } finally {
    await servers.close();
  }
}
