import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { GitHubClient } from '../../../src/action/github/client.js';
import { readApprovals } from '../../../src/action/github/pull-request.js';
import { readRepository, type RepositoryFacts } from '../../../src/action/github/read-repository.js';
import { clientFor, eventOf, evenTime } from '../../support/github-client.js';
import {
  mergeGroupRun,
  pullRequestRun,
  pullRequestTargetRun,
  pushRun,
  scheduleRun,
  workflowRunRun,
  type TestRun,
} from '../../support/github-events.js';
import type { Fault } from '../../support/github-faults.js';
import { startGitHub, type GitHubServer } from '../../support/github-server.js';
import type { FileContent, PullRequest } from '../../support/github-state.js';

const PATHS = { manifest: 'llm-budget.yml', lock: 'llm-budget.lock.json' };

let server: GitHubServer;
let client: GitHubClient;
let firstMain: string;

beforeAll(async () => {
  server = await startGitHub();
  firstMain = await server.commit({ 'llm-budget.yml': 'policy', 'llm-budget.lock.json': '{}' }, { branch: 'main' });
});
afterAll(() => server.close());
beforeEach(async () => {
  await server.setBranch('main', firstMain);
  client = await clientFor(server);
  server.clearFaults();
  server.clearRequests();
});

let branches = 0;
/** A pull request from a new branch whose files, alone and merged, are these. */
async function openPullRequest(
  files: Record<string, FileContent> = { 'llm-budget.yml': 'head' },
  options: Partial<Parameters<GitHubServer['openPullRequest']>[0]> = {},
): Promise<PullRequest> {
  const head = await server.commit(files, { parents: [firstMain] });
  branches += 1;
  return await server.openPullRequest({ head, mergeFiles: files, branch: `branch-${String(branches)}`, ...options });
}

function read(run: TestRun): Promise<RepositoryFacts> {
  return readRepository(client, eventOf(run), PATHS);
}

