import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { manifestText, openChange, pullRequestPayload, fixtureForEachTest } from '../support/pull-request.js';
import { startRecordingProxy, type RecordingProxy } from '../support/recording-proxy.js';

/** GitHub Enterprise Server has its APIs below its own address; whatever leaves this machine would go through the proxy. */

const FILE = 'llm-budget.yml';
const fixture = fixtureForEachTest();
let proxy: RecordingProxy;
let stop: () => void = () => undefined;
beforeEach(async () => {
  proxy = await startRecordingProxy(() => {
    stop();
  });
});
afterEach(async () => {
  stop = () => undefined;
  await proxy.close();
});

function environment(): Record<string, string> {
  return {
    GITHUB_API_URL: `${fixture.github.url}/api/v3`,
    GITHUB_GRAPHQL_URL: `${fixture.github.url}/api/graphql`,
    GITHUB_SERVER_URL: 'https://github.example.test',
    HTTPS_PROXY: proxy.url,
    HTTP_PROXY: proxy.url,
  };
}

test('every request goes to the addresses that the runner names, and none elsewhere', async () => {
  const number = await openChange(
    fixture.github,
    { [FILE]: manifestText() },
    { [FILE]: manifestText({ count: 1000 }) },
  );
  for (let index = 0; index < 130; index += 1)
    await fixture.github.addComment(number, 'bob', `remark ${String(index)}`);
  fixture.github.clearRequests();
  const first = await fixture.runOnPullRequest(number, { variables: environment() });
  expect([first.exitCode, first.outputs.get('comment-status'), first.stderr]).toEqual([1, 'created', '']);
  const target = await fixture.run(
    'pull_request_target',
    pullRequestPayload(fixture.github, number),
    fixture.github.pullRequest(number).baseSha,
    { variables: environment(), runId: 1 },
  );
  expect(target.exitCode).toBe(1);
  const targets = fixture.github.requests.map((request) => request.target);
  expect(targets.filter((path) => path.startsWith('/api/v3/repos/acme/shop/')).length).toBeGreaterThanOrEqual(1);
  expect(targets.filter((path) => !path.startsWith('/api/v3/repos/acme/shop/') && path !== '/api/graphql')).toEqual([]);
  expect(proxy.asked).toEqual([]);
  const [comment] = (await fixture.github.comments(number)).filter(({ body }) => body.startsWith('<!--'));
  expect(comment?.body).toContain('https://github.example.test/acme/shop/');
  expect(comment?.body).not.toContain('https://github.com');
});

test('what does leave this machine goes through the proxy, without a key', async () => {
  const number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText() });
  const result = await fixture.runBundleOnPullRequest(number, {
    inputs: { 'catalogue-url': 'https://catalogue.example.test/api/v1' },
    variables: environment(),
    // The proxy refuses; there is nothing to wait for.
    started: (kill) => {
      stop = () => {
        kill('SIGTERM');
      };
    },
  });
  expect(proxy.asked[0]).toBe('CONNECT catalogue.example.test:443 HTTP/1.1');
  expect([result.exitCode, result.stderr]).toEqual([2, '']);
});

test.each([
  ['GITHUB_API_URL', 'javascript:alert(1)'],
  ['GITHUB_GRAPHQL_URL', '::error::x'],
  ['GITHUB_SERVER_URL', 'file:///etc'],
])('a %s that is no web address ends in 2', async (name, value) => {
  const number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText() });
  fixture.github.clearRequests();
  const result = await fixture.runOnPullRequest(number, { variables: { [name]: value } });
  expect(result.exitCode).toBe(2);
  expect(result.log).toContain(`${name} is not a URL`);
  expect(fixture.github.requests).toEqual([]);
});
