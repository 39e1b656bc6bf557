import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../support/github-faults.js';
import { manifestText, openChange, reportOf, fixtureForEachTest } from '../support/pull-request.js';
import type { InProcessResult } from '../support/run-action.js';

/**
 * The whole action before a GitHub that fails for good, with a clock of its own, so that every attempt is made. What
 * hangs until a deadline is tried on the client alone, where the deadline can be a short one.
 */

const FILE = 'llm-budget.yml';
const fixture = fixtureForEachTest();
let number: number;
beforeEach(async () => {
  number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 1000 }) });
});

function run(): Promise<InProcessResult> {
  return fixture.runOnPullRequest(number, { now: '2026-11-24T09:00:00Z' });
}

type Answer = Fault['answer'];
const status = (code: number, headers: Readonly<Record<string, string>> = {}, body = '{"message":"no"}'): Answer => ({
  kind: 'status',
  status: code,
  headers,
  body,
});
const HTML = status(200, { 'content-type': 'text/html' }, '<h1>::error::x ##[error]</h1>');
const SECONDARY = '{"message":"You have exceeded a secondary rate limit."}';
const LOCKED = '{"message":"Unable to create comment because issue is locked."}';
const POST = { method: 'POST', path: /comments$/ };

async function runWith(on: Fault['on'], answer: Answer, effect = false): Promise<InProcessResult> {
  fixture.github.clearRequests();
  fixture.github.fault({ on, times: 50, answer, effect });
  return await run();
}

describe('a comment that cannot be written for good changes no verdict', () => {
  test.each<[string, Answer, string, number, RegExp?]>([
    ['answers 401', status(401), 'failed', 1],
    ['answers 403', status(403), 'forbidden', 1, /pull-requests: write/],
    ['answers 404', status(404), 'failed', 1, /answered 404/],
    ['answers 410', status(410), 'failed', 1, /answered 410/],
    ['answers 422', status(422), 'failed', 1, /answered 422/],
    ['answers 451', status(451), 'failed', 1, /answered 451/],
    ['answers 500', status(500), 'failed', 4],
    ['answers 502', status(502), 'failed', 4],
    ['answers 520', status(520), 'failed', 4],
    ['sends HTML with status 200', HTML, 'failed', 4],
    ['sends an empty body', status(200, {}, ''), 'failed', 4],
    ['sends JSON of something else', status(201, {}, '[]'), 'failed', 1],
    ['resets the connection', { kind: 'reset' }, 'failed', 4],
    ['redirects', status(302, { location: 'http://192.0.2.1/' }), 'failed', 1, /redirect/],
    ['is locked', status(403, {}, LOCKED), 'forbidden', 1, /conversation is locked/],
    // The clock of the test stands at 09:00:00.
    [
      'limits for two minutes',
      status(403, { 'retry-after': '120' }, SECONDARY),
      'skipped',
      1,
      /before 2026-11-24T09:02:00Z/,
    ],
    [
      'limits until 2100',
      status(429, { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4102444800' }),
      'skipped',
      1,
      /before 2100-01-01T00:00:00Z/,
    ],
    ['limits by a date', status(429, { 'retry-after': 'Wed, 25 Nov 2026 09:00:00 GMT' }), 'skipped', 1],
  ])('where GitHub %s', async (_, answer, commentStatus, posts, words = /./) => {
    const result = await runWith(POST, answer);
    expect(result.exitCode).toBe(1);
    expect(Object.fromEntries(result.outputs)).toMatchObject({
      verdict: 'fail',
      'cost-per-run': '1.2',
      'comment-status': commentStatus,
    });
    expect(result.warnings).toHaveLength(1);
    expect(result.warnings[0]).not.toMatch(/::|##\[/);
    expect(result.warnings[0]).toMatch(words);
    expect(fixture.github.requests.filter(({ method, path }) => method === 'POST' && path !== '/graphql')).toHaveLength(
      posts,
    );
    expect(result.comment).toBe('');
  });

  test.each<[string, Fault['on'], Answer]>([['the list after the writing', { operation: 'Pages' }, status(502)]])(
    'where %s fails',
    async (_, on, answer) => {
      const result = await runWith(on, answer);
      expect([result.exitCode, result.outputs.get('verdict')]).toEqual([1, 'fail']);
      expect(result.warnings).toHaveLength(1);
    },
  );

  test.each<[string, Answer]>([
    ['answered with 502', status(502)],
    ['answered with 504', status(504)],
    ['reset', { kind: 'reset' }],
  ])('and one that took effect before it was %s is there once', async (_, answer) => {
    fixture.github.fault({ on: POST, effect: true, answer });
    const result = await run();
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'created']);
    expect(await fixture.github.comments(number)).toHaveLength(1);
  });
});

describe('a policy that cannot be read', () => {
  const withoutPolicy: Answer = {
    kind: 'rewrite',
    rewrite: () =>
      '{"data":null,"errors":[{"path":["repository","defaultBranchRef","target","policy"],"message":"::error::x"}]}',
  };

  test.each<[string, Answer, number, RegExp?]>([
    ['answers 500', status(500), 4],
    // Four times for everything at once, four times without the lists of the pull request.
    ['answers 502', status(502), 8],
    ['answers 429 for nine seconds each time', status(429, { 'retry-after': '9' }), 4],
    ['resets the connection', { kind: 'reset' }, 4],
    ['cuts its answer short', { kind: 'cut' }, 4],
    ['sends half a JSON', { kind: 'half' }, 4],
    ['sends HTML with status 200', HTML, 4],
    ['has an error of its own at the policy alone', withoutPolicy, 4],
    ['answers 401', status(401), 1, /github-token is not valid/],
    ['answers 403', status(403), 1, /contents: read/],
    ['answers 404', status(404), 1, /contents: read/],
    ['answers without data', status(200, {}, '{"data":null}'), 1, /not what was asked for/],
    ['answers 451', status(451), 1],
    ['wants no request for an hour', status(403, { 'retry-after': '3600' }, SECONDARY), 1],
    ['redirects', status(307, { location: 'http://192.0.2.1/' }), 1, /redirect/],
  ])(
    'where GitHub %s, ends in 2 after its attempts, and is never replaced by what head says',
    async (_, answer, attempts, words = /./) => {
      const result = await runWith({ operation: 'Repository' }, answer);
      expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
      expect(fixture.github.requests).toHaveLength(attempts);
      // The list of models is requested beside the policy; nothing is priced without the policy.
      expect(fixture.catalogue.requests.map(({ path }) => path)).toEqual(['/api/v1/models']);
      expect(result.annotations).toHaveLength(1);
      expect(result.annotations[0]?.message).not.toMatch(/::|##\[|192\.0\.2/);
      expect(result.annotations[0]?.message).toMatch(words);
      // Only a connection that failed may be the proxy's fault.
      const isConnection = answer.kind === 'reset' || answer.kind === 'cut';
      expect(/proxy/i.test(result.annotations[0]?.message ?? '')).toBe(isConnection);
      expect(await fixture.github.comments(number)).toEqual([]);
    },
  );

  test('at the first attempt alone, is read at the second', async () => {
    fixture.github.fault({ on: { operation: 'Repository' }, answer: status(503) });
    const result = await run();
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'created']);
  });
});

