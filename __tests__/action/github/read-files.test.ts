import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { GitHubClient } from '../../../src/action/github/client.js';
import { readFilesAt } from '../../../src/action/github/read-files.js';
import { HttpFailure } from '../../../src/lib/http/failure.js';
import { fetchOver, sendThrough } from '../../../src/lib/http/request.js';
import { clientFor } from '../../support/github-client.js';
import { startGitHub, type GitHubServer } from '../../support/github-server.js';

let server: GitHubServer;
let client: GitHubClient;
let commit: string;
const names = Array.from({ length: 200 }, (_, index) => `prompts/${String(index)}.md`);

beforeAll(async () => {
  server = await startGitHub();
  const many = Object.fromEntries(names.map((name) => [name, `Prompt ${name}`]));
  const files = { ...many, same: `Prompt ${names[0] ?? ''}`, link: { link: 'same' }, big: 'x'.repeat(500_001) };
  commit = await server.commit(files, { branch: 'main' });
  client = await clientFor(server);
});
afterAll(() => server.close());
beforeEach(() => {
  server.clearFaults();
  server.clearRequests();
});

describe('readFilesAt', () => {
  it('reads 200 files with 5 requests, in the order asked for', async () => {
    const found = await readFilesAt(client, commit, names);
    expect([...found.keys()]).toEqual(names);
    expect([...found.values()]).toEqual(
      names.map((name) => expect.objectContaining({ state: 'text', text: `Prompt ${name}` })),
    );
    expect(server.requests).toHaveLength(5);
  });

  it('gives equal files the same object id, and none to a file that is not there', async () => {
    const found = await readFilesAt(client, commit, ['same', 'prompts/0.md', 'nowhere.md', 'same']);
    expect(found.get('same')).toMatchObject({ state: 'text', oid: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(found.get('same')).toEqual(found.get('prompts/0.md'));
    expect(found.get('nowhere.md')).toEqual({ state: 'missing' });
    expect(found.size).toBe(3);
  });

  it('asks for nothing where nothing is named', async () => {
    expect(await readFilesAt(client, commit, [])).toEqual(new Map());
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['link', /^is a symbolic link/],
    ['big', /^has 500001 bytes/],
    ['prompts', /^is a directory/],
  ])('says why %s is not a text that can be used', async (path, reason) => {
    const found = await readFilesAt(client, commit, ['same', path]);
    expect(found.get('same')).toMatchObject({ state: 'text' });
    expect(found.get(path)).toEqual({ state: 'unusable', reason: expect.stringMatching(reason) });
  });

  it('fetches no text again whose object id is known', async () => {
    const before = await readFilesAt(client, commit, ['same', 'prompts/1.md']);
    const known = new Map(
      [...before.values()].flatMap((file) => (file.state === 'text' ? [[file.oid, file.text]] : [])),
    );
    const changed = await server.commit({ same: 'changed', 'prompts/1.md': 'Prompt prompts/1.md', new: 'x' });
    server.clearRequests();
    const after = await readFilesAt(client, changed, ['same', 'prompts/1.md', 'gone'], known);
    expect(after.get('prompts/1.md')).toEqual(before.get('prompts/1.md'));
    expect([after.get('same'), after.get('gone')]).toMatchObject([{ text: 'changed' }, { state: 'missing' }]);
    expect(server.requests.map(({ operation, body }) => [operation, (body.match(/\$p\d+:/g) ?? []).length])).toEqual([
      ['FileIds', 3],
      ['Files', 1],
    ]);
  });

  it('refuses more than 200 files', async () => {
    await expect(readFilesAt(client, commit, [...names, 'same'])).rejects.toThrow(/201 files.*at most 200/);
  });

  it('ends the run where the commit is not there', async () => {
    await expect(readFilesAt(client, 'f'.repeat(40), ['same'])).rejects.toMatchObject({ exitCode: 2 });
  });

  it('ends the run where GitHub cannot be read', async () => {
    server.fault({ on: { operation: 'Files' }, times: 4, answer: { kind: 'status', status: 502 } });
    await expect(readFilesAt(client, commit, ['same'])).rejects.toThrow(/Files at commit .* could not be read/);
  });

  it('asks again in halves where an answer is too large', async () => {
    const tooLarge = await clientFor(server, {
      fetch: (url, init) => {
        const asked = (String(init?.body).match(/\$p\d+:/g) ?? []).length;
        if (asked <= 10) return fetchOver(sendThrough(null))(url, init);
        return Promise.reject(new HttpFailure('sent a body', { kind: 'too_large', transient: false }));
      },
    });
    const found = await readFilesAt(tooLarge, commit, names.slice(0, 40));
    expect([...found.keys()]).toEqual(names.slice(0, 40));
    expect(server.requests).toHaveLength(4);
  });
});
