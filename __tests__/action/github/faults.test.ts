import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { marker, listOwnComments } from '../../../src/action/comment/own-comments.js';
import type { GitHubClient } from '../../../src/action/github/client.js';
import { upsertComment, type CommentOutcome, type CommentStatus } from '../../../src/action/comment/comment.js';
import { readRepository } from '../../../src/action/github/read-repository.js';
import type { FakeTime } from '../../support/fake-time.js';
import { clientFor, evenTime, eventOf } from '../../support/github-client.js';
import { pullRequestRun, scheduleRun } from '../../support/github-events.js';
import { type Fault, withoutList } from '../../support/github-faults.js';
import { startGitHub, type GitHubServer } from '../../support/github-server.js';
import type { PullRequest } from '../../support/github-state.js';

const KEY = 'llm-budget.yml';
const START = Date.UTC(2026, 10, 24, 9, 0, 0);
const AN_HOUR_ON = String(START / 1000 + 3600);

let server: GitHubServer;
let client: GitHubClient;
let clock: FakeTime;
let pull: PullRequest;

beforeAll(async () => {
  server = await startGitHub();
  const main = await server.commit({ 'llm-budget.yml': 'policy' }, { branch: 'main' });
  // The first query is slow: it loads GitHub's schema and octokit.
  const warming = await clientFor(server);
  await readRepository(warming, eventOf(scheduleRun(server, main)), { manifest: KEY, lock: 'lock.json' });
});
afterAll(() => server.close());
let branches = 0;
beforeEach(async () => {
  clock = evenTime();
  client = await clientFor(server, { effects: clock });
  server.clearFaults();
  const files = { 'llm-budget.yml': 'head' };
  branches += 1;
  const head = await server.commit(files);
  pull = await server.openPullRequest({ head, mergeFiles: files, branch: `branch-${String(branches)}` });
  pull.changedFiles = [];
  server.clearRequests();
});

type Answer = Fault['answer'];
const status = (code: number, headers: Record<string, string> = {}, body?: string): Answer => ({
  kind: 'status',
  status: code,
  headers,
  ...(body === undefined ? {} : { body }),
});
/** No answer; the deadline comes once the request is there. */
const HANG: Answer = {
  kind: 'hang',
  struck: () => {
    clock.ringAlarm();
  },
};
const HTML: Answer = status(200, { 'content-type': 'text/html' }, '<html><body>Sign in</body></html>');
const errors = (error: object, data: unknown = null): Answer =>
  status(200, {}, JSON.stringify({ data, errors: [{ message: '::error::@everyone', ...error }] }));
/** https://github.com/yanyongyu/githubkit/issues/271, recorded with `x-ratelimit-remaining: 4`. */
const RATE_LIMIT_WITHOUT_DATA =
  '{"errors":[{"type":"RATE_LIMIT","code":"graphql_rate_limit","message":"API rate limit already exceeded for installation ID 123."}]}';
