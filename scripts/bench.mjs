/**
 * `npm run bench`: the figures of docs/performance.md, from one run on one machine, as ratios against something that
 * anyone can run. It prints a Markdown table; nothing here is a test. `npm run bench -- 100` reads 100 MB of recordings
 * instead of 1,000.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchAction } from './bench/action.mjs';
import { benchStart } from './bench/start.mjs';
import { megabytes, milliseconds } from './bench/figures.mjs';
import { benchCatalogue, benchPricing } from './bench/pricing.mjs';
import { benchUsage } from './bench/usage.mjs';

const bundle = fileURLToPath(new URL('../dist/bundle/', import.meta.url));
const chunks = readdirSync(bundle).map((name) => readFileSync(`${bundle}${name}`, 'utf8'));
const bundleSize = chunks.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
const copiesOfUndici = chunks.join('\n').match(/UND_ERR_HEADERS_OVERFLOW"\s*[;}]/g)?.length ?? 0;
const start = benchStart();
const pricing = benchPricing();
const catalogue = await benchCatalogue();
const action = await benchAction();
const recordedMegabytes = Number(process.argv[2] ?? 1000);
const usage = benchUsage(recordedMegabytes * 1e6);

const rows = [
  ['whole action / bare requests (medians of 15)', ratio(action.action, action.bare), 'at most 2.0'],
  ['whole action, spawn to exit', milliseconds(action.action), ''],
  ['GitHub requests, comment unchanged', action.requestsUnchanged, 'at most 4'],
  ['GitHub requests, comment created', action.requestsCreating, 'at most 8'],
  ['peak memory', megabytes(action.memory), 'under 200 MB'],
  ['dist/bundle', megabytes(bundleSize), 'at most 4 MB'],
  ['`--version` / `node -e 0`, by processor time', start.version.toFixed(2), 'at most 2.2'],
  ['`--help` / `node -e 0`, by processor time', start.help.toFixed(2), 'at most 2.2'],
  ['copies of undici in it', copiesOfUndici, '1'],
  ['pricing 5,000 calls, first time in a process', milliseconds(pricing.first), 'under 100 ms'],
  ['pricing 5,000 calls', milliseconds(pricing.many), 'under 100 ms'],
  ['pricing 500 / 5,000 calls', ratio(pricing.few, pricing.many), 'about 0.1'],
  ...(catalogue === null
    ? []
    : [
        [
          `422 models x 1,204 endpoints x 3 shapes / JSON.parse of both files`,
          ratio(catalogue.pricing, catalogue.parse),
          '',
        ],
      ]),
];

rows.push(
  [`usage reader / JSON.parse by line, rows a second, ${recordedMegabytes} MB`, usage.ratio.toFixed(2), 'at least 0.5'],
  ['the same by processor time', usage.processorRatio.toFixed(2), ''],
  ['usage reader, rows a second', Math.round(usage.reader), ''],
  ['usage reader, peak memory', megabytes(usage.memory), 'under 400 MB'],
);

function ratio(a, b) {
  return (a / b).toFixed(2);
}

const [cpu] = cpus();
console.log(`Node ${process.version}, ${cpus().length} x ${cpu?.model.trim() ?? 'unknown processor'}\n`);
console.log('| figure | measured | aim |\n|---|---|---|');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);