describe('what is read at which commit', () => {
  it('reads head at the merge commit and base at its first parent for pull_request, with one request', async () => {
    const pull = await openPullRequest();
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts).toEqual({
      defaultBranch: { name: 'main', sha: firstMain },
      policyText: 'policy',
      lockfileText: '{}',
      head: { sha: pull.mergeSha, text: 'head' },
      base: { sha: firstMain, text: 'policy', problem: null },
      baseIsDefaultBranch: true,
      pullRequest: {
        number: pull.number,
        author: 'alice',
        headSha: pull.headSha,
        headBranch: pull.headBranch,
        headRepository: 'acme/shop',
        baseRef: 'main',
        baseTip: firstMain,
        labels: [],
        reviews: [],
        changedFiles: { paths: ['llm-budget.lock.json', 'llm-budget.yml'], complete: true },
        comments: {
          listing: { items: [], next: null, complete: true, pages: 1 },
          viewer: 'github-actions[bot]',
          problem: null,
        },
        notes: [],
      },
      notes: [],
    });
    expect(server.requests.map((request) => request.operation)).toEqual(['Repository']);
  });

  it("takes pull_request.base.sha where the runner's commit has no parent", async () => {
    const pull = await openPullRequest();
    pull.mergeSha = await server.commit({ 'llm-budget.yml': 'rootless' });
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts.head.text).toBe('rootless');
    expect(facts.base).toEqual({ sha: firstMain, text: 'policy', problem: null });
  });

  it('reads policy and lock on the default branch as it is now, not at the base', async () => {
    const pull = await openPullRequest();
    const newMain = await server.commit({ 'llm-budget.yml': 'stricter' }, { parents: [firstMain], branch: 'main' });
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts.defaultBranch.sha).toBe(newMain);
    expect(facts.policyText).toBe('stricter');
    expect(facts.lockfileText).toBeNull();
    expect(facts.base?.text).toBe('policy');
  });

  describe.each([
    ['pull_request_target', pullRequestTargetRun],
    ['workflow_run', workflowRunRun],
  ])('for %s', (_, runOf) => {
    it('judges the test merge against its first parent, as pull_request does, with the same requests', async () => {
      const pull = await openPullRequest();
      pull.mergeSha = await server.commit({ 'llm-budget.yml': 'merged' }, { parents: [firstMain, pull.headSha] });
      const facts = await read(runOf(server, pull.number));
      expect(facts.head).toEqual({ sha: pull.mergeSha, text: 'merged' });
      expect(facts.base).toEqual({ sha: firstMain, text: 'policy', problem: null });
      expect(facts.notes).toEqual([]);
      expect(server.requests.map(({ operation }) => operation).filter((name) => name !== 'Search')).toEqual([
        'Repository',
      ]);
    });

    it('waits for a test merge that is being computed, and takes none of an older head', async () => {
      const pull = await openPullRequest();
      const stale = await server.commit({ 'llm-budget.yml': 'stale' }, { parents: [firstMain, firstMain] });
      pull.merges = [
        { mergeable: 'UNKNOWN', commit: null },
        { mergeable: 'MERGEABLE', commit: stale },
        { mergeable: 'MERGEABLE', commit: pull.mergeSha },
      ];
      expect((await read(runOf(server, pull.number))).head.sha).toBe(pull.mergeSha);
      expect(server.requests.map(({ operation }) => operation).filter((name) => name === 'Merge')).toHaveLength(2);
    });

    it('ends the run after 30 s without a test merge, and says to run it again', async () => {
      const pull = await openPullRequest();
      pull.merges = [{ mergeable: 'UNKNOWN', commit: null }];
      const time = evenTime();
      client = await clientFor(server, { effects: time });
      const start = time.now();
      await expect(read(runOf(server, pull.number))).rejects.toThrow(
        `GitHub has not computed the merge of pull request ${String(pull.number)} within 30 s; run the job again`,
      );
      expect(time.now() - start).toBe(30_000);
    });

    it('judges the commit of the branch against the merge base where there is a conflict, and says so', async () => {
      const pull = await openPullRequest();
      await server.commit({ 'llm-budget.yml': 'main went on' }, { parents: [firstMain], branch: 'main' });
      pull.merges = [{ mergeable: 'CONFLICTING', commit: null }];
      const facts = await read(runOf(server, pull.number));
      expect(facts.head).toEqual({ sha: pull.headSha, text: 'head' });
      expect(facts.base).toEqual({ sha: firstMain, text: 'policy', problem: null });
      expect(facts.policyText).toBe('main went on');
      expect(facts.notes).toMatchObject([{ code: 'merge_conflict' }]);
    });

    it('names a pull request that has nothing in common with its base branch', async () => {
      const head = await server.commit({ 'llm-budget.yml': 'orphan' });
      const pull = await server.openPullRequest({ head, mergeFiles: {}, branch: `orphan-${head.slice(0, 6)}` });
      pull.changedFiles = [];
      pull.merges = [{ mergeable: 'CONFLICTING', commit: null }];
      const facts = await read(runOf(server, pull.number));
      expect(facts.base).toEqual({
        sha: null,
        text: null,
        problem: 'the pull request has no commit in common with its base branch',
      });
    });
  });

  it('judges the commit of the event where the pull request of pull_request_target has moved on or is closed', async () => {
    const pull = await openPullRequest();
    const older = pullRequestTargetRun(server, pull.number);
    const { headSha } = pull;
    await server.push(pull.number, await server.commit({ a: 'b' }, { parents: [headSha] }), { a: 'b' });
    expect((await read(older)).head.sha).toBe(headSha);
    pull.open = false;
    expect((await read(pullRequestTargetRun(server, pull.number))).head.sha).toBe(pull.headSha);
  });

  it('takes the pull request that the payload of a workflow_run names, of several with one head', async () => {
    const older = await openPullRequest(undefined, { branch: 'shared' });
    await server.setBranch('release-1', firstMain);
    const newer = await server.openPullRequest({
      head: older.headSha,
      mergeFiles: { 'llm-budget.yml': 'head' },
      branch: 'shared',
      base: 'release-1',
    });
    const named = workflowRunRun(server, older.number, { pullRequests: [older.number] });
    expect((await read(named)).pullRequest?.number).toBe(older.number);
    expect((await read(workflowRunRun(server, older.number))).pullRequest?.number).toBe(newer.number);
  });

  it('looks for the pull request of a workflow_run over all pages', async () => {
    const pull = await openPullRequest(undefined, { branch: 'patch-9' });
    const empty =
      '{"data":{"repository":{"pullRequests":{"nodes":[],"pageInfo":{"hasNextPage":true,"endCursor":"-1"}}}}}';
    server.fault({ on: { operation: 'Search' }, answer: { kind: 'status', status: 200, body: empty } });
    expect((await read(workflowRunRun(server, pull.number))).pullRequest?.number).toBe(pull.number);
  });

  it('finds the pull request of a workflow_run by head repository and commit among branches of one name', async () => {
    const files = { 'llm-budget.yml': 'fork' };
    const ours = await openPullRequest(files, { branch: 'patch-1' });
    const forked = await openPullRequest(files, { branch: 'patch-1-of-fork', headRepository: 'mallory/shop' });
    forked.headBranch = 'patch-1';
    expect((await read(workflowRunRun(server, forked.number))).pullRequest?.number).toBe(forked.number);
    expect((await read(workflowRunRun(server, ours.number))).pullRequest?.number).toBe(ours.number);
  });

  it('has no pull request and no base for a workflow_run whose commit is no open head any more', async () => {
    const pull = await openPullRequest();
    const run = workflowRunRun(server, pull.number);
    await server.push(pull.number, await server.commit({ a: 'b' }, { parents: [pull.headSha] }), {});
    const facts = await read(run);
    expect(facts.pullRequest).toBeNull();
    expect(facts.base).toBeNull();
    expect(facts.head.text).toBe('head');
  });

  it("reads the queue's commits for merge_group, with the pull request but without its comments", async () => {
    const pull = await openPullRequest();
    const head = await server.commit({ 'llm-budget.yml': 'queued' }, { parents: [firstMain, pull.headSha] });
    const facts = await read(mergeGroupRun(server, { head, base: firstMain, number: pull.number }));
    expect(facts.head).toEqual({ sha: head, text: 'queued' });
    expect(facts.base).toEqual({ sha: firstMain, text: 'policy', problem: null });
    expect(facts.pullRequest?.number).toBe(pull.number);
    expect(facts.pullRequest?.comments).toBeNull();
    expect(facts.baseIsDefaultBranch).toBe(true);
  });

  it('compares a push with the commit before, where that is still there', async () => {
    const after = await server.commit({ 'llm-budget.yml': 'pushed' }, { parents: [firstMain] });
    const facts = await read(pushRun(server, { before: firstMain, after }));
    expect(facts.head.text).toBe('pushed');
    expect(facts.base?.text).toBe('policy');
    const gone = 'a'.repeat(40);
    const forced = await read(pushRun(server, { before: gone, after }));
    expect(forced.base).toEqual({
      sha: gone,
      text: null,
      problem: `the commit ${gone} is not (any more) in the repository`,
    });
  });

  it('has no base for the first push of a branch and for a schedule', async () => {
    const first = await read(pushRun(server, { before: '0'.repeat(40), after: firstMain }));
    expect(first.base).toBeNull();
    const scheduled = await read(scheduleRun(server, firstMain));
    expect(scheduled.base).toBeNull();
    expect(scheduled.head.text).toBe('policy');
  });

  it('reports a base that is not the default branch, and a pull request that was retargeted since', async () => {
    await server.setBranch('release', firstMain);
    const release = await openPullRequest(undefined, { base: 'release' });
    expect((await read(pullRequestRun(server, release.number))).baseIsDefaultBranch).toBe(false);
    const pull = await openPullRequest();
    const run = pullRequestRun(server, pull.number);
    pull.baseBranch = 'release';
    expect((await read(run)).baseIsDefaultBranch).toBe(false);
  });
});

