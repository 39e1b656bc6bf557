import { describe, expect, test } from '@jest/globals';
import { catalogueFault } from '../support/catalogue-faults.js';
import { startFaultServer } from '../support/fault-server.js';
import { judgedOf, manifestText, openChange, pullRequestPayload, fixtureForEachTest } from '../support/pull-request.js';

/** The action on every event but pull_request. */

const FILE = 'llm-budget.yml';
const fixture = fixtureForEachTest();

const small = { [FILE]: manifestText() };
const large = { [FILE]: manifestText({ count: 1000 }) };

describe('push', () => {
  test('is compared with what was there before, and writes no comment', async () => {
    const before = await fixture.github.commit(small, { branch: 'main' });
    const after = await fixture.github.commit(
      { [FILE]: manifestText({ count: 200 }) },
      { parents: [before], branch: 'main' },
    );
    const result = await fixture.run('push', { before, after }, after);
    expect(result.exitCode).toBe(0);
    expect(Object.fromEntries(result.outputs)).toMatchObject({ 'delta-per-run': '0.12', 'comment-status': 'skipped' });
  });

  test('of a new branch has no base', async () => {
    const sha = await fixture.github.commit(small, { branch: 'main' });
    const result = await fixture.run('push', { before: '0'.repeat(40), after: sha }, sha);
    expect([result.exitCode, result.outputs.get('delta-per-run')]).toEqual([0, '']);
  });

  test('over budget fails', async () => {
    const before = await fixture.github.commit(small, { branch: 'main' });
    const after = await fixture.github.commit(large, { parents: [before], branch: 'main' });
    expect((await fixture.run('push', { before, after }, after)).exitCode).toBe(1);
  });
});

describe('merge_group', () => {
  test('is judged at its commits, with the override of the pull request in its ref', async () => {
    const policy = 'budget: {per_run: 1}\npolicy: {override_label: allow-cost}';
    const [before, after] = [
      { [FILE]: manifestText({ budget: policy }) },
      { [FILE]: manifestText({ budget: policy, count: 1000 }) },
    ];
    const number = await openChange(fixture.github, before, after);
    const { baseSha, headSha, mergeSha } = fixture.github.pullRequest(number);
    const payload = {
      merge_group: {
        head_sha: mergeSha,
        base_sha: baseSha,
        base_ref: 'refs/heads/main',
        head_ref: `refs/heads/gh-readonly-queue/main/pr-${number}-${headSha}`,
      },
    };
    expect((await fixture.run('merge_group', payload, mergeSha)).exitCode).toBe(1);
    fixture.github.addLabel(number, 'allow-cost');
    fixture.github.addReview(number, { author: 'bob' });
    const overridden = await fixture.run('merge_group', payload, mergeSha);
    expect([overridden.exitCode, overridden.outputs.get('verdict')]).toEqual([0, 'warn']);
    expect(await fixture.github.comments(number)).toEqual([]);
  });
});

describe('pull_request_target', () => {
  test("judges the pull request's own head against the merge base, and comments", async () => {
    const number = await openChange(fixture.github, small, large);
    // main moves on meanwhile; the merge base stays where the branch began
    const { baseSha } = fixture.github.pullRequest(number);
    await fixture.github.commit({ [FILE]: manifestText({ count: 500 }) }, { parents: [baseSha], branch: 'main' });
    const result = await fixture.run('pull_request_target', pullRequestPayload(fixture.github, number), baseSha);
    expect(result.exitCode).toBe(1);
    // 1,000 x 0.0012 - 100 x 0.0012
    expect(Object.fromEntries(result.outputs)).toMatchObject({ 'delta-per-run': '1.08', 'comment-status': 'created' });
  });
});

