import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { toText } from '../../../src/lib/money/decimal.js';
import { readUsage } from '../../../src/usage/read/read-usage.js';
import { modelTotals } from '../../../src/usage/totals/model-totals.js';
import { hasOpenRouterData, realCatalogue } from '../../support/openrouter-data.js';

/** Recordings beside the checkout, with right values worked out by hand; without that folder there is nothing to test. */
const CASES = fileURLToPath(new URL('../../../../shared/cases/usage/', import.meta.url));
const rightSchema = z.tuple([
  z.string().nullable(),
  z.number().nullable(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.number(),
  z.string().nullable(),
]);
type Right = z.infer<typeof rightSchema>;
const expected = z.array(z.object({ name: z.string(), why: z.string(), right: z.array(rightSchema) }));
const file = join(CASES, 'expected.json');
const cases = existsSync(file) && hasOpenRouterData ? expected.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];

/**
 * Where the right values contradict each other or the rules that they illustrate. `model`: a dated name is the dated row
 * where the catalogue has one, as other cases of the same file say. `estimate`: the amount is worked out by the tool that
 * recorded it and was charged by nobody, so it stands apart. `unlisted`: the catalogue has no such row any more.
 */
const EXCEPTIONS: Readonly<
  Record<string, { readonly model?: string; readonly estimate?: string; readonly unlisted?: string }>
> = {
  'ruby-vcr-binary-newline-first.yml': { model: 'openai/gpt-4o-mini-2024-07-18' },
  'langchain-usage-metadata.json': { model: 'openai/gpt-4o-mini-2024-07-18' },
  'vercel-ai-result.json': { model: 'openai/gpt-4o-mini-2024-07-18' },
  'pydantic-ai-messages.json': { model: 'openai/gpt-4o-mini-2024-07-18' },
  'langfuse-observations.json': { estimate: '0.00021' },
  'langsmith-runs.jsonl': { estimate: '0.000315' },
  'openinference-otlp.json': { estimate: '0.00021' },
  'aider-analytics.jsonl': { estimate: '0.0015' },
  'deepeval-latest-test-run.json': { estimate: '0.000315' },
  'promptfoo-agent-num-requests.json': { estimate: '0.03' },
  'bedrock-invoke-anthropic.jsonl': { unlisted: 'claude-3-5-sonnet-20241022' },
};

/** Names that the right values have for models without a row: as recorded, or described. */
const UNLISTED: Readonly<Record<string, string>> = { '(a fine-tune: no price)': 'ft:gpt-4o-mini-2024-07-18:acme::abc' };

const sorted = <Row extends readonly unknown[]>(rows: readonly Row[]): Row[] =>
  [...rows].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

(cases.length > 0 ? describe : describe.skip)('recordings as tools really write them', () => {
  const prices = cases.length > 0 ? realCatalogue() : null;
  /** The model as priced where the catalogue has it; of others the recorded name counts, where the right values have one. */
  const nameOf = (right: Right[0], exception: (typeof EXCEPTIONS)[string] | undefined) =>
    exception?.model ?? exception?.unlisted ?? (right === null ? null : (UNLISTED[right] ?? right));

  test.each(cases.length > 0 ? cases : [{ name: '', why: '', right: [] }])('$name: $why', async ({ name, right }) => {
    const usage = await readUsage([name], { cwd: CASES, within: null });
    const exception = EXCEPTIONS[name];
    const rows = right.map(([model, requests, prompt, completion, cached, written, reasoning, cost]): Right => {
      const charged = exception?.estimate === undefined ? cost : null;
      return [nameOf(model, exception), requests, prompt, completion, cached, written, reasoning, charged];
    });
    const totals = modelTotals(usage, prices);
    const isNamed = new Set(rows.map(([model]) => model));
    expect(
      sorted(
        totals.map(({ recorded, model, requests, tokens, charged }) => [
          model ?? (isNamed.has(recorded) ? recorded : null),
          requests,
          tokens.prompt,
          tokens.completion,
          tokens.cached,
          tokens.written,
          tokens.reasoning,
          charged === null ? null : toText(charged),
        ]),
      ),
    ).toEqual(sorted(rows));
    if (exception?.estimate !== undefined) {
      expect(totals.map(({ estimate }) => estimate && toText(estimate))).toEqual([exception.estimate]);
    }
    expect(usage.exchanges.not_understood).toBe(0);
  });

  test('an exception is one: without it the case fails', () => {
    for (const [name, { model, estimate }] of Object.entries(EXCEPTIONS)) {
      const right = cases.find((one) => one.name === name)?.right ?? [];
      if (model !== undefined) expect(right.map(([stated]) => stated)).not.toContain(model);
      if (estimate !== undefined) expect(right.map((row) => row[7])).toContain(estimate);
    }
  });
});
