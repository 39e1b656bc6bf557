import { describe, expect, test } from '@jest/globals';
import { compareUsage, suitesOffBy } from '../../../src/usage/calibrate/compare-usage.js';
import { calibrate } from '../../../src/usage/calibrate/calibrate.js';
import type { UsageComparison } from '../../../src/usage/calibrate/comparison.js';
import { usageReport, usageReportSchema } from '../../../src/usage/calibrate/usage-report.js';
import { estimateManifest } from '../../../src/budget/estimate.js';
import { countedManifest } from '../../support/manifest.js';
import { decimal, toText, type Decimal } from '../../../src/lib/money/decimal.js';
import type { Usage } from '../../../src/usage/read/usage.js';
import { catalogue, model } from '../../support/catalogue.js';
import { problemsOf } from '../../support/problems.js';
import { usageFlaws, usedText } from '../../../src/report/model/wording.js';
import { readFiles } from '../../support/usage.js';

/** $1 per million prompt and $2 per million completion tokens, each. */
const PRICES = catalogue([
  model({ id: 'openai/gpt-5', canonical_slug: 'openai/gpt-5-2025-08-07' }),
  model({ id: 'openai/gpt-5-mini', canonical_slug: 'openai/gpt-5-mini-2025-08-07' }),
  model({ id: 'anthropic/claude-sonnet-4.5', canonical_slug: 'anthropic/claude-4.5-sonnet-20250929' }),
]);

interface Recorded {
  readonly model: string;
  readonly prompt?: number;
  readonly completion?: number;
  readonly cost?: number;
  readonly suite?: string;
  readonly call?: string;
  readonly times?: number;
}

async function used(...rows: readonly Recorded[]): Promise<Usage> {
  const lines = rows.flatMap(({ model: id, prompt = 1000, completion = 100, cost, suite, call, times = 1 }) => {
    const usage = { prompt_tokens: prompt, completion_tokens: completion, ...(cost === undefined ? {} : { cost }) };
    return Array.from({ length: times }, () => JSON.stringify({ suite, call, model: id, usage }));
  });
  return (await readFiles({ 'log.jsonl': lines.join('\n') })).usage;
}

interface Options {
  readonly runs?: number;
  readonly suite?: string;
}

async function compared(text: string, usage: Usage, { runs = 1, suite }: Options = {}): Promise<UsageComparison> {
  const manifest = await countedManifest(text, 'llm-budget.yml');
  const estimate = estimateManifest(manifest, PRICES, null);
  const rest = { catalogue: PRICES, at: null, runs, suite: suite ?? null };
  return compareUsage({ manifest, estimate, usage, ...rest });
}

function text(value: Decimal | null | undefined): string | null {
  return value === null || value === undefined ? null : toText(value);
}

/** Suite, call and recorded requests of every call that was seen. */
function seen(comparison: UsageComparison): (readonly [string, string, number])[] {
  return comparison.suites.flatMap((suite) =>
    suite.calls.flatMap(({ name, measured }) =>
      measured === null ? [] : [[suite.name, name, measured.recorded_requests] as const],
    ),
  );
}

const CALL = 'count: 2, prompt_tokens: 1000, completion_tokens: 100';
const TWO_SUITES = `version: 1
suites:
  rag:
    calls:
      - {name: answer, model: openai/gpt-5, ${CALL}}
      - {name: judge, model: openai/gpt-5-mini, ${CALL}}
  agents:
    calls:
      - {model: openai/gpt-5, ${CALL}}
`;
const ONE_CALL = `version: 1\nsuites: {rag: {calls: [{model: openai/gpt-5, ${CALL}}]}}\n`;

