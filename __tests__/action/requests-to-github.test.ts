import { describe, expect, test } from '@jest/globals';
import { manifestText, openChange, pullRequestPayload, fixtureForEachTest } from '../support/pull-request.js';

/** Every request of a whole run: GraphQL queries by name, REST by method and path below the repository. */

const FILE = 'llm-budget.yml';
const fixture = fixtureForEachTest();

/** What GitHub was asked since the last look. */
function asked(): string[] {
  const prefix = `/repos/${fixture.github.repository}`;
  const names = fixture.github.requests.map(({ operation, method, path }) => {
    return operation ?? `${method} ${path.replace(prefix, '').replace(/\d{10}$/, 'ID')}`;
  });
  fixture.github.clearRequests();
  return names;
}

/** 100 requests at $0.0012 = $0.12 on the default branch; the limit is $1. */
const files = (count: number) => ({ [FILE]: manifestText({ count }) });

async function opened(count: number): Promise<number> {
  const number = await openChange(fixture.github, files(100), files(count));
  fixture.github.clearRequests();
  return number;
}

async function push(number: number, count: number): Promise<void> {
  const head = await fixture.github.commit(files(count), { parents: [fixture.github.pullRequest(number).headSha] });
  await fixture.github.push(number, head, files(count));
  fixture.github.clearRequests();
}

async function statusOf(number: number): Promise<string | undefined> {
  return (await fixture.runOnPullRequest(number)).outputs.get('comment-status');
}

describe('a run on a pull request asks GitHub', () => {
  test('once where there is nothing to say', async () => {
    expect(await statusOf(await opened(100))).toBe('skipped');
    expect(asked()).toEqual(['Repository']);
  });

  test('three times where it creates the comment, and the catalogue once for the list and once for each model', async () => {
    const number = await opened(1000);
    expect(await statusOf(number)).toBe('created');
    expect(asked()).toEqual(['Repository', `POST /issues/${String(number)}/comments`, 'Pages']);
    expect(fixture.catalogue.requests.map(({ path }) => path)).toEqual([
      '/api/v1/models',
      '/api/v1/models/acme/small/endpoints',
    ]);
  });

  test('twice where the comment says the same already', async () => {
    const number = await opened(1000);
    await statusOf(number);
    asked();
    expect(await statusOf(number)).toBe('unchanged');
    expect(asked()).toEqual(['Repository', 'Recheck']);
  });

  test('three times where it updates the comment after a push', async () => {
    const number = await opened(1000);
    await statusOf(number);
    await push(number, 300);
    expect(await statusOf(number)).toBe('updated');
    expect(asked()).toEqual(['Repository', 'Recheck', 'PATCH /issues/comments/ID']);
  });

  test('four times where it updates what another run wrote about the same commit: it looks whether a third one did so too', async () => {
    const number = await opened(1000);
    await statusOf(number);
    // The limit on the default branch changed meanwhile, so a run of the same commit has something else to say.
    const { baseSha } = fixture.github.pullRequest(number);
    const stricter = { [FILE]: manifestText({ budget: 'budget: {per_run: 0.5}' }) };
    await fixture.github.commit(stricter, { parents: [baseSha], branch: 'main' });
    asked();
    expect(await statusOf(number)).toBe('updated');
    expect(asked()).toEqual(['Repository', 'Recheck', 'PATCH /issues/comments/ID', 'Recheck']);
  });

  test('twice with a token that only reads: one attempt to create the comment', async () => {
    const number = await opened(1000);
    await fixture.runOnPullRequest(number, { inputs: { 'github-token': fixture.github.readOnlyToken } });
    expect(asked()).toEqual(['Repository', `POST /issues/${String(number)}/comments`]);
  });

  test('once with `comment: never`, though a comment exists', async () => {
    const number = await opened(1000);
    await statusOf(number);
    asked();
    await fixture.runOnPullRequest(number, { inputs: { comment: 'never' } });
    expect(asked()).toEqual(['Repository']);
  });

  test('twice more, for who made and who pushed the head commit, where the override label is set and somebody approved', async () => {
    const budget = 'budget: {per_run: 1}\npolicy: {override_label: allow-cost}';
    const text = (count: number) => ({ [FILE]: manifestText({ budget, count }) });
    const number = await openChange(fixture.github, text(100), text(1000));
    const never = { inputs: { comment: 'never' } };
    fixture.github.addReview(number, { author: 'bob' });
    asked();
    await fixture.runOnPullRequest(number, never);
    expect(asked()).toEqual(['Repository']);
    fixture.github.addLabel(number, 'allow-cost');
    expect((await fixture.runOnPullRequest(number, never)).outputs.get('verdict')).toBe('warn');
    expect(asked()).toEqual(['Repository', 'Commit', 'GET /activity?ref=refs%2Fheads%2Ffeature']);
  });

  test('once more for each further page of comments', async () => {
    const number = await opened(1000);
    for (let index = 0; index < 130; index += 1) await fixture.github.addComment(number, 'bob', `remark ${index}`);
    asked();
    expect(await statusOf(number)).toBe('created');
    expect(asked()).toEqual(['Repository', 'Pages', `POST /issues/${String(number)}/comments`, 'Pages', 'Pages']);
    expect(await statusOf(number)).toBe('unchanged');
    expect(asked()).toEqual(['Repository', 'Pages', 'Recheck']);
    await push(number, 300);
    expect(await statusOf(number)).toBe('updated');
    expect(asked()).toEqual(['Repository', 'Pages', 'Recheck', 'PATCH /issues/comments/ID']);
  });
});

describe('a run on another event asks GitHub', () => {
  test('once for a push, a schedule and a merge queue', async () => {
    const number = await opened(1000);
    const { baseSha: base, headSha: head } = fixture.github.pullRequest(number);
    await fixture.run('push', { before: base, after: head }, head);
    expect(asked()).toEqual(['Repository']);
    await fixture.run('schedule', {}, base);
    expect(asked()).toEqual(['Repository']);
    const head_ref = `refs/heads/gh-readonly-queue/main/pr-${number}-${base}`;
    await fixture.run(
      'merge_group',
      { merge_group: { head_sha: head, base_sha: base, base_ref: 'refs/heads/main', head_ref } },
      head,
    );
    expect(asked()).toEqual(['Repository']);
  });

  test('as often as on pull_request for pull_request_target, and once more where a workflow_run does not name the pull request', async () => {
    const number = await opened(1000);
    const { baseSha, headSha, headBranch } = fixture.github.pullRequest(number);
    await fixture.run('pull_request_target', pullRequestPayload(fixture.github, number), baseSha);
    expect(asked()).toEqual(['Repository', `POST /issues/${String(number)}/comments`, 'Pages']);
    const workflow_run = {
      head_sha: headSha,
      head_branch: headBranch,
      head_repository: { full_name: fixture.github.repository },
    };
    const pull_requests = [{ number, head: { sha: headSha } }];
    await fixture.run('workflow_run', { workflow_run: { ...workflow_run, pull_requests } }, baseSha);
    expect(asked()).toEqual(['Repository', 'Recheck']);
    await fixture.run('workflow_run', { workflow_run: { ...workflow_run, pull_requests: [] } }, baseSha);
    expect(asked()).toEqual(['Search', 'Repository', 'Recheck']);
  });
});
