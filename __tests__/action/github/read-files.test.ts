import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { GitHubClient } from '../../../src/action/github/client.js';
import { fileReader, readFilesAt } from '../../../src/action/github/read-files.js';
import { HttpFailure } from '../../../src/lib/http/failure.js';
import { fetchOver, sendThrough } from '../../../src/lib/http/request.js';
import type { Fault } from '../../support/github-faults.js';
import { clientFor } from '../../support/github-client.js';
import { startGitHub, type GitHubServer } from '../../support/github-server.js';

let server: GitHubServer;
let client: GitHubClient;
let commit: string;
const LIMITS = { maxBytes: 500_000 };
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
  it('reads 200 files with 5 requests, in the requested order', async () => {
    const found = await readFilesAt(client, commit, names, LIMITS);
    expect([...found.keys()]).toEqual(names);
    expect([...found.values()]).toEqual(
      names.map((name) => expect.objectContaining({ state: 'text', text: `Prompt ${name}` })),
    );
    expect(server.requests).toHaveLength(5);
  });

  it('gives equal files the same object id, and none to a file that is not there', async () => {
    const found = await readFilesAt(client, commit, ['same', 'prompts/0.md', 'nowhere.md', 'same'], LIMITS);
    expect(found.get('same')).toMatchObject({ state: 'text', oid: expect.stringMatching(/^[0-9a-f]{40}$/) });
    expect(found.get('same')).toEqual(found.get('prompts/0.md'));
    expect(found.get('nowhere.md')).toEqual({ state: 'missing', oid: null });
    expect(found.size).toBe(3);
  });

  it('asks for nothing where nothing is named', async () => {
    expect(await readFilesAt(client, commit, [], LIMITS)).toEqual(new Map());
    expect(server.requests).toEqual([]);
  });

  it.each([
    ['link', /^is a symbolic link/],
    ['big', /^has 500001 bytes/],
    ['prompts', /^is a directory/],
  ])('says why %s is not a text that can be used', async (path, reason) => {
    const found = await readFilesAt(client, commit, ['same', path], LIMITS);
    expect(found.get('same')).toMatchObject({ state: 'text' });
    expect(found.get(path)).toEqual({
      state: 'unusable',
      reason: expect.stringMatching(reason),
      oid: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  it('fetches no text again whose object id is known', async () => {
    const before = await readFilesAt(client, commit, ['same', 'prompts/1.md'], LIMITS);
    const known = new Map([...before.values()].map((file) => [file.oid ?? '', file]));
    const changed = await server.commit({ same: 'changed', 'prompts/1.md': 'Prompt prompts/1.md', new: 'x' });
    server.clearRequests();
    const after = await readFilesAt(client, changed, ['same', 'prompts/1.md', 'gone'], { ...LIMITS, known });
    expect(after.get('prompts/1.md')).toEqual(before.get('prompts/1.md'));
    expect([after.get('same'), after.get('gone')]).toMatchObject([{ text: 'changed' }, { state: 'missing' }]);
    expect(server.requests.map(({ operation, body }) => [operation, (body.match(/\$p\d+:/g) ?? []).length])).toEqual([
      ['FileIds', 3],
      ['Files', 1],
    ]);
  });

  it('refuses more than 1,000 files', async () => {
    const many = Array.from({ length: 1001 }, (_, index) => String(index));
    await expect(readFilesAt(client, commit, many, LIMITS)).rejects.toThrow(/1001 files.*at most 1000/);
    expect(server.requests).toEqual([]);
  });

  it('ends the run where the commit is not there', async () => {
    await expect(readFilesAt(client, 'f'.repeat(40), ['same'], LIMITS)).rejects.toMatchObject({ exitCode: 2 });
  });

  it('ends the run where GitHub cannot be read', async () => {
    server.fault({ on: { operation: 'Files' }, times: 4, answer: { kind: 'status', status: 502 } });
    await expect(readFilesAt(client, commit, ['same'], LIMITS)).rejects.toThrow(/Files at commit .* could not be read/);
  });

  it('asks again in halves where an answer is too large', async () => {
    const tooLarge = await clientFor(server, {
      fetch: (url, init) => {
        const asked = (String(init?.body).match(/\$p\d+:/g) ?? []).length;
        if (asked <= 10) return fetchOver(sendThrough(null))(url, init);
        return Promise.reject(new HttpFailure('sent a body', { kind: 'too_large', transient: false }));
      },
    });
    const found = await readFilesAt(tooLarge, commit, names.slice(0, 40), LIMITS);
    expect([...found.keys()]).toEqual(names.slice(0, 40));
    expect(server.requests).toHaveLength(4);
  });

  it.each([
    ['answered 502', { kind: 'status', status: 502 }],
    ['answered 504', { kind: 'status', status: 504 }],
    // https://github.com/yoshi389111/github-profile-3d-contrib/issues/163
    [
      'reached its resource limits',
      {
        kind: 'status',
        status: 200,
        body: '{"data":null,"errors":[{"type":"RESOURCE_LIMITS_EXCEEDED","path":["repository","object"],"message":"Resource limits for this query exceeded."}]}',
      },
    ],
  ] satisfies [string, Fault['answer']][])('asks again in halves where GitHub %s', async (_, answer) => {
    server.fault({ on: { operation: 'Files', path: /graphql/, body: /\$p39:/ }, times: 9, answer });
    const found = await readFilesAt(client, commit, names.slice(0, 40), LIMITS);
    expect([...found.values()]).toEqual(
      names.slice(0, 40).map((name) => expect.objectContaining({ state: 'text', text: `Prompt ${name}` })),
    );
  });
});

describe('fileReader', () => {
  const rows = '{"question": "Why?"}\n'.repeat(40_000);
  const sixHundredThousand = Buffer.from(`\ufeff${'é'.repeat(300_000)}\n`);
  let head: string;
  let base: string;

  beforeAll(async () => {
    const shared = { 'evals/rows.jsonl': rows, 'evals/bom.txt': sixHundredThousand, 'a.md': 'a' };
    const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 5\n`;
    head = await server.commit({
      ...shared,
      'evals/latin1.csv': Buffer.from([0xe9, ...Buffer.alloc(600_000, 'x')]),
      pointer,
    });
    base = await server.commit({ ...shared, 'a.md': 'b', link: { link: 'a.md' }, vendor: { submodule: head } });
  });
  const reader = () => fileReader(client, { head, base, 'default branch': null });
  const paths = () => server.requests.map(({ operation, path }) => operation ?? path.replace(/[0-9a-f]{40}/, 'OID'));

  it('reads a file above 500,000 bytes as a git object, to the byte', async () => {
    const files = await reader().read('head', ['evals/rows.jsonl', 'evals/bom.txt'], { maxBytes: 10_000_000 });
    expect(files.get('evals/rows.jsonl')).toMatchObject({ state: 'text', text: rows });
    expect(files.get('evals/bom.txt')).toMatchObject({ state: 'text', text: sixHundredThousand.toString('utf8') });
    const blob = '/repos/acme/shop/git/blobs/OID';
    expect(paths()).toEqual(['Files', blob, blob]);
  });

  it('fetches a content once for all sides, and at base what differs there', async () => {
    const files = reader();
    const wanted = ['evals/rows.jsonl', 'a.md'];
    const atHead = await files.read('head', wanted, { maxBytes: 10_000_000 });
    server.clearRequests();
    const atBase = await files.read('base', wanted, { maxBytes: 10_000_000 });
    expect(atBase.get('evals/rows.jsonl')).toEqual(atHead.get('evals/rows.jsonl'));
    expect(atBase.get('a.md')).toMatchObject({ state: 'text', text: 'b' });
    expect(paths()).toEqual(['FileIds', 'Files']);
  });

  it.each([
    ['evals/latin1.csv', 10_000_000, /^is not valid UTF-8/],
    ['evals/rows.jsonl', 800_000, /^has 840000 bytes; at most 800000 are read$/],
    ['pointer', 10_000_000, /^is a Git LFS pointer/],
  ])('says why %s is not a text that can be used, and which object it is', async (path, maxBytes, reason) => {
    const file = (await reader().read('head', [path], { maxBytes })).get(path);
    expect(file).toEqual({
      state: 'unusable',
      reason: expect.stringMatching(reason),
      oid: expect.stringMatching(/^[0-9a-f]{40}$/),
    });
  });

  it('says that a git object could not be read', async () => {
    server.fault({ on: { path: /git\/blobs/ }, times: 4, answer: { kind: 'status', status: 503 } });
    await expect(reader().read('head', ['evals/rows.jsonl'], { maxBytes: 10_000_000 })).rejects.toThrow(
      `Files at commit ${head} could not be read: GitHub answered 503: "A fault"`,
    );
  });

  it('lists the files and links of a commit with one request, and no folders or submodules', async () => {
    const files = reader();
    const listed = await files.list('base');
    expect(listed.map(({ path, isLink }) => [path, isLink]).toSorted()).toEqual([
      ['a.md', false],
      ['evals/bom.txt', false],
      ['evals/rows.jsonl', false],
      ['link', true],
    ]);
    expect(await files.list('base')).toBe(listed);
    expect(server.requests).toHaveLength(1);
    const a = (await files.read('base', ['a.md'], LIMITS)).get('a.md');
    expect(a).toMatchObject({ oid: listed.find(({ path }) => path === 'a.md')?.oid });
  });

  it('refuses a list that GitHub truncates', async () => {
    const truncate = (body: string) => body.replace('"truncated":false', '"truncated":true');
    server.fault({ on: { path: /git\/trees/ }, answer: { kind: 'rewrite', rewrite: truncate } });
    await expect(reader().list('head')).rejects.toThrow(/has more files than GitHub lists/);
  });

  it('has no files at a side without a commit', async () => {
    const files = reader();
    expect(await files.list('default branch')).toEqual([]);
    expect(await files.read('default branch', ['a.md'], LIMITS)).toEqual(
      new Map([['a.md', { state: 'missing', oid: null }]]),
    );
    expect(server.requests).toEqual([]);
  });
});