describe('recorded requests find their call', () => {
  test('by the names they state', async () => {
    const usage = await used({ model: 'openai/gpt-5', suite: 'rag', call: 'answer', times: 3 });
    expect(seen(await compared(TWO_SUITES, usage))).toEqual([['rag', 'answer', 3]]);
  });

  test('by the name although the model is another: the code has changed it', async () => {
    const usage = await used({ model: 'anthropic/claude-sonnet-4.5', suite: 'rag', call: 'judge' });
    expect(seen(await compared(TWO_SUITES, usage))).toEqual([['rag', 'judge', 1]]);
  });

  test('by the model, its canonical slug and a provider’s own spelling of it', async () => {
    const sonnet = `version: 1\nsuites: {s: {calls: [{model: anthropic/claude-sonnet-4.5, ${CALL}}]}}\n`;
    const usage = await used(
      { model: 'anthropic/claude-sonnet-4.5' },
      { model: 'anthropic/claude-4.5-sonnet-20250929' },
      { model: 'claude-sonnet-4-5-20250929' },
    );
    expect(seen(await compared(sonnet, usage))).toEqual([['s', 'anthropic/claude-sonnet-4.5', 3]]);
  });

  test('in the suite that is asked for; those that name another are left out', async () => {
    const usage = await used({ model: 'openai/gpt-5' }, { model: 'openai/gpt-5', suite: 'agents' });
    expect(seen(await compared(TWO_SUITES, usage, { suite: 'rag' }))).toEqual([['rag', 'answer', 1]]);
  });

  test('in the suite that goes by the name of the file', async () => {
    const row = JSON.stringify({ model: 'openai/gpt-5', usage: { prompt_tokens: 1, completion_tokens: 1 } });
    const { usage } = await readFiles({ 'agents.jsonl': row });
    expect(seen(await compared(TWO_SUITES, usage))).toEqual([['agents', 'openai/gpt-5', 1]]);
  });

  test('and where several would do, all of them are named and none is chosen', async () => {
    const comparison = await compared(TWO_SUITES, await used({ model: 'openai/gpt-5', times: 4 }));
    expect(seen(comparison)).toEqual([]);
    expect(comparison.ambiguous.map(({ candidates, group }) => [candidates, group.requests])).toEqual([
      [['rag / answer', 'agents / openai/gpt-5'], 4],
    ]);
  });

  test('what the manifest lacks is named, and its cost is the suite’s all the same', async () => {
    const usage = await used(
      { model: 'openai/gpt-5', suite: 'rag', call: 'answer', cost: 0.0024 },
      { model: 'openai/gpt-5-mini', suite: 'rag', call: 'summarise', cost: 0.01 },
      { model: 'openai/gpt-5-mini', suite: 'nightly', cost: 5 },
    );
    const comparison = await compared(TWO_SUITES, usage);
    expect(comparison.unknown.map(({ suite, call, model: id }) => [suite, call, id])).toEqual([
      ['rag', 'summarise', 'openai/gpt-5-mini'],
      ['nightly', null, 'openai/gpt-5-mini'],
    ]);
    expect(text(comparison.suites[0]?.used_per_run)).toBe('0.0124');
  });

  test('and a call nobody made is never seen', async () => {
    const [rag] = (await compared(TWO_SUITES, await used({ model: 'openai/gpt-5', suite: 'rag', call: 'answer' })))
      .suites;
    expect(rag?.calls.map(({ name, measured }) => [name, measured === null])).toEqual([
      ['answer', false],
      ['judge', true],
    ]);
  });
});