describe('the override', () => {
  async function approvedBy(run: TestRun): Promise<readonly string[]> {
    const { pullRequest } = await read(run);
    return pullRequest === null ? [] : (await readApprovals(client, pullRequest, ['llm-budget-override'])).approvedBy;
  }

  it('has the labels, and who approved the head commit', async () => {
    const pull = await openPullRequest();
    server.addLabel(pull.number, 'llm-budget-override');
    server.addReview(pull.number, { author: 'alice' });
    server.addReview(pull.number, { author: 'mallory', canPush: false });
    server.addReview(pull.number, { author: 'bob' });
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts.pullRequest?.labels).toEqual(['llm-budget-override']);
    expect(await approvedBy(pullRequestRun(server, pull.number))).toEqual(['bob']);
  });

  /** An override by bob, whose approval is the only one. */
  async function approvedPullRequest(): Promise<PullRequest> {
    const pull = await openPullRequest();
    server.addLabel(pull.number, 'LLM-Budget-Override');
    server.addReview(pull.number, { author: 'bob' });
    return pull;
  }

  it.each<[string, (pull: PullRequest) => void, string[]]>([
    [
      "whose head commit and last push are others'",
      ({ headSha, headBranch }) => {
        server.setMakers(headSha, { authors: ['alice', 'carol'], committer: 'carol' });
        server.addPush(headBranch, headSha, 'carol');
      },
      ['bob'],
    ],
    ['of whose commit nothing is known', () => undefined, ['bob']],
    [
      'the author of the head commit',
      ({ headSha }) => {
        server.setMakers(headSha, { authors: ['Bob'], committer: null });
      },
      [],
    ],
    [
      'a co-author of the head commit',
      ({ headSha }) => {
        server.setMakers(headSha, { authors: ['alice', 'bob'], committer: 'alice' });
      },
      [],
    ],
    [
      'the committer of the head commit',
      ({ headSha }) => {
        server.setMakers(headSha, { authors: ['alice'], committer: 'bob' });
      },
      [],
    ],
    [
      'who pushed last',
      ({ headSha, headBranch }) => {
        server.setMakers(headSha, { authors: ['alice'], committer: 'alice' });
        server.addPush(headBranch, headSha, 'bob');
      },
      [],
    ],
    [
      'who pushed before',
      ({ headSha, headBranch }) => {
        server.addPush(headBranch, firstMain, 'bob');
        server.addPush(headBranch, headSha, 'alice');
      },
      ['bob'],
    ],
    [
      'who pushed to another branch',
      ({ headSha }) => {
        server.addPush('other', headSha, 'bob');
      },
      ['bob'],
    ],
  ])('counts an approval by somebody: %s', async (_, set, expected) => {
    const pull = await approvedPullRequest();
    set(pull);
    expect(await approvedBy(pullRequestRun(server, pull.number))).toEqual(expected);
  });

  it('looks at the parent on the branch where GitHub merged the base branch into it', async () => {
    const pull = await openPullRequest();
    const own = pull.headSha;
    server.setMakers(own, { authors: ['alice'], committer: 'alice' });
    server.addPush(pull.headBranch, own, 'alice');
    const newMain = await server.commit(
      { 'llm-budget.yml': 'policy', b: 'c' },
      { parents: [firstMain], branch: 'main' },
    );
    const update = await server.commit({ 'llm-budget.yml': 'head', b: 'c' }, { parents: [own, newMain] });
    // The button "Update branch": its author is who pressed it, its committer is web-flow.
    server.setMakers(update, { authors: ['bob'], committer: 'web-flow', signedByGitHub: true });
    server.addPush(pull.headBranch, update, 'bob');
    await server.push(pull.number, update, { 'llm-budget.yml': 'head', b: 'c' });
    server.addLabel(pull.number, 'llm-budget-override');
    server.addReview(pull.number, { author: 'bob' });
    expect(await approvedBy(pullRequestRun(server, pull.number))).toEqual(['bob']);
    // The same commit, made by hand, is bob's.
    server.setMakers(update, { authors: ['bob'], committer: 'bob' });
    expect(await approvedBy(pullRequestRun(server, pull.number))).toEqual([]);
    // So is a merge by GitHub of anything but the base branch.
    const other = await server.commit({ 'llm-budget.yml': 'evil' }, { parents: [firstMain] });
    const merge = await server.commit({ 'llm-budget.yml': 'evil' }, { parents: [own, other] });
    server.setMakers(merge, { authors: ['bob'], committer: 'web-flow', signedByGitHub: true });
    await server.push(pull.number, merge, { 'llm-budget.yml': 'evil' });
    server.addReview(pull.number, { author: 'bob' });
    expect(await approvedBy(pullRequestRun(server, pull.number))).toEqual([]);
  });

  it.each<[string, Fault['on'], RegExp]>([
    [
      'who pushed',
      { path: /\/activity/ },
      /^The last push .*GitHub answered 403: "Resource not accessible by integration"/,
    ],
    ['who made the commit', { operation: 'Commit' }, /^The authors of the head commit .*GitHub answered 403/],
  ])('holds by the rest where %s cannot be read, with a note', async (_, on, message) => {
    const pull = await approvedPullRequest();
    const body = '{"message":"Resource not accessible by integration"}';
    server.fault({ on, answer: { kind: 'status', status: 403, body } });
    const { pullRequest } = await read(pullRequestRun(server, pull.number));
    if (pullRequest === null) throw new Error('no pull request');
    const { approvedBy: by, notes } = await readApprovals(client, pullRequest, ['llm-budget-override']);
    expect(by).toEqual(['bob']);
    expect(notes).toEqual([{ code: 'approvers_unread', message: expect.stringMatching(message) }]);
  });

  it.each([
    ['the label is not set', ['another-label']],
    ['the policy names no label', []],
  ])('asks for nothing more where %s', async (_, labels) => {
    const pull = await approvedPullRequest();
    const { pullRequest } = await read(pullRequestRun(server, pull.number));
    if (pullRequest === null) throw new Error('no pull request');
    server.clearRequests();
    expect(await readApprovals(client, pullRequest, labels)).toEqual({ approvedBy: ['bob'], notes: [] });
    expect(server.requests).toEqual([]);
  });

  it('has no approval for a run about an older commit than the one that was approved', async () => {
    const pull = await openPullRequest();
    const older = pullRequestRun(server, pull.number);
    const head = await server.commit({ 'llm-budget.yml': 'newer' }, { parents: [pull.headSha] });
    await server.push(pull.number, head, { 'llm-budget.yml': 'newer' });
    server.addReview(pull.number, { author: 'bob' });
    expect(await approvedBy(older)).toEqual([]);
    expect(await approvedBy(pullRequestRun(server, pull.number))).toEqual(['bob']);
  });
});

