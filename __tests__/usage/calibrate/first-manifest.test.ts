import { describe, expect, test } from '@jest/globals';
import { firstManifest } from '../../../src/usage/calibrate/first-manifest.js';
import { fittingName, freeName, suitesOfFiles } from '../../../src/usage/calibrate/match-calls.js';
import { parseManifest } from '../../../src/manifest/parse.js';
import { catalogue, model } from '../../support/catalogue.js';
import { problemsOf } from '../../support/problems.js';
import { readFiles } from '../../support/usage.js';

const PRICES = catalogue([model({ id: 'openai/gpt-5', canonical_slug: 'openai/gpt-5-2025-08-07' })]);

function row(fields: object, usage: object = {}): string {
  return JSON.stringify({
    model: 'openai/gpt-5',
    ...fields,
    usage: { prompt_tokens: 10, completion_tokens: 5, ...usage },
  });
}

async function made(
  files: Readonly<Record<string, string>>,
  options: { readonly runs?: number; readonly plain?: boolean; readonly suite?: string } = {},
): Promise<{ text: string; left_out: readonly string[]; suites: (readonly [string, ...string[]])[] }> {
  const { usage } = await readFiles(files);
  const { text, left_out } = await firstManifest({
    usage,
    catalogue: options.plain === true ? null : PRICES,
    runs: options.runs ?? 1,
    suite: options.suite ?? null,
  });
  const { suites } = await parseManifest(text, 'llm-budget.yml');
  return {
    text,
    left_out,
    suites: suites.map(({ name, calls }) => [
      name,
      ...calls.map((call) => `${call.display_name} ${JSON.stringify(call.count)}`),
    ]),
  };
}

test('two groups of one suite become this manifest: means, 95th percentiles, limits at the cost plus 25 %', async () => {
  const answers = [
    row({ suite: 'rag', call: 'answer' }, { prompt_tokens: 100, completion_tokens: 20, cost: 0.0003 }),
    row({ suite: 'rag', call: 'answer' }, { prompt_tokens: 300, completion_tokens: 20, cost: 0.0005 }),
    row(
      { suite: 'rag' },
      { prompt_tokens: 50, completion_tokens: 10, cost: 0.0002, prompt_tokens_details: { cached_tokens: 40 } },
    ),
  ];
  const { text } = await made({ 'log.jsonl': answers.join('\n') });
  // 0.0008 + 0.0002 = 0.001, plus a quarter 0.00125
  expect(text).toBe(`# Made from 3 recorded requests of 1 run. Tokens are means per request; max is the 95th percentile.
# max_tokens is the longest answer recorded: put the cap there that the code sets.
# What recordings do not tell and the worst case needs: retries, fallback_models.
version: 1
# runs_per_month: 600 # how often CI runs this; per_month limits need it
budget:
  per_run: 0.00125 # measured $0.001 for a run of all suites, plus 25 %
suites:
  rag:
    budget:
      per_run: 0.00125 # measured $0.001 for a run, plus 25 %
    calls:
      - name: answer
        model: openai/gpt-5
        count: 2 # 2 recorded, $0.0008 a run
        prompt_tokens: {expected: 200, max: 300}
        completion_tokens: 20
        max_tokens: 20
      - model: openai/gpt-5
        count: 1 # 1 recorded, $0.0002 a run
        prompt_tokens: 50
        completion_tokens: 10
        max_tokens: 10
        cached_tokens: 40
`);
});

describe('suites', () => {
  test('are the files where recordings name none, and the names where they do', async () => {
    const { suites } = await made({
      'evals.jsonl': row({}),
      'nightly.run.json': row({}),
      'z.jsonl': row({ suite: 'rag' }),
    });
    expect(suites).toEqual([
      ['evals', 'openai/gpt-5 1'],
      ['nightly.run', 'openai/gpt-5 1'],
      ['rag', 'openai/gpt-5 1'],
    ]);
  });

  test('have names that the manifest takes, whatever the recording says', async () => {
    const { suites } = await made({
      'log.jsonl': [row({ suite: '10' }), row({ suite: '~/täst: #1\n' }), row({ suite: 'yes' })].join('\n'),
    });
    expect(suites.map(([name]) => name)).toEqual(['10', 't-st: -1-', 'yes']);
  });

  test('are the folders of cassettes, where each of several files is one test', () => {
    const cassettes = [
      'c/test_rag/a.yaml',
      'c/test_rag/b.yaml',
      'c/test_plan/a.yaml',
      'c/test_plan/b.yaml',
      'logs/x.yaml',
    ];
    expect([...suitesOfFiles(cassettes).values()]).toEqual(['test_rag', 'test_rag', 'test_plan', 'test_plan', 'x']);
    expect([...suitesOfFiles(['a/t/1.yaml', 'a/t/2.yaml', 'b/t/1.yaml', 'b/t/2.yaml']).values()]).toEqual([
      'a/t',
      'a/t',
      'b/t',
      'b/t',
    ]);
  });

  test('are the one that is asked for, where recordings name none', async () => {
    const files = { 'a.jsonl': row({}), 'b.jsonl': row({ suite: 'rag' }) };
    expect((await made(files, { suite: 'evals' })).suites.map(([name]) => name)).toEqual(['evals', 'rag']);
  });

  test('of files with one name in two folders have their paths', () => {
    expect([...suitesOfFiles(['a/run.jsonl', 'b/run.jsonl', 'c/other.yaml']).values()]).toEqual([
      'a/run.jsonl',
      'b/run.jsonl',
      'other',
    ]);
  });
});

