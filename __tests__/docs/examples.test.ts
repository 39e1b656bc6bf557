import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lockfileSchema } from '../../src/openrouter/catalogue/lockfile.js';
import { reportSchema, type Report } from '../../src/report/model/schema.js';
import { startCatalogueServer, type CatalogueServer } from '../support/catalogue-server.js';
import { catalogueOfTheExamples, exampleManifests, lockOf, runWithoutNetwork } from '../support/examples.js';
import { projectFiles, readProjectFile } from '../support/project-files.js';

/** Every example as its reader runs it: from its lock without a network, and at live prices from a loopback catalogue. */

const EXAMPLES = await exampleManifests();

/** Per run, from the unit prices in the locks (US dollars per million tokens). */
const COSTS = new Map([
  // 120 x 1.02 x (2600 at 1 + 320 at 5) + 120 x 1.02 x (1500 at 0.25 + 450 at 2) + 400 x 1.02 x (350 at 0.1 + 60 at 0.4)
  // = 122.4 x 0.0042 + 122.4 x 0.001275 + 408 x 0.000059 = 0.51408 + 0.15606 + 0.024072
  ['examples/rag-evals/llm-budget.yml', '0.694212'],
  // first: 20 x (400 at 2 + 9000 written at 2.5 + 300 at 10) = 20 x 0.0263 = 0.526
  // next: 220 x 1.03 x (300 at 2 + 12500 read at 0.2 + 1200 written at 2.5 + 350 at 10) = 226.6 x 0.0096 = 2.17536
  // summary: 20 x (8000 at 0.3 + 8000 read at 0.03 + 500 at 2.5) = 20 x 0.00389 = 0.0778
  ['examples/agent-caching/llm-budget.yml', '2.77916'],
  // 1000 x (1800 at 1 + 150 at 5) + 1000 x (1200 at 0.125 + 200 at 1) + 0 + 500 x (1800 at 0.03 + 400 at 0.17)
  // = 2.55 + 0.35 + 0 + 500 x 0.000122
  ['examples/nightly/llm-budget.yml', '2.961'],
  // 600 x (900 at 0.1 + 40 at 0.4) + 60 x (1600 at 0.26 + 500 at 0.38) = 600 x 0.000106 + 60 x 0.000606
  ['examples/monorepo/services/search/llm-budget.yml', '0.09996'],
  // 240 x (1400 at 0.75 + 260 at 4.5) + 240 x (500 at 0.15 + 30 at 0.6) = 240 x 0.00222 + 240 x 0.000093
  ['examples/monorepo/services/support/llm-budget.yml', '0.55512'],
  // 500 x (700 at 0.1 + 30 at 0.4) + 100 x (2000 at 0.1 + 120 at 0.4) = 500 x 0.000082 + 100 x 0.000248
  ['examples/monorepo/services/web/llm-budget.yml', '0.0658'],
  // 12 rows for each model and prompt. Tokens of o200k with each question put in: answer.txt has 36 38 38 37 37 36 40 36 37
  // 41 38 38 = 452, so 38 on average; steps.txt has 11 more each = 584, so 49. 4 x 12 gradings.
  // gpt-5-mini: 12 x (38 at 0.25 + 350 at 2) + 12 x (49 at 0.25 + 350 at 2) = 12 x 0.0007095 + 12 x 0.00071225
  // gpt-4.1-nano: 12 x (38 at 0.1 + 120 at 0.4) + 12 x (49 at 0.1 + 120 at 0.4) = 12 x 0.0000518 + 12 x 0.0000529
  // claude-haiku-4.5: 48 x (500 at 1 + 150 at 5) = 48 x 0.00125; 0.008514 + 0.008547 + 0.0006216 + 0.0006348 + 0.06
  ['examples/promptfoo/llm-budget.yml', '0.0783174'],
]);

function reportIn(stdout: string): Report {
  return reportSchema.parse(JSON.parse(stdout));
}

test('each example has its cost worked out here', () => {
  expect([...COSTS.keys()].sort()).toEqual(EXAMPLES);
});

describe.each(EXAMPLES)('%s', (manifest) => {
  let catalogue: CatalogueServer;
  beforeAll(async () => {
    catalogue = await startCatalogueServer(await catalogueOfTheExamples());
  });
  afterAll(() => catalogue.close());

  test('costs what the arithmetic says from its lock, with a warning that prices are not live', async () => {
    const run = await runWithoutNetwork([
      'check',
      manifest,
      '--lock',
      lockOf(manifest),
      '--offline',
      '--format',
      'json',
    ]);
    const report = reportIn(run.stdout);
    expect(run.exitCode).toBe(0);
    expect(report.head.per_run).toBe(COSTS.get(manifest));
    expect(report.prices.source).toBe('lock');
    expect(report.violations.map(({ rule, severity }) => [rule, severity])).toEqual([['stale_prices', 'warn']]);
  });

  test('passes at live prices, which are still those of its lock', async () => {
    const prices = ['--lock', lockOf(manifest), '--catalogue-url', catalogue.url];
    const run = await runWithoutNetwork(['check', manifest, ...prices, '--format', 'json']);
    const report = reportIn(run.stdout);
    expect(run.exitCode).toBe(0);
    expect(report.verdict).toBe('pass');
    expect(report.head.per_run).toBe(COSTS.get(manifest));
    expect(report.price_drift?.per_run).toBe('0');
  });

  test('has a lock that covers its models and no others, dated by the catalogue it was made from', async () => {
    const run = await runWithoutNetwork(['lock', manifest, '--lock', lockOf(manifest), '--check']);
    const lock = lockfileSchema.parse(JSON.parse(await readProjectFile(lockOf(manifest))));
    // The models of promptfoo's calls are named in its configuration.
    const config = manifest.replace(/[^/]+$/, 'promptfooconfig.yaml');
    const named = [manifest, ...(await projectFiles(/\/promptfooconfig\.yaml$/)).filter((path) => path === config)];
    const text = (await Promise.all(named.map(readProjectFile))).join('\n');
    expect(run.exitCode).toBe(0);
    expect(lock.models.filter(({ id }) => !text.includes(id)).map(({ id }) => id)).toEqual([]);
    expect(lock.url).toBe('https://openrouter.ai/api/v1');
    expect(lock.fetched_at).toBe('2026-08-22T23:01:19Z');
  });

  test('names the schema for editors, where it is', async () => {
    const [first = ''] = (await readProjectFile(manifest)).split('\n');
    const [, target = ''] = /^# yaml-language-server: \$schema=(\S+)$/.exec(first) ?? [];
    const path = new URL(target, new URL(manifest, 'file:///')).pathname.slice(1);
    expect(path).toBe('llm-budget.schema.json');
  });
});

test('a newcomer without a network gets figures from the lock, is told so, and sees exit 0', async () => {
  const manifest = 'examples/rag-evals/llm-budget.yml';
  const run = await runWithoutNetwork(['check', manifest, '--lock', lockOf(manifest)]);
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain('$0.69 per run');
  expect(run.stdout).toContain('Live prices cannot be fetched');
  expect(run.stdout).toContain('Prices are from the lockfile of 2026-08-22T23:01:19Z');
});
