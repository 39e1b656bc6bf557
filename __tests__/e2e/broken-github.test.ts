import { expect, test } from '@jest/globals';
import { manifestText, openChange, fixtureForAllTests } from '../support/pull-request.js';

/**
 * The built bundle before a GitHub that fails: the real sockets and log. Every fault is tried in the process, in
 * `action/github-faults.test.ts`.
 */

const FILE = 'llm-budget.yml';
const fixture = fixtureForAllTests();

test('a comment whose request is reset after it took effect is there once', async () => {
  const number = await openChange(
    fixture.github,
    { [FILE]: manifestText() },
    { [FILE]: manifestText({ count: 1000 }) },
  );
  fixture.github.fault({ on: { method: 'POST', path: /comments$/ }, effect: true, answer: { kind: 'reset' } });
  const result = await fixture.runBundleOnPullRequest(number);
  expect([result.exitCode, result.outputs.get('comment-status'), result.stderr]).toEqual([1, 'created', '']);
  expect(await fixture.github.comments(number)).toHaveLength(1);
});
