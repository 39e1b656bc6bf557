import { createServer, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { matches, send, strike, type Answer, type Fault, type RequestEntry } from './github-faults.js';
import { answerGraphql } from './github-graphql.js';
import {
  BOT,
  COMMENT_ID_OFFSET,
  createState,
  type FileTree,
  type Makers,
  type PullRequest,
  type Review,
  type StoredComment,
} from './github-state.js';

/** A GitHub of the test's own on a loopback port: REST, GraphQL, a read-only token, faults, and a log of requests. */

export interface GitHubServer {
  /** What GITHUB_API_URL and GITHUB_GRAPHQL_URL would be. */
  readonly url: string;
  readonly graphqlUrl: string;
  /** "owner/name" */
  readonly repository: string;
  /** The workflow's token; its login is `github-actions[bot]`. */
  readonly token: string;
  /** As a fork's or Dependabot's run has it: every write is refused with 403. */
  readonly readOnlyToken: string;
  readonly requests: readonly RequestEntry[];
  clearRequests(): void;
  /** A commit with exactly these files; `branch` is moved to it. */
  commit(files: FileTree, options?: { parents?: readonly string[]; branch?: string }): Promise<string>;
  setBranch(name: string, sha: string): Promise<void>;
  /** The empty repository's, or the renamed branch's, world. */
  setDefaultBranch(name: string): void;
  /** `mergeFiles` are the files of the merge commit, which stands on the base branch's tip and the head. */
  openPullRequest(options: {
    head: string;
    mergeFiles: FileTree;
    base?: string;
    branch?: string;
    author?: string;
    headRepository?: string;
  }): Promise<PullRequest>;
  /** A further push to the pull request's branch. */
  push(number: number, head: string, mergeFiles: FileTree): Promise<PullRequest>;
  addLabel(number: number, label: string): void;
  addReview(number: number, review: Partial<Review> & { author: string }): void;
  /** Who made a commit, and who pushed what; of other commits and branches nothing is known. */
  setMakers(sha: string, makers: Makers): void;
  addPush(branch: string, after: string, actor: string): void;
  addComment(number: number, login: string, body: string): Promise<number>;
  comments(number: number): Promise<readonly StoredComment[]>;
  pullRequest(number: number): PullRequest;
  fault(fault: Fault): void;
  clearFaults(): void;
  close(): Promise<void>;
}

const graphqlBodySchema = z.object({ query: z.string(), variables: z.record(z.string(), z.unknown()).optional() });
const idSchema = z.looseObject({ id: z.number() });
const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const RAW = 'application/vnd.github.raw+json';
const COMMENT_PATH = /^(\/repos\/[^/]+\/[^/]+\/issues\/comments\/)(\d+)(.*)$/;

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) if (Buffer.isBuffer(chunk)) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

