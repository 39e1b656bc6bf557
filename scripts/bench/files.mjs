/**
 * Numbers from files: `node --import ./scripts/typescript.mjs scripts/bench/files.mjs` prints the figures of
 * docs/performance.md. It needs `dist/`. Times are processor times, and the medians of 9 runs after a warm-up.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse as parseCsv } from 'csv-parse/sync';
import { filesInMemory } from '../../__tests__/support/files-in-memory.js';
import { countHead } from '../../src/check/count-files.js';
import { visitRows } from '../../src/manifest/from-files/rows.js';
import { parseManifest } from '../../src/manifest/parse.js';
import { loadCounter } from '../../src/manifest/prompt-tokens/count-tokens.js';
import { median, megabytes, milliseconds } from './figures.mjs';

const root = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const RUNS = 9;

/** Milliseconds of processor time of the median run. */
async function processorTime(run) {
  const times = [];
  for (let index = 0; index <= RUNS; index += 1) {
    const before = process.cpuUsage();
    await run();
    const { user, system } = process.cpuUsage(before);
    if (index > 0) times.push((user + system) / 1000);
  }
  return median(times);
}

const WORDS = 'Some customers ask about their parcel, others about an invoice, and few say thanks. '.split(' ');
const text = (seed, length) =>
  Array.from({ length }, (_, index) => WORDS[(seed * 7 + index * 5) % WORDS.length]).join(' ');
const row = (index) => ({ id: index, question: `Number ${index}: ${text(index, 30)}`, answer: text(index + 1, 20) });

/** Rows up to 10 MB, of which the reader takes no more than 100,000. */
function linesOf(write, header) {
  const lines = [header];
  for (let size = header.length + 1, index = 0; ; index += 1) {
    const line = write(row(index));
    size += line.length + 1;
    if (size > 10_000_000) return lines.filter((one) => one !== '');
    lines.push(line);
  }
}

async function benchRows() {
  const lines = linesOf((one) => JSON.stringify(one), '');
  const jsonl = lines.join('\n');
  const quoted = (value) => `"${String(value).replaceAll('"', '""')}"`;
  const csv = linesOf((one) => Object.values(one).map(quoted).join(','), 'id,question,answer').join('\n');
  const rows = visitRows('c.jsonl', jsonl, null, () => undefined);
  return {
    rows,
    jsonl: await processorTime(() => visitRows('c.jsonl', jsonl, null, () => undefined)),
    parse: await processorTime(() => jsonl.split('\n').forEach((line) => JSON.parse(line))),
    csv: await processorTime(() => visitRows('c.csv', csv, null, () => undefined)),
    csvParse: await processorTime(() => parseCsv(csv, { columns: true })),
    peak: peakMemory({ 'cases.jsonl': jsonl }),
    peakWithTokens: peakMemory({ 'cases.jsonl': jsonl }, ', prompt_files: [{rows: cases.jsonl, field: question}]'),
  };
}

/** The peak memory of `llm-budget check` in bytes, on prices of a lockfile. */
function peakMemory(files, more = ', prompt_tokens: 100') {
  const folder = mkdtempSync(join(tmpdir(), 'llm-budget-bench-'));
  try {
    const call = `{model: openai/gpt-5-mini, count: {rows: cases.jsonl}, completion_tokens: 10${more}}`;
    const manifest = `version: 1\nsuites: {evals: {calls: [${call}]}}\n`;
    for (const [name, content] of Object.entries({ ...files, 'llm-budget.yml': manifest })) {
      writeFileSync(join(folder, name), content);
    }
    const args = ['--import', root('scripts/bench/peak-memory.mjs'), root('dist/cli/index.js'), 'check'];
    const lock = ['--offline', '--lock', root('examples/promptfoo/llm-budget.lock.json'), '--format', 'json'];
    const ended = spawnSync(process.execPath, [...args, ...lock], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      maxBuffer: 1e8,
    });
    const requests = JSON.parse(ended.stdout.toString()).head?.requests_per_run;
    if (!(requests > 0)) throw new Error(`nothing was counted: ${ended.stdout.toString().slice(0, 500)}`);
    return Number(ended.output[3].toString());
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const PROVIDERS = ['openai:gpt-5', 'openai:gpt-4o', 'openai:o3', 'openai:gpt-5-mini', 'openai:gpt-5-nano'];

/** 1,000 tests x 5 providers x 4 prompts, with the tests in a file and in the configuration itself. */
async function benchConfiguration() {
  const tests = Array.from({ length: 1000 }, (_, index) => ({
    vars: { question: text(index, 30), context: text(index + 3, 60) },
  }));
  const lines = tests.map((test) => JSON.stringify(test));
  const prompts = Array.from({ length: 4 }, (_, index) => `${text(index, 40)}\n\n{{context}}\n\n{{question}}`);
  const config = (own) =>
    `prompts: [0.txt, 1.txt, 2.txt, 3.txt]\nproviders: [${PROVIDERS.map((id) => `'${id}'`).join(', ')}]\ntests: ${own}\n`;
  const files = (own) => ({
    'c.yaml': config(own),
    'tests.jsonl': lines.join('\n'),
    ...Object.fromEntries(prompts.map((prompt, index) => [`${index}.txt`, prompt])),
  });
  const manifest = await parseManifest(
    'version: 1\nsuites: {evals: {promptfoo: {config: c.yaml, completion_tokens: 10}}}\n',
    'llm-budget.yml',
  );
  const derive = (own) => {
    const { reader } = filesInMemory({ head: files(own) });
    return () => countHead(manifest, reader);
  };
  const count = await loadCounter();
  const { manifest: counted } = await derive('tests.jsonl')();
  return {
    requests: counted.suites[0].calls.reduce((sum, call) => sum + call.count, 0),
    inFile: await processorTime(derive('tests.jsonl')),
    inConfig: await processorTime(derive(`\n${lines.map((line) => `  - ${line}\n`).join('')}`)),
    tokens: await processorTime(() => {
      for (const { vars } of tests) {
        for (const prompt of prompts) {
          count(prompt.replace('{{context}}', vars.context).replace('{{question}}', vars.question));
        }
      }
    }),
  };
}

const ratio = (a, b) => (a / b).toFixed(2);
const rows = await benchRows();
const config = await benchConfiguration();
const table = [
  [`${rows.rows} rows of 10 MB of JSON Lines`, milliseconds(rows.jsonl), 'under 1,500 ms'],
  ['the same / JSON.parse by line', ratio(rows.jsonl, rows.parse), ''],
  ['rows of 10 MB of CSV / csv-parse with columns', ratio(rows.csv, rows.csvParse), ''],
  ['peak memory of `check`, 10 MB of JSON Lines', megabytes(rows.peak), 'under 200 MB'],
  ['the same with the tokens of a field', megabytes(rows.peakWithTokens), ''],
  [`${config.requests} requests, 1,000 tests in JSON Lines`, milliseconds(config.inFile), 'under 1,000 ms'],
  ['the same / the tokens of its 4,000 prompts alone', ratio(config.inFile, config.tokens), ''],
  [`${config.requests} requests, 1,000 tests in the configuration`, milliseconds(config.inConfig), 'under 1,000 ms'],
];
console.log(`Node ${process.version}\n\n| figure | measured | aim |\n|---|---|---|`);
for (const line of table) console.log(`| ${line.join(' | ')} |`);
