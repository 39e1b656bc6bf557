import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from '../support/github-faults.js';
import { manifestText, openChange, startStage } from '../support/pull-request.js';
import type { Stage } from '../support/pull-request.js';
import { commandsIn } from '../support/runner.js';

/** The built bundle before a GitHub that stumbles over the comment: one comment or none, and the same verdict. */

const FILE = 'llm-budget.yml';
const OVER = manifestText({ count: 1000 });
let stage: Stage;
let number: number;
beforeEach(async () => {
  stage = await startStage();
  number = await openChange(stage.github, { [FILE]: manifestText() }, { [FILE]: OVER });
});
afterEach(async () => {
  await stage.close();
});

const POST = { method: 'POST', path: /comments$/ };

function status(code: number, body = '{"message":"no"}', headers: Readonly<Record<string, string>> = {}): Fault {
  return { on: POST, times: 20, answer: { kind: 'status', status: code, headers, body } };
}

const HTML: Fault = {
  on: POST,
  answer: { kind: 'status', status: 200, headers: { 'content-type': 'text/html' }, body: '<h1>::error::x</h1>' },
};

describe('a comment that stumbles is there once', () => {
  test.each<[string, Fault]>([
    ['answered with 502 after it took effect', { on: POST, effect: true, answer: { kind: 'status', status: 502 } }],
    ['reset after it took effect', { on: POST, effect: true, answer: { kind: 'reset' } }],
    ['answered with half a JSON', { on: POST, answer: { kind: 'half' } }],
    ['answered with HTML and status 200', HTML],
  ])('where it was %s', async (_, fault) => {
    stage.github.fault(fault);
    const result = await stage.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'created']);
    expect(await stage.github.comments(number)).toHaveLength(1);
  });
});

describe('a comment that cannot be written changes no verdict', () => {
  test.each<[string, Fault, string, RegExp]>([
    ['403', status(403), 'forbidden', /pull-requests: write/],
    ['404', status(404), 'failed', /answered 404/],
    ['410', status(410), 'failed', /answered 410/],
    ['422', status(422), 'failed', /answered 422/],
    ['451', status(451), 'failed', /answered 451/],
    ['a lock', status(403, '{"message":"Issue is locked"}'), 'forbidden', /conversation is locked/],
    ['a redirect', status(301, '', { location: 'http://192.0.2.1/' }), 'failed', /redirect/],
    [
      'a secondary limit of two minutes',
      status(403, '{"message":"You have exceeded a secondary rate limit"}', { 'retry-after': '120' }),
      'skipped',
      /no more requests from this token before \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/,
    ],
    [
      'a limit that ends in an hour',
      status(429, '{}', { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '4102444800' }),
      'skipped',
      /before 2100-01-01T00:00:00Z/,
    ],
  ])('where GitHub answers with %s', async (_, fault, commentStatus, warning) => {
    stage.github.fault(fault);
    const result = await stage.runOnPullRequest(number);
    expect(result.exitCode).toBe(1);
    expect(Object.fromEntries(result.outputs)).toMatchObject({
      verdict: 'fail',
      'cost-per-run': '1.2',
      'comment-status': commentStatus,
    });
    const warnings = commandsIn(result.stdout).filter(({ name }) => name === 'warning');
    expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(warning)]);
    expect(await stage.github.comments(number)).toEqual([]);
  });
});

describe('a policy that cannot be read', () => {
  test.each<[string, Fault['answer'], RegExp]>([
    ['401', { kind: 'status', status: 401 }, /github-token is not valid/],
    ['403', { kind: 'status', status: 403 }, /contents: read/],
    ['404', { kind: 'status', status: 404 }, /contents: read/],
    ['no data', { kind: 'status', status: 200, body: '{"data":null}' }, /not what was asked for/],
    ['a redirect', { kind: 'status', status: 302, headers: { location: 'http://192.0.2.1/' } }, /redirect/],
  ])('(%s) ends in 2, never in a pass by the rules of the change', async (_, answer, message) => {
    stage.github.fault({ on: { operation: 'Repository' }, times: 20, answer });
    const result = await stage.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
    expect(result.stdout).toMatch(message);
    expect(stage.catalogue.requests).toEqual([]);
    expect(await stage.github.comments(number)).toEqual([]);
  });
});