describe('a limit on requests', () => {
  const HOUR = String(Date.UTC(2026, 10, 24, 10) / 1000);
  /** https://github.com/yanyongyu/githubkit/issues/271, recorded with `x-ratelimit-remaining: 4`: no `data`. */
  const PRIMARY = status(
    200,
    { 'x-ratelimit-remaining': '4', 'x-ratelimit-reset': HOUR },
    '{"errors":[{"type":"RATE_LIMIT","code":"graphql_rate_limit","message":"API rate limit already exceeded for installation ID 123."}]}',
  );
  const WITHOUT_TIME = status(403, {}, SECONDARY);
  const onRepository = (times: number, answer: Answer) => {
    fixture.github.clearRequests();
    fixture.github.fault({ on: { operation: 'Repository' }, times, answer });
    return run();
  };

  test('of an hour ends in 2 after one request, and the message has the time to run again and the words of GitHub', async () => {
    const result = await onRepository(9, PRIMARY);
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
    expect(fixture.github.requests).toHaveLength(1);
    expect(result.annotations[0]?.message).toMatch(/again after 2026-11-24T10:00:00Z/);
    expect(result.annotations[0]?.message).toContain('API rate limit already exceeded for installation ID 123.');
  });

  test('of an hour at the comment leaves the verdict, and the comment is skipped after one request', async () => {
    await run();
    const head = await fixture.github.commit(
      { [FILE]: manifestText({ count: 900 }) },
      { parents: [fixture.github.pullRequest(number).headSha] },
    );
    await fixture.github.push(number, head, { [FILE]: manifestText({ count: 900 }) });
    const result = await runWith({ operation: 'Recheck' }, PRIMARY);
    expect(Object.fromEntries(result.outputs)).toMatchObject({ verdict: 'fail', 'comment-status': 'skipped' });
    expect([result.exitCode, fixture.github.requests.map(({ operation }) => operation)]).toEqual([
      1,
      ['Repository', 'Recheck'],
    ]);
    expect(result.warnings).toEqual([expect.stringContaining('2026-11-24T10:00:00Z')]);
  });

  // All reads have 150 s together, so the minute that GitHub advises fits twice.
  test.each([1, 2])('without a time, met %i times, is waited for, a minute each', async (times) => {
    const result = await onRepository(times, WITHOUT_TIME);
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'created']);
    expect(result.pauses).toEqual(Array.from({ length: times }, () => 60_000));
  });

  test('without a time, met a third time, ends in 2', async () => {
    const result = await onRepository(9, WITHOUT_TIME);
    expect([result.exitCode, result.pauses]).toEqual([2, [60_000, 60_000]]);
    expect(result.annotations[0]?.message).toMatch(/run the job again in some minutes/);
  });
});

