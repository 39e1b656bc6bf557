/**
 * How fast usage is read, and in how much memory: a file of JSON Lines as OpenRouter answers, read once by JSON.parse
 * line by line and once by the usage reader, each in a process of its own. The sources are compiled before: the thread
 * of a loader would count in the memory.
 */
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';
import { median } from './figures.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Rows a second of both, their ratios by the clock and by processor time, and the reader's peak memory in bytes. They
 * run in turn, and the medians count: what else the machine does meets both. The file is deleted afterwards.
 */
export function benchUsage(size, runs = 5) {
  const folder = mkdtempSync(join(tmpdir(), 'llm-budget-bench-'));
  try {
    const file = join(folder, 'usage.jsonl');
    const rows = writeRecording(file, size);
    const code = compileSources(join(folder, 'code'));
    const pairs = Array.from({ length: runs }, () => ({
      bare: measure(bareScript(file)),
      reader: measure(readerScript(code, file)),
    }));
    for (const { reader } of pairs) if (reader.rows !== rows) throw new Error(`read ${reader.rows} of ${rows} rows`);
    return {
      rows,
      bare: median(pairs.map(({ bare }) => rows / bare.seconds)),
      reader: median(pairs.map(({ reader }) => rows / reader.seconds)),
      ratio: median(pairs.map(({ bare, reader }) => bare.seconds / reader.seconds)),
      processorRatio: median(pairs.map(({ bare, reader }) => bare.processor / reader.processor)),
      memory: Math.max(...pairs.map(({ reader }) => reader.memory)),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Answers of some 700 bytes until the file has `size` bytes; returns their number. */
function writeRecording(path, size) {
  const text = 'An answer that takes some room. '.repeat(20);
  const detailsOf = (row) => ({
    id: `gen-${1_764_000_000 + row}`,
    content: text.slice(0, 100 + ((row * 31) % 500)),
    prompt: { cached_tokens: 0, audio_tokens: 0 },
    completion: { reasoning_tokens: 0 },
  });
  return writeGenerations(path, detailsOf, (_rows, bytes) => bytes >= size);
}

/**
 * Writes generations as OpenRouter answers them, a line each, until `isEnough` of the rows and bytes so far; returns the
 * number of rows. `detailsOf` gives what differs between recordings: id, answer, and details of prompt and completion.
 */
export function writeGenerations(path, detailsOf, isEnough) {
  const handle = openSync(path, 'w');
  let [rows, written, lines] = [0, 0, []];
  while (!isEnough(rows, written)) {
    const line = `${generation(rows, detailsOf(rows))}\n`;
    lines.push(line);
    written += line.length;
    rows += 1;
    if (lines.length === 4000) {
      writeSync(handle, lines.join(''));
      lines = [];
    }
  }
  writeSync(handle, lines.join(''));
  closeSync(handle);
  return rows;
}

function generation(row, { id, content, prompt, completion }) {
  const [prompted, completed] = [1000 + ((row * 7919) % 5000), 50 + ((row * 104_729) % 700)];
  const usage = {
    prompt_tokens: prompted,
    completion_tokens: completed,
    total_tokens: prompted + completed,
    cost: (prompted * 25 + completed * 100) / 1e7,
    is_byok: false,
    prompt_tokens_details: prompt,
    completion_tokens_details: completion,
  };
  const choices = [{ index: 0, message: { role: 'assistant', content } }];
  return JSON.stringify({ id, model: 'openai/gpt-4o', created: 1_764_000_000 + row, choices, usage });
}

/** The sources without their types, as the tests run them. */
export function compileSources(target) {
  const source = join(root, 'src');
  for (const entry of readdirSync(source, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
    const path = join(entry.parentPath ?? entry.path, entry.name);
    const { code } = transformFileSync(path, { jsc: { target: 'es2022', parser: { syntax: 'typescript' } } });
    const place = join(target, relative(source, path).replace(/\.ts$/, '.js'));
    mkdirSync(dirname(place), { recursive: true });
    writeFileSync(place, code);
  }
  writeFileSync(join(target, 'package.json'), '{"type": "module"}');
  symlinkSync(join(root, 'node_modules'), join(target, 'node_modules'));
  return target;
}

export function bareScript(file) {
  return `
    import { createReadStream } from 'node:fs';
    import { createInterface } from 'node:readline';
    const start = performance.now();
    let rows = 0;
    for await (const line of createInterface({ input: createReadStream(${JSON.stringify(file)}), crlfDelay: Infinity })) {
      JSON.parse(line);
      rows += 1;
    }
    ${report('rows')}`;
}

export function readerScript(code, file) {
  return `
    const { readUsage } = await import(${JSON.stringify(join(code, 'usage', 'read', 'read-usage.js'))});
    const { aggregate } = await import(${JSON.stringify(join(code, 'usage', 'read', 'aggregate.js'))});
    const start = performance.now();
    const usage = await readUsage([${JSON.stringify(file)}], { cwd: '/', within: null });
    aggregate(usage.rows, (key) => key);
    ${report('usage.exchanges.read')}`;
}

function report(rows) {
  return `console.log(JSON.stringify({
    rows: ${rows},
    seconds: (performance.now() - start) / 1000,
    processor: (process.cpuUsage().user + process.cpuUsage().system) / 1e6,
    memory: process.resourceUsage().maxRSS * 1024,
  }));`;
}

export function measure(script) {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
