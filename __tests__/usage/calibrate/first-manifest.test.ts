import { describe, expect, test } from '@jest/globals';
import { firstManifest } from '../../../src/usage/calibrate/first-manifest.js';
import { fittingName, freeName, suitesOfFiles } from '../../../src/usage/calibrate/suite-names.js';
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
  options: { readonly runs?: number; readonly plain?: boolean } = {},
): Promise<{ text: string; left_out: readonly string[]; suites: (readonly [string, ...string[]])[] }> {
  const { usage } = await readFiles(files);
  const { text, left_out } = firstManifest({
    usage,
    catalogue: options.plain === true ? null : PRICES,
    runs: options.runs ?? 1,
  });
  const { suites } = parseManifest(text, 'llm-budget.yml');
  return {
    text,
    left_out,
    suites: suites.map(({ name, calls }) => [name, ...calls.map((call) => `${call.display_name} ${call.count}`)]),
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
# What recordings do not tell and the worst case needs: max_tokens, retries, fallback_models.
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
      - model: openai/gpt-5
        count: 1 # 1 recorded, $0.0002 a run
        prompt_tokens: 50
        completion_tokens: 10
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
      ['log', 'openai/gpt-5-2025-08-07 1', 'gpt-5-2025-08-07 1'],
    ]);
  });

  test('count the requests of one run: 6 in 3 runs are 2, and 1 in 3 runs is not none', async () => {
    const six = Array.from({ length: 6 }, () => row({ call: 'many' }));
    const { suites } = await made({ 'log.jsonl': [...six, row({ call: 'few' })].join('\n') }, { runs: 3 });
    expect(suites).toEqual([['log', 'many 2', 'few 1']]);
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

test('no limit is proposed where the recordings state no cost', async () => {
  const { text } = await made({ 'log.jsonl': row({}) });
  expect(text).not.toContain('per_run:');
  expect(text).toContain('# no limit: the recordings do not state what a run of all suites costs');
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
  expect(text).toMatch(/prompt_tokens: 5\n.*\n +cached_tokens: 2\n +cache_write_tokens: 2\n/);
});

test('a name that is taken gets a number, and a long one still fits', () => {
  const long = 'a'.repeat(64);
  expect(freeName('x', new Set(['x', 'x-2']))).toBe('x-3');
  expect(freeName(long, new Set([long]))).toBe(`${'a'.repeat(62)}-2`);
  expect(fittingName('***')).toBeNull();
});
