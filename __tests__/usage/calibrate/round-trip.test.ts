import { describe, expect, test } from '@jest/globals';
import { calibrate, type Calibration } from '../../../src/usage/calibrate/calibrate.js';
import { firstManifest } from '../../../src/usage/calibrate/first-manifest.js';
import { estimateManifest } from '../../../src/budget/estimate.js';
import { countedManifest } from '../../support/manifest.js';
import { toText } from '../../../src/lib/money/decimal.js';
import { readUsage } from '../../../src/usage/read/read-usage.js';
import type { Usage } from '../../../src/usage/read/usage.js';
import { billingUpstream, type Answer, type BillingUpstream } from '../../support/billing-upstream.js';
import { catalogue, model } from '../../support/catalogue.js';
import { withFiles } from '../../support/temporary-folder.js';

const PRICES = catalogue([
  model({
    id: 'openai/gpt-5-mini',
    canonical_slug: 'openai/gpt-5-mini-2025-08-07',
    pricing: { prompt: '0.00000025', completion: '0.000002', input_cache_read: '0.000000025' },
  }),
  model({
    id: 'google/gemini-2.5-flash',
    canonical_slug: 'google/gemini-2.5-flash',
    pricing: { prompt: '0.0000003', completion: '0.0000025', input_cache_read: '0.00000003' },
  }),
]);

/** 120 answers whose tokens vary around 1,800 prompt, 1,500 cached and 350 completion tokens. */
function answers(growth = 1): Answer[] {
  return Array.from({ length: 120 }, (_, at) => {
    const swing = (at % 3) - 1;
    return {
      model: 'openai/gpt-5-mini',
      prompt: (1800 + swing * 30) * growth,
      cached: 1500,
      completion: 350 + swing * 50,
    };
  });
}

function judgements(growth = 1): Answer[] {
  return Array.from({ length: 80 }, () => ({
    model: 'google/gemini-2.5-flash',
    prompt: 600 * growth,
    completion: 10,
  }));
}

/** A cassette with the recorded bodies, half of them event streams, each body as text. */
function cassette(upstream: BillingUpstream, requests: readonly Answer[]): string {
  const interactions = requests.map((request) => ({
    request: { method: 'POST', uri: 'https://openrouter.ai/api/v1/chat/completions', body: '{"model": "?"}' },
    response: { status: { code: 200 }, body: { string: upstream.answer(request) } },
  }));
  return JSON.stringify({ version: 1, interactions }, null, 1);
}

async function record(requests: readonly Answer[]): Promise<{ usage: Usage; bill: string }> {
  const upstream = billingUpstream(PRICES);
  const text = cassette(upstream, requests);
  const usage = await withFiles({ 'rag.json': text }, (folder) => readUsage(['*'], { cwd: folder, within: null }));
  return { usage, bill: toText(upstream.bill()) };
}

async function calibrated(text: string, usage: Usage): Promise<Calibration> {
  const manifest = await countedManifest(text, 'llm-budget.yml');
  const estimate = estimateManifest(manifest, PRICES, null);
  const options = { catalogue: PRICES, at: null, runs: 1, suite: null, max_error: null };
  return await calibrate({ ...options, manifest, estimate, usage, text }, 120);
}

describe('200 requests, streamed and not, of an upstream that bills by the catalogue', () => {
  test('120 x (300 x $0.25/M + 1,500 x $0.025/M + 350 x $2/M) + 80 x (600 x $0.3/M + 10 x $2.5/M) = $0.1139 is billed', async () => {
    const { usage, bill } = await record([...answers(), ...judgements()]);
    // 120 x (0.000075 + 0.0000375 + 0.0007) = 0.0975; 80 x (0.00018 + 0.000025) = 0.0164
    expect(bill).toBe('0.1139');
    expect(usage.exchanges).toEqual({ read: 200, without_usage: 0, not_understood: 0 });
  });

  test('the first manifest made from the recorded bodies is estimated at the bill, to the last digit', async () => {
    const { usage, bill } = await record([...answers(), ...judgements()]);
    const { text } = await firstManifest({ usage, catalogue: PRICES, runs: 1, suite: null });
    const estimate = estimateManifest(await countedManifest(text, 'llm-budget.yml'), PRICES, null);
    expect(toText(estimate.totals.per_run ?? { coefficient: -1n, scale: 0 })).toBe(bill);
    expect(estimate.totals.requests_per_run).toBe(200n);
  });

  test('nothing is proposed for a manifest that says what was used', async () => {
    const { usage } = await record([...answers(), ...judgements()]);
    const { text } = await firstManifest({ usage, catalogue: PRICES, runs: 1, suite: null });
    const { diff, comparison } = await calibrated(text, usage);
    expect(diff).toBe('');
    expect(comparison.suites.map(({ error_percent }) => error_percent)).toEqual([{ coefficient: 0n, scale: 0 }]);
  });
});

const COMMENTED = `# What our evals cost.
version: 1
suites:
  rag: # the only one
    calls:
      # Answers from the index.
      - {name: answer, model: openai/gpt-5-mini, count: 120, prompt_tokens: {expected: 1800, max: 1830}, # measured in May
         cached_tokens: 1500, completion_tokens: {expected: 350, max: 400}}

      - name: "judge"   # cheap
        model:   google/gemini-2.5-flash
        count: 80
        prompt_tokens: 600   # grows with the rubric
        completion_tokens: 10
`;

describe('the same prompts grown by 30 %', () => {
  test('are found within 1 %, call by call, and as no price error', async () => {
    const { usage } = await record([...answers(1.3), ...judgements(1.3)]);
    const [suite] = (await calibrated(COMMENTED, usage)).comparison.suites;
    const found = suite?.calls.map(({ measured }) => [
      toText(measured?.prompt.percent ?? { coefficient: 0n, scale: 0 }),
      toText(measured?.completion.percent ?? { coefficient: -1n, scale: 0 }),
      measured?.price,
    ]);
    expect(found).toEqual([
      ['30', '0', null],
      ['30', '0', null],
    ]);
  });

  test('only their numbers are written: 1,800 x 1.3 = 2,340 with its p95 of 1,830 x 1.3 = 2,379, and 600 x 1.3 = 780', async () => {
    const { usage } = await record([...answers(1.3), ...judgements(1.3)]);
    const expected = COMMENTED.replace('{expected: 1800, max: 1830}', '{expected: 2340, max: 2379}').replace(
      'prompt_tokens: 600 ',
      'prompt_tokens: 780 ',
    );
    expect((await calibrated(COMMENTED, usage)).text).toBe(expected);
  });

  test('the diff shows those lines and no other', async () => {
    const { usage } = await record([...answers(1.3), ...judgements(1.3)]);
    const changed = (await calibrated(COMMENTED, usage)).diff.split('\n').filter((line) => /^[-+]/.test(line));
    expect(changed).toEqual([
      '--- a/llm-budget.yml',
      '+++ b/llm-budget.yml',
      '-      - {name: answer, model: openai/gpt-5-mini, count: 120, prompt_tokens: {expected: 1800, max: 1830}, # measured in May',
      '+      - {name: answer, model: openai/gpt-5-mini, count: 120, prompt_tokens: {expected: 2340, max: 2379}, # measured in May',
      '-        prompt_tokens: 600   # grows with the rubric',
      '+        prompt_tokens: 780   # grows with the rubric',
    ]);
  });
});
