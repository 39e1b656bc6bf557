import { createEmulator } from 'emulate';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { answerTo } from './plain-http.js';

/**
 * The truth behind the test's GitHub: git objects, comparisons and comments live in `emulate` (GitHub's REST API in the
 * process); what it lacks (labels and reviews by anybody, forks, merge commits) is kept beside it.
 */

/** A file's text or bytes, a symbolic link's target, or the commit a submodule stands at. */
export type FileContent = string | Buffer | { readonly link: string } | { readonly submodule: string };
export type FileTree = Readonly<Record<string, FileContent>>;

interface TreeEntry {
  readonly path: string;
  readonly mode: number;
  readonly type: string;
  readonly sha: string;
}

export interface StoredComment {
  readonly id: number;
  readonly author: string;
  readonly body: string;
}

export interface Review {
  readonly author: string;
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'DISMISSED' | 'PENDING';
  readonly commit: string;
  readonly canPush: boolean;
  /** By default a minute after the one before. */
  readonly submittedAt?: string;
}

/** https://docs.github.com/en/graphql/reference/enums#mergeablestate; the commit may be the one of an older push, or absent. */
export interface TestMerge {
  readonly mergeable: 'MERGEABLE' | 'CONFLICTING' | 'UNKNOWN';
  readonly commit: string | null;
}

/** Who made a commit; everybody is a login. */
export interface Makers {
  /** The author first, then the co-authors of the message. */
  readonly authors: readonly string[];
  readonly committer: string | null;
  readonly signedByGitHub?: boolean;
}

/** https://docs.github.com/en/rest/repos/repos#list-repository-activities */
interface Push {
  readonly ref: string;
  readonly after: string;
  readonly actor: string;
}

export interface PullRequest {
  readonly number: number;
  author: string;
  headSha: string;
  headBranch: string;
  headRepository: string;
  baseBranch: string;
  /** The tip of the base branch as the event names it. */
  baseSha: string;
  /** The commit that the runner has as GITHUB_SHA. */
  mergeSha: string;
  /** What GitHub says of the test merge, in order of asking; the last one stays. */
  merges: TestMerge[];
  open: boolean;
  labels: string[];
  reviews: Review[];
  /** Instead of the real difference between base and head. */
  changedFiles: string[] | null;
}

/** Comment ids start above 32 bits, as GitHub's own will. */
export const COMMENT_ID_OFFSET = 5_000_000_000;
export const BOT = 'github-actions[bot]';
const TOKENS = 20;

const shaSchema = z.object({ sha: z.string() });
const commitSchema = z.object({
  sha: z.string(),
  tree: shaSchema,
  parents: z.array(shaSchema),
});
const treeSchema = z.object({
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
});
const compareSchema = z.object({
  merge_base_commit: shaSchema,
  files: z.array(z.object({ filename: z.string() })),
});
const commentSchema = z
  .object({ id: z.number(), body: z.string(), user: z.object({ login: z.string() }).nullable() })
  .transform(({ id, body, user }) => ({ id: id + COMMENT_ID_OFFSET, author: user?.login ?? 'ghost', body }));
const commentsSchema = z.array(commentSchema);

export interface GitHubState {
  readonly owner: string;
  readonly repository: string;
  readonly pullRequests: Map<number, PullRequest>;
  readonly branches: Map<string, string>;
  /** By commit; of others nothing is known. */
  readonly makers: Map<string, Makers>;
  /** The oldest first. */
  readonly pushes: Push[];
  defaultBranch: string;
  /** What `emulate` answers to a request of this login. */
  ask(request: EmulatorRequest): Promise<EmulatorAnswer>;
  commit(files: FileTree, parents: readonly string[]): Promise<string>;
  setBranch(name: string, sha: string): Promise<void>;
  issueFor(head: string, base: string): Promise<number>;
  parents(sha: string): Promise<readonly string[] | null>;
  tree(sha: string): Promise<readonly TreeEntry[]>;
  blob(sha: string): Promise<Buffer>;
  changedFiles(base: string, head: string): Promise<readonly string[]>;
  comments(pullRequest: number): Promise<readonly StoredComment[]>;
  comment(id: number): Promise<StoredComment | null>;
  addComment(pullRequest: number, login: string, body: string): Promise<number>;
  close(): Promise<void>;
}

interface EmulatorRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly login: string;
  /** JSON; empty where there is none. */
  readonly body: string;
}

interface EmulatorAnswer {
  readonly status: number;
  readonly text: string;
}

