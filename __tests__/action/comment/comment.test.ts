import { setImmediate as turn } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { marker, listComments, readOwnComments } from '../../../src/action/comment/own-comments.js';
import type { GitHubClient } from '../../../src/action/github/client.js';
import { HEAD_MOVED, upsertComment, type CommentOutcome } from '../../../src/action/comment/comment.js';
import { fetchOver, sendThrough, type Fetch } from '../../../src/lib/http/request.js';
import { clientFor } from '../../support/github-client.js';
import { startGitHub, type GitHubServer } from '../../support/github-server.js';
import { COMMENT_ID_OFFSET, type PullRequest } from '../../support/github-state.js';

const KEY = 'llm-budget.yml';
const BOT = 'github-actions[bot]';

let server: GitHubServer;
let client: GitHubClient;
let main: string;
let pull: PullRequest;

async function openPullRequest(): Promise<PullRequest> {
  const head = await server.commit({ a: 'b' }, { parents: [main] });
  return await server.openPullRequest({ head, mergeFiles: { a: 'b' }, branch: `b-${head.slice(0, 12)}` });
}
beforeAll(async () => {
  server = await startGitHub();
  main = await server.commit({}, { branch: 'main' });
});
afterAll(() => server.close());
beforeEach(async () => {
  client = await clientFor(server);
  pull = await openPullRequest();
  server.clearFaults();
  server.clearRequests();
});

interface Say {
  run?: number;
  attempt?: number;
  key?: string;
  with?: GitHubClient;
  headSha?: string;
  /** What happens after the run began. */
  meanwhile?: () => Promise<unknown>;
}

/** A run that lists who wrote what when it begins, and reads its own comments just before it writes. */
async function say(text: string, options: Say = {}): Promise<CommentOutcome> {
  const using = options.with ?? client;
  const { headSha, ...nodes } = await listComments(using, pull.number);
  await options.meanwhile?.();
  return await upsertComment(using, {
    pullRequest: { number: pull.number },
    key: options.key ?? KEY,
    run: { id: options.run ?? 1, attempt: options.attempt ?? 1, headSha: options.headSha ?? headSha },
    body: text,
    sameText: (a, b) => a === b,
    comments: await readOwnComments(using, { number: pull.number, headSha }, nodes),
  });
}

function markerOf(run: number, attempt = 1, key = KEY): string {
  return marker({ key, runId: run, runAttempt: attempt, headSha: pull.headSha });
}

/** What was asked since the last look: GraphQL by name, REST by method. */
function asked(): string[] {
  const names = server.requests.map((request) => request.operation ?? request.method);
  server.clearRequests();
  return names;
}

describe('the life of a comment', () => {
  it('is created, left alone while it says the same, and updated in place', async () => {
    expect(await say('first', { run: 1 })).toEqual({ status: 'created', warning: null });
    expect(await say('first', { run: 2 })).toEqual({ status: 'unchanged', warning: null });
    expect(await say('second', { run: 3 })).toEqual({ status: 'updated', warning: null });
    const comments = await server.comments(pull.number);
    expect(comments.map((comment) => [comment.author, comment.body])).toEqual([[BOT, `${markerOf(3)}\nsecond`]]);
  });

  it('has one comment for each key', async () => {
    await say('one', { key: 'a.yml' });
    await say('two', { key: 'a.yml2' });
    await say('three', { key: 'a.yml', run: 2 });
    const bodies = (await server.comments(pull.number)).map((comment) => comment.body.split('\n')[1]);
    expect(bodies).toEqual(['three', 'two']);
  });

  it('takes ids beyond 32 bits', async () => {
    await say('first');
    await say('second', { run: 2 });
    expect((await server.comments(pull.number))[0]?.id).toBeGreaterThan(COMMENT_ID_OFFSET);
  });
});