describe('figures', () => {
  test('6 requests in 2 runs are 3 a run, 50 % above the 2 declared; 1,500 prompt tokens are 50 % above 1,000', async () => {
    const usage = await used({ model: 'openai/gpt-5', prompt: 1500, times: 6 });
    const measured = (await compared(ONE_CALL, usage, { runs: 2 })).suites[0]?.calls[0]?.measured;
    expect([text(measured?.requests.measured), text(measured?.requests.percent)]).toEqual(['3', '50']);
    expect([text(measured?.prompt.measured), text(measured?.prompt.percent)]).toEqual(['1500', '50']);
    // 6 x (1,500 x $1/M + 100 x $2/M) / 2 runs; the recordings state no cost
    expect(text(measured?.used_per_run)).toBe('0.0051');
  });

  test('the same tokens at another price are a price difference: $0.0036 for 2 x $0.0012 is 50 % more, tokens are right', async () => {
    const usage = await used({ model: 'openai/gpt-5', cost: 0.0018, times: 2 });
    const measured = (await compared(ONE_CALL, usage)).suites[0]?.calls[0]?.measured;
    expect([text(measured?.price?.charged), text(measured?.price?.catalogue)]).toEqual(['0.0036', '0.0024']);
    expect([text(measured?.price?.percent), text(measured?.prompt.percent)]).toEqual(['50', '0']);
  });

  // The catalogue says 1,000 x $1/M + 100 x $2/M = $0.0012; 1 % of it is $0.000012.
  test.each([
    ['0.001212', false],
    ['0.001188', false],
    ['0.00121200001', true],
    ['0.00118799999', true],
  ])(
    'a charge of $%s for $0.0012 is a price difference: %p, which begins above 1 %% and is not rounded',
    async (charged, differs) => {
      const measured = (await compared(ONE_CALL, await used({ model: 'openai/gpt-5', cost: Number(charged) })))
        .suites[0]?.calls[0]?.measured;
      expect(measured?.price !== null).toBe(differs);
    },
  );

  test('other tokens at the catalogue’s price are no price difference, to the last token of an uneven mean', async () => {
    const usage = await used(
      { model: 'openai/gpt-5', prompt: 3, completion: 1, cost: 0.000005 },
      { model: 'openai/gpt-5', prompt: 4, completion: 1, cost: 0.000006 },
    );
    const measured = (await compared(ONE_CALL, usage)).suites[0]?.calls[0]?.measured;
    expect([measured?.price, text(measured?.used_per_run)]).toEqual([null, '0.000011']);
  });

  test('an own key counts at its list price', async () => {
    const usage = { prompt_tokens: 1000, completion_tokens: 100, cost: 0, is_byok: true };
    const own = { ...usage, cost_details: { upstream_inference_cost: 0.0012 } };
    const { usage: read } = await readFiles({ 'a.jsonl': JSON.stringify({ model: 'openai/gpt-5', usage: own }) });
    const measured = (await compared(ONE_CALL, read)).suites[0]?.calls[0]?.measured;
    expect([text(measured?.used_per_run), measured?.own_key, measured?.price]).toEqual(['0.0012', 1, null]);
  });
});

describe('proposals', () => {
  async function proposed(manifest: string, rows: readonly Recorded[], options?: Options): Promise<unknown> {
    const [suite] = (await compared(manifest, await used(...rows), options)).suites;
    return suite?.calls[0]?.measured?.proposals.map(({ field, to }) =>
      typeof to === 'string' ? [field, to] : [field, to.expected, to.max],
    );
  }

  test('the mean of 19 x 1,000 and 1 x 3,000 is 1,100; the 95th percentile, the 19th of 20, is 1,000 and no max', async () => {
    const rows = [
      { model: 'openai/gpt-5', times: 19 },
      { model: 'openai/gpt-5', prompt: 3000 },
    ];
    expect(await proposed(ONE_CALL, rows, { runs: 10 })).toEqual([['prompt_tokens', 1100, null]]);
  });

  test('of 18 x 1,000 and 2 x 3,000 the mean is 1,200 and the 95th percentile 3,000', async () => {
    const rows = [
      { model: 'openai/gpt-5', times: 18 },
      { model: 'openai/gpt-5', prompt: 3000, times: 2 },
    ];
    expect(await proposed(ONE_CALL, rows, { runs: 10 })).toEqual([['prompt_tokens', 1200, 3000]]);
  });

  test('306 requests of 3 repeats with 2 % retries are a count of 306 / (3 x 1.02) = 100', async () => {
    const manifest = `version: 1\nsuites: {s: {repeat: 3, calls: [{model: openai/gpt-5, retries: 0.02, ${CALL}}]}}\n`;
    expect(await proposed(manifest, [{ model: 'openai/gpt-5', times: 306 }])).toEqual([['count', 100, null]]);
  });

  test('a completion above max_tokens is proposed as the cap, with a note', async () => {
    const manifest = `version: 1\nsuites: {s: {calls: [{model: openai/gpt-5, max_tokens: 150, ${CALL}}]}}\n`;
    const usage = await used({ model: 'openai/gpt-5', completion: 200, times: 2 });
    const measured = (await compared(manifest, usage)).suites[0]?.calls[0]?.measured;
    expect(measured?.proposals.map(({ field, to }) => [field, typeof to === 'string' ? to : to.expected])).toEqual([
      ['completion_tokens', 150],
    ]);
    expect(measured?.notes).toEqual(['200 completion tokens were used on average, more than max_tokens (150) allows']);
  });
});

