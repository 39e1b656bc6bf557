import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { z } from 'zod';
import { clientFor, evenTime } from '../../support/github-client.js';
import { startGitHub, type GitHubServer } from '../../support/github-server.js';

let server: GitHubServer;
beforeAll(async () => {
  server = await startGitHub();
  await server.commit({}, { branch: 'main' });
});
afterAll(() => server.close());
beforeEach(() => {
  server.clearFaults();
  server.clearRequests();
});

const ROUTE = 'GET /repos/{owner}/{repo}';
const repository = z.object({ full_name: z.string() });

describe('the client', () => {
  it('sends the token, a name, and no more than octokit needs, to the address it was given', async () => {
    const client = await clientFor(server, { apiUrl: `${server.url}/` });
    expect(await client.request(ROUTE, {}, repository)).toEqual({ full_name: 'acme/shop' });
    const [request] = server.requests;
    expect(request?.path).toBe('/repos/acme/shop');
    expect(request?.headers.authorization).toBe(`token ${server.token}`);
    expect(request?.headers['user-agent']).toMatch(/^llm-budget/);
  });

  it('writes nothing to the log where an endpoint says that it is deprecated', async () => {
    const warn = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    const headers = { deprecation: 'true', sunset: 'now', link: '<::error::x>; rel="deprecation"' };
    server.fault({ on: { method: 'GET' }, answer: { kind: 'headers', headers } });
    const client = await clientFor(server);
    await client.request(ROUTE, {}, repository);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  it('percent-encodes what goes into a path', async () => {
    const client = await clientFor(server);
    const asking = client.request('GET /repos/{owner}/{repo}/compare/{basehead}', { basehead: 'a/../b' }, repository);
    await expect(asking).rejects.toThrow(/answered 404/);
    expect(server.requests[0]?.path).toBe('/repos/acme/shop/compare/a%2F..%2Fb');
  });

  it('makes a request that must not be repeated once', async () => {
    server.fault({ on: { method: 'GET' }, answer: { kind: 'status', status: 502 } });
    const client = await clientFor(server);
    await expect(client.requestOnce(ROUTE, {}, repository)).rejects.toThrow(/answered 502/);
    expect(server.requests).toHaveLength(1);
  });

  it('shares one total of time among all that is done within it', async () => {
    const clock = evenTime();
    const client = (await clientFor(server, { effects: clock })).within(60_000);
    server.fault({
      on: { method: 'GET' },
      times: 2,
      answer: { kind: 'status', status: 503, headers: { 'retry-after': '25' } },
    });
    await client.request(ROUTE, {}, repository);
    expect(clock.pauses).toEqual([25_000, 25_000]);
    expect(client.limits.totalMs).toBe(10_000);
    server.fault({ on: { method: 'GET' }, answer: { kind: 'status', status: 503, headers: { 'retry-after': '25' } } });
    await expect(client.request(ROUTE, {}, repository)).rejects.toThrow(/answered 503/);
    expect(clock.pauses).toHaveLength(2);
  });
});
