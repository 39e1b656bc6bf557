import { configurationError, type Note } from '../../lib/errors/problem.js';
import type { GitHubClient } from './client.js';
import { textOf } from './read-files.js';
import { MAX_MANIFEST_BYTES } from '../../lib/inputs.js';
import {
  type Entry,
  type CommitAnswer,
  FILE_QUERY,
  MERGE_QUERY,
  mergeSchema,
  type PullRequestAnswer,
  type TestMergeAnswer,
  REPOSITORY_QUERY,
  type RepositoryAnswer,
  compareSchema,
  fileSchema,
  repositorySchema,
} from './queries.js';
import type { RunEvent } from './event.js';
import { type GraphqlError, isTooMuch, unreadable } from './refusal.js';
import { type PullRequestFacts, findPullRequest, readPullRequest } from './pull-request.js';
import { HttpFailure } from '../../lib/http/failure.js';

/** For manifests and lockfiles. */
const LIMITS = { maxBytes: MAX_MANIFEST_BYTES };

/** What a run reads of the repository, each file at one commit. */
export interface RepositoryFacts {
  readonly defaultBranch: { readonly name: string; readonly sha: string };
  /** The manifest and the lockfile on the default branch. Null: GitHub says that there is none. */
  readonly policyText: string | null;
  readonly lockfileText: string | null;
  readonly head: { readonly sha: string; readonly text: string | null };
  /** Null where the event has no base. */
  readonly base: BaseFacts | null;
  readonly baseIsDefaultBranch: boolean;
  readonly pullRequest: PullRequestFacts | null;
  /** What could not be read, with the remedy, and what was judged instead. The verdict does not depend on it. */
  readonly notes: readonly Note[];
}

export interface RepositoryPaths {
  readonly manifest: string;
  readonly lock: string;
}

/**
 * Reads policy, lockfile, head, base and pull request of the event's run. NoVerdictError (2) where something cannot be read:
 * it is never treated as absent. A file is absent only where GitHub says so of a commit that it has.
 */
export async function readRepository(
  client: GitHubClient,
  event: RunEvent,
  paths: RepositoryPaths,
): Promise<RepositoryFacts> {
  try {
    return await read(client, event, paths);
  } catch (error) {
    throw unreadable(`The repository ${client.repository.owner}/${client.repository.name}`, error);
  }
}

async function read(client: GitHubClient, event: RunEvent, paths: RepositoryPaths): Promise<RepositoryFacts> {
  const number = await pullRequestNumber(client, event);
  const { data, tolerated } = await askForRepository(client, event, paths, number);
  const { repository, viewer } = data;
  const branch = defaultBranchOf(repository.defaultBranchRef);
  const answer = repository.pullRequest ?? null;
  const about = event.pullRequest.kind === 'none' ? null : event.pullRequest.head;
  const pullRequest =
    answer === null
      ? null
      : await readPullRequest(client, answer, { viewer: viewer.login, head: about, withComments: event.writesComment });
  const merge =
    event.base.kind === 'test_merge' && answer !== null ? await testMerge(client, event, paths, answer) : null;
  if (event.base.kind === 'test_merge' && number !== null && answer === null) {
    throw configurationError(withoutPullRequest(number, tolerated));
  }
  const head = merge?.commit ?? headOf(repository.head, event.head);
  const baseBranches = [event.baseBranch, pullRequest?.baseRef ?? null].filter((name) => name !== null);
  return {
    defaultBranch: { name: branch.name, sha: branch.sha },
    policyText: requiredText(branch.policy, paths.manifest, branch.sha),
    lockfileText: requiredText(branch.lock, paths.lock, branch.sha),
    head: { sha: head.oid, text: requiredText(head.file, paths.manifest, head.oid) },
    base: await readBase(client, event, paths.manifest, {
      parent: head.parents?.nodes[0] ?? null,
      commit: repository.base ?? null,
      baseTip: answer?.baseRef?.target?.oid ?? null,
      hasPullRequest: number !== null,
      isTestMerge: merge?.commit !== undefined && merge.commit !== null,
    }),
    // A pull request whose base branch changed after the event is judged by the stricter of both.
    baseIsDefaultBranch: baseBranches.length > 0 && baseBranches.every((name) => name === branch.name),
    pullRequest,
    notes: [
      ...(number !== null && answer === null
        ? [{ code: 'pull_request_unread', message: withoutPullRequest(number, tolerated) } as const]
        : []),
      ...(merge?.notes ?? []),
      ...(pullRequest?.notes ?? []),
    ],
  };
}