export async function startGitHub(
  options: { owner?: string; name?: string; defaultBranch?: string; people?: readonly string[] } = {},
): Promise<GitHubServer> {
  const people = ['alice', 'bob', 'carol', 'mallory', ...(options.people ?? [])];
  const { owner = 'acme', name = 'shop', defaultBranch = 'main' } = options;
  const state = await createState({ owner, name, defaultBranch, people });
  const token = 'ghs_workflowToken';
  const readOnlyToken = 'ghs_readOnlyToken';
  const requests: RequestEntry[] = [];
  const faults: { fault: Fault; left: number }[] = [];

  /** The emulator's ids are small; outside they are as large as GitHub's may be. */
  async function rest(entry: RequestEntry): Promise<Answer> {
    const inside = entry.path.replace(COMMENT_PATH, (_, start: string, id: string, end: string) => {
      return `${start}${String(Number(id) - COMMENT_ID_OFFSET)}${end}`;
    });
    const { status, text } = await state.ask({ method: entry.method, path: inside, login: BOT, body: entry.body });
    const single = /\/issues\/(?:\d+\/comments|comments\/\d+)/.test(entry.path) && entry.method !== 'GET';
    if (!single || status >= 400 || text === '') {
      return { status, headers: status === 204 ? {} : JSON_HEADERS, body: text };
    }
    const comment = idSchema.parse(JSON.parse(text));
    const id = comment.id + COMMENT_ID_OFFSET;
    const body = JSON.stringify({ ...comment, id, node_id: `IC_${String(id)}` });
    return { status, headers: JSON_HEADERS, body };
  }

  async function answer(entry: RequestEntry): Promise<Answer> {
    const sent = /^(?:token|bearer) (.+)$/i.exec(entry.headers.authorization ?? '')?.[1];
    if (sent !== token && sent !== readOnlyToken) {
      return { status: 401, headers: JSON_HEADERS, body: '{"message":"Bad credentials"}' };
    }
    if (entry.path === '/graphql') {
      const body = await answerGraphql(state, graphqlBodySchema.parse(JSON.parse(entry.body)));
      return { status: 200, headers: JSON_HEADERS, body: JSON.stringify(body) };
    }
    if (sent === readOnlyToken && entry.method !== 'GET') {
      const body = '{"message":"Resource not accessible by integration"}';
      return { status: 403, headers: JSON_HEADERS, body };
    }
    const ref = /^\/repos\/[^/]+\/[^/]+\/activity\?ref=(.+)$/.exec(entry.path)?.[1];
    if (ref !== undefined) {
      const pushes = state.pushes.filter((push) => push.ref === decodeURIComponent(ref)).toReversed();
      const body = JSON.stringify(
        pushes.map((push) => ({ ...push, activity_type: 'push', actor: { login: push.actor } })),
      );
      return { status: 200, headers: JSON_HEADERS, body };
    }
    const oid = /^\/repos\/[^/]+\/[^/]+\/git\/blobs\/([0-9a-f]{40})$/.exec(entry.path)?.[1];
    // https://docs.github.com/en/rest/git/blobs#get-a-blob: the bytes as they are, with this media type.
    if (oid !== undefined && entry.headers.accept === RAW) {
      return { status: 200, headers: { 'content-type': `${RAW}; charset=utf-8` }, body: await state.blob(oid) };
    }
    return await rest(entry);
  }

  const server = createServer((request, response) => {
    void (async () => {
      const body = await readBody(request);
      // GitHub Enterprise Server has its APIs under /api/v3 and /api/graphql.
      const target = request.url ?? '/';
      const path = target.replace(/^\/api\/v3(?=\/)/, '').replace(/^\/api\/graphql$/, '/graphql');
      const operation = path === '/graphql' ? (/\b(?:query|mutation) (\w+)/.exec(body)?.[1] ?? null) : null;
      const { method = 'GET', headers } = request;
      const entry: RequestEntry = { method, path, target, operation, headers, body };
      requests.push(entry);
      const struck = faults.find((candidate) => candidate.left > 0 && matches(candidate.fault, entry));
      if (struck === undefined) {
        send(response, await answer(entry));
        return;
      }
      struck.left -= 1;
      await strike(struck.fault, response, () => answer(entry));
    })().catch((error: unknown) => {
      response.writeHead(500).end(JSON.stringify({ message: `The test's server: ${String(error)}` }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port');
  const url = `http://127.0.0.1:${String(address.port)}`;

  function pullRequest(number: number): PullRequest {
    const found = state.pullRequests.get(number);
    if (found === undefined) throw new Error(`No pull request ${String(number)}`);
    return found;
  }
  function tipOf(branch: string): string {
    const tip = state.branches.get(branch);
    if (tip === undefined) throw new Error(`No branch ${branch}`);
    return tip;
  }

  return {
    url,
    graphqlUrl: `${url}/graphql`,
    repository: state.repository,
    token,
    readOnlyToken,
    requests,
    clearRequests: () => requests.splice(0),
    async commit(files, { parents = [], branch } = {}) {
      const sha = await state.commit(files, parents);
      if (branch !== undefined) await state.setBranch(branch, sha);
      return sha;
    },
    setBranch: (branch, sha) => state.setBranch(branch, sha),
    setDefaultBranch(branch) {
      state.defaultBranch = branch;
    },
    async openPullRequest({ head, mergeFiles, base = state.defaultBranch, branch = 'feature', ...rest }) {
      await state.setBranch(branch, head);
      const number = await state.issueFor(branch, base);
      const opened: PullRequest = {
        number,
        author: rest.author ?? 'alice',
        headSha: head,
        headBranch: branch,
        headRepository: rest.headRepository ?? state.repository,
        baseBranch: base,
        baseSha: tipOf(base),
        mergeSha: await state.commit(mergeFiles, [tipOf(base), head]),
        merges: [],
        open: true,
        labels: [],
        reviews: [],
        changedFiles: null,
      };
      state.pullRequests.set(number, opened);
      return opened;
    },
    async push(number, head, mergeFiles) {
      const changed = pullRequest(number);
      await state.setBranch(changed.headBranch, head);
      changed.headSha = head;
      changed.baseSha = tipOf(changed.baseBranch);
      changed.mergeSha = await state.commit(mergeFiles, [changed.baseSha, head]);
      return changed;
    },
    addLabel: (number, label) => pullRequest(number).labels.push(label),
    addReview(number, review) {
      const subject = pullRequest(number);
      subject.reviews.push({ state: 'APPROVED', commit: subject.headSha, canPush: true, ...review });
    },
    setMakers: (sha, makers) => state.makers.set(sha, makers),
    addPush: (branch, after, actor) => state.pushes.push({ ref: `refs/heads/${branch}`, after, actor }),
    addComment: (number, login, body) => state.addComment(number, login, body),
    comments: (number) => state.comments(number),
    pullRequest,
    fault: (fault) => faults.push({ fault, left: fault.times ?? 1 }),
    clearFaults: () => faults.splice(0),
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) =>
        server.close(() => {
          resolve();
        }),
      );
      await state.close();
    },
  };
}
