/**
 * The reader's peak memory for very many rows: `node scripts/bench/usage-rows.mjs [ROWS]`, 2 million by default. Each row
 * has an id, a charge, cached and reasoning tokens, and a short answer. The figures are those of docs/performance.md.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bareScript, compileSources, measure, readerScript, writeGenerations } from './usage.mjs';

const rows = Number(process.argv[2] ?? 2_000_000);
const folder = mkdtempSync(join(tmpdir(), 'llm-budget-rows-'));
try {
  const file = join(folder, 'usage.jsonl');
  writeGenerations(file, detailsOf, (written) => written >= rows);
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

function detailsOf(row) {
  return {
    id: `gen-${1_764_000_000 + row}-0123456789abcdef`,
    content: 'An answer.',
    prompt: { cached_tokens: (row * 31) % 1000 },
    completion: { reasoning_tokens: (row * 17) % 50 },
  };
}