/** Requests everything at once; without the pull request's lists where that is too much for one request. */
async function askForRepository(client: GitHubClient, event: RunEvent, paths: RepositoryPaths, number: number | null) {
  const asked = commitAskedFor(event);
  const ask = (withLists: boolean) =>
    client.queryWith(
      REPOSITORY_QUERY,
      {
        ...paths,
        head: event.head,
        withParent: event.base.kind === 'first_parent',
        base: asked ?? event.head,
        withBase: asked !== null,
        number: number ?? 0,
        withPullRequest: number !== null,
        withLists,
        withComments: event.writesComment && withLists,
        withMerge: event.base.kind === 'test_merge',
      },
      repositorySchema,
      isTolerable,
    );
  try {
    return await ask(true);
  } catch (error) {
    if (number === null || !isTooMuch(error)) throw error;
    return await ask(false);
  }
}

/** How long a test merge is requested again while GitHub is computing it. */
const MERGE_TOTAL_MS = 30_000;
const MERGE_PAUSE_MS = 3_000;

interface TestMerge {
  /** Null where head itself is judged. */
  readonly commit: NonNullable<TestMergeAnswer['potentialMergeCommit']> | null;
  readonly notes: readonly Note[];
}

/**
 * Finds the test merge of an open pull request, as `pull_request` runs have it checked out. It counts only if its second
 * parent is the commit that the run is about. GitHub computes it anew after each push, in the background, so it is requested
 * again for up to 30 s. NoVerdictError (2) where there is none by then.
 */
async function testMerge(
  client: GitHubClient,
  event: RunEvent,
  { manifest }: RepositoryPaths,
  pull: PullRequestAnswer,
): Promise<TestMerge> {
  const end = client.effects.now() + MERGE_TOTAL_MS;
  let answer: Partial<TestMergeAnswer> & { readonly headRefOid: string } = pull;
  for (;;) {
    // An older commit than the pull request's head has no test merge any more, and a closed pull request gets none.
    if (answer.headRefOid !== event.head || answer.state !== 'OPEN') return { commit: null, notes: [] };
    if (answer.mergeable === 'CONFLICTING') {
      const message = `Pull request ${pull.number} conflicts with its base branch, so its own commit ${event.head.slice(0, 7)} was judged and not a merge.`;
      return { commit: null, notes: [{ code: 'merge_conflict', message }] };
    }
    const commit = answer.potentialMergeCommit ?? null;
    if (commit?.parents.nodes[1]?.oid === event.head) return { commit, notes: [] };
    if (client.effects.now() + MERGE_PAUSE_MS > end) {
      throw configurationError(
        `GitHub has not computed the merge of pull request ${pull.number} within ${MERGE_TOTAL_MS / 1000} s; run the job again`,
      );
    }
    await client.effects.sleep(MERGE_PAUSE_MS);
    const { data } = await client.queryWith(MERGE_QUERY, { number: pull.number, manifest }, mergeSchema, isTolerable);
    answer = data.repository.pullRequest;
  }
}

/**
 * Errors that come beside usable data. GitHub says so that a file, a commit or a pull request does not exist, that the token
 * may not read something of a pull request, or that a list of it is too much. Only override and comment depend on those.
 */
function isTolerable({ type, path }: GraphqlError): boolean {
  const isInside = path[0] === 'repository' && path.length > 1;
  if (!isInside) return false;
  if (type === 'NOT_FOUND')
    return ['policy', 'lock', 'file', 'head', 'base', 'pullRequest'].includes(String(path.at(-1)));
  if (path[1] !== 'pullRequest') return false;
  return type === 'FORBIDDEN' || (type === 'RESOURCE_LIMITS_EXCEEDED' && LISTS.includes(String(path[2])));
}

const LISTS = ['labels', 'reviews', 'files', 'comments'];

function withoutPullRequest(number: number, tolerated: readonly GraphqlError[]): string {
  const forbidden = tolerated.some((error) => error.type === 'FORBIDDEN');
  const reason = forbidden
    ? 'the token lacks `pull-requests: write`; add it under `permissions:` in the workflow'
    : 'there is none with this number';
  return `Pull request ${number} could not be read: ${reason}. Without it there is no override and no comment.`;
}

async function pullRequestNumber(client: GitHubClient, { pullRequest }: RunEvent): Promise<number | null> {
  if (pullRequest.kind === 'none') return null;
  return pullRequest.kind === 'number' ? pullRequest.number : await findPullRequest(client, pullRequest);
}

/** The commit beside head that the event names. */
function commitAskedFor({ base }: RunEvent): string | null {
  if (base.kind === 'commit') return base.sha;
  return base.kind === 'first_parent' ? base.otherwise : null;
}

