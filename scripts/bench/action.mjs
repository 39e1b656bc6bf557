/** The whole action, spawn to exit, against the same requests made by a bare Node script; servers on loopback. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endpointRow, modelRow, startCatalogueServer } from '../../__tests__/support/catalogue-server.js';
import { startGitHub } from '../../__tests__/support/github-server.js';
import { median } from './figures.mjs';

const RUNS = 15;
const BUNDLE = fileURLToPath(new URL('../../dist/index.js', import.meta.url));
const BARE = fileURLToPath(new URL('bare-requests.mjs', import.meta.url));
const MEMORY = fileURLToPath(new URL('peak-memory.mjs', import.meta.url));
const IDS = Array.from({ length: 420 }, (_, index) => `acme/model-${index}`);
const IN_USE = IDS.slice(0, 10);

function manifest(count) {
  const calls = IN_USE.map(
    (id) => `      - {model: ${id}, count: ${count}, prompt_tokens: 1800, completion_tokens: 350, max_tokens: 1024}`,
  );
  return `version: 1\nbudget: {per_run: 100}\nsuites:\n  evals:\n    calls:\n${calls.join('\n')}\n`;
}

/** A process to its end: milliseconds from spawn to exit, and its peak memory in bytes where it reports it. */
function timed(args, env) {
  return new Promise((resolve, reject) => {
    const began = process.hrtime.bigint();
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    let memory = '';
    child.stdio[3].setEncoding('utf8').on('data', (chunk) => (memory += chunk));
    child.once('error', reject);
    child.once('exit', (code) => {
      const milliseconds = Number(process.hrtime.bigint() - began) / 1e6;
      if (code === 0) resolve({ milliseconds, memory: Number(memory) });
      else reject(new Error(`${args.at(-1)} ended with ${code}`));
    });
  });
}

export async function benchAction() {
  const folder = mkdtempSync(join(tmpdir(), 'llm-budget-bench-'));
  const github = await startGitHub();
  const catalogue = await startCatalogueServer({
    models: IDS.map((id) => modelRow(id)),
    endpoints: Object.fromEntries(IDS.map((id) => [id, [endpointRow('a'), endpointRow('b'), endpointRow('c')]])),
  });
  try {
    const base = await github.commit({ 'llm-budget.yml': manifest(100) }, { branch: 'main' });
    const files = { 'llm-budget.yml': manifest(120) };
    const head = await github.commit(files, { parents: [base] });
    const { number, mergeSha } = await github.openPullRequest({ head, mergeFiles: files });
    for (let index = 0; index < 130; index += 1) await github.addComment(number, 'bob', `A remark, number ${index}.`);
    const event = join(folder, 'event.json');
    const { headSha, baseSha } = github.pullRequest(number);
    const payload = { pull_request: { number, head: { sha: headSha }, base: { ref: 'main', sha: baseSha } } };
    writeFileSync(event, JSON.stringify(payload));
    const env = {
      PATH: process.env.PATH,
      'INPUT_GITHUB-TOKEN': github.token,
      'INPUT_CATALOGUE-URL': catalogue.url,
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: event,
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      GITHUB_API_URL: github.url,
      GITHUB_GRAPHQL_URL: github.graphqlUrl,
      GITHUB_REPOSITORY: github.repository,
      GITHUB_SHA: mergeSha,
      GITHUB_RUN_ID: '1',
      GITHUB_RUN_ATTEMPT: '1',
      RUNNER_TEMP: folder,
    };
    writeFileSync(env.GITHUB_OUTPUT, '');
    const act = (runId, preload = []) => timed([...preload, BUNDLE], { ...env, GITHUB_RUN_ID: String(runId) });

    await act(1);
    const requestsCreating = github.requests.length;
    github.clearRequests();
    const asked = catalogue.requests.length;
    await act(2);
    const requestsUnchanged = github.requests.length;
    const recorded = join(folder, 'requests.json');
    writeFileSync(
      recorded,
      JSON.stringify({
        github: github.requests.map(({ method, path, body, headers }) => ({
          method,
          url: `${github.url}${path}`,
          body,
          authorization: headers.authorization,
        })),
        catalogue: catalogue.requests.slice(asked).map(({ path }) => new URL(path, catalogue.url).href),
      }),
    );

    const action = [];
    const bare = [];
    for (let run = 0; run < RUNS; run += 1) {
      action.push(await act(run + 3));
      bare.push(await timed([BARE, recorded], { PATH: process.env.PATH }));
    }
    // Apart from the timed runs: the preloaded module costs time of its own.
    const measured = await act(RUNS + 3, ['--import', MEMORY]);
    return {
      requestsCreating,
      requestsUnchanged,
      action: median(action.map((run) => run.milliseconds)),
      bare: median(bare.map((run) => run.milliseconds)),
      memory: measured.memory,
    };
  } finally {
    await Promise.all([github.close(), catalogue.close()]);
    rmSync(folder, { recursive: true, force: true });
  }
}
