import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { manifestText, openChange, startStage, type Stage } from '../support/pull-request.js';
import { commandsIn } from '../support/runner.js';

/**
 * The built bundle before a GitHub that fails: the real sockets and log. Every fault is tried in the process, in
 * `action/github-faults.test.ts`.
 */

const FILE = 'llm-budget.yml';
let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});
afterAll(async () => {
  await stage.close();
});

function overBudget(): Promise<number> {
  return openChange(stage.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 1000 }) });
}

const POST = { method: 'POST', path: /comments$/ };

test('a comment whose request is reset after it took effect is there once', async () => {
  const number = await overBudget();
  stage.github.fault({ on: POST, effect: true, answer: { kind: 'reset' } });
  const result = await stage.runBundleOnPullRequest(number);
  expect([result.exitCode, result.outputs.get('comment-status'), result.stderr]).toEqual([1, 'created', '']);
  expect(await stage.github.comments(number)).toHaveLength(1);
});

test('a comment that is forbidden changes no verdict, and the warning names the permission', async () => {
  const number = await overBudget();
  stage.github.fault({ on: POST, times: 20, answer: { kind: 'status', status: 403, body: '{"message":"no"}' } });
  const result = await stage.runBundleOnPullRequest(number);
  expect(result.exitCode).toBe(1);
  expect(Object.fromEntries(result.outputs)).toMatchObject({
    verdict: 'fail',
    'cost-per-run': '1.2',
    'comment-status': 'forbidden',
  });
  const warnings = commandsIn(result.stdout).filter(({ name }) => name === 'warning');
  expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(/pull-requests: write/)]);
  expect(await stage.github.comments(number)).toEqual([]);
});
