/**
 * `npm run bench`: the figures of docs/performance.md, from one run on one machine, as ratios against something that
 * anyone can run. It prints Markdown, and ends with 1 where a ratio is worse by more than a third than the page says.
 * `npm run bench -- 20` reads 20 MB of recordings instead of 290.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { benchAction } from './bench/action.mjs';
import { megabytes, milliseconds } from './bench/figures.mjs';
import { worseThanPage } from './bench/page.mjs';
import { benchCatalogue, benchPricing } from './bench/pricing.mjs';
import { benchStages, benchWholeCheck } from './bench/stages.mjs';
import { benchStart } from './bench/start.mjs';
import { benchUsage } from './bench/usage.mjs';

const bundle = fileURLToPath(new URL('../dist/bundle/', import.meta.url));
const chunks = readdirSync(bundle).map((name) => readFileSync(`${bundle}${name}`, 'utf8'));
const bundleSize = chunks.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
const copiesOfUndici = chunks.join('\n').match(/UND_ERR_HEADERS_OVERFLOW"\s*[;}]/g)?.length ?? 0;
const start = benchStart();
const pricing = await benchPricing();
const catalogue = await benchCatalogue();
const stages = await benchStages();
const whole = await benchWholeCheck();
const action = await benchAction();
const recordedMegabytes = Number(process.argv[2] ?? 290);
const usage = benchUsage(recordedMegabytes * 1e6);

/** What the page holds: each is measured against something of the same run. */
const RATIOS = [
  ratio('whole action / best schedule, network, comment created', action.created.action, action.created.bare, 1.25),
  ratio(
    'whole action / best schedule, network, comment unchanged',
    action.unchanged.action,
    action.unchanged.bare,
    1.25,
  ),
  ratio('whole action / best schedule, loopback', action.loopback.action, action.loopback.bare, 1.7),
  ratio('processor time before the first request / bare Node', action.first.ours, action.first.empty, 3.1),
  ratio('first pricing of 5,000 calls / 20 x JSON.parse of a list of models', pricing.first, pricing.control, ''),
  ratio('stages of a check, 5,000 / 500 calls', ...fiveThousandAndFiveHundred(stages), 'about 10'),
  ratio('whole check of 5,000 calls and 400 models / its bare requests', whole.whole, whole.bare, ''),
  ratio('`--version` / `node -e 0`, by processor time', start.version, 1, 2.2),
  ratio('`--help` / `node -e 0`, by processor time', start.help, 1, 2.2),
  // Of less text, the start of the reader is most of its time.
  ...(recordedMegabytes < 290
    ? []
    : [
        {
          name: 'usage reader / JSON.parse by line, processor time, 290 MB',
          value: usage.processorRatio,
          isBetter: 'higher',
          aim: 'at least 0.5',
        },
      ]),
];

function ratio(name, value, control, most) {
  const aim = typeof most === 'number' ? `at most ${most}` : most;
  return { name, value: value / control, isBetter: 'lower', aim };
}

/** The sums over all stages but the whole check, which has them in it. */
function fiveThousandAndFiveHundred({ counts, rows }) {
  const single = rows.filter(([stage]) => !stage.startsWith('whole'));
  return [5000, 500].map((count) => single.reduce((sum, [, times]) => sum + times[counts.indexOf(count)], 0));
}

const FIGURES = [
  [
    'processor time before the first request, above bare Node',
    milliseconds(action.first.ours - action.first.empty),
    'at most 60 ms',
  ],
  ['GitHub requests, comment unchanged', action.unchanged.requests, '2'],
  ['GitHub requests, comment created', action.created.requests, '4'],
  ['peak memory of the action', megabytes(action.memory), 'under 200 MB'],
  ['`dist/bundle`', megabytes(bundleSize), 'at most 4 MB'],
  ['copies of undici in it', copiesOfUndici, '1'],
  ['pricing 5,000 calls, first time in a process', milliseconds(pricing.first), 'under 100 ms'],
  ['pricing 5,000 calls, later', milliseconds(pricing.many), 'under 100 ms'],
  ['whole check of 5,000 calls and 400 models, spawn to exit', milliseconds(whole.whole), 'under 3 s'],
  ['the same, processor time of all threads', milliseconds(whole.processor), ''],
  ['the same, peak memory', megabytes(whole.memory), 'under 200 MB'],
  ...(catalogue === null
    ? []
    : [
        [
          '422 models x 1,204 endpoints x 3 shapes / JSON.parse of both files',
          (catalogue.pricing / catalogue.parse).toFixed(2),
          '',
        ],
      ]),
  [`usage reader, rows a second, ${recordedMegabytes} MB`, Math.round(usage.reader), ''],
  ['usage reader, peak memory', megabytes(usage.memory), 'under 400 MB'],
];

function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const [cpu] = cpus();
console.log(`Node ${process.version}, ${cpus().length} x ${cpu?.model.trim() ?? 'unknown processor'}\n`);
console.log(
  `${table(
    ['ratio', 'measured', 'aim'],
    RATIOS.map(({ name, value, aim }) => [name, value.toFixed(2), aim]),
  )}\n`,
);
console.log(`${table(['figure', 'measured', 'aim'], FIGURES)}\n`);
const stageRows = stages.rows.map(([stage, times]) => [stage, ...times.map((time) => time.toFixed(1))]);
console.log(`${table(['calls', ...stages.counts], stageRows)}\n`);
console.log(`A comment is created:\n\n${action.created.timeline}\n`);
console.log(`The comment is unchanged:\n\n${action.unchanged.timeline}\n`);

const page = readFileSync(new URL('../docs/performance.md', import.meta.url), 'utf8');
const worse = worseThanPage(page, RATIOS);
for (const sentence of worse) console.log(sentence);
if (worse.length > 0) process.exitCode = 1;
