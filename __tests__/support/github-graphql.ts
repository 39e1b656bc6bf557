import { readFileSync } from 'node:fs';
import { buildSchema, execute, GraphQLError, parse, validate, type DocumentNode, type GraphQLSchema } from 'graphql';
import { BOT, type GitHubState, type PullRequest, type StoredComment, type TestMerge } from './github-state.js';

/**
 * GitHub's GraphQL API over the test's state: its own published schema, pruned to what is answered here, and resolvers for
 * what is asked for. A query that GitHub would refuse (unknown field, wrong variable) is refused here too.
 */

/** GitHub cuts a blob's text there. */
const BLOB_TEXT_LIMIT = 512_000;

/** Made by `node --import ./scripts/typescript.mjs scripts/prune-graphql-schema.mjs`, and held against the whole one by github-schema.test.ts. */
const SCHEMA_FILE = new URL('../fixtures/github/schema.graphql', import.meta.url);
let schema: GraphQLSchema | undefined;

interface Page {
  readonly first?: number | null;
  readonly after?: string | null;
}

function connection(items: readonly (object | null)[], { first, after }: Page): object {
  if (first === undefined || first === null) throw new GraphQLError('You must provide a `first` or `last` value');
  if (first > 100) throw new GraphQLError('Requesting more than 100 records exceeds the `first` limit');
  const start = after === undefined || after === null ? 0 : Number.parseInt(after, 10) + 1;
  const nodes = items.slice(start, start + first);
  const last = start + nodes.length - 1;
  const pageInfo = { hasNextPage: start + first < items.length, endCursor: nodes.length === 0 ? null : String(last) };
  return { nodes, totalCount: items.length, pageInfo };
}

function actor(login: string): object {
  return login.endsWith('[bot]')
    ? { __typename: 'Bot', login: login.slice(0, -'[bot]'.length) }
    : { __typename: 'User', login };
}

function blobOf(state: GitHubState, sha: string): object {
  const bytes = () => state.blob(sha);
  const isBinary = async () => (await bytes()).includes(0);
  return {
    __typename: 'Blob',
    oid: sha,
    byteSize: async () => (await bytes()).length,
    isBinary,
    isTruncated: async () => (await bytes()).length > BLOB_TEXT_LIMIT,
    text: async () => ((await isBinary()) ? null : (await bytes()).subarray(0, BLOB_TEXT_LIMIT).toString('utf8')),
  };
}

/** GitHub answers for a missing file with null and an error of type NOT_FOUND beside it. */
async function fileAt(state: GitHubState, sha: string, path: string): Promise<object> {
  const entry = (await state.tree(sha)).find((candidate) => candidate.path === path);
  if (entry === undefined) throw notFound(`Could not resolve file for path '${path}'.`);
  const object = {
    blob: () => blobOf(state, entry.sha),
    tree: () => ({ __typename: 'Tree', oid: entry.sha }),
    commit: () => null,
  };
  const resolve = new Map(Object.entries(object)).get(entry.type);
  return { path, name: path, oid: entry.sha, mode: entry.mode, type: entry.type, size: 0, object: resolve?.() ?? null };
}

async function commitAt(state: GitHubState, sha: string): Promise<object | null> {
  const parents = await state.parents(sha);
  if (parents === null) return null;
  const { authors = [], committer = null, signedByGitHub = false } = state.makers.get(sha) ?? {};
  const gitActor = (login: string) => ({ user: { __typename: 'User', login } });
  return {
    __typename: 'Commit',
    id: `C_${sha}`,
    oid: sha,
    file: ({ path }: { path: string }) => fileAt(state, sha, path),
    authors: (page: Page) => connection(authors.map(gitActor), page),
    committer: committer === null ? null : gitActor(committer),
    signature: signedByGitHub ? { __typename: 'GpgSignature', isValid: true, wasSignedByGitHub: true } : null,
    parents: async (page: Page) =>
      connection(await Promise.all(parents.map((parent) => commitAt(state, parent))), page),
  };
}

function commentNode(comment: StoredComment, viewer: string): object {
  return {
    __typename: 'IssueComment',
    id: `IC_${String(comment.id)}`,
    fullDatabaseId: String(comment.id),
    url: `https://github.com/acme/shop/pull/1#issuecomment-${String(comment.id)}`,
    body: comment.body,
    author: comment.author === 'ghost' ? null : actor(comment.author),
    viewerDidAuthor: comment.author === viewer,
  };
}

/** `mergeable` is asked for before the commit, with which the answer is over. */
function testMerge({ merges, mergeSha }: PullRequest): TestMerge {
  return merges[0] ?? { mergeable: 'MERGEABLE', commit: mergeSha };
}

