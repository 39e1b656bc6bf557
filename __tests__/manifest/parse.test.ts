import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { decimal } from '../../src/lib/money/decimal.js';
import { type DeclaredManifest, runsPerMonth } from '../../src/manifest/manifest.js';
import { parseManifest } from '../../src/manifest/parse.js';
import { EVERY_FIELD, withCall, withSuite, withTop } from '../support/manifest-text.js';
import { placedProblems } from '../support/placed-problems.js';

const parse = (text: string): Promise<DeclaredManifest> => parseManifest(text, 'llm-budget.yml');
const fails = (amount: string) => ({ warn: null, fail: decimal(amount) });
const exactly = (expected: number) => ({ expected, max: null });
const firstCall = async (text: string) => (await parse(text)).suites[0]?.calls[0];

const everyField = await parse(EVERY_FIELD);
const least = await parse(withCall());

describe('a manifest with every field', () => {
  test('has its limits as exact decimals', () => {
    expect(everyField.runs_per_month).toBe(600);
    expect([...everyField.runs]).toEqual([['nightly', { runs_per_month: 30, budget: { per_run: fails('15') } }]]);
    expect(everyField.budget).toEqual({
      per_run: { warn: decimal('4'), fail: decimal('5') },
      per_month: fails('2500'),
      worst_case_per_run: fails('20'),
      increase_per_run: fails('0.5'),
      increase_percent: fails('25'),
    });
  });

  test('has its policy', () => {
    expect(everyField.policy).toEqual({
      unpriced: 'fail',
      stale_prices: 'warn',
      max_price_age_days: 30,
      models: { allow: ['openai/*', 'anthropic/*'], deny: ['*-pro*'] },
      max_prompt_price: decimal('5'),
      max_completion_price: decimal('20'),
      require_max_tokens: false,
      free_requests_per_day: 50,
      credits: 'warn',
      credit_fee: decimal('5.5'),
      override_label: 'llm-budget-override',
    });
  });

  test('has its suite and its call', () => {
    expect(everyField.suites).toEqual([
      {
        name: 'rag-evals',
        description: 'Retrieval evals on every push',
        repeat: 3,
        run: 'nightly',
        runs_per_month: 600,
        paths: ['evals/rag/**'],
        budget: { per_run: fails('2') },
        calls: [
          {
            index: 0,
            display_name: 'answer',
            name: 'answer',
            model: 'anthropic/claude-sonnet-4.5',
            count: 120,
            prompt_tokens: exactly(1800),
            prompt_files: [
              { path: 'prompts/answer.md', cached: false },
              { path: 'prompts/system.md', cached: true },
            ],
            completion_tokens: exactly(350),
            max_tokens: 1024,
            reasoning_tokens: exactly(0),
            cached_tokens: exactly(1500),
            cache_write_tokens: exactly(0),
            cache_ttl: '5m',
            audio_tokens: exactly(0),
            image_output_tokens: exactly(0),
            audio_output_tokens: exactly(0),
            images: 0,
            web_searches: 0,
            pdf_pages: 0,
            retries: { expected: decimal('0.02'), max: null },
            fallback_models: ['openai/gpt-5-mini'],
            service_tier: 'default',
            batch_ok: true,
            provider: {
              order: [],
              only: [],
              ignore: [],
              sort: 'price',
              max_price: { prompt: decimal('1'), completion: decimal('4') },
            },
          },
        ],
      },
    ]);
  });

  test('locates its keys, and what it lacks at the nearest key around it', () => {
    const call = ['suites', 'rag-evals', 'calls', 0];
    expect(everyField.locate([])).toEqual({ line: 1, column: 1 });
    expect(everyField.locate(['budget', 'per_month'])).toEqual({ line: 6, column: 3 });
    expect(everyField.locate(['budget', 'per_run', 'fail'])).toEqual({ line: 5, column: 22 });
    expect(everyField.locate([...call, 'model'])).toEqual({ line: 34, column: 9 });
    expect(everyField.locate([...call, 'prompt_files', 1, 'cached'])).toEqual({ line: 37, column: 69 });
    expect(everyField.locate(['suites', 'rag-evals', 'budget', 'per_month'])).toEqual({ line: 31, column: 5 });
    expect(everyField.locate(['suites', 'no-such-suite', 'calls', 7])).toEqual({ line: 24, column: 1 });
  });
});

describe('a manifest with required fields alone', () => {
  test('has no limits and the default policy', () => {
    expect(least).toMatchObject({ file: 'llm-budget.yml', runs_per_month: null, budget: {} });
    expect(least.policy).toEqual({
      unpriced: 'fail',
      stale_prices: 'warn',
      max_price_age_days: 30,
      require_max_tokens: false,
      free_requests_per_day: 50,
      credits: 'warn',
    });
  });

  test('has a call without retries, parts and fees, which goes by its model', async () => {
    expect(await firstCall(withCall())).toMatchObject({
      display_name: 'a/b',
      retries: { expected: decimal('0'), max: null },
      cached_tokens: exactly(0),
      cache_ttl: '5m',
      service_tier: 'default',
      fallback_models: [],
      images: 0,
    });
  });
});