test('a field that the server does not know ends in 2 after one request: it is too old', async () => {
  // The form of an unknown field: the code `undefinedField`, and no `data` key.
  const body =
    '{"errors":[{"path":["query Repository","repository","pullRequest","comments","nodes","fullDatabaseId"],"extensions":{"code":"undefinedField","typeName":"IssueComment","fieldName":"fullDatabaseId"},"locations":[{"line":1,"column":1}],"message":"Field \'fullDatabaseId\' doesn\'t exist on type \'IssueComment\'"}]}';
  const result = await runWith({ operation: 'Repository' }, status(200, {}, body));
  expect([result.exitCode, fixture.github.requests.length]).toEqual([2, 1]);
  expect(result.annotations[0]?.message).toContain('This GitHub Enterprise Server is too old');
  expect(result.annotations[0]?.message).toContain("Field 'fullDatabaseId' doesn't exist on type 'IssueComment'");
});

describe('a pull request that is too much for GitHub keeps its verdict', () => {
  /** As GitHub answers where a part of a query is too much: https://github.com/spiceai/spiceai/issues/13762 */
  const without = (field: string): Answer => {
    const error = {
      type: 'RESOURCE_LIMITS_EXCEEDED',
      path: ['repository', 'pullRequest', field],
      message: 'Resource limits for this query exceeded.',
    };
    const cut = new RegExp(`"${field}":\\{"nodes":.*?"pageInfo":\\{[^}]*\\}\\}`);
    return {
      kind: 'rewrite',
      rewrite: (text) => text.replace(cut, `"${field}":null`).replace(/\}$/, `,"errors":[${JSON.stringify(error)}]}`),
    };
  };
  const LISTS = /"withLists":true/;
  const codes = (result: InProcessResult) => reportOf(result).notes.map(({ code }) => code);

  test('where its files are not listed, with a note', async () => {
    const result = await runWith({ operation: 'Repository' }, without('files'));
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'created']);
    expect(codes(result)).toContain('changed_files_incomplete');
  });

  test('where its comments are listed in smaller pages alone', async () => {
    for (let index = 0; index < 60; index += 1)
      await fixture.github.addComment(number, 'bob', `remark ${String(index)}`);
    fixture.github.fault({ on: { operation: 'Pages', body: /"size":100/ }, times: 50, answer: without('comments') });
    const result = await runWith({ operation: 'Repository' }, without('comments'));
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'created']);
    expect(fixture.github.requests.map(({ operation }) => operation)).toContain('Pages');
  });

  test('where its comments are not listed at all: the comment is not written, with a warning', async () => {
    const result = await runWith({ body: /"withComments":true/ }, status(502));
    expect(Object.fromEntries(result.outputs)).toMatchObject({ verdict: 'fail', 'comment-status': 'failed' });
    expect([result.exitCode, result.warnings]).toEqual([1, [expect.stringContaining('GitHub answered 502')]]);
  });

  test.each([502, 504])('where the large query is answered with %i: its lists are requested apart', async (code) => {
    const result = await runWith({ operation: 'Repository', body: LISTS }, status(code));
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'created']);
    expect(codes(result)).not.toContain('changed_files_incomplete');
  });

  test('and needs none of this as it usually is', async () => {
    fixture.github.clearRequests();
    const result = await run();
    expect([result.exitCode, codes(result).includes('changed_files_incomplete')]).toEqual([1, false]);
    expect(fixture.github.requests).toHaveLength(3);
  });
});
