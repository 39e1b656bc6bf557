/** `node scripts/bench-usage.mjs [MEGABYTES]`, 1,000 by default: how fast usage is read, and in how much memory. */
import { megabytes } from './bench/figures.mjs';
import { benchUsage } from './bench/usage.mjs';

const { rows, bare, reader, ratio, processorRatio, memory } = benchUsage(Number(process.argv[2] ?? 1000) * 1e6);
console.log('| figure | measured | aim |\n|---|---|---|');
console.log(`| rows | ${rows} | |`);
console.log(`| JSON.parse line by line, rows a second | ${Math.round(bare)} | |`);
console.log(`| usage reader, rows a second | ${Math.round(reader)} | |`);
console.log(`| usage reader / JSON.parse | ${ratio.toFixed(2)} | at least 0.5 |`);
console.log(`| the same by processor time | ${processorRatio.toFixed(2)} | at least 0.5 |`);
console.log(`| peak memory | ${megabytes(memory)} | under 300 MB |`);
