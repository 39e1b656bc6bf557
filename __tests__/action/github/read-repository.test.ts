import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { GitHubClient } from '../../../src/action/github/client.js';
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
        baseRef: 'main',
        labels: [],
        approvals: [],
        changedFiles: { paths: ['llm-budget.lock.json', 'llm-budget.yml'], complete: true },
        comments: { own: [], complete: true, problem: null },
      },
      warnings: [],
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

  it("reads the pull request's own head and the merge base for pull_request_target", async () => {
    const pull = await openPullRequest();
    await server.commit({ 'llm-budget.yml': 'main went on' }, { parents: [firstMain], branch: 'main' });
    const facts = await read(pullRequestTargetRun(server, pull.number));
    expect(facts.head).toEqual({ sha: pull.headSha, text: 'head' });
    expect(facts.base).toEqual({ sha: firstMain, text: 'policy', problem: null });
    expect(facts.policyText).toBe('main went on');
  });

  it('says in words that a pull request has nothing in common with its base branch', async () => {
    const head = await server.commit({ 'llm-budget.yml': 'orphan' });
    const pull = await server.openPullRequest({ head, mergeFiles: {}, branch: 'orphan' });
    pull.changedFiles = [];
    const facts = await read(pullRequestTargetRun(server, pull.number));
    expect(facts.base).toEqual({
      sha: null,
      text: null,
      problem: 'the pull request has no commit in common with its base branch',
    });
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

  it('tells a base that is not the default branch, and a pull request that was retargeted since', async () => {
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
  it('has the labels, and who approved the head commit', async () => {
    const pull = await openPullRequest();
    server.addLabel(pull.number, 'llm-budget-override');
    server.addReview(pull.number, { author: 'alice' });
    server.addReview(pull.number, { author: 'mallory', canPush: false });
    server.addReview(pull.number, { author: 'bob' });
    const facts = await read(pullRequestRun(server, pull.number));
    expect(facts.pullRequest?.labels).toEqual(['llm-budget-override']);
    expect(facts.pullRequest?.approvals).toEqual(['bob']);
  });

  it('has no approval for a run about an older commit than the one that was approved', async () => {
    const pull = await openPullRequest();
    const older = pullRequestRun(server, pull.number);
    const head = await server.commit({ 'llm-budget.yml': 'newer' }, { parents: [pull.headSha] });
    await server.push(pull.number, head, { 'llm-budget.yml': 'newer' });
    server.addReview(pull.number, { author: 'bob' });
    expect((await read(older)).pullRequest?.approvals).toEqual([]);
    expect((await read(pullRequestRun(server, pull.number))).pullRequest?.approvals).toEqual(['bob']);
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
  it('follows all lists with shared requests', async () => {
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
    expect(facts.pullRequest?.approvals).toEqual(['carol']);
    expect(facts.pullRequest?.comments).toEqual({
      own: [{ id: ours, nodeId: `IC_${String(ours)}`, body: 'ours' }],
      complete: true,
      problem: null,
    });
    expect(server.requests.map((request) => request.operation)).toEqual(['Repository', 'Pages', 'Pages', 'Bodies']);
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
    expect(facts.warnings).toEqual([expect.stringContaining('`pull-requests: write`')]);
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