describe('kinds of run', () => {
  const text = (top: string, suite: string) =>
    `version: 1\n${top}\nsuites:\n  s: {${suite}calls: [{model: a, count: 1, prompt_tokens: 1, completion_tokens: 1}]}\n`;
  const runsOf = async (top: string, suite = '') => {
    const manifest = await parse(text(top, suite));
    return manifest.suites.map((one) => [one.run, runsPerMonth(manifest, one)]);
  };

  test.each([
    ['no number at all', '', '', 'ci', null],
    ['the number at the top is that of ci', 'runs_per_month: 600', '', 'ci', 600],
    ['ci has its number under runs', 'runs: {ci: {runs_per_month: 600}}', '', 'ci', 600],
    ['ci named by the suite', 'runs_per_month: 600', 'run: ci, ', 'ci', 600],
    ['another kind', 'runs_per_month: 600\nruns: {nightly: {runs_per_month: 30}}', 'run: nightly, ', 'nightly', 30],
    [
      'another kind without a number has none',
      'runs_per_month: 600\nruns: {nightly: {}}',
      'run: nightly, ',
      'nightly',
      null,
    ],
    ["the suite's own number", 'runs: {n: {runs_per_month: 30}}', 'run: n, runs_per_month: 4, ', 'n', 4],
  ])('%s', async (_what, top, suite, run, runs) => {
    expect(await runsOf(top, suite)).toEqual([[run, runs]]);
  });

  test('keep the order of the file, numbers as names too', async () => {
    expect([...(await parse(text('runs: {b: {}, "10": {}, ci: {}}', ''))).runs.keys()]).toEqual(['b', '10', 'ci']);
  });

  test('have limits of their own', async () => {
    const { runs } = await parse(text('runs: {ci: {budget: {per_run: 4, increase_percent: {warn: 5}}}}', ''));
    expect(runs.get('ci')).toEqual({
      runs_per_month: null,
      budget: { per_run: fails('4'), increase_percent: { warn: decimal('5'), fail: null } },
    });
  });

  test('a monthly limit is accepted where every suite has a number from itself or its kind', async () => {
    const two = `version: 1
budget: {per_month: 100}
runs: {ci: {runs_per_month: 600}, nightly: {runs_per_month: 30}, weekly: {}}
suites:
  a: {calls: [{model: a, count: 1, prompt_tokens: 1, completion_tokens: 1}]}
  b: {run: nightly, budget: {per_month: 9}, calls: [{model: a, count: 1, prompt_tokens: 1, completion_tokens: 1}]}
  c: {run: weekly, runs_per_month: 4, calls: [{model: a, count: 1, prompt_tokens: 1, completion_tokens: 1}]}
`;
    expect(await placedProblems(parse(two))).toEqual([]);
  });
});

describe('forms of a value', () => {
  test.each([
    ['100', exactly(100)],
    ['0', exactly(0)],
    ['1000000000', exactly(1_000_000_000)],
    ['{expected: 100}', exactly(100)],
    ['{expected: 100, max: 250}', { expected: 100, max: 250 }],
    ['{"max": 250, "expected": 100}', { expected: 100, max: 250 }],
  ])('prompt_tokens: %s', async (value, expected) => {
    expect((await firstCall(withCall({ prompt_tokens: value })))?.prompt_tokens).toEqual(expected);
  });

  test.each([
    ['0', { expected: decimal('0'), max: null }],
    ['0.02', { expected: decimal('0.02'), max: null }],
    ['"0.02"', { expected: decimal('0.02'), max: null }],
    ['{expected: 0.02}', { expected: decimal('0.02'), max: null }],
    ['{expected: 0.02, max: 2}', { expected: decimal('0.02'), max: decimal('2') }],
  ])('retries: %s', async (value, expected) => {
    expect((await firstCall(withCall({ retries: value })))?.retries).toEqual(expected);
  });

  test.each([
    ['5', fails('5')],
    ['0', fails('0')],
    ['"5.25"', fails('5.25')],
    ['999999.999999999999', fails('999999.999999999999')],
    ['0.000000000001', fails('0.000000000001')],
    ['007', fails('7')],
    ['{fail: 5}', fails('5')],
    ['{warn: 4}', { warn: decimal('4'), fail: null }],
    ['{warn: 5, fail: 5}', { warn: decimal('5'), fail: decimal('5') }],
  ])('per_run: %s', async (value, expected) => {
    expect((await parse(withTop(`budget: {per_run: ${value}}`))).budget.per_run).toEqual(expected);
  });

  test.each([
    ['a name that editors offer', 'constructor'],
    ['64 characters', 'a'.repeat(64)],
    ['marks', '0 ._/:@+-z'],
  ])('a suite may be named with %s', async (_what, name) => {
    expect((await parse(withSuite('repeat: 1').replace('  s:', `  "${name}":`))).suites[0]?.name).toBe(name);
  });

  test.each(['no such model', '__proto__', 'constructor', '~google/gemini', 'x'.repeat(300)])(
    'any text is a model: %s',
    async (model) => {
      expect((await firstCall(withCall({ model: JSON.stringify(model) })))?.model).toBe(model);
    },
  );
});

