import { describe, expect, it } from '@jest/globals';
import { isGate, parseEvent, type EventEnvironment, type RunEvent } from '../../../src/action/github/event.js';

const MERGE = 'a'.repeat(40);
const HEAD = 'b'.repeat(40);
const BASE = 'c'.repeat(40);
const ZEROS = '0'.repeat(40);

const environment: EventEnvironment = {
  eventName: 'pull_request',
  repository: 'acme/shop',
  sha: MERGE,
  ref: 'refs/heads/feature/x',
  runId: '123',
  runAttempt: '2',
};
function parse(eventName: string | undefined, payload: unknown, changes: Partial<EventEnvironment> = {}): RunEvent {
  return parseEvent({ ...environment, eventName, ...changes }, payload);
}
const pullRequest = { pull_request: { number: 7, head: { sha: HEAD }, base: { ref: 'main', sha: BASE } } };
const common = { repository: { owner: 'acme', name: 'shop' }, run: { id: 123, attempt: 2 } };

describe('parseEvent', () => {
  it('reads pull_request: the merge commit against its first parent', () => {
    expect(parse('pull_request', pullRequest)).toEqual({
      ...common,
      name: 'pull_request',
      head: MERGE,
      base: { kind: 'first_parent', otherwise: BASE },
      baseBranch: 'main',
      pullRequest: { kind: 'number', number: 7, head: HEAD },
      writesComment: true,
    });
  });

  it('reads pull_request_target: the test merge', () => {
    expect(parse('pull_request_target', pullRequest)).toEqual({
      ...common,
      name: 'pull_request_target',
      head: HEAD,
      base: { kind: 'test_merge', otherwise: BASE },
      baseBranch: 'main',
      pullRequest: { kind: 'number', number: 7, head: HEAD },
      writesComment: true,
    });
  });

  it('reads workflow_run: by head repository, branch and commit', () => {
    const workflow_run = { head_sha: HEAD, head_branch: 'patch-1', head_repository: { full_name: 'mallory/shop' } };
    expect(parse('workflow_run', { workflow_run })).toEqual({
      ...common,
      name: 'workflow_run',
      head: HEAD,
      base: { kind: 'test_merge', otherwise: null },
      baseBranch: null,
      pullRequest: { kind: 'search', repository: 'mallory/shop', branch: 'patch-1', head: HEAD },
      writesComment: true,
    });
  });

  it.each([
    ['pull_request', true],
    ['pull_request_target', true],
    ['merge_group', true],
    ['push', true],
    ['schedule', true],
    ['workflow_dispatch', true],
    ['workflow_run', false],
  ])('a run for %s decides the check: %j', (name, expected) => {
    expect(isGate(name)).toBe(expected);
  });

  it('has no pull request for a workflow_run whose fork is gone', () => {
    const workflow_run = { head_sha: HEAD, head_branch: 'patch-1', head_repository: null };
    expect(parse('workflow_run', { workflow_run }).pullRequest).toEqual({ kind: 'none' });
  });

  const group = { head_sha: HEAD, base_sha: BASE, base_ref: 'refs/heads/release/1.x' };
  it.each([
    [`refs/heads/gh-readonly-queue/release/1.x/pr-104-${BASE}`, { kind: 'number', number: 104, head: null }],
    [`refs/heads/gh-readonly-queue/release/1.x/pr-104-${BASE}/x`, { kind: 'none' }],
    ['refs/heads/pr-104-abc', { kind: 'none' }],
  ])('reads merge_group with the pull request from the ref %s', (head_ref, expected) => {
    expect(parse('merge_group', { merge_group: { ...group, head_ref } })).toEqual({
      ...common,
      name: 'merge_group',
      head: HEAD,
      base: { kind: 'commit', sha: BASE },
      baseBranch: 'release/1.x',
      pullRequest: expected,
      writesComment: false,
    });
  });

  it.each([
    ['the commit before', BASE, { kind: 'commit', sha: BASE }],
    ['no base where before is zeros', ZEROS, { kind: 'none' }],
    ['no base where before is zeros of SHA-256', '0'.repeat(64), { kind: 'none' }],
  ])('reads push with %s', (_, before, base) => {
    const event = parse('push', { before, after: MERGE, deleted: false });
    expect(event).toMatchObject({ head: MERGE, base, baseBranch: 'feature/x', writesComment: false });
    expect(event.pullRequest).toEqual({ kind: 'none' });
  });

  it('has no base branch for the push of a tag', () => {
    expect(parse('push', { before: ZEROS }, { ref: 'refs/tags/v1' }).baseBranch).toBeNull();
  });

  it('refuses the push that deletes a branch, and says how to leave it out', () => {
    const deleted = () => parse('push', { before: BASE, after: ZEROS, deleted: true });
    expect(deleted).toThrow(/deleted a branch or tag.*if: \$\{\{ !github\.event\.deleted \}\}/);
  });

  it.each(['schedule', 'workflow_dispatch', 'repository_dispatch', 'release', 'create'])(
    'reads %s without a base, whatever its payload is',
    (name) => {
      expect(parse(name, {})).toMatchObject({
        head: MERGE,
        base: { kind: 'none' },
        pullRequest: { kind: 'none' },
        writesComment: false,
      });
    },
  );

  it.each(['issue_comment', 'constructor', '__proto__', '', undefined, '\n::error::x'])(
    'refuses the event %j and names those it runs on',
    (name) => {
      const parsing = () => parse(name, {});
      expect(parsing).toThrow(
        /runs on pull_request, pull_request_review, pull_request_target, workflow_run, merge_group, push, schedule, workflow_dispatch, repository_dispatch, release, create$/,
      );
      expect(parsing).not.toThrow(/\n/);
    },
  );

  it.each<[string, string, unknown, RegExp]>([
    ['nothing', 'pull_request', null, /not the payload of a pull_request event.*all of it/],
    ['another event', 'pull_request', { issue: {} }, /missing or not as expected: pull_request$/],
    ['a list', 'push', [], /not the payload of a push event/],
    [
      'a head that is a branch name',
      'pull_request_target',
      { pull_request: { ...pullRequest.pull_request, head: { sha: 'main' } } },
      /pull_request\.head\.sha/,
    ],
    [
      'a number that is text',
      'pull_request',
      { pull_request: { ...pullRequest.pull_request, number: '7' } },
      /pull_request\.number/,
    ],
    ['a group without a base', 'merge_group', { merge_group: { head_sha: HEAD } }, /merge_group\.base_sha/],
  ])('refuses a payload that is %s, naming what is wrong', (_, name, payload, message) => {
    expect(() => parse(name, payload)).toThrow(message);
  });

  it.each<[string, Partial<EventEnvironment>, RegExp]>([
    ['GITHUB_SHA', { sha: 'main' }, /GITHUB_SHA is not a commit/],
    ['GITHUB_SHA', { sha: undefined }, /GITHUB_SHA is not a commit/],
    ['GITHUB_REPOSITORY', { repository: 'acme' }, /GITHUB_REPOSITORY is not "owner\/name"/],
    ['GITHUB_REPOSITORY', { repository: 'a/b/c' }, /GITHUB_REPOSITORY is not "owner\/name"/],
    ['GITHUB_REPOSITORY', { repository: undefined }, /GITHUB_REPOSITORY is not "owner\/name"/],
    ['GITHUB_RUN_ID', { runId: '-1' }, /GITHUB_RUN_ID is not a whole number/],
    ['GITHUB_RUN_ATTEMPT', { runAttempt: undefined }, /GITHUB_RUN_ATTEMPT is not a whole number/],
  ])('refuses a %s that is not what the runner sets', (_, changes, message) => {
    expect(() => parse('schedule', {}, changes)).toThrow(message);
  });
});
