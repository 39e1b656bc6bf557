import { configurationError } from '../../lib/errors/problem.js';
import type { GitHubClient } from './client.js';
import { textOf } from './read-files.js';
import { MAX_MANIFEST_BYTES } from '../../manifest/yaml-scan.js';
import type { Entry } from './queries.js';
import type { RunEvent } from './event.js';
import { type GraphqlError, unreadable } from './refusal.js';
import { type PullRequestFacts, findPullRequest, readPullRequest } from './pull-request.js';
import {
  type CommitAnswer,
  FILE_QUERY,
  REPOSITORY_QUERY,
  type RepositoryAnswer,
  compareSchema,
  fileSchema,
  repositorySchema,
} from './queries.js';
import { HttpFailure } from '../../lib/http/failure.js';

/** For manifests and lockfiles. */
const LIMITS = { maxBytes: MAX_MANIFEST_BYTES };

/** All that a run reads of the repository, each file at one commit. */
export interface RepositoryFacts {
  readonly defaultBranch: { readonly name: string; readonly sha: string };
  /** The manifest and the lock on the default branch; null: proved to be absent there. */
  readonly policyText: string | null;
  readonly lockfileText: string | null;
  readonly head: { readonly sha: string; readonly text: string | null };
  /** Null where the event has no base. */
  readonly base: BaseFacts | null;
  readonly baseIsDefaultBranch: boolean;
  readonly pullRequest: PullRequestFacts | null;
  /** What the token may not read, with the remedy; nothing that the verdict rests on. */
  readonly warnings: readonly string[];
}

export interface RepositoryPaths {
  readonly manifest: string;
  readonly lock: string;
}

/**
 * Reads policy, lock, head, base and pull request of the event's run. What cannot be read ends the run (NoVerdictError 2)
 * and is never taken for absent; absent is only what GitHub says is not in a commit that it has.
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
  const asked = commitAskedFor(event);
  const { data, tolerated } = await client.queryWith(
    REPOSITORY_QUERY,
    {
      ...paths,
      head: event.head,
      withParent: event.base.kind === 'first_parent',
      base: asked ?? event.head,
      withBase: asked !== null,
      number: number ?? 0,
      withPullRequest: number !== null,
      withComments: event.writesComment,
    },
    repositorySchema,
    isTolerable,
  );
  const { repository, viewer } = data;
  const branch = defaultBranchOf(repository.defaultBranchRef);
  const head = headOf(repository.head, event.head);
  const answer = repository.pullRequest ?? null;
  const about = event.pullRequest.kind === 'none' ? null : event.pullRequest.head;
  const pullRequest = answer === null ? null : await readPullRequest(client, answer, viewer.login, about);
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
    }),
    // A pull request that was retargeted after the event is judged by the stricter of both.
    baseIsDefaultBranch: baseBranches.length > 0 && baseBranches.every((name) => name === branch.name),
    pullRequest,
    warnings: number !== null && answer === null ? [withoutPullRequest(number, tolerated)] : [],
  };
}

/**
 * Errors that come beside usable data: GitHub's way to say that a file, a commit or a pull request is not there, and a
 * token that may not read pull requests, without which there is no override and no comment, but a verdict.
 */
function isTolerable({ type, path }: GraphqlError): boolean {
  const inside = path[0] === 'repository' && path.length > 1;
  if (!inside) return false;
  if (type === 'NOT_FOUND')
    return ['policy', 'lock', 'file', 'head', 'base', 'pullRequest'].includes(String(path.at(-1)));
  return path[1] === 'pullRequest' && type === 'FORBIDDEN';
}

function withoutPullRequest(number: number, tolerated: readonly GraphqlError[]): string {
  const forbidden = tolerated.some((error) => error.type === 'FORBIDDEN');
  const reason = forbidden
    ? 'the token lacks `pull-requests: write`; add it under `permissions:` in the workflow'
    : 'there is none with this number';
  return `Pull request ${number} could not be read: ${reason}. Labels, reviews and comments are left out.`;
}

async function pullRequestNumber(client: GitHubClient, { pullRequest }: RunEvent): Promise<number | null> {
  if (pullRequest.kind === 'none') return null;
  return pullRequest.kind === 'number' ? pullRequest.number : await findPullRequest(client, pullRequest);
}

/** The commit besides head that is known before anything was asked. */
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

/** A file's text; null where it is absent; NoVerdictError 2 where it is not a plain text file of a reasonable size. */
function requiredText(entry: Entry | null | undefined, path: string, commit: string): string | null {
  if (entry === null) return null;
  const where = `${JSON.stringify(path)} at commit ${commit}`;
  if (entry === undefined) throw configurationError(`GitHub does not say whether there is ${where}`, { file: path });
  const read = textOf(entry, LIMITS);
  if (read.state === 'unusable') throw configurationError(`${where} ${read.reason}`, { file: path });
  return read.state === 'text' ? read.text : null;
}

/** What head is compared with. A base that cannot be used is told in words; it never ends the run. */
export interface BaseFacts {
  /** Null where no commit was found at all. */
  readonly sha: string | null;
  /** Null: no manifest there, or the problem. */
  readonly text: string | null;
  readonly problem: string | null;
}

/** What the first query found out about possible bases. */
export interface BaseCandidates {
  readonly parent: { readonly oid: string; readonly file?: Entry | null | undefined } | null;
  readonly commit: CommitAnswer | null;
  /** Where the pull request's base branch is now. */
  readonly baseTip: string | null;
  readonly hasPullRequest: boolean;
}

/**
 * Finds the commit to compare with by the event's rule, and the manifest there; null where there is nothing to compare
 * with. A base that is not there has a `problem` in words. Throws `HttpFailure` where GitHub cannot be read.
 */
export async function readBase(
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
    case 'merge_base': {
      if (!candidates.hasPullRequest) return null;
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
    // The second page of one commit each has neither files nor patches, which nobody wants here.
    const parameters = { basehead: `${base}...${head}`, per_page: 1, page: 2 };
    const answer = await client.request('GET /repos/{owner}/{repo}/compare/{basehead}', parameters, compareSchema);
    return answer.merge_base_commit.sha;
  } catch (error) {
    if (error instanceof HttpFailure && error.status === 404) return null;
    throw error;
  }
}