describe('what a mean of whole numbers cannot say', () => {
  const SEARCHED = `version: 1
suites:
  s:
    calls:
      - model: openai/gpt-5
        count: 3
        prompt_tokens: 1000 # the question
        completion_tokens: 100
`;
  const answer = (id: string, searches: number): string =>
    JSON.stringify({
      id,
      model: 'openai/gpt-5',
      usage: {
        prompt_tokens: 1000,
        completion_tokens: 100,
        server_tool_use_details: { web_search_requests: searches },
      },
    });

  async function calibrated(manifest: string, lines: readonly string[], maxError: string | null = null) {
    const { usage } = await readFiles({ 'a.jsonl': lines.join('\n') });
    const parsed = await countedManifest(manifest, 'llm-budget.yml');
    const estimate = estimateManifest(parsed, PRICES, null);
    const max_error = maxError === null ? null : decimal(maxError);
    const options = { catalogue: PRICES, at: null, runs: 1, suite: null, max_error };
    return await calibrate({ ...options, manifest: parsed, estimate, usage, text: manifest }, 120);
  }

  test('searches of 2 of 3 requests become a call of their own, and then nothing is left to change', async () => {
    const lines = [answer('1', 1), answer('2', 1), answer('3', 0)];
    const { text } = await calibrated(SEARCHED, lines);
    expect(text).toBe(`version: 1
suites:
  s:
    calls:
      - model: openai/gpt-5
        count: 1
        prompt_tokens: 1000 # the question
        completion_tokens: 100
      - model: openai/gpt-5
        count: 2
        prompt_tokens: 1000 # the question
        completion_tokens: 100
        name: openai/gpt-5 with search
        web_searches: 1
`);
    const again = await calibrated(text, lines, '0');
    expect([again.diff, again.exit_code, again.is_measured]).toEqual(['', 0, true]);
  });

  test('the same in a list of one line', async () => {
    const flow =
      'version: 1\nsuites: {s: {calls: [{model: openai/gpt-5, count: 3, prompt_tokens: 1000, completion_tokens: 100}]}}\n';
    const { text } = await calibrated(flow, [answer('1', 2), answer('2', 0), answer('3', 0)]);
    const [suite] = (await countedManifest(text, 'llm-budget.yml')).suites;
    expect(suite?.calls.map(({ display_name, count, web_searches }) => [display_name, count, web_searches])).toEqual([
      ['openai/gpt-5', 2, 0],
      ['openai/gpt-5 with search', 1, 2],
    ]);
  });

  test('a request without usage counts, and no lower count is proposed', async () => {
    const body = 'data: {"id":"gen-9","model":"openai/gpt-5","choices":[{"index":0,"delta":{"content":"cut"}}]}\n\n';
    const request = { url: 'https://openrouter.ai/api/v1/chat/completions' };
    const cut = JSON.stringify({ request, response: { status: 200, body } });
    const result = await calibrated(SEARCHED, [answer('1', 0), cut], '90');
    const measured = result.comparison.suites[0]?.calls[0]?.measured;
    expect([measured?.recorded_requests, measured?.proposals, result.is_measured]).toEqual([2, [], false]);
    expect(measured?.notes).toEqual([
      '1 request stated no usage; the figures are of the others',
      'at least 2 requests were made; no lower count is proposed',
    ]);
    expect(result.table).toMatch(/^at least 2 requests of 1 run/);
  });

  test('one of three repeats is named, and no third of the count is proposed', async () => {
    const repeated = SEARCHED.replace('  s:\n', '  s:\n    repeat: 3\n');
    const { comparison } = await calibrated(repeated, [answer('1', 0), answer('2', 0), answer('3', 0)]);
    const measured = comparison.suites[0]?.calls[0]?.measured;
    expect(measured?.proposals).toEqual([]);
    expect(measured?.notes).toEqual([
      '3 requests are one of 3 repeats: record all of them, or set repeat to 1 if there is one',
    ]);
  });

  test('tokens that were written for an hour need cache_ttl: 1h', async () => {
    const usage = {
      input_tokens: 0,
      output_tokens: 100,
      cache_creation_input_tokens: 1000,
      cache_creation: { ephemeral_1h_input_tokens: 1000 },
    };
    const { text } = await calibrated(
      SEARCHED,
      [1, 2, 3].map((id) => JSON.stringify({ id: `m${id}`, model: 'openai/gpt-5', usage })),
    );
    expect(text).toContain('cache_write_tokens: 1000\n        cache_ttl: 1h\n');
  });

  test.each([
    [
      'no request is one of its calls',
      SEARCHED,
      [JSON.stringify({ model: 'x/y', usage: { prompt_tokens: 1, completion_tokens: 1 } })],
    ],
    [
      'something is not understood',
      SEARCHED.replace('count: 3', 'count: 1'),
      [answer('1', 0), '{"new": {"promptTokens": 7}}'],
    ],
  ])('--max-error is broken where %s', async (_, manifest, lines) => {
    const result = await calibrated(manifest, lines, '50');
    expect([result.exit_code, result.is_measured]).toEqual([1, false]);
  });
});