describe('pull_request_target judges the merge, not the branch', () => {
  const call = (name: string, count: number) =>
    `      - {name: ${name}, model: acme/small, count: ${String(count)}, prompt_tokens: 1000, completion_tokens: 100, max_tokens: 200}\n`;
  const files = (calls: string) => ({
    [FILE]: `version: 1\nbudget: {per_run: 1}\nsuites:\n  evals:\n    calls:\n${calls}`,
  });

  /** A branch that adds 600 requests, $0.72 of $1, while main has added 400, $0.48. */
  async function both(isConflict: boolean) {
    const first = await fixture.github.commit(files(call('one', 10)), { branch: 'main' });
    const main = files(call('one', 10) + call('two', 400));
    await fixture.github.commit(main, { parents: [first], branch: 'main' });
    const head = await fixture.github.commit(files(call('one', 10) + call('three', 600)), { parents: [first] });
    const mergeFiles = files(call('one', 10) + call('two', 400) + call('three', 600));
    const pull = await fixture.github.openPullRequest({ head, mergeFiles });
    if (isConflict) pull.merges = [{ mergeable: 'CONFLICTING', commit: null }];
    const payload = pullRequestPayload(fixture.github, pull.number);
    return judgedOf(await fixture.run('pull_request_target', payload, pull.baseSha));
  }

  test('the two together cost 1,010 x 0.0012 = 1.212 of 1', async () => {
    const { exitCode, report } = await both(false);
    expect([exitCode, report.head.per_run]).toEqual([1, '1.212']);
  });

  test('unless there is a conflict, when there is no merge: 610 x 0.0012 = 0.732, with a note', async () => {
    const { exitCode, report } = await both(true);
    expect([exitCode, report.head.per_run]).toEqual([0, '0.732']);
    expect(report.notes.map(({ code }) => code)).toContain('merge_conflict');
  });

  test('and ends in 2 where GitHub does not compute it within 30 s', async () => {
    const number = await openChange(fixture.github, small, large);
    const pull = fixture.github.pullRequest(number);
    pull.merges = [{ mergeable: 'UNKNOWN', commit: null }];
    const result = await fixture.run('pull_request_target', pullRequestPayload(fixture.github, number), pull.baseSha);
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
    expect(result.annotations).toEqual([
      expect.objectContaining({ message: expect.stringContaining('within 30 s; run the job again') }),
    ]);
  });
});

test('pull_request_review is judged as pull_request is, and comments', async () => {
  const number = await openChange(fixture.github, small, large);
  const { mergeSha } = fixture.github.pullRequest(number);
  const result = await fixture.run('pull_request_review', pullRequestPayload(fixture.github, number), mergeSha);
  expect([result.exitCode, result.outputs.get('delta-per-run'), result.outputs.get('comment-status')]).toEqual([
    1,
    '1.08',
    'created',
  ]);
});

describe('workflow_run', () => {
  test('comments on the pull request that the payload names, of two with the same head', async () => {
    const base = await fixture.github.commit(small, { branch: 'main' });
    await fixture.github.setBranch('release', base);
    const head = await fixture.github.commit(large, { parents: [base] });
    const opened = { head, mergeFiles: large, branch: 'topic' };
    const first = await fixture.github.openPullRequest(opened);
    const second = await fixture.github.openPullRequest({ ...opened, base: 'release' });
    for (const named of [first, second]) {
      const workflow_run = {
        head_sha: head,
        head_branch: 'topic',
        head_repository: { full_name: fixture.github.repository },
        pull_requests: [{ number: named.number, head: { sha: head } }],
      };
      await fixture.run('workflow_run', { workflow_run }, base);
      expect(await fixture.github.comments(named.number)).toHaveLength(1);
      expect(await fixture.github.comments(second.number)).toHaveLength(named === second ? 1 : 0);
    }
  });

  test('finds the pull request by repository and commit, comments, and never gates', async () => {
    const base = await fixture.github.commit(small, { branch: 'main' });
    const head = await fixture.github.commit(large, { parents: [base] });
    const { number } = await fixture.github.openPullRequest({
      head,
      mergeFiles: large,
      branch: 'topic',
      author: 'mallory',
      headRepository: 'mallory/shop',
    });
    const payload = {
      workflow_run: { head_sha: head, head_branch: 'topic', head_repository: { full_name: 'mallory/shop' } },
    };
    const result = await fixture.run('workflow_run', payload, base);
    expect([result.exitCode, result.outputs.get('verdict'), result.outputs.get('comment-status')]).toEqual([
      0,
      'fail',
      'created',
    ]);
    expect(await fixture.github.comments(number)).toHaveLength(1);
  });
});

describe('events without a pull request and without a commit before', () => {
  test.each(['schedule', 'workflow_dispatch', 'repository_dispatch', 'release', 'create'])(
    '%s judges what is there',
    async (event) => {
      const sha = await fixture.github.commit(large, { branch: 'main' });
      const result = await fixture.run(event, {}, sha);
      expect([result.exitCode, result.outputs.get('cost-per-run')]).toEqual([1, '1.2']);
    },
  );
});

test('a catalogue that answers 404 has no prices: exit code 3, reported in the log and nothing else', async () => {
  const { fault, says } = catalogueFault('status 404');
  const server = await startFaultServer(() => fault);
  try {
    const sha = await fixture.github.commit(small, { branch: 'main' });
    const result = await fixture.run('schedule', {}, sha, { inputs: { 'catalogue-url': server.url } });
    expect([result.exitCode, result.outputs.get('verdict'), result.stderr]).toEqual([3, 'error', '']);
    expect(result.outputs.get('cost-per-run')).toBe('');
    expect(result.log).toMatch(says);
    expect(server.requests).toHaveLength(1);
  } finally {
    await server.close();
  }
});