describe('calls', () => {
  test('are told apart by their models where they share a name', async () => {
    const { suites } = await made({
      'log.jsonl': [row({ call: 'judge' }), row({ call: 'judge', model: 'x/y' })].join('\n'),
    });
    expect(suites).toEqual([['log', 'judge openai/gpt-5 1', 'judge x/y 1']]);
  });

  test('have the catalogue’s id, whichever spelling was recorded; without a catalogue the recorded one', async () => {
    const recorded = [row({ model: 'openai/gpt-5-2025-08-07' }), row({ model: 'gpt-5-2025-08-07' })].join('\n');
    expect((await made({ 'log.jsonl': recorded })).suites).toEqual([['log', 'openai/gpt-5 2']]);
    expect((await made({ 'log.jsonl': recorded }, { plain: true })).suites).toEqual([
      ['log', 'gpt-5-2025-08-07 1', 'openai/gpt-5-2025-08-07 1'],
    ]);
  });

  test('count the requests of one run: 6 in 3 runs are 2, and 1 in 3 runs is not none', async () => {
    const six = Array.from({ length: 6 }, () => row({ call: 'many' }));
    const { suites } = await made({ 'log.jsonl': [...six, row({ call: 'few' })].join('\n') }, { runs: 3 });
    expect(suites).toEqual([['log', 'few 1', 'many 2']]);
  });

  test('without a model are no calls, and are said', async () => {
    const { suites, left_out } = await made({
      'log.jsonl': [row({}), row({ model: undefined, call: 'grader' })].join('\n'),
    });
    expect(suites).toEqual([['log', 'openai/gpt-5 1']]);
    expect(left_out).toEqual(['log / grader: 1 request of a model that is not stated']);
  });
});

test('recordings without any model make no manifest', async () => {
  expect(await problemsOf(() => made({ 'log.jsonl': row({ model: undefined }) }))).toEqual([
    'no recorded request states its model; a call needs one',
  ]);
});

describe('limits', () => {
  test('are at catalogue prices where no cost is stated: 10 x $1/M + 5 x $2/M = $0.00002, plus a quarter', async () => {
    const { text } = await made({ 'log.jsonl': row({}) });
    expect(text).toContain('  per_run: 0.000025 # $0.00002 for a run of all suites at catalogue prices, plus 25 %');
  });

  test('are never below the estimate, however little was charged', async () => {
    const { text } = await made({ 'log.jsonl': row({}, { cost: 0.000001 }) });
    expect(text).toContain('  per_run: 0.000025 #');
  });

  test('are none where neither recordings nor a catalogue say what a run costs', async () => {
    const { text } = await made({ 'log.jsonl': row({}) }, { plain: true });
    expect(text).not.toContain('per_run:');
    expect(text).toContain('# no limit: neither the recordings nor the catalogue say what a run of all suites costs');
  });

  test('are none for a model without a price, which is a warning then', async () => {
    const { text } = await made({ 'log.jsonl': row({ model: 'x/y' }) });
    expect(text).toContain('policy:\n  unpriced: warn # no price: x/y\n');
  });
});

// 799,999.9 x 1.25 = 999,999.875; 800,000 x 1.25 = 1,000,000, one digit more than a manifest takes.
test.each([
  [799_999.9, true],
  [800_000, false],
])('a limit for a run of $%d is proposed: %p, as far as a manifest can state it', async (cost, isProposed) => {
  const { text } = await made({ 'log.jsonl': row({}, { cost }) });
  expect(text.includes('per_run: 999999.875 #')).toBe(isProposed);
  expect(text.includes('per_run:')).toBe(isProposed);
});

test('parts that rounding would make more than their whole are rounded down', async () => {
  // Means 2.5 cached and 2.5 written of 5 prompt tokens: to the nearest they would be 6.
  const parts = (cached: number, written: number): object => ({
    prompt_tokens: cached + written,
    prompt_tokens_details: { cached_tokens: cached, cache_write_tokens: written },
  });
  const { text } = await made({ 'log.jsonl': [row({}, parts(2, 3)), row({}, parts(3, 2))].join('\n') });
  expect(text).toMatch(/prompt_tokens: 5\n(?:.*\n){2} +cached_tokens: 2\n +cache_write_tokens: 2\n/);
});

test('a fee that some requests have makes two calls, and nothing is rounded', async () => {
  const searched = (requests: number): object => ({ server_tool_use_details: { web_search_requests: requests } });
  const { text, suites } = await made({
    'log.jsonl': [row({ call: 'find' }, searched(1)), row({ call: 'find' }, searched(1)), row({ call: 'find' })].join(
      '\n',
    ),
  });
  expect(suites).toEqual([['log', 'find 1', 'find with search 2']]);
  expect(text).toMatch(/name: find with search\n(?:.*\n){5} +web_searches: 1\n/);
});

test('tokens that are kept for an hour and a served tier have their own line', async () => {
  const kept = { cache_creation_input_tokens: 90, cache_creation: { ephemeral_1h_input_tokens: 90 } };
  const { text } = await made({
    'log.jsonl': [
      row({ call: 'hour' }, { prompt_tokens: undefined, input_tokens: 10, output_tokens: 5, ...kept }),
      row({ call: 'flex', service_tier: 'flex' }),
    ].join('\n'),
  });
  expect(text).toContain('        cache_write_tokens: 90\n        cache_ttl: 1h\n');
  expect(text).toContain('        service_tier: flex\n');
});

test('a name that is taken gets a number, and a long one still fits', () => {
  const long = 'a'.repeat(64);
  expect(freeName('x', new Set(['x', 'x-2']))).toBe('x-3');
  expect(freeName(long, new Set([long]))).toBe(`${'a'.repeat(62)}-2`);
  expect(fittingName('***')).toBeNull();
});
