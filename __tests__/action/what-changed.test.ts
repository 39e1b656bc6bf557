import { describe, expect, test } from '@jest/globals';
import { reportsSchema, type Report } from '../../src/report/model/schema.js';
import type { FileTree } from '../support/github-state.js';
import { manifestText, openChange, reportOf, fixtureForAllTests } from '../support/pull-request.js';
import type { ActionResult } from '../support/runner-files.js';

/**
 * What a reviewer reads of a change that stands at two commits: its cause, by name and with its cost. acme/small and GPT
 * cost $1 a million prompt tokens and $2 a million completion tokens, acme/large ten times that.
 */

const FILE = 'llm-budget.yml';
const GPT = 'openai/gpt-5-mini';

const fixture = fixtureForAllTests([GPT, 'acme/small', 'acme/large']);

async function judged(before: FileTree, after: FileTree): Promise<ActionResult> {
  return await fixture.runOnPullRequest(await openChange(fixture.github, before, after));
}

/** The lines below "What changed", as they stand in the Markdown. */
function whatChanged(comment: string): string[] {
  const [, after = ''] = comment.split('**What changed**\n\n');
  return (after.split('\n\n')[0] ?? '').split('\n');
}

function causes({ changes = [] }: Report): unknown[] {
  return changes.map(({ call, file, what, from, to, per_run: moved }) => [call, file, what, from, to, moved]);
}

describe('a prompt file that is edited alone', () => {
  const PROMPT = 'prompts/answer.md';
  const manifest = `version: 1
budget: {per_run: 1}
suites:
  rag:
    calls:
      - {name: answer, model: ${GPT}, count: 100000, prompt_files: [${PROMPT}], completion_tokens: 0}
      - {name: judge, model: ${GPT}, count: 200000, prompt_files: [${PROMPT}], completion_tokens: 0}
`;
  // "Hello world!" is 3 tokens of o200k, " Hello" one more: 300,000 requests x 1 x $1/M = $0.30.
  const run = () =>
    judged({ [FILE]: manifest, [PROMPT]: 'Hello world!' }, { [FILE]: manifest, [PROMPT]: 'Hello world! Hello' });

  test('is one line with its tokens before and after, the number of calls, and what they cost together', async () => {
    const { comment, summary, exitCode } = await run();
    // 300,000 x 4 x $1/M = $1.20 is above the limit of $1.
    expect(exitCode).toBe(1);
    expect(whatChanged(comment)).toEqual([`- \`${PROMPT}\`: 3 -> 4 tokens in 2 calls, **+$0.30**`]);
    expect(whatChanged(summary)).toEqual(whatChanged(comment));
  });

  test('is an entry for each call in the report, and what the violation says to take back', async () => {
    const result = await run();
    const report = reportOf(result);
    expect(causes(report)).toEqual([
      ['answer', PROMPT, 'prompt_file', 3, 4, '0.1'],
      ['judge', PROMPT, 'prompt_file', 3, 4, '0.2'],
    ]);
    expect(report.delta?.per_run).toBe('0.3');
    expect(report.violations[0]?.remedy).toContain(PROMPT);
  });
});

describe('rows that are added alone', () => {
  const ROWS = 'evals/cases.jsonl';
  const manifest = manifestText().replace('count: 100\n', `count: {rows: ${ROWS}}\n`);
  const rows = (number: number) => '{"question": "why?"}\n'.repeat(number);

  test('are one line with the file and its rows before and after: 50 x $0.0012 = $0.06', async () => {
    const result = await judged({ [FILE]: manifest, [ROWS]: rows(120) }, { [FILE]: manifest, [ROWS]: rows(170) });
    expect(whatChanged(result.comment)).toEqual([`- \`${ROWS}\`: 120 -> 170 rows, **+$0.06**`]);
    expect(causes(reportOf(result))).toEqual([['answer', ROWS, 'rows', 120, 170, '0.06']]);
    expect(reportOf(result).delta?.per_run).toBe('0.06');
  });
});

describe('a model and a count that change at once', () => {
  test('are a line each, and the parts sum to the delta', async () => {
    const result = await judged(
      { [FILE]: manifestText() },
      { [FILE]: manifestText({ model: 'acme/large', count: 150 }) },
    );
    const report = reportOf(result);
    // 100 requests x ($0.012 - $0.0012) = $1.08, then 50 more x $0.012 = $0.60; 150 x $0.012 - 100 x $0.0012 = $1.68.
    expect(causes(report)).toEqual([
      ['answer', null, 'model', 'acme/small', 'acme/large', '1.08'],
      ['answer', null, 'requests', 100, 150, '0.6'],
    ]);
    expect(report.delta?.per_run).toBe('1.68');
    expect(whatChanged(result.comment)).toEqual([
      '- `evals / answer`: `acme/small` -> `acme/large`, **+$1.08**',
      '- `evals / answer`: 100 -> 150 requests, **+$0.60**',
    ]);
  });
});