describe('absent, or not readable', () => {
  it('knows an absent manifest from the API alone', async () => {
    const bare = await server.commit({ 'README.md': 'x' }, { branch: 'main' });
    const pull = await server.openPullRequest({ head: bare, mergeFiles: { 'README.md': 'x' }, branch: 'bare' });
    pull.changedFiles = [];
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts.policyText).toBeNull();
    expect(facts.lockfileText).toBeNull();
    expect(facts.head.text).toBeNull();
    expect(facts.base).toEqual({ sha: bare, text: null, problem: null });
  });

  const big = 'x'.repeat(500_001);
  it.each<[string, FileContent, RegExp]>([
    ['a symbolic link', { link: 'other.yml' }, /is a symbolic link/],
    ['a submodule', { submodule: '1'.repeat(40) }, /is a submodule/],
    ['binary', Buffer.from([0, 1, 2]), /is binary/],
    ['larger than 500,000 bytes', big, /has 500001 bytes; at most 500000 are read/],
    ['a Git LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 3\n', /Git LFS pointer/],
  ])('ends the run where the manifest of head is %s, naming file and commit', async (_, content, message) => {
    const pull = await openPullRequest({ 'llm-budget.yml': content });
    const reading = read(pullRequestRun(server, pull.number));
    await expect(reading).rejects.toMatchObject({ exitCode: 2 });
    await expect(reading).rejects.toThrow(message);
    await expect(reading).rejects.toThrow(`"llm-budget.yml" at commit ${pull.mergeSha}`);
  });

  it.each<[string, FileContent, string]>([
    ['a symbolic link', { link: 'other.yml' }, '"llm-budget.yml" is a symbolic link; it has to be a plain file'],
    ['too large', big, '"llm-budget.yml" has 500001 bytes; at most 500000 are read'],
  ])('goes on without a base whose manifest is %s', async (_, content, problem) => {
    const parent = await server.commit({ 'llm-budget.yml': content }, { parents: [firstMain] });
    await server.setBranch('elsewhere', parent);
    const pull = await openPullRequest(undefined, { base: 'elsewhere' });
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts.base).toEqual({ sha: parent, text: null, problem });
  });

  it('ends the run where the manifest is a directory', async () => {
    const pull = await openPullRequest({ 'llm-budget.yml/a': 'x' });
    await expect(read(pullRequestRun(server, pull.number))).rejects.toThrow(/is a directory/);
  });

  it('accepts a manifest of exactly 500,000 bytes', async () => {
    const pull = await openPullRequest({ 'llm-budget.yml': 'x'.repeat(500_000) });
    expect((await read(pullRequestRun(server, pull.number))).head.text).toHaveLength(500_000);
  });

  it('ends the run where the policy on the default branch is no plain file', async () => {
    const pull = await openPullRequest();
    await server.commit({ 'llm-budget.yml': { link: 'x' } }, { branch: 'main' });
    await expect(read(pullRequestRun(server, pull.number))).rejects.toThrow(/is a symbolic link/);
  });

  it('ends the run where the default branch has no commit', async () => {
    server.setDefaultBranch('nothing-there');
    const reading = read(scheduleRun(server, firstMain));
    await expect(reading).rejects.toThrow(/default branch has no commit yet/);
    server.setDefaultBranch('main');
  });

  it('ends the run where the commit under judgement is gone', async () => {
    await expect(read(scheduleRun(server, 'b'.repeat(40)))).rejects.toThrow(/not \(any more\) in the repository/);
  });
});

