import { HttpFailure } from '../../lib/http/failure.js';
import type { GitHubClient } from './client.js';
import { textOf, type Entry } from './entry.js';
import type { RunEvent } from './event.js';
import { FILE_QUERY } from './queries.js';
import { compareSchema, fileSchema, type CommitAnswer } from './repository-answer.js';

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
  const { text, problem } = textOf(file);
  return problem === null ? { sha: oid, text, problem } : missing(oid, `${JSON.stringify(manifest)} ${problem}`);
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