describe('requests that neither the recordings nor the catalogue give a price for', () => {
  const MANIFEST = `version: 1
suites:
  rag:
    calls:
      - {model: openai/gpt-5, ${CALL}}
      - {name: judge, model: acme/unlisted, count: 3, prompt_tokens: 10, completion_tokens: 1}
`;
  const recorded = () =>
    used({ model: 'openai/gpt-5', times: 2 }, { model: 'acme/unlisted', times: 3 }, { model: 'acme/other' });

  test('are named, and what is known of the rest is a lower bound: 2 x (1,000 x $1/M + 100 x $2/M) = $0.0024', async () => {
    const [suite] = (await compared(MANIFEST, await recorded())).suites;
    expect([suite?.used_per_run, text(suite?.priced_per_run)]).toEqual([null, '0.0024']);
    expect(suite?.unpriced).toEqual([
      { call: 'judge', model: 'acme/unlisted', requests: 3 },
      { call: null, model: 'acme/other', requests: 1 },
    ]);
  });

  test('are named in the table, in the report and where --max-error cannot be kept', async () => {
    const usage = await recorded();
    const manifest = await countedManifest(MANIFEST, 'llm-budget.yml');
    const estimate = estimateManifest(manifest, PRICES, null);
    const rest = { catalogue: PRICES, at: null, runs: 1, suite: null, max_error: decimal('50') };
    const { table, warnings, comparison } = await calibrate(
      { ...rest, manifest, estimate, usage, text: MANIFEST },
      100,
    );
    expect(table).toContain(
      'used at least $0.0024 a run (no price: judge of acme/unlisted, 3 requests; acme/other, 1 request)',
    );
    expect(warnings.map(({ message }) => message)).toContain(
      'suite "rag" could not be measured: no price for judge of acme/unlisted, 3 requests; acme/other, 1 request',
    );
    const report = usageReport(comparison, usage);
    expect(usageReportSchema.parse(report)).toEqual(report);
    expect(report.suites[0]).toMatchObject({ used_per_run: null, used_at_least_per_run: '0.0024' });
    expect(report.suites[0]?.without_price).toHaveLength(2);
    expect(usageFlaws(report)).toEqual([
      'No price for rag / judge (acme/unlisted): what is shown as used leaves out 3 requests.',
      'No price for rag / acme/other: what is shown as used leaves out 1 request.',
      '1 recorded request matches no call of the manifest.',
    ]);
  });

  test('of a suite that has no other request leave what was used unknown', async () => {
    const [suite] = (await compared(MANIFEST, await used({ model: 'acme/unlisted' }))).suites;
    expect([suite?.used_per_run, suite?.priced_per_run]).toEqual([null, null]);
  });

  test('leave the cell of what was used at least so much, or without a figure', () => {
    const suite = { name: 's', estimated_per_run: null, used_per_run: null, error_percent: null, calls: [] };
    const without_price = [{ call: 'judge', model: 'a/b', requests: 1 }];
    expect(usedText({ ...suite, used_at_least_per_run: '0.0024', without_price })).toBe('at least $0.0024');
    expect(usedText({ ...suite, used_at_least_per_run: null, without_price })).toBe('no price');
    expect(usedText({ ...suite, used_at_least_per_run: null, without_price: [] })).toBe('nothing recorded');
    expect(usedText({ ...suite, used_per_run: '0.0024' })).toBe('$0.0024');
  });
});