describe('a pull request with more than a page of everything', () => {
  it('follows each list to its end', async () => {
    const pull = await openPullRequest();
    pull.changedFiles = Array.from({ length: 250 }, (_, index) => `src/${String(index)}.ts`);
    for (let index = 0; index < 130; index += 1)
      await server.addComment(pull.number, 'bob', `Comment ${String(index)}`);
    for (let index = 0; index < 120; index += 1) server.addReview(pull.number, { author: 'bob', state: 'COMMENTED' });
    server.addReview(pull.number, { author: 'carol' });
    const ours = await server.addComment(pull.number, 'github-actions[bot]', 'ours');
    server.clearRequests();
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts.pullRequest?.changedFiles).toEqual({ paths: pull.changedFiles, complete: true });
    expect(facts.pullRequest?.reviews.at(-1)?.author?.login).toBe('carol');
    expect(facts.pullRequest?.reviews).toHaveLength(121);
    expect(facts.pullRequest?.comments?.problem).toBeNull();
    expect(facts.pullRequest?.comments?.listing.items).toHaveLength(131);
    expect(facts.pullRequest?.comments?.listing.items.at(-1)?.fullDatabaseId).toBe(ours);
    // One for the second page of reviews and of comments, two for the other pages of files.
    const pages = ['Pages', 'Pages', 'Pages', 'Pages'];
    expect(server.requests.map((request) => request.operation)).toEqual(['Repository', ...pages]);
  });

  it('reads at most 3,000 changed files and says that there are more', async () => {
    const pull = await openPullRequest();
    pull.changedFiles = Array.from({ length: 3050 }, (_, index) => `src/${String(index)}.ts`);
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts.pullRequest?.changedFiles.paths).toHaveLength(3000);
    expect(facts.pullRequest?.changedFiles.complete).toBe(false);
  });
});