export async function createState(options: {
  owner: string;
  name: string;
  defaultBranch: string;
  people: readonly string[];
}): Promise<GitHubState> {
  const { owner, name } = options;
  const logins = [...new Set([owner, BOT, ...options.people])];
  // `emulate` allows each token 5,000 requests, so a login has several and takes them in turn.
  let turn = 0;
  const tokens = (login: string): string[] =>
    Array.from({ length: TOKENS }, (_, index) => `emulated-${String(index)}-${login.replaceAll(/[^a-z0-9]/gi, '-')}`);
  const tokenOf = (login: string): string => tokens(login)[turn++ % TOKENS] ?? '';
  const emulator = await createEmulator({
    service: 'github',
    port: 0,
    seed: {
      tokens: Object.fromEntries(
        logins.flatMap((login) => tokens(login).map((token) => [token, { login, scopes: ['repo'] }])),
      ),
      github: {
        users: logins.map((login) => ({ login })),
        repos: [{ owner, name, default_branch: options.defaultBranch, auto_init: true }],
      },
    },
  });
  // The address it reports is by name, which can resolve to another loopback than the one it listens on.
  const emulatorUrl = emulator.url.replace('localhost', '127.0.0.1');
  // `fetch` takes twice the processor time of these requests, of which a test makes about twenty.
  const agent = new Agent({ keepAlive: true });
  async function ask({ method, path, login, body }: EmulatorRequest): Promise<EmulatorAnswer> {
    const headers = { authorization: `token ${tokenOf(login)}`, 'content-type': 'application/json' };
    const outgoing = request(`${emulatorUrl}${path}`, { agent, method, headers });
    outgoing.end(body);
    const answer = await answerTo(outgoing);
    return { status: answer.statusCode ?? 0, text: await text(answer) };
  }

  async function call<T>(schema: z.ZodType<T>, path: string, body?: unknown, as = owner, method = 'POST'): Promise<T> {
    const answer = await ask({
      method: body === undefined ? 'GET' : method,
      path: `/repos/${owner}/${name}${path}`,
      login: as,
      body: body === undefined ? '' : JSON.stringify(body),
    });
    if (answer.status >= 400) throw new Error(`${path}: ${String(answer.status)} ${answer.text.slice(0, 300)}`);
    return schema.parse(JSON.parse(answer.text));
  }

  /** Git objects never change, so each is asked for once. */
  const kept = new Map<string, Promise<unknown>>();
  function once<T>(key: string, schema: z.ZodType<T>, path: string): Promise<T> {
    const known = kept.get(key) ?? call(schema, path);
    kept.set(key, known);
    return known.then((value) => schema.parse(value));
  }

  async function treeItem(path: string, content: FileContent): Promise<unknown> {
    if (typeof content === 'string') return { path, mode: '100644', type: 'blob', content };
    if (Buffer.isBuffer(content)) {
      const blob = await call(shaSchema, '/git/blobs', { content: content.toString('base64'), encoding: 'base64' });
      return { path, mode: '100644', type: 'blob', sha: blob.sha };
    }
    if ('link' in content) return { path, mode: '120000', type: 'blob', content: content.link };
    return { path, mode: '160000', type: 'commit', sha: content.submodule };
  }

  await call(z.unknown(), `/collaborators/${encodeURIComponent(BOT)}`, { permission: 'push' }, owner, 'PUT');

  let commits = 0;
  const branches = new Map<string, string>();
  const state: GitHubState = {
    owner,
    repository: `${owner}/${name}`,
    pullRequests: new Map(),
    makers: new Map(),
    pushes: [],
    branches,
    defaultBranch: options.defaultBranch,
    ask,
    async commit(files, parents) {
      const items = await Promise.all(Object.entries(files).map(([path, content]) => treeItem(path, content)));
      const tree = await call(shaSchema, '/git/trees', { tree: items });
      const message = `Commit ${String(++commits)}`;
      const made = await call(commitSchema, '/git/commits', { message, tree: tree.sha, parents });
      kept.set(`commit ${made.sha}`, Promise.resolve(made));
      return made.sha;
    },
    async setBranch(branch, sha) {
      const exists = branches.has(branch) || branch === options.defaultBranch;
      const ref = `refs/heads/${branch}`;
      if (exists) await call(z.unknown(), `/git/${ref}`, { sha, force: true }, owner, 'PATCH');
      else await call(z.unknown(), '/git/refs', { ref, sha });
      branches.set(branch, sha);
    },
    async issueFor(head, base) {
      return (await call(z.object({ number: z.number() }), '/pulls', { title: 'A change', head, base })).number;
    },
    async parents(sha) {
      try {
        return (await once(`commit ${sha}`, commitSchema, `/git/commits/${sha}`)).parents.map((parent) => parent.sha);
      } catch {
        kept.delete(`commit ${sha}`);
        return null;
      }
    },
    async tree(sha) {
      const commit = await once(`commit ${sha}`, commitSchema, `/git/commits/${sha}`);
      const found = await once(`tree ${commit.tree.sha}`, treeSchema, `/git/trees/${commit.tree.sha}?recursive=1`);
      return found.tree.map((entry) => ({ ...entry, mode: Number.parseInt(entry.mode, 8) }));
    },
    async blob(sha) {
      const found = await once(`blob ${sha}`, z.object({ content: z.string() }), `/git/blobs/${sha}`);
      return Buffer.from(found.content, 'base64');
    },
    async changedFiles(base, head) {
      const found = await once(`compare ${base} ${head}`, compareSchema, `/compare/${base}...${head}`);
      return found.files.map((file) => file.filename);
    },
    async comments(pullRequest) {
      const all: StoredComment[] = [];
      for (let page = 1; ; page++) {
        const path = `/issues/${String(pullRequest)}/comments?per_page=100&page=${String(page)}`;
        const found = await call(commentsSchema, path);
        all.push(...found);
        if (found.length < 100) return all;
      }
    },
    async comment(id) {
      try {
        return await call(commentSchema, `/issues/comments/${String(id - COMMENT_ID_OFFSET)}`);
      } catch {
        return null;
      }
    },
    async addComment(pullRequest, login, body) {
      const path = `/issues/${String(pullRequest)}/comments`;
      return (await call(z.object({ id: z.number() }), path, { body }, login)).id + COMMENT_ID_OFFSET;
    },
    async close() {
      agent.destroy();
      await emulator.close();
    },
  };
  return state;
}
