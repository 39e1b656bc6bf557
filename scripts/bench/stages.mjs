/** What each stage of a check takes, from 10 to 5,000 calls, and a whole check of 5,000 calls and 400 models. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogue, endpoint, model } from '../../__tests__/support/catalogue.js';
import { endpointRow, modelRow, startCatalogueServer } from '../../__tests__/support/catalogue-server.js';
import { found, PLAIN_CHECK, sources } from '../../__tests__/support/sources.js';
import { check } from '../../src/check/check.js';
import { judgeManifests } from '../../src/check/judge-manifests.js';
import { countFiles } from '../../src/check/count-files.js';
import { readManifests } from '../../src/check/read-manifests.js';
import { estimateManifest } from '../../src/budget/estimate.js';
import { jsonDocument } from '../../src/lib/text/plain.js';
import { lockfileText } from '../../src/openrouter/catalogue/lockfile.js';
import { renderComment } from '../../src/report/markdown/comment.js';
import { renderTerminal } from '../../src/report/terminal/render.js';
import { processorTime } from './figures.mjs';
import { timed } from './processes.mjs';

const COUNTS = [10, 50, 100, 500, 1000, 5000];
const IDS = Array.from({ length: 400 }, (_, index) => `acme/m${index}`);
const here = (name) => fileURLToPath(new URL(name, import.meta.url));

/** A manifest whose calls are in suites of 50, over as many of the 400 models as there are calls. */
export function manifestOf(calls, count) {
  const suites = Array.from({ length: Math.ceil(calls / 50) }, (_, suite) => {
    const rows = Array.from({ length: Math.min(50, calls - suite * 50) }, (__, index) => {
      const number = suite * 50 + index;
      const id = IDS[number % IDS.length];
      return `      - {model: ${id}, count: ${count}, prompt_tokens: ${1000 + number}}`;
    });
    return `  suite ${suite}:\n    calls:\n${rows.join('\n')}`;
  });
  return `version: 1\nbudget: {per_run: 100000}\ndefaults: {completion_tokens: 200, max_tokens: 400}\nsuites:\n${suites.join('\n')}\n`;
}

/** Milliseconds of processor time: the smallest of some runs, since other work on the machine only adds to it. */
async function leastTime(run) {
  let [least, result] = [Number.POSITIVE_INFINITY, null];
  for (let index = 0; index < 7; index += 1) {
    const before = processorTime();
    result = await run();
    least = Math.min(least, processorTime() - before);
  }
  return { least, result };
}

const TIME = { now: new Date('2026-11-24T09:00:00Z'), at: null, ageInDays: 1, standsIn: false };
const LOOK = { colour: false, width: null, explain: false };
const EFFECTS = { now: () => TIME.now.getTime() };
const OPTIONS = { ...PLAIN_CHECK, catalogueUrl: new URL('https://openrouter.ai/api/v1'), offline: true };

/** A row for each stage: its name, and the milliseconds for each number of calls. */
export async function benchStages() {
  const tags = ['a', 'b/fp8', 'c', 'd/turbo'];
  const prices = catalogue(IDS.map((id) => ({ ...model({ id }), endpoints: tags.map((tag) => endpoint({ tag })) })));
  const lock = { file: 'llm-budget.lock.json', text: lockfileText(prices, IDS) };
  const rows = new Map();
  const note = (stage, { least, result }) => {
    rows.set(stage, [...(rows.get(stage) ?? []), least]);
    return result;
  };
  for (const calls of COUNTS) {
    const given = sources({ head: found(manifestOf(calls, 120)), base: found(manifestOf(calls, 100)), lock });
    const declared = note('parse head and base', await leastTime(() => readManifests(given)));
    const { manifests } = await countFiles(declared, given.files);
    note('price head', await leastTime(() => estimateManifest(manifests.head, prices, null)));
    note(
      'price both, compare, judge',
      await leastTime(() => judgeManifests(manifests, given, { catalogue: prices, lock: null, credits: null }, TIME)),
    );
    const report = note('whole check, from the lockfile', await leastTime(() => check(given, OPTIONS, EFFECTS)));
    note('JSON', await leastTime(() => jsonDocument(report)));
    note('table', await leastTime(() => renderTerminal(report, LOOK)));
    const context = { repositoryUrl: 'https://github.test/acme/shop', headSha: null, summaryUrl: null };
    note('comment', await leastTime(() => renderComment(report, context)));
  }
  return { counts: COUNTS, rows: [...rows] };
}

/** `check --base` of 5,000 calls and 400 models in use in a process of its own, against the bare requests of it. */
export async function benchWholeCheck() {
  const folder = mkdtempSync(join(tmpdir(), 'llm-budget-bench-'));
  const endpoints = Object.fromEntries(IDS.map((id) => [id, ['a', 'b', 'c'].map((tag) => endpointRow(tag))]));
  const server = await startCatalogueServer({ models: IDS.map((id) => modelRow(id)), endpoints });
  try {
    writeFileSync(join(folder, 'llm-budget.yml'), manifestOf(5000, 120));
    writeFileSync(join(folder, 'base.yml'), manifestOf(5000, 100));
    const flags = ['check', '--base', 'base.yml', '--catalogue-url', server.url, '--output', 'report.txt'];
    const env = { PATH: process.env.PATH };
    const ours = [here('../../dist/cli/index.js'), ...flags];
    const ask = (path) => ({ method: 'GET', url: `${server.url}${path}`, body: '' });
    const [models, ...lists] = ['/models', ...IDS.map((id) => `/models/${id}/endpoints`)].map(ask);
    const requests = join(folder, 'requests.json');
    writeFileSync(requests, JSON.stringify({ query: models, models, endpoints: lists, rest: [] }));
    const runs = { whole: [], bare: [], memory: [], processor: [] };
    for (let run = 0; run < 3; run += 1) {
      runs.bare.push((await timed([here('bare-requests.mjs'), requests], env)).milliseconds);
      runs.whole.push((await timed(ours, env, { cwd: folder })).milliseconds);
      const preload = ['--import', here('peak-memory.mjs')];
      const counting = ['--import', here('processor-time.mjs')];
      runs.processor.push(Number((await timed([...counting, ...ours], env, { cwd: folder })).reported));
      runs.memory.push(Number((await timed([...preload, ...ours], env, { cwd: folder })).reported));
    }
    const least = (values) => Math.min(...values);
    return {
      whole: least(runs.whole),
      bare: least(runs.bare),
      processor: least(runs.processor),
      memory: Math.max(...runs.memory),
    };
  } finally {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