describe('runs', () => {
  const recorder = (run: string, suite: string, times: number): string[] =>
    Array.from({ length: times }, () =>
      JSON.stringify({
        llm_budget_record: 1,
        run,
        suite,
        call: 'answer',
        model: 'openai/gpt-5',
        usage: { prompt_tokens: 1000, completion_tokens: 100 },
      }),
    );
  const runsOf = async (manifest: string, lines: readonly string[], runs?: number) => {
    const { usage } = await readFiles({ 'a.jsonl': lines.join('\n') });
    const parsed = await countedManifest(manifest, 'llm-budget.yml');
    const estimate = estimateManifest(parsed, PRICES, null);
    const rest = { catalogue: PRICES, at: null, suite: null, runs: runs ?? null };
    const comparison = compareUsage({ manifest: parsed, estimate, usage, ...rest });
    return [comparison.runs, ...comparison.suites.map((suite) => [suite.name, suite.runs, text(suite.used_per_run)])];
  };

  test('are the recorders of each suite: suites of one run are recorded by a job each', async () => {
    const lines = [...recorder('a', 'rag', 2), ...recorder('b', 'agents', 4), ...recorder('c', 'agents', 2)];
    // 2 x $0.0012 in one run, and 6 x $0.0012 in two
    expect(await runsOf(TWO_SUITES, lines)).toEqual([2, ['rag', 1, '0.0024'], ['agents', 2, '0.0036']]);
    // As the caller says: 2 and 6 requests in 3 runs.
    expect(await runsOf(TWO_SUITES, lines, 3)).toEqual([3, ['rag', 3, '0.0008'], ['agents', 3, '0.0024']]);
  });

  test('of a suite that is repeated: jobs side by side have a recorder each, repeats in one process share one', async () => {
    const repeated = TWO_SUITES.replace('rag:\n', 'rag:\n    repeat: 3\n');
    const legs = ['a', 'b', 'c'].flatMap((run) => recorder(run, 'rag', 2));
    expect((await runsOf(repeated, legs))[1]).toEqual(['rag', 1, '0.0072']);
    const whole = ['a', 'b', 'c'].flatMap((run) => recorder(run, 'rag', 6));
    expect((await runsOf(repeated, whole))[1]).toEqual(['rag', 3, '0.0072']);
    const two = ['a', 'b'].flatMap((run) => recorder(run, 'rag', 6));
    expect((await runsOf(repeated, two))[1]).toEqual(['rag', 2, '0.0072']);
  });
});