function pullRequestNode(state: GitHubState, pullRequest: PullRequest, viewer: string): object {
  const files = async () =>
    pullRequest.changedFiles ?? (await state.changedFiles(pullRequest.baseSha, pullRequest.headSha));
  return {
    __typename: 'PullRequest',
    id: `PR_${String(pullRequest.number)}`,
    number: pullRequest.number,
    state: pullRequest.open ? 'OPEN' : 'CLOSED',
    author: actor(pullRequest.author),
    headRefOid: pullRequest.headSha,
    headRefName: pullRequest.headBranch,
    headRepository: { nameWithOwner: pullRequest.headRepository },
    mergeable: () => testMerge(pullRequest).mergeable,
    potentialMergeCommit: () => {
      const { commit } = testMerge(pullRequest);
      if (pullRequest.merges.length > 1) pullRequest.merges.shift();
      return commit === null ? null : commitAt(state, commit);
    },
    baseRefName: pullRequest.baseBranch,
    baseRefOid: pullRequest.baseSha,
    baseRef: async () => {
      const tip = state.branches.get(pullRequest.baseBranch);
      return tip === undefined ? null : { name: pullRequest.baseBranch, target: await commitAt(state, tip) };
    },
    labels: (page: Page) =>
      connection(
        pullRequest.labels.map((name) => ({ name })),
        page,
      ),
    reviews: (page: Page) =>
      connection(
        pullRequest.reviews.map((review, index) => ({
          __typename: 'PullRequestReview',
          submittedAt: review.submittedAt ?? new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
          author: actor(review.author),
          state: review.state,
          commit: { oid: review.commit },
          authorCanPushToRepository: review.canPush,
        })),
        page,
      ),
    files: async (page: Page) =>
      connection(
        (await files()).map((path) => ({ path })),
        page,
      ),
    comments: async (page: Page) =>
      connection(
        (await state.comments(pullRequest.number)).map((comment) => commentNode(comment, viewer)),
        page,
      ),
  };
}

function notFound(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { type: 'NOT_FOUND' } });
}

function repositoryNode(state: GitHubState, viewer: string): object {
  const tip = () => state.branches.get(state.defaultBranch);
  return {
    nameWithOwner: state.repository,
    defaultBranchRef: () => {
      const sha = tip();
      return sha === undefined ? null : { name: state.defaultBranch, target: () => commitAt(state, sha) };
    },
    object: ({ oid }: { oid: string }) => commitAt(state, oid),
    pullRequest: ({ number }: { number: number }) => {
      const found = state.pullRequests.get(number);
      if (found === undefined)
        throw notFound(`Could not resolve to a PullRequest with the number of ${String(number)}.`);
      return pullRequestNode(state, found, viewer);
    },
    pullRequests: (page: Page & { headRefName?: string; states?: string[]; orderBy?: { direction: string } }) =>
      connection(
        [...state.pullRequests.values()]
          .sort((a, b) => (page.orderBy?.direction === 'DESC' ? b.number - a.number : a.number - b.number))
          .filter((candidate) => page.headRefName === undefined || candidate.headBranch === page.headRefName)
          .filter((candidate) => page.states === undefined || page.states.includes(candidate.open ? 'OPEN' : 'CLOSED'))
          .map((candidate) => pullRequestNode(state, candidate, viewer)),
        page,
      ),
  };
}

interface Checked {
  readonly document: DocumentNode;
  readonly refused: readonly GraphQLError[];
}
const documents = new Map<string, Checked>();
/** Each query is parsed and validated once. */
function checked(valid: GraphQLSchema, query: string): Checked {
  const known = documents.get(query);
  if (known !== undefined) return known;
  const document = parse(query);
  const fresh = { document, refused: validate(valid, document) };
  documents.set(query, fresh);
  return fresh;
}

/** The answer's body: `{data, errors}`, with each error's `type` where GitHub has it. */
export async function answerGraphql(
  state: GitHubState,
  request: { query: string; variables?: Record<string, unknown> | undefined },
): Promise<object> {
  schema ??= buildSchema(readFileSync(SCHEMA_FILE, 'utf8'), { assumeValid: true, noLocation: true });
  const viewer = BOT;
  const node = async (id: string) => {
    const comment = await state.comment(Number(id.replace(/^IC_/, '')));
    return comment === null
      ? notFound(`Could not resolve to a node with the global id of '${id}'.`)
      : commentNode(comment, viewer);
  };
  const rootValue = {
    viewer: { __typename: 'User', login: viewer },
    nodes: ({ ids }: { ids: readonly string[] }) => Promise.all(ids.map(node)),
    repository: ({ owner, name }: { owner: string; name: string }) => {
      if (`${owner}/${name}` !== state.repository)
        throw notFound(`Could not resolve to a Repository with the name '${owner}/${name}'.`);
      return repositoryNode(state, viewer);
    },
  };
  const { document, refused } = checked(schema, request.query);
  const result =
    refused.length > 0
      ? { errors: refused }
      : await execute({ schema, document, rootValue, variableValues: request.variables ?? {} });
  const { errors, ...rest } = result;
  if (errors === undefined) return rest;
  return {
    ...rest,
    errors: errors.map((error) => ({
      ...('type' in error.extensions ? { type: error.extensions.type } : {}),
      path: error.path,
      message: error.message,
    })),
  };
}
