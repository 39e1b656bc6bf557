import { expect, test } from '@jest/globals';
import { manifestText, openChange, stageForEachTest } from '../support/pull-request.js';

/**
 * Several jobs at once on one pull request, as those of a matrix or of quick pushes are. `action/comment/comment.test.ts`
 * has fifty rounds of four in the process.
 */

const FILE = 'llm-budget.yml';
const stage = stageForEachTest();

test('racing processes leave one comment and have one verdict', async () => {
  const number = await openChange(stage.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 1000 }) });
  const runs = [11, 12];
  const results = await Promise.all(runs.map((runId) => stage.runBundleOnPullRequest(number, { runId })));
  expect(results.map(({ exitCode }) => exitCode)).toEqual([1, 1]);
  const comments = await stage.github.comments(number);
  expect(comments).toHaveLength(1);
  expect(comments[0]?.body).toContain('$1.20');
  const written = Number(/run=(\d+)/.exec(comments[0]?.body ?? '')?.[1]);
  expect(runs).toContain(written);
});

test('jobs with keys of their own leave a comment each', async () => {
  const number = await openChange(stage.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 1000 }) });
  const keys = ['a', 'b', 'a b', 'a:b'];
  await Promise.all(keys.map((key) => stage.runOnPullRequest(number, { inputs: { 'comment-key': key } })));
  expect(await stage.github.comments(number)).toHaveLength(4);
});