describe('--max-error', () => {
  test('is broken above it, not at it: $0.0036 used is exactly 50 % above $0.0024', async () => {
    const comparison = await compared(ONE_CALL, await used({ model: 'openai/gpt-5', times: 3 }));
    expect(text(comparison.suites[0]?.error_percent)).toBe('50');
    expect(suitesOffBy(comparison, decimal('49.99')).map(({ name }) => name)).toEqual(['rag']);
    expect(suitesOffBy(comparison, decimal('50'))).toEqual([]);
  });

  test('is broken by too little use as well, and never by a suite that was not recorded', async () => {
    const usage = await used({ model: 'openai/gpt-5', suite: 'rag', call: 'answer' });
    expect(suitesOffBy(await compared(TWO_SUITES, usage), decimal('20')).map(({ name }) => name)).toEqual(['rag']);
  });

  test('sets the exit code and says which suite', async () => {
    const usage = await used({ model: 'openai/gpt-5', times: 3 });
    const manifest = await countedManifest(ONE_CALL, 'llm-budget.yml');
    const estimate = estimateManifest(manifest, PRICES, null);
    const rest = { catalogue: PRICES, at: null, runs: 1, suite: null };
    const off = await calibrate({ ...rest, manifest, estimate, usage, text: ONE_CALL, max_error: decimal('20') }, 100);
    expect([off.exit_code, off.warnings.map(({ message }) => message)]).toEqual([
      1,
      ['the estimate of suite "rag" is off by more than --max-error'],
    ]);
  });
});

test('a suite that the manifest does not have is an error that names those it has', async () => {
  const usage = await used({ model: 'openai/gpt-5' });
  expect(await problemsOf(() => compared(TWO_SUITES, usage, { suite: 'rga' }))).toEqual([
    'the manifest has no suite "rga"; it has rag, agents',
  ]);
});

test('the table shows declared, measured, difference and proposal under each other', async () => {
  const usage = await used({ model: 'openai/gpt-5', prompt: 1300, cost: 0.0015, times: 2 });
  const manifest = await countedManifest(ONE_CALL, 'llm-budget.yml');
  const estimate = estimateManifest(manifest, PRICES, null);
  const rest = { catalogue: PRICES, at: null, runs: 1, suite: null, max_error: null };
  const { table } = await calibrate({ ...rest, manifest, estimate, usage, text: ONE_CALL }, 100);
  expect(table.split('\n')).toEqual([
    '2 requests of 1 run in 1 file',
    '',
    'rag: used $0.003 a run, estimated $0.0024 (+25 %)',
    'call          requests/run  prompt  completion  cached  cost/run',
    'openai/gpt-5             2   1,000         100       0   $0.0024',
    '  measured               2   1,300         100       0    $0.003',
    '  difference                 +30 %                         +25 %',
    '  proposed                   1,300',
    '',
  ]);
});

test('the report’s data keep to their schema, and say what was used at what error', async () => {
  const usage = await used(
    { model: 'openai/gpt-5', suite: 'rag', call: 'answer', cost: 0.0012, times: 2 },
    { model: 'openai/gpt-5', suite: 'rag', call: 'draft', cost: 0.001 },
  );
  const report = usageReport(await compared(TWO_SUITES, usage), usage);
  expect(usageReportSchema.parse(report)).toEqual(report);
  expect(
    report.suites.map((suite) => [suite.name, suite.estimated_per_run, suite.used_per_run, suite.error_percent]),
  ).toEqual([
    // 2 x 0.0012 + 0.001 against the 2 x 0.0012 of the call that was seen: 41.666... % more
    ['rag', '0.0024', '0.0034', '41.67'],
    ['agents', '0.0024', null, null],
  ]);
  expect(report.unknown).toEqual([{ suite: 'rag', call: 'draft', model: 'openai/gpt-5', requests: 1 }]);
});