describe('whose comment it is', () => {
  it('never touches a forged marker, wherever it stands', async () => {
    const forged = `${markerOf(1)}\nforged`;
    await server.addComment(pull.number, 'mallory', forged);
    expect(await say('ours')).toEqual({ status: 'created', warning: null });
    await say('ours again', { run: 2 });
    expect((await server.comments(pull.number)).map((comment) => comment.body)).toEqual([
      forged,
      `${markerOf(2)}\nours again`,
    ]);
  });

  it("never touches another action's comment of the same login, nor one that quotes our marker", async () => {
    const others = ['Coverage: 93 %', `> ${markerOf(1)}\nquoted`, `${markerOf(1, 1, 'other.yml')}\nother key`];
    for (const body of others) await server.addComment(pull.number, BOT, body);
    expect((await say('ours')).status).toBe('created');
    const bodies = (await server.comments(pull.number)).map((comment) => comment.body);
    expect(bodies).toEqual([...others, `${markerOf(1)}\nours`]);
  });

  it('knows its own by the login where the API does not say that it wrote it', async () => {
    await say('first');
    server.fault({
      on: { operation: 'Pages' },
      times: 5,
      answer: {
        kind: 'rewrite',
        rewrite: (text) => text.replaceAll('"viewerDidAuthor":true', '"viewerDidAuthor":false'),
      },
    });
    expect((await say('first', { run: 2 })).status).toBe('unchanged');
  });

  it('is found by its address where the server has no `fullDatabaseId`', async () => {
    await say('first');
    server.fault({
      on: { operation: 'Pages' },
      times: 5,
      answer: {
        kind: 'rewrite',
        rewrite: (text) => text.replaceAll(/"fullDatabaseId":"\d+"/g, '"fullDatabaseId":null'),
      },
    });
    expect((await say('second', { run: 2 })).status).toBe('updated');
    expect((await server.comments(pull.number)).map(({ body }) => body)).toEqual([`${markerOf(2)}\nsecond`]);
  });

  it('does not take a user for the bot whose bare name he has', async () => {
    const own = `${markerOf(1)}\nfake`;
    await server.addComment(pull.number, 'mallory', own);
    server.fault({
      on: { operation: 'Pages' },
      times: 5,
      answer: { kind: 'rewrite', rewrite: (text) => text.replaceAll('"mallory"', '"github-actions"') },
    });
    expect((await say('real')).status).toBe('created');
    expect((await server.comments(pull.number))[0]?.body).toBe(own);
  });
});

describe('among 130 older comments', () => {
  it('is found on the second page; one request updates what an older commit has', async () => {
    for (let index = 0; index < 130; index += 1)
      await server.addComment(pull.number, 'bob', `Comment ${String(index)}`);
    server.clearRequests();
    expect((await say('first')).status).toBe('created');
    expect(asked()).toEqual(['Pages', 'Pages', 'POST', 'Pages', 'Pages']);
    expect((await say('first', { run: 2 })).status).toBe('unchanged');
    expect(asked()).toEqual(['Pages', 'Pages', 'Recheck']);
    expect((await say('second', { run: 3 })).status).toBe('updated');
    expect(asked()).toEqual(['Pages', 'Pages', 'Recheck', 'PATCH', 'Recheck']);
    pull = await server.push(pull.number, await server.commit({ c: 'd' }, { parents: [pull.headSha] }), {});
    expect((await say('third', { run: 4 })).status).toBe('updated');
    expect(asked()).toEqual(['Pages', 'Pages', 'Recheck', 'PATCH']);
    expect(await server.comments(pull.number)).toHaveLength(131);
  });

  it('gives up where the pages have no end', async () => {
    let cursor = 0;
    const endless = (text: string): string => {
      cursor += 1;
      return text.replace(/"pageInfo":\{[^}]*\}/, `"pageInfo":{"hasNextPage":true,"endCursor":"${String(cursor)}"}`);
    };
    server.fault({ on: { operation: 'Pages' }, times: 1000, answer: { kind: 'rewrite', rewrite: endless } });
    const outcome = await say('first');
    expect(outcome.status).toBe('skipped');
    expect(outcome.warning).toMatch(/more comments than are read/);
    expect(asked()).toHaveLength(30);
  });

  it('gives up where a page leads back to itself', async () => {
    const circle = (text: string): string =>
      text.replace(/"pageInfo":\{[^}]*\}/, '"pageInfo":{"hasNextPage":true,"endCursor":"1"}');
    server.fault({ on: { operation: 'Pages' }, times: 1000, answer: { kind: 'rewrite', rewrite: circle } });
    expect((await say('first')).status).toBe('skipped');
    expect(asked()).toEqual(['Pages', 'Pages']);
  });
});