const RATE_LIMITS: readonly (readonly [string, Answer])[] = [
  [
    'has a limit, without data',
    status(200, { 'x-ratelimit-remaining': '4', 'x-ratelimit-reset': AN_HOUR_ON }, RATE_LIMIT_WITHOUT_DATA),
  ],
  // https://github.com/renovatebot/renovate/issues/21861
  [
    'has a limit, with the other name',
    status(
      200,
      { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': AN_HOUR_ON },
      '{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for installation ID 123."}]}',
    ),
  ],
  [
    'has a limit, with data that is null',
    status(200, { 'x-ratelimit-reset': AN_HOUR_ON }, '{"data":null,"errors":[{"type":"RATE_LIMITED"}]}'),
  ],
];
const SECONDARY = '{"message":"You have exceeded a secondary rate limit. ::warning::x"}';

describe('reading the repository when GitHub fails once', () => {
  it.each<[string, Answer, number]>([
    ['resets the connection', { kind: 'reset' }, 250],
    ['hangs', HANG, 250],
    ['cuts its answer short', { kind: 'cut' }, 250],
    ['sends half a JSON', { kind: 'half' }, 250],
    ['sends HTML with status 200', HTML, 250],
    ['sends an empty body with status 200', status(200, {}, ''), 250],
    ['answers 500', status(500), 250],
    ['answers 502 with HTML', status(502, { 'content-type': 'text/html' }, '<html>'), 250],
    ['answers 503 and asks for 3 seconds', status(503, { 'retry-after': '3' }), 3000],
    ['answers 408', status(408), 250],
    ['answers 520, as a CDN does', status(520), 250],
    ['answers 429 and asks for 5 seconds', status(429, { 'retry-after': '5' }), 5000],
    ['has a secondary limit for 7 seconds', status(403, { 'retry-after': '7' }, SECONDARY), 7000],
    ['has a GraphQL error of its own', errors({ path: ['repository'] }), 250],
    ['has a secondary limit without a time', status(403, {}, SECONDARY), 60_000],
    ['has a secondary limit with status 200', status(200, {}, SECONDARY), 60_000],
    [
      'links to a next page that does not exist',
      { kind: 'headers', headers: { link: '<http://192.0.2.1/>; rel="next"' } },
      0,
    ],
  ])('succeeds at the next attempt where it %s', async (_, answer, pause) => {
    server.fault({ on: { operation: 'Repository' }, answer });
    const facts = await readRepository(client, eventOf(pullRequestRun(server, pull.number)), {
      manifest: KEY,
      lock: 'lock.json',
    });
    expect(facts.policyText).toBe('policy');
    expect(facts.lockfileText).toBeNull();
    expect(clock.pauses).toEqual(pause === 0 ? [] : [pause]);
  });
});

describe('reading the repository when GitHub does not answer', () => {
  it.each<[string, Answer, number, RegExp]>([
    ['resets every connection', { kind: 'reset' }, 4, /could not be read.*runner reaches GitHub, through the proxy/],
    ['hangs', HANG, 4, /no whole answer within 20 s/],
    ['answers 500', status(500), 4, /answered 500/],
    ['sends HTML with status 200', HTML, 4, /not JSON.*GITHUB_GRAPHQL_URL/],
    ['sends half a JSON', { kind: 'half' }, 4, /cut short/],
    ['answers 401', status(401), 1, /github-token is not valid/],
    ['answers 403', status(403, {}, '{"message":"::error::x"}'), 1, /`contents: read`/],
    ['answers 404', status(404), 1, /`contents: read`/],
    ['answers 451', status(451), 1, /answered 451/],
    ['redirects', status(302, { location: 'http://192.0.2.1/' }), 1, /redirect/],
    ['does not know the repository', errors({ type: 'NOT_FOUND', path: ['repository'] }), 1, /`contents: read`/],
    ['may not show the repository', errors({ type: 'FORBIDDEN', path: ['repository'] }), 1, /`contents: read`/],
    [
      'does not know a field',
      errors({ extensions: { code: 'undefinedField' } }),
      1,
      /GraphQL error undefinedField.*This GitHub Enterprise Server is too old/,
    ],
    ['has an error with a name of its own', errors({ type: '##[error]::x' }), 1, /GraphQL error: ":error:everyone"/],
    ['sends an answer without data', status(200, {}, '{"data":null}'), 1, /not what was asked for/],
    ['sends a JSON of something else', status(200, {}, '[1,2,3]'), 4, /not a GraphQL answer/],
    [
      'has a limit for an hour',
      status(403, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': AN_HOUR_ON }),
      1,
      /again after 2026-11-24T10:00:00Z/,
    ],
    // The pause of a minute fits twice into 150 s.
    ['has a secondary limit without a time', status(403, {}, SECONDARY), 3, /again in some minutes/],
    ...RATE_LIMITS.map<[string, Answer, number, RegExp]>(([name, answer]) => [
      name,
      answer,
      1,
      /too many requests.*again after 2026-11-24T10:00:00Z/,
    ]),
    [
      'has a limit without any time',
      status(200, {}, RATE_LIMIT_WITHOUT_DATA),
      1,
      /too many requests.*again in some minutes/,
    ],
    // The form of an unknown field: the code `undefinedField`, and no `data` key.
    [
      'is an Enterprise Server without the field',
      status(
        200,
        {},
        `{"errors":[{"path":["query Repository","repository","pullRequest","comments","nodes","fullDatabaseId"],"extensions":{"code":"undefinedField","typeName":"IssueComment","fieldName":"fullDatabaseId"},"locations":[{"line":1,"column":1}],"message":"Field 'fullDatabaseId' doesn't exist on type 'IssueComment'"}]}`,
      ),
      1,
      /Field 'fullDatabaseId' doesn't exist on type 'IssueComment'".*This GitHub Enterprise Server is too old/,
    ],
    [
      'cannot read the policy',
      errors({ path: ['repository', 'defaultBranchRef', 'target', 'policy'] }, { viewer: { login: 'x' } }),
      4,
      /could not be read/,
    ],
  ])('ends with exit code 2 where it %s', async (_, answer, attempts, message) => {
    server.fault({ on: { operation: 'Repository' }, times: 10, answer });
    const reading = readRepository(client, eventOf(pullRequestRun(server, pull.number)), {
      manifest: KEY,
      lock: 'lock.json',
    });
    const error: unknown = await reading.then(
      () => null,
      (reason: unknown) => reason,
    );
    expect(error).toMatchObject({ name: 'NoVerdictError', exitCode: 2 });
    const text = error instanceof Error ? error.message : '';
    expect(text).toMatch(message);
    expect(text).not.toMatch(/::|##|@everyone/);
    expect(server.requests).toHaveLength(attempts);
  });
});

describe('reading what a verdict does not rest on', () => {
  const paths = { manifest: KEY, lock: 'lock.json' };

  it('goes on where the comments cannot be listed, and says why none is written', async () => {
    for (let index = 0; index < 101; index += 1) await server.addComment(pull.number, 'github-actions[bot]', 'x');
    server.addReview(pull.number, { author: 'bob' });
    server.fault({ on: { operation: 'Pages' }, times: ALWAYS, answer: status(503) });
    const facts = await readRepository(client, eventOf(pullRequestRun(server, pull.number)), paths);
    expect(facts.head.text).toBe('head');
    expect(facts.pullRequest?.reviews).toHaveLength(1);
    const warning = 'The comment was not written: GitHub answered 503: "A fault".';
    expect(facts.pullRequest?.comments?.problem).toEqual({ status: 'failed', warning });
  });

  it('counts no approval where not all reviews could be read, and says so', async () => {
    server.addLabel(pull.number, 'override');
    server.addReview(pull.number, { author: 'bob' });
    for (let index = 0; index < 100; index += 1) server.addReview(pull.number, { author: 'carol', state: 'COMMENTED' });
    server.addReview(pull.number, { author: 'bob', state: 'DISMISSED' });
    server.fault({ on: { operation: 'Pages' }, times: ALWAYS, answer: status(503) });
    const facts = await readRepository(client, eventOf(pullRequestRun(server, pull.number)), paths);
    expect(facts.pullRequest?.reviews).toEqual([]);
    expect(facts.notes).toMatchObject([
      { code: 'reviews_unread', message: expect.stringContaining('GitHub answered 503') },
    ]);
  });

  it('says so of labels and of reviews, where neither could be read to its end', async () => {
    for (let index = 0; index <= 100; index += 1) {
      server.addLabel(pull.number, `label ${String(index)}`);
      server.addReview(pull.number, { author: 'bob' });
    }
    server.fault({ on: { operation: 'Pages' }, times: ALWAYS, answer: status(503) });
    const facts = await readRepository(client, eventOf(pullRequestRun(server, pull.number)), paths);
    expect(facts.pullRequest?.labels).toHaveLength(100);
    expect(facts.pullRequest?.reviews).toEqual([]);
    expect(facts.notes.map(({ code }) => code)).toEqual(['labels_unread', 'reviews_unread']);
  });

  /** As GitHub answers where a part of a query is too much: https://github.com/spiceai/spiceai/issues/13762 */
  const TOO_MUCH = { type: 'RESOURCE_LIMITS_EXCEEDED', message: 'Resource limits for this query exceeded.' };

  it.each<[string, string[]]>([
    // Files are many: GitHub is not asked again for what changes no verdict.
    ['files', ['Repository']],
    ['reviews', ['Repository', 'Pages']],
    ['labels', ['Repository', 'Pages']],
    ['comments', ['Repository', 'Pages']],
  ])('goes on where the %s reach the resource limits of one query', async (field, requests) => {
    server.addLabel(pull.number, 'override');
    server.addReview(pull.number, { author: 'bob' });
    pull.changedFiles = ['a.ts'];
    server.fault({
      on: { operation: 'Repository' },
      answer: { kind: 'rewrite', rewrite: withoutList(field, TOO_MUCH) },
    });
    const facts = await readRepository(client, eventOf(pullRequestRun(server, pull.number)), paths);
    expect(facts.head.text).toBe('head');
    expect(facts.pullRequest?.labels).toEqual(['override']);
    expect(facts.pullRequest?.reviews).toHaveLength(1);
    expect(facts.pullRequest?.comments).toMatchObject({ problem: null, listing: { complete: true } });
    const files = field === 'files' ? { paths: [], complete: false } : { paths: ['a.ts'], complete: true };
    expect(facts.pullRequest?.changedFiles).toEqual(files);
    expect(facts.notes).toEqual([]);
    expect(server.requests.map(({ operation }) => operation)).toEqual(requests);
  });

  it.each([502, 504])('asks in smaller parts where the large query is answered with %i', async (code) => {
    server.addReview(pull.number, { author: 'bob' });
    pull.changedFiles = Array.from({ length: 60 }, (_, index) => `src/${String(index)}.ts`);
    server.fault({ on: { operation: 'Repository', body: /"withLists":true/ }, times: ALWAYS, answer: status(code) });
    server.fault({
      on: { operation: 'Pages', body: /"size":100.*"withFiles":true/ },
      times: ALWAYS,
      answer: status(code),
    });
    const facts = await readRepository(client, eventOf(pullRequestRun(server, pull.number)), paths);
    expect(facts.pullRequest?.changedFiles).toEqual({ paths: pull.changedFiles, complete: true });
    expect(facts.pullRequest?.reviews).toHaveLength(1);
    expect(facts.pullRequest?.comments).toMatchObject({ problem: null, listing: { complete: true } });
  });
});

async function say(text: string, run: number): Promise<CommentOutcome> {
  const comments = await listOwnComments(client, pull.number);
  return await upsertComment(client.within(60_000), {
    pullRequest: { number: pull.number },
    key: KEY,
    run: { id: run, attempt: 1, headSha: comments.headSha },
    body: text,
    sameText: (a, b) => a === b,
    comments,
  });
}

function bodyOf(run: number, text: string): string {
  return `${marker({ key: KEY, runId: run, runAttempt: 1, headSha: pull.headSha })}\n${text}`;
}
async function bodies(): Promise<string[]> {
  return (await server.comments(pull.number)).map((comment) => comment.body);
}

interface WriteFault {
  readonly effect?: boolean;
  readonly times?: number;
  readonly answer: Answer;
}
const ALWAYS = 20;

describe('a comment is there once where GitHub fails once', () => {
  it.each<[string, WriteFault]>([
    ['resets the connection before it was done', { answer: { kind: 'reset' } }],
    ['resets the connection after it was done', { effect: true, answer: { kind: 'reset' } }],
    ['hangs before it was done', { answer: HANG }],
    ['hangs after it was done', { effect: true, answer: HANG }],
    ['answers 500 before it was done', { answer: status(500) }],
    ['answers 500 after it was done', { effect: true, answer: status(500) }],
    ['answers 502 after it was done', { effect: true, answer: status(502) }],
    ['answers 504 after it was done', { effect: true, answer: status(504) }],
    ['cuts its answer short', { answer: { kind: 'cut' } }],
    ['sends half a JSON', { answer: { kind: 'half' } }],
    ['sends HTML after it was done', { effect: true, answer: HTML }],
    ['sends HTML with status 200 instead', { answer: HTML }],
    ['answers 429 for 9 seconds', { answer: status(429, { 'retry-after': '9' }) }],
    ['has a secondary limit for 9 seconds', { answer: status(403, { 'retry-after': '9' }, SECONDARY) }],
    ['links to another host', { answer: { kind: 'headers', headers: { link: '<http://192.0.2.1/>; rel="next"' } } }],
  ])('where it %s', async (_, fault) => {
    server.fault({ on: { method: 'POST', path: /comments$/ }, ...fault });
    expect(await say('first', 1)).toEqual({ status: 'created', warning: null });
    expect(await bodies()).toEqual([bodyOf(1, 'first')]);
    server.fault({ on: { method: 'PATCH' }, ...fault });
    expect(await say('second', 2)).toEqual({ status: 'updated', warning: null });
    expect(await bodies()).toEqual([bodyOf(2, 'second')]);
  });

  it('does not post again before it has looked', async () => {
    server.fault({ on: { method: 'POST', path: /comments$/ }, times: 2, answer: status(502) });
    await say('first', 1);
    const asked = server.requests.map((request) => request.operation ?? request.method);
    expect(asked).toEqual(['Pages', 'POST', 'Pages', 'POST', 'Pages', 'POST', 'Pages']);
  });
});

describe('a comment that cannot be written is a status and a warning', () => {
  it.each<[string, WriteFault, CommentStatus, RegExp]>([
    ['answers 403', { answer: status(403) }, 'forbidden', /`pull-requests: write`; add it under `permissions:`/],
    [
      'answers that the conversation is locked',
      { answer: status(403, {}, '{"message":"Unable to create comment because issue is locked."}') },
      'forbidden',
      /conversation is locked/,
    ],
    ['answers 401', { answer: status(401) }, 'failed', /github-token is not valid/],
    ['answers 404', { answer: status(404) }, 'failed', /answered 404/],
    ['answers 410', { answer: status(410) }, 'failed', /answered 410/],
    ['answers 422', { answer: status(422) }, 'failed', /answered 422/],
    ['answers 451', { answer: status(451) }, 'failed', /answered 451/],
    ['answers 500', { answer: status(500) }, 'failed', /answered 500/],
    ['resets every connection', { answer: { kind: 'reset' } }, 'failed', /not written: GitHub/],
    ['hangs', { answer: HANG }, 'failed', /no whole answer/],
    ['sends HTML with status 200', { answer: HTML }, 'failed', /not JSON/],
    ['redirects', { answer: status(307, { location: 'http://192.0.2.1/' }) }, 'failed', /redirect/],
    [
      'has a secondary limit for two minutes',
      { answer: status(403, { 'retry-after': '120' }, SECONDARY) },
      'skipped',
      /before 2026-11-24T09:02:00Z/,
    ],
    [
      'has a limit for an hour',
      { answer: status(429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': AN_HOUR_ON }) },
      'skipped',
      /before 2026-11-24T10:00:00Z/,
    ],
    ['has a limit without a time', { answer: status(403, {}, SECONDARY) }, 'skipped', /does not say for how long/],
  ])('where it %s', async (_, fault, expected, warning) => {
    server.fault({ on: { method: 'POST', path: /comments$/ }, times: ALWAYS, ...fault });
    const outcome = await say('first', 1);
    expect(outcome.status).toBe(expected);
    expect(outcome.warning).toMatch(warning);
    expect(outcome.warning).not.toMatch(/::/);
    expect(await bodies()).toEqual([]);
  });

  it.each<[string, Answer, CommentStatus]>([
    ['answers 403', status(403), 'forbidden'],
    ['answers 422', status(422), 'failed'],
    ['answers 500', status(500), 'failed'],
    ['has a limit for an hour', status(403, { 'retry-after': '3600' }), 'skipped'],
  ])('where it %s to a change, and leaves the comment as it was', async (_, answer, expected) => {
    await say('first', 1);
    server.fault({ on: { method: 'PATCH' }, times: ALWAYS, answer });
    expect((await say('second', 2)).status).toBe(expected);
    expect(await bodies()).toEqual([bodyOf(1, 'first')]);
  });

  it('where duplicates cannot be removed, with the kept one up to date', async () => {
    await server.addComment(pull.number, 'github-actions[bot]', bodyOf(1, 'one'));
    await server.addComment(pull.number, 'github-actions[bot]', bodyOf(1, 'two'));
    server.fault({ on: { method: 'DELETE' }, times: ALWAYS, answer: status(500) });
    expect((await say('second', 2)).status).toBe('failed');
    expect(await bodies()).toEqual([bodyOf(2, 'second'), bodyOf(1, 'two')]);
  });

  it('is created all the same where only the look for duplicates fails', async () => {
    const comments = await listOwnComments(client, pull.number);
    const { headSha } = comments;
    server.fault({ on: { operation: 'Pages' }, times: ALWAYS, answer: status(502) });
    const run = { id: 1, attempt: 1, headSha };
    const request = { pullRequest: { number: pull.number }, key: KEY, run, body: 'first' };
    const outcome = await upsertComment(client, { ...request, sameText: (a, b) => a === b, comments });
    expect(outcome.status).toBe('created');
    expect(outcome.warning).toMatch(/502/);
  });

  it('where the token only reads, as for a fork', async () => {
    client = await clientFor(server, { token: server.readOnlyToken, effects: clock });
    expect((await say('first', 1)).status).toBe('forbidden');
    expect(await bodies()).toEqual([]);
  });

  it('within a minute in all, however the pauses add up', async () => {
    server.fault({ on: { method: 'POST', path: /comments$/ }, times: 2, answer: status(503, { 'retry-after': '25' }) });
    server.fault({ on: { operation: 'Pages' }, times: ALWAYS, answer: status(503, { 'retry-after': '25' }) });
    const run = { id: 1, attempt: 1, headSha: pull.headSha };
    const request = { pullRequest: pull, key: KEY, run, body: 'x', sameText: () => false };
    const comments = { own: [], complete: true, headSha: pull.headSha };
    const outcome = await upsertComment(client.within(60_000), { ...request, comments });
    expect(outcome.status).toBe('failed');
    expect(clock.now() - START).toBeLessThanOrEqual(60_000);
  });
});
