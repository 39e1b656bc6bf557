/**
 * The reader's peak memory for very many rows: `node scripts/bench/usage-rows.mjs [ROWS]`, 2 million by default. Each row
 * has an id, a charge, cached and reasoning tokens, and a short answer. The figures are those of docs/performance.md.
 */
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareScript, compileSources, measure, readerScript } from './usage.mjs';

const rows = Number(process.argv[2] ?? 2_000_000);
const folder = mkdtempSync(join(tmpdir(), 'llm-budget-rows-'));
try {
  const file = join(folder, 'usage.jsonl');
  writeRows(file, rows);
  const bare = measure(bareScript(file));
  const reader = measure(readerScript(compileSources(join(folder, 'code')), file));
  if (reader.rows !== rows) throw new Error(`read ${reader.rows} of ${rows} rows`);
  const size = statSync(file).size;
  console.log(`${rows} rows, ${(size / 1e6).toFixed(0)} MB, Node ${process.versions.node}`);
  console.log(`peak memory: ${(reader.memory / 1e6).toFixed(0)} MB, ${(reader.memory / rows).toFixed(0)} bytes a row`);
  console.log(`time: ${reader.seconds.toFixed(1)} s, ${reader.processor.toFixed(1)} s of processor time`);
  console.log(`JSON.parse by line / reader, processor time: ${(bare.processor / reader.processor).toFixed(2)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function writeRows(path, count) {
  const handle = openSync(path, 'w');
  for (let first = 0; first < count; first += 4000) {
    const lines = Array.from({ length: Math.min(4000, count - first) }, (_, index) => rowText(first + index));
    writeSync(handle, lines.join(''));
  }
  closeSync(handle);
}

function rowText(at) {
  const prompt = 1000 + ((at * 7919) % 5000);
  const completion = 50 + ((at * 104_729) % 700);
  const usage = {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    cost: (prompt * 25 + completion * 100) / 1e7,
    is_byok: false,
    prompt_tokens_details: { cached_tokens: (at * 31) % 1000 },
    completion_tokens_details: { reasoning_tokens: (at * 17) % 50 },
  };
  const choices = [{ index: 0, message: { role: 'assistant', content: 'An answer.' } }];
  const created = 1_764_000_000 + at;
  return `${JSON.stringify({ id: `gen-${created}-0123456789abcdef`, model: 'openai/gpt-4o', created, choices, usage })}\n`;
}