describe('older runs and moved heads', () => {
  it.each([
    ['an older run', { run: 4, attempt: 9 }],
    ['an older attempt of the same run', { run: 5, attempt: 1 }],
  ])('never lets %s overwrite', async (_, older) => {
    await say('newer', { run: 5, attempt: 2 });
    expect((await say('older', older)).status).toBe('skipped');
    expect((await server.comments(pull.number))[0]?.body).toBe(`${markerOf(5, 2)}\nnewer`);
  });

  it('lets a newer attempt of the same run overwrite', async () => {
    await say('first', { run: 5, attempt: 1 });
    expect((await say('second', { run: 5, attempt: 2 })).status).toBe('updated');
  });

  it('leaves the comment alone where the head had moved on before the run read it', async () => {
    await say('first');
    const outcome = await say('second', { run: 2, headSha: 'f'.repeat(40) });
    expect(outcome).toEqual({ status: 'skipped', warning: HEAD_MOVED });
    expect((await server.comments(pull.number))[0]?.body).toBe(`${markerOf(1)}\nfirst`);
  });

  it('leaves an existing comment alone where the head moves on between reading and writing', async () => {
    await say('first');
    const meanwhile = async () => {
      await server.push(pull.number, await server.commit({ c: 'd' }, { parents: [pull.headSha] }), {});
    };
    expect(await say('second', { run: 2, meanwhile })).toEqual({ status: 'skipped', warning: HEAD_MOVED });
    expect((await server.comments(pull.number))[0]?.body).toMatch(/\nfirst$/);
  });

  it('yields to a newer run that writes between reading and writing', async () => {
    await say('first', { run: 1 });
    const outcome = await say('stale', { run: 2, meanwhile: () => say('newest', { run: 9 }) });
    expect(outcome.status).toBe('skipped');
    expect((await server.comments(pull.number))[0]?.body).toBe(`${markerOf(9)}\nnewest`);
  });

  it.each<[string, { run: number; headSha?: string }, string]>([
    ['the largest distance between ids of runs', { run: 2_000_000_002 }, 'skipped'],
    // A comment of our own login can be written by any workflow of the repository.
    ['an absurd id', { run: 2_000_000_003 }, 'updated'],
    ['the largest id that is read', { run: 999_999_999_999_999 }, 'updated'],
    ['a higher id, about an older commit', { run: 3, headSha: 'e'.repeat(40) }, 'updated'],
    ['a higher id, about the same commit', { run: 3 }, 'skipped'],
  ])('after a marker with %s', async (_, { run, headSha = pull.headSha }, status) => {
    const first = marker({ key: KEY, runId: run, runAttempt: 1, headSha });
    await server.addComment(pull.number, BOT, `${first}\nsilence`);
    expect((await say('ours', { run: 2 })).status).toBe(status);
  });

  it('creates the comment anew where somebody deletes it just before it is updated', async () => {
    await say('first', { run: 1 });
    const id = (await server.comments(pull.number))[0]?.id ?? 0;
    server.fault({ on: { method: 'PATCH' }, answer: { kind: 'status', status: 404 } });
    const { headSha, ...nodes } = await listComments(client, pull.number);
    const comments = await readOwnComments(client, { number: pull.number, headSha }, nodes);
    await client.request('DELETE /repos/{owner}/{repo}/issues/comments/{id}', { id }, z.unknown());
    const run = { id: 2, attempt: 1, headSha };
    const request = { pullRequest: { number: pull.number }, key: KEY, run, body: 'second', comments };
    const outcome = await upsertComment(client, { ...request, sameText: (a, b) => a === b });
    expect(outcome.status).toBe('created');
    expect((await server.comments(pull.number)).map((comment) => comment.body)).toEqual([`${markerOf(2)}\nsecond`]);
  });
});