function defaultBranchOf(ref: RepositoryAnswer['repository']['defaultBranchRef']) {
  if (ref?.target?.__typename !== 'Commit') {
    throw configurationError(
      "The repository's default branch has no commit yet; the policy is read there. Push a first commit to it",
    );
  }
  return { name: ref.name, sha: ref.target.oid, policy: ref.target.policy, lock: ref.target.lock };
}

function headOf(head: RepositoryAnswer['repository']['head'], sha: string) {
  if (head?.__typename === 'Commit') return head;
  throw configurationError(
    `The commit ${sha}, which this run is about, is not (any more) in the repository; run the workflow on a newer one`,
  );
}

/** A file's text; null where it is absent. NoVerdictError (2) where it is not a plain text file of at most 500,000 bytes. */
function requiredText(entry: Entry | null | undefined, path: string, commit: string): string | null {
  if (entry === null) return null;
  const where = `${JSON.stringify(path)} at commit ${commit}`;
  if (entry === undefined) throw configurationError(`GitHub does not say whether there is ${where}`, { file: path });
  const read = textOf(entry, LIMITS);
  if (read.state === 'unusable') throw configurationError(`${where} ${read.reason}`, { file: path });
  return read.state === 'text' ? read.text : null;
}

/** What head is compared with. A base that cannot be used has a `problem`; it never ends the run. */
interface BaseFacts {
  /** Null where no commit was found at all. */
  readonly sha: string | null;
  /** Null: no manifest there, or the problem. */
  readonly text: string | null;
  readonly problem: string | null;
}

/** The commits that may be the base, from the first query. */
interface BaseCandidates {
  readonly parent: { readonly oid: string; readonly file?: Entry | null | undefined } | null;
  readonly commit: CommitAnswer | null;
  /** Where the pull request's base branch is now. */
  readonly baseTip: string | null;
  readonly hasPullRequest: boolean;
  /** Whether head is the test merge, so that its first parent is the base. */
  readonly isTestMerge: boolean;
}

/**
 * Finds the commit to compare with by the event's rule, and the manifest there; null where there is nothing to compare
 * with. A base that is not there has a `problem` in words. Throws `HttpFailure` where GitHub cannot be read.
 */
async function readBase(
  client: GitHubClient,
  event: RunEvent,
  manifest: string,
  candidates: BaseCandidates,
): Promise<BaseFacts | null> {
  switch (event.base.kind) {
    case 'none':
      return null;
    case 'commit':
      return factsOf(candidates.commit, event.base.sha, manifest);
    case 'first_parent':
      return factsOf(candidates.parent ?? candidates.commit, event.base.otherwise, manifest);
    case 'test_merge': {
      if (!candidates.hasPullRequest) return null;
      if (candidates.isTestMerge && candidates.parent !== null) {
        return factsOf(candidates.parent, candidates.parent.oid, manifest);
      }
      const tip = candidates.baseTip ?? event.base.otherwise;
      if (tip === null) return missing(null, 'the base branch is gone');
      const sha = await mergeBase(client, tip, event.head);
      if (sha === null) return missing(null, 'the pull request has no commit in common with its base branch');
      const { data } = await client.queryWith(FILE_QUERY, { commit: sha, path: manifest }, fileSchema, (error) => {
        return error.type === 'NOT_FOUND' && error.path.length > 1;
      });
      return factsOf(data.repository.object, sha, manifest);
    }
  }
}

function missing(sha: string | null, problem: string): BaseFacts {
  return { sha, text: null, problem };
}

function factsOf(
  commit: { readonly oid: string; readonly file?: Entry | null | undefined } | null,
  wanted: string,
  manifest: string,
): BaseFacts {
  if (commit?.file === undefined) return missing(wanted, `the commit ${wanted} is not (any more) in the repository`);
  const { oid, file } = commit;
  if (file === null) return { sha: oid, text: null, problem: null };
  const read = textOf(file, LIMITS);
  if (read.state === 'unusable') return missing(oid, `${JSON.stringify(manifest)} ${read.reason}`);
  return { sha: oid, text: read.state === 'text' ? read.text : null, problem: null };
}

/** The commit where head left the base branch; null where the two have nothing in common (GitHub answers 404). */
async function mergeBase(client: GitHubClient, base: string, head: string): Promise<string | null> {
  try {
    // The second page, of one commit, has neither files nor patches, which are not needed.
    const parameters = { basehead: `${base}...${head}`, per_page: 1, page: 2 };
    const answer = await client.request('GET /repos/{owner}/{repo}/compare/{basehead}', parameters, compareSchema);
    return answer.merge_base_commit.sha;
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 404) return null;
    throw error;
  }
}