describe('parts and their whole', () => {
  test.each([
    ['parts that fill the prompt', { cached_tokens: '60', cache_write_tokens: '30', audio_tokens: '10' }],
    ['parts that fill the completion', { reasoning_tokens: '5', image_output_tokens: '3', audio_output_tokens: '2' }],
    ['a completion at its cap', { max_tokens: '10' }],
    ['what Google writes is cached too', { model: 'google/gemini', cached_tokens: '90', cache_write_tokens: '90' }],
    ['the same by an alias', { model: '~google/gemini', cached_tokens: '90', cache_write_tokens: '90' }],
    [
      'more cached than prompt tokens where files add to them',
      { prompt_files: '[{path: a, cached: true}]', cached_tokens: '101' },
    ],
    [
      'two maxima that one request cannot have',
      { cached_tokens: '{expected: 1, max: 90}', audio_tokens: '{expected: 1, max: 90}' },
    ],
  ])('%s are accepted', async (_what, fields) => {
    expect(await placedProblems(parse(withCall(fields)))).toEqual([]);
  });

  test.each([
    [
      'three parts of a prompt',
      { cached_tokens: '60', cache_write_tokens: '30', audio_tokens: '11' },
      'cached_tokens (60) + cache_write_tokens (30) + audio_tokens (11) are more than prompt_tokens (100)',
    ],
    [
      'cached and written tokens of others than Google',
      { cached_tokens: '60', cache_write_tokens: '60' },
      'cached_tokens (60) + cache_write_tokens (60) are more than prompt_tokens (100)',
    ],
    [
      'a model that only sounds like Google',
      { model: 'x/google/y', cached_tokens: '60', cache_write_tokens: '60' },
      'are more than prompt_tokens (100)',
    ],
    [
      'cached tokens and audio of Google',
      { model: 'google/x', cached_tokens: '60', cache_write_tokens: '60', audio_tokens: '41' },
      'cached_tokens (60) + audio_tokens (41) are more than prompt_tokens (100)',
    ],
    [
      'three parts of a completion',
      { reasoning_tokens: '5', image_output_tokens: '3', audio_output_tokens: '3' },
      'reasoning_tokens (5) + image_output_tokens (3) + audio_output_tokens (3) are more than completion_tokens (10)',
    ],
  ])('%s are refused above the whole', async (_what, fields, message) => {
    const problems = await placedProblems(parse(withCall(fields)));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });
});

describe('names of calls', () => {
  const calls = (...names: (string | null)[]) =>
    `version: 1\nsuites:\n  s:\n    calls:\n${names
      .map(
        (name) =>
          `      - {${name === null ? '' : `name: ${name}, `}model: m, count: 1, prompt_tokens: 1, completion_tokens: 1}\n`,
      )
      .join('')}`;

  test('several calls without a name may share a model', async () => {
    expect((await parse(calls(null, null))).suites[0]?.calls.map(({ display_name: name }) => name)).toEqual(['m', 'm']);
  });

  test('the same name in two suites is no conflict', async () => {
    expect(
      (await parse(`${calls('a')}${calls('a').split('\n').slice(2).join('\n').replace('  s:', '  t:')}`)).suites,
    ).toHaveLength(2);
  });

  test('each repetition is reported at its place', async () => {
    expect(await placedProblems(parse(calls('a', 'b', 'a', 'a')))).toEqual([
      '7:10 suites.s.calls[2].name: expected a name that is unique in the suite; suites.s.calls[0] is "a" too',
      '8:10 suites.s.calls[3].name: expected a name that is unique in the suite; suites.s.calls[0] is "a" too',
    ]);
  });
});