describe('jobs that race', () => {
  it('removes the duplicates that a crashed run left, and keeps the oldest with the newest text', async () => {
    for (const run of [1, 3, 2]) await server.addComment(pull.number, BOT, `${markerOf(run)}\nrun ${String(run)}`);
    const [first] = await server.comments(pull.number);
    expect((await say('run 4', { run: 4 })).status).toBe('updated');
    const after = await server.comments(pull.number);
    expect(after).toEqual([{ id: first?.id, author: BOT, body: `${markerOf(4)}\nrun 4` }]);
  });

  /** 50 rounds of 4 jobs at once, with what `before` leaves on the pull request; the comments that each round ends with. */
  async function rounds(before: () => Promise<unknown>): Promise<readonly (readonly string[])[]> {
    let seed = 20261124;
    const random = (): number => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed / 2147483648;
    };
    /** Every request waits a few turns of the loop, so that the jobs overtake each other differently each round. */
    const unsteady: Fetch = async (url, init) => {
      for (let turns = Math.floor(random() * 12); turns > 0; turns -= 1) await turn();
      return await fetchOver(sendThrough(null))(url, init);
    };
    const job = await clientFor(server, { fetch: unsteady });
    const found: string[][] = [];
    for (let round = 0; round < 50; round += 1) {
      pull = await openPullRequest();
      await before();
      const runs = [1, 2, 3, 4].sort(() => random() - 0.5);
      const outcomes = await Promise.all(runs.map((run) => say(`text of run ${String(run)}`, { run, with: job })));
      for (const { status } of outcomes) expect(['created', 'updated', 'skipped']).toContain(status);
      found.push((await server.comments(pull.number)).map(({ body }) => body.replaceAll(pull.headSha, 'HEAD')));
    }
    return found;
  }
  const written = (run: number) => markerOf(run).replaceAll(pull.headSha, 'HEAD') + `\ntext of run ${String(run)}`;

  it('leaves one comment with the newest text in each of 50 rounds of 4 jobs that create it', async () => {
    const found = await rounds(() => Promise.resolve());
    expect(found).toEqual(found.map(() => [written(4)]));
  }, 180_000);

  // GitHub has no write that depends on what is there, so an older run that looked before the newest one wrote, and writes
  // after the newest one looked again, is not noticed.
  it('leaves one comment about the current commit in each of 50 rounds of 4 jobs that update an older one', async () => {
    const found = await rounds(async () => {
      await say('first', { run: 0 });
      pull = await server.push(pull.number, await server.commit({ c: 'd' }, { parents: [pull.headSha] }), {});
    });
    expect(found.map((comments) => comments.length)).toEqual(found.map(() => 1));
    expect([1, 2, 3, 4].map(written)).toEqual(expect.arrayContaining([...new Set(found.flat())]));
  }, 180_000);

  it('writes the newest text again where an older run of the same commit wrote over it', async () => {
    await say('first', { run: 1 });
    const [first] = await server.comments(pull.number);
    const id = first?.id ?? 0;
    let isOvertaken = false;
    const overtaken: Fetch = async (url, init) => {
      const answer = await fetchOver(sendThrough(null))(url, init);
      if (init?.method === 'PATCH' && !isOvertaken) {
        isOvertaken = true;
        const parameters = { id, body: `${markerOf(2)}\nolder` };
        await client.request('PATCH /repos/{owner}/{repo}/issues/comments/{id}', parameters, z.unknown());
      }
      return answer;
    };
    const outcome = await say('newest', { run: 9, with: await clientFor(server, { fetch: overtaken }) });
    expect([isOvertaken, outcome]).toEqual([true, { status: 'updated', warning: null }]);
    expect(await server.comments(pull.number)).toEqual([{ id, author: BOT, body: `${markerOf(9)}\nnewest` }]);
  });

  it('leaves one comment where 4 jobs of one run, with one key, say different things', async () => {
    await Promise.all([1, 2, 3, 4].map((leg) => say(`text of leg ${String(leg)}`, { run: 7 })));
    expect(await server.comments(pull.number)).toHaveLength(1);
  });
});
