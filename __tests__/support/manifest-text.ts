/** Texts of manifests for tests about one field: the field's line is known, the rest is right. */

const CALL = new Map([
  ['model', 'a/b'],
  ['count', '1'],
  ['prompt_tokens', '100'],
  ['completion_tokens', '10'],
]);

/**
 * One suite `s` with one call. `model` stands on line 5, `count` on 6, `prompt_tokens` on 7, `completion_tokens` on 8,
 * any other field from line 9 on, all in column 9. A field that is null is left out.
 */
export function withCall(fields: Readonly<Record<string, string | null>> = {}): string {
  const lines = [...new Map<string, string | null>([...CALL, ...Object.entries(fields)])]
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}: ${String(value)}`);
  return `version: 1\nsuites:\n  s:\n    calls:\n      - ${lines.join('\n        ')}\n`;
}

const SUITE = '{calls: [{model: a/b, count: 1, prompt_tokens: 100, completion_tokens: 10}]}';

/** A top-level key and value on line 2, the suites from line 3 on. */
export function withTop(line: string): string {
  return `version: 1\n${line}\nsuites:\n  s: ${SUITE}\n`;
}

/** One suite `s` with one call; a key of the suite on line 4, column 5. */
export function withSuite(line: string): string {
  return `version: 1\nsuites:\n  s:\n    ${line}\n    calls: [{model: a/b, count: 1, prompt_tokens: 100, completion_tokens: 10}]\n`;
}

/** Every field of version 1, each with a value of its own kind. */
export const EVERY_FIELD = `version: 1
runs_per_month: 600 # runs of CI
runs: {nightly: {runs_per_month: 30, budget: {per_run: 15}}}
budget:
  per_run: {warn: 4, fail: 5}
  per_month: 2500
  worst_case_per_run: 20
  increase_per_run: 0.50
  increase_percent: 25
policy:
  unpriced: fail
  stale_prices: warn
  max_price_age_days: 30
  models: {allow: ["openai/*", "anthropic/*"], deny: ["*-pro*"]}
  max_prompt_price: 5
  max_completion_price: "20"
  require_max_tokens: false
  free_requests_per_day: 50
  credits: warn
  credit_fee: 5.5
  override_label: llm-budget-override
defaults:
  retries: 0.02
suites:
  rag-evals:
    description: Retrieval evals on every push
    repeat: 3
    run: nightly
    runs_per_month: 600
    paths: ["evals/rag/**"]
    budget: {per_run: 2}
    calls:
      - name: answer
        model: anthropic/claude-sonnet-4.5
        count: 120
        prompt_tokens: 1800
        prompt_files: [prompts/answer.md, {path: prompts/system.md, cached: true}]
        completion_tokens: 350
        max_tokens: 1024
        reasoning_tokens: 0
        cached_tokens: 1500
        cache_write_tokens: 0
        cache_ttl: 5m
        audio_tokens: 0
        image_output_tokens: 0
        audio_output_tokens: 0
        images: 0
        web_searches: 0
        pdf_pages: 0
        fallback_models: [openai/gpt-5-mini]
        service_tier: default
        batch_ok: true
        provider: {order: [], only: [], ignore: [], sort: price, max_price: {prompt: 1, completion: 4}}
`;