describe('a token or a network that does not do its part', () => {
  it('goes on without the pull request where the token may not read it, and names the permission', async () => {
    const pull = await openPullRequest();
    const body = JSON.stringify({ type: 'FORBIDDEN', path: ['repository', 'pullRequest'], message: 'no' });
    server.fault({
      on: { operation: 'Repository' },
      answer: {
        kind: 'rewrite',
        rewrite: (text) => text.replace(/"pullRequest":\{.*\}\}\}\}?$/s, `"pullRequest":null}},"errors":[${body}]}`),
      },
    });
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts.pullRequest).toBeNull();
    expect(facts.head.text).toBe('head');
    expect(facts.notes).toMatchObject([
      { code: 'pull_request_unread', message: expect.stringContaining('`pull-requests: write`') },
    ]);
  });

  it('goes on without the comments where the token may not read them', async () => {
    const pull = await openPullRequest();
    const error = JSON.stringify({ type: 'FORBIDDEN', path: ['repository', 'pullRequest', 'comments'], message: 'no' });
    server.fault({
      on: { operation: 'Repository' },
      answer: {
        kind: 'rewrite',
        rewrite: (text) =>
          text.replace(/"comments":\{.*?\}\}/s, '"comments":null').replace(/\}$/, `,"errors":[${error}]}`),
      },
    });
    server.fault({
      on: { operation: 'Pages' },
      answer: {
        kind: 'status',
        status: 200,
        body: JSON.stringify({
          data: { viewer: { login: 'x' }, repository: { pullRequest: { headRefOid: pull.headSha, comments: null } } },
          errors: [JSON.parse(error)],
        }),
      },
    });
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts.pullRequest?.number).toBe(pull.number);
    expect(facts.pullRequest?.comments?.problem?.status).toBe('forbidden');
  });

  it('never takes a policy that was not read for an absent one', async () => {
    const pull = await openPullRequest();
    const error = JSON.stringify({ path: ['repository', 'defaultBranchRef', 'target', 'policy'], message: 'oops' });
    server.fault({
      on: { operation: 'Repository' },
      times: 4,
      answer: {
        kind: 'rewrite',
        rewrite: (text) => text.replace(/"policy":\{.*?\}\}/s, '"policy":null').replace(/\}$/, `,"errors":[${error}]}`),
      },
    });
    const reading = read(pullRequestRun(server, pull.number));
    await expect(reading).rejects.toMatchObject({ exitCode: 2 });
    await expect(reading).rejects.toThrow(/could not be read/);
  });

  it('never takes a policy that is missing from the answer for an absent one', async () => {
    const pull = await openPullRequest();
    const rewrite = (text: string): string => text.replace(/"policy":\{.*?\}\},/s, '');
    server.fault({ on: { operation: 'Repository' }, answer: { kind: 'rewrite', rewrite } });
    const reading = read(pullRequestRun(server, pull.number));
    await expect(reading).rejects.toThrow(
      `GitHub does not say whether there is "llm-budget.yml" at commit ${firstMain}`,
    );
  });

  it('sends nothing to another host than the two it was given', async () => {
    const elsewhere = await startGitHub();
    const pull = await openPullRequest();
    const location = `${elsewhere.url}/graphql`;
    server.fault({ on: { operation: 'Repository' }, answer: { kind: 'status', status: 307, headers: { location } } });
    await expect(read(pullRequestRun(server, pull.number))).rejects.toThrow(/redirect/);
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  it('uses the addresses of a GitHub Enterprise Server, which are no neighbours', async () => {
    const pull = await openPullRequest();
    client = await clientFor(server, {
      apiUrl: `${server.url}/api/v3`,
      graphqlUrl: `${server.url}/api/graphql`,
      effects: evenTime(),
    });
    const facts = await read(pullRequestTargetRun(server, pull.number));
    expect(facts.base?.text).toBe('policy');
  });
});