describe('two kinds of run', () => {
  const two = (night: number) => `version: 1
runs_per_month: 600
runs: {nightly: {runs_per_month: 30, budget: {per_run: 2}}}
budget: {per_run: 0.5}
suites:
  smoke:
    calls:
      - {name: ask, model: acme/small, count: 100, prompt_tokens: 1000, completion_tokens: 100, max_tokens: 100}
  regression:
    run: nightly
    calls:
      - {name: ask, model: acme/small, count: ${night}, prompt_tokens: 1000, completion_tokens: 100, max_tokens: 100}
`;

  test('have a figure each in the first line, and the limit of the kind that breaks it is named', async () => {
    const result = await judged({ [FILE]: two(1000) }, { [FILE]: two(2000) });
    const report = reportOf(result);
    // 100 x $0.0012 = $0.12 a push; 1,000 and 2,000 x $0.0012 = $1.20 and $2.40 a night.
    expect(report.runs?.map(({ name, head, delta }) => [name, head?.per_run, delta?.per_run])).toEqual([
      ['ci', '0.12', '0'],
      ['nightly', '2.4', '1.2'],
    ]);
    expect(report.violations.map(({ rule, run, actual, limit }) => [rule, run, actual, limit])).toEqual([
      ['per_run', 'nightly', '2.4', '2'],
    ]);
    const [, headline = ''] = result.comment.split('\n');
    expect(headline).toContain('A night over its limit: $2.40 of $2.00');
    expect(headline).toContain('a push costs $0.12 (no change), a night $2.40 (+$1.20)');
    expect(whatChanged(result.comment)).toEqual(['- `regression / ask`: 1,000 -> 2,000 requests, **+$1.20**']);
    // The figures of the outputs are those of the kind that the change raises; 600 x $0.12 + 30 x $2.40 = $144 a month.
    expect(Object.fromEntries(result.outputs)).toMatchObject({
      'cost-per-run': '2.4',
      'delta-per-run': '1.2',
      'cost-per-month': '144',
    });
  });
});

describe('three manifests of which one is broken', () => {
  const [search, support, web] = ['a/llm-budget.yml', 'b/llm-budget.yml', 'c/llm-budget.yml'] as const;
  const before = { [search]: manifestText(), [support]: manifestText(), [web]: manifestText() };

  async function run(after: FileTree): Promise<ActionResult> {
    const number = await openChange(fixture.github, before, after);
    return await fixture.runOnPullRequest(number, { inputs: { manifest: '*/llm-budget.yml' } });
  }

  test('end in 2, and the sections of the others still say what changed', async () => {
    const result = await run({ ...before, [search]: 'version: 1\nsuites: 3\n', [web]: manifestText({ count: 1000 }) });
    expect(result.exitCode).toBe(2);
    const { comment } = result;
    const sections = comment.split('\n').filter((line) => /^(?:#|✅|❌|⛔)/u.test(line));
    expect(sections).toEqual([
      expect.stringMatching(/^### ⛔ .*3 manifests: 1 without a verdict, 1 fails, 1 passes$/u),
      expect.stringMatching(/^#### ⛔ `a\/llm-budget.yml`: No verdict/u),
      expect.stringMatching(/^#### ❌ `c\/llm-budget.yml`: Over budget/u),
      expect.stringMatching(/^✅ `b\/llm-budget.yml`: \*\*nothing changed\*\*/u),
    ]);
    expect(whatChanged(comment)).toEqual(['- `evals / answer`: 100 -> 1,000 requests, **+$1.08**']);
    // 1,000 x $0.0012 = $1.20: the figures are those of the worst that has any.
    expect(Object.fromEntries(result.outputs)).toMatchObject({
      verdict: 'error',
      'cost-per-run': '1.2',
      violations: '1',
    });
    expect(result.annotations.map(({ level, file }) => [level, file])).toEqual([
      ['error', search],
      ['error', web],
    ]);
  });

  test('give the figures of the others where the worst is a manifest that is gone, which has none', async () => {
    const result = await run({ [support]: manifestText({ count: 200 }), [web]: manifestText() });
    expect(reportsSchema.parse(result.report).verdict).toBe('fail');
    // 200 x $0.0012 = $0.24; what is gone has no cost, and unchanged and changed pass alike: the first has the figures.
    expect(Object.fromEntries(result.outputs)).toMatchObject({ verdict: 'fail', 'cost-per-run': '0.24' });
  });
});
