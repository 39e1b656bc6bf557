/** Pricing: 5,000 and 500 calls of a manifest, and the whole of a real catalogue where the data is there. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { catalogue, endpoint, model } from '../../__tests__/support/catalogue.js';
import { call, manifest, suite, tokens } from '../../__tests__/support/manifest.js';
import { estimateManifest } from '../../src/budget/estimate.js';
import { priceCall } from '../../src/budget/pricing/price-call.js';
import { mainThreadTime, median, medianTime, processorTime } from './figures.mjs';
import { timed } from './processes.mjs';

const TYPESCRIPT = new URL('../typescript.mjs', import.meta.url).href;
const FIRST = fileURLToPath(new URL('first-pricing.mjs', import.meta.url));
const IDS = Array.from({ length: 10 }, (_, index) => `acme/model-${index}`);

function prices() {
  const tags = ['a', 'b/fp8', 'c', 'd/turbo'];
  return catalogue(IDS.map((id) => ({ ...model({ id }), endpoints: tags.map((tag) => endpoint({ tag })) })));
}

function calls(count) {
  const all = Array.from({ length: count }, (_, index) =>
    call({ model: IDS[index % IDS.length], count: index, prompt_tokens: tokens(1000 + index), max_tokens: 400 }),
  );
  return manifest({ suites: [suite({ name: 'evals', calls: all })] });
}

/** Milliseconds of `clock` that a function takes. */
function timeOf(run, clock) {
  const before = clock();
  run();
  return clock() - before;
}

/** What a process of its own measures: JSON.parse of a list of models, as the control, and the first pricing. */
export function firstPricing() {
  const rows = Array.from({ length: 420 }, (_, index) => ({
    ...model({ id: `acme/m${index}` }),
    text: 'x'.repeat(1400),
  }));
  const text = JSON.stringify({ data: rows });
  const control = timeOf(() => {
    for (let index = 0; index < 20; index += 1) JSON.parse(text);
  }, mainThreadTime);
  const [given, snapshot] = [calls(5000), prices()];
  return { control, first: timeOf(() => estimateManifest(given, snapshot, null), mainThreadTime) };
}

/** The first pricing in each of several processes, and later ones in this; each run has a catalogue of its own. */
export async function benchPricing() {
  const runs = [];
  for (let run = 0; run < 9; run += 1) {
    const { reported } = await timed(['--import', TYPESCRIPT, FIRST], { PATH: process.env.PATH });
    runs.push(JSON.parse(reported));
  }
  const least = (count) => {
    const given = calls(count);
    return Math.min(
      ...Array.from({ length: 15 }, () => timeOf(() => estimateManifest(given, prices(), null), processorTime)),
    );
  };
  return {
    first: Math.min(...runs.map(({ first }) => first)),
    control: Math.min(...runs.map(({ control }) => control)),
    many: least(5000),
    few: least(500),
  };
}

const DATA = fileURLToPath(new URL('../../../shared/openrouter-data/', import.meta.url));
const FILES = ['models-2026-08-22.json.gz', 'endpoints-2026-08-22.json.gz'];
const SHAPES = [
  { prompt_tokens: tokens(1800), completion_tokens: tokens(350), max_tokens: 1024 },
  { prompt_tokens: tokens(120_000), completion_tokens: tokens(4000), cached_tokens: tokens(100_000) },
  { prompt_tokens: tokens(300_000, 600_000), completion_tokens: tokens(2000), cache_write_tokens: tokens(1000) },
];

/** 422 models, 1,204 endpoints, 3 shapes of request, against JSON.parse of the same two files; null without the data. */
export async function benchCatalogue() {
  if (!existsSync(`${DATA}${FILES[0]}`)) return null;
  const { realCatalogue } = await import('../../__tests__/support/openrouter-data.js');
  const texts = FILES.map((file) => gunzipSync(readFileSync(`${DATA}${file}`)).toString('utf8'));
  const parse = medianTime(() => texts.map((text) => JSON.parse(text)));
  const times = [];
  let priced = 0;
  for (let run = 0; run < 15; run += 1) {
    const real = realCatalogue();
    const given = [...real.models.keys()].flatMap((id) => SHAPES.map((shape) => call({ model: id, ...shape })));
    const began = process.hrtime.bigint();
    priced = given.filter((one) => priceCall(one, real, null).state !== 'unpriced').length;
    times.push(Number(process.hrtime.bigint() - began) / 1e6);
  }
  return { parse, pricing: median(times), priced };
}
