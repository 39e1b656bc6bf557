import { expect, test } from '@jest/globals';
import { manifestText, openChange, fixtureForEachTest } from '../support/pull-request.js';

/**
 * Several jobs at once on one pull request, as those of a matrix or of quick pushes are. `action/comment/comment.test.ts`
 * has fifty rounds of four in the process.
 */

const FILE = 'llm-budget.yml';
const fixture = fixtureForEachTest();

test('racing processes leave one comment and have one verdict', async () => {
  const number = await openChange(
    fixture.github,
    { [FILE]: manifestText() },
    { [FILE]: manifestText({ count: 1000 }) },
  );
  const runs = [11, 12];
  const results = await Promise.all(runs.map((runId) => fixture.runBundleOnPullRequest(number, { runId })));
  expect(results.map(({ exitCode }) => exitCode)).toEqual([1, 1]);
  const comments = await fixture.github.comments(number);
  expect(comments).toHaveLength(1);
  expect(comments[0]?.body).toContain('$1.20');
  const written = Number(/run=(\d+)/.exec(comments[0]?.body ?? '')?.[1]);
  expect(runs).toContain(written);
});

test('jobs with keys of their own leave a comment each', async () => {
  const number = await openChange(
    fixture.github,
    { [FILE]: manifestText() },
    { [FILE]: manifestText({ count: 1000 }) },
  );
  const keys = ['a', 'b', 'a b', 'a:b'];
  await Promise.all(keys.map((key) => fixture.runOnPullRequest(number, { inputs: { 'comment-key': key } })));
  expect(await fixture.github.comments(number)).toHaveLength(4);
});
