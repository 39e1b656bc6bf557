import { expect, test } from '@jest/globals';
import { manifestText, openChange, fixtureForAllTests } from '../support/pull-request.js';
import type { ActionResult } from '../support/runner-files.js';

/** Most tests run the action's function in the process: here the bundle is held against it. */

const FILE = 'llm-budget.yml';
const fixture = fixtureForAllTests(['acme/small', 'openai/gpt-5-mini']);

function withoutChance(text: string): string {
  return text
    .replaceAll(/llm-budget-run-\w+/g, 'FOLDER')
    .replaceAll(/\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?/g, 'TIME')
    .replaceAll(/\b(?:[0-9a-f]{40}|[0-9a-f]{10})\b/g, 'COMMIT');
}

/** What a run leaves, without what differs from run to run: times, commits and temporary paths. */
function comparable({ exitCode, log, stderr, outputs, summary, report, comment }: ActionResult): unknown {
  const values = Object.fromEntries([...outputs].map(([name, value]) => [name, withoutChance(value)]));
  return {
    exitCode,
    log: withoutChance(log),
    stderr,
    values,
    summary: withoutChance(summary),
    report: withoutChance(JSON.stringify(report)),
    comment: withoutChance(comment),
  };
}

/** 1,000 requests of a file of 3 tokens at $1 a million: $0.003 beside the $1.20. */
const WITH_FILE = `      - {name: file, model: openai/gpt-5-mini, count: 1000, prompt_files: [p.md], completion_tokens: 0}\n`;
const PROMPT = 'Hello world!';

/** A name and a model that mean something to the runner, a limit that is broken, and a limit that is not applied. */
const before = manifestText({ budget: 'budget: {per_run: 1}' });
const after =
  manifestText({ budget: 'budget: {per_run: 50, worst_case_per_run: 0.5}', count: 1000 }).replace(
    '  evals:\n',
    '  evals:\n    description: "100 % ::error::x, ##[error]: y\\r\\n::warning::z"\n',
  ) + WITH_FILE;

test('the bundle and the function write the same log, outputs, summary, report and comment', async () => {
  const [first, second] = [
    await openChange(fixture.github, { [FILE]: before }, { [FILE]: after, 'p.md': PROMPT }),
    await openChange(fixture.github, { [FILE]: before }, { [FILE]: `${after}# again`, 'p.md': PROMPT }),
  ];
  const inputs = { 'openrouter-api-key': 'sk-or-v1-0123456789abcdef' };
  const variables = { RUNNER_DEBUG: '1' };
  const inProcess = await fixture.runOnPullRequest(first, { runId: 7, inputs, variables });
  const bundle = await fixture.runBundleOnPullRequest(second, { runId: 7, inputs, variables });
  expect([bundle.exitCode, bundle.outputs.get('cost-per-run')]).toEqual([1, '1.203']);
  expect(bundle.annotations.length).toBeGreaterThan(1);
  expect(comparable(bundle)).toEqual(comparable(inProcess));
  expect(bundle.comment).toContain('$1.20');
});