describe('defaults', () => {
  const text = `version: 1
defaults:
  model: m
  retries: {expected: 1, max: 3}
  prompt_tokens: 10
suites:
  s:
    calls:
      - {count: 1, completion_tokens: 1}
      - {count: 1, completion_tokens: 1, model: n, retries: {expected: 2}, prompt_tokens: 20}
`;

  test('give a call what it lacks, and its own key replaces the whole key', async () => {
    expect((await parse(text)).suites[0]?.calls).toMatchObject([
      {
        model: 'm',
        retries: { expected: decimal('1'), max: decimal('3') },
        prompt_tokens: exactly(10),
        display_name: 'm',
      },
      { model: 'n', retries: { expected: decimal('2'), max: null }, prompt_tokens: exactly(20), display_name: 'n' },
    ]);
  });

  test('are where a key that a call has from them is located', async () => {
    const { locate } = await parse(text);
    expect(locate(['suites', 's', 'calls', 0, 'model'])).toEqual({ line: 3, column: 3 });
    expect(locate(['suites', 's', 'calls', 0, 'retries', 'max'])).toEqual({ line: 4, column: 26 });
    expect(locate(['suites', 's', 'calls', 1, 'model'])).toEqual({ line: 10, column: 42 });
    expect(locate(['suites', 's', 'calls', 1, 'max_tokens'])).toEqual({ line: 10, column: 9 });
  });
});

describe('runs per month', () => {
  const suites = 'suites: {a: {runs_per_month: 1, calls: [C]}, b: {runs_per_month: 2, calls: [C]}}'.replaceAll(
    'C',
    '{model: m, count: 1, prompt_tokens: 1, completion_tokens: 1}',
  );

  test('of every suite are enough for a limit per month', async () => {
    expect(await placedProblems(parse(`version: 1\nbudget: {per_month: 1}\n${suites}\n`))).toEqual([]);
  });

  test('of one suite are not enough', async () => {
    const text = `version: 1\nbudget: {per_month: 1}\n${suites.replace('runs_per_month: 2, ', '')}\n`;
    expect(await placedProblems(parse(text))).toEqual([
      '2:10 budget.per_month: expected runs_per_month at the top level or in every suite; suites.b has none',
    ]);
  });
});

describe('ways to write the file', () => {
  const SUITES = { b: 1, '10': 1, a: 1, '9': 1 };
  const json = {
    version: 1,
    suites: Object.fromEntries(
      Object.keys(SUITES).map((name) => [
        name,
        { calls: [{ model: 'm/"x"', count: 1, prompt_tokens: 1, completion_tokens: 1 }] },
      ]),
    ),
  };

  test.each([
    ['on one line', JSON.stringify(json)],
    ['with spaces', JSON.stringify(json, null, 2)],
    ['with tabs', `${JSON.stringify(json, null, '\t')}\n`],
    ['with CR LF', JSON.stringify(json, null, 2).replaceAll('\n', '\r\n')],
  ])('JSON %s is read', async (_what, text) => {
    expect((await parse(text)).suites.map(({ calls }) => calls[0]?.model)).toEqual([
      'm/"x"',
      'm/"x"',
      'm/"x"',
      'm/"x"',
    ]);
  });

  test('suites keep the order of the file, numbers too', async () => {
    const text = withTop('runs_per_month: 1').replace(/ {2}s: (.*)/, '  b: $1\n  10: $1\n  a: $1\n  9: $1');
    expect((await parse(text)).suites.map(({ name }) => name)).toEqual(['b', '10', 'a', '9']);
  });

  test('a byte-order mark at the start, a document mark and CR LF change nothing', async () => {
    const text = `\ufeff---\r\n${withCall({ count: 'x' }).replaceAll('\n', '\r\n')}`;
    expect(await placedProblems(parse(text))).toEqual([expect.stringMatching(/^7:9 suites\.s\.calls\[0\]\.count/)]);
  });

  test('a column counts from the first character of a line with a byte-order mark', async () => {
    expect((await placedProblems(parse('\ufeffversion: &a 1')))[0]).toMatch(/^1:1 /);
    expect((await placedProblems(parse('\ufeffversion: &a 1'))).at(-1)).toMatch(/^1:10 anchors/);
  });
});

describe('the parser', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('prints nothing, whatever is wrong', async () => {
    const writes = [
      jest.spyOn(process, 'emitWarning').mockReturnValue(undefined),
      jest.spyOn(process.stdout, 'write').mockReturnValue(true),
      jest.spyOn(process.stderr, 'write').mockReturnValue(true),
      jest.spyOn(console, 'warn').mockReturnValue(undefined),
    ];
    const texts = ['::error::x: [', 'a: !tag b', '%FOO\n---\n? {a: b}\n: &x *x', '? [a]\n: 1', 'a: "\\q', ''];
    for (const text of texts) expect((await placedProblems(parse(text))).length).toBeGreaterThan(0);
    for (const write of writes) expect(write).not.toHaveBeenCalled();
  });

  test('leaves the depth of stack traces as it was', async () => {
    const before = Error.stackTraceLimit;
    expect(await placedProblems(parse('a: !t b'))).not.toEqual([]);
    expect(Error.stackTraceLimit).toBe(before);
  });
});
