import { z } from 'zod';
import { HttpFailure } from '../../lib/http/failure.js';
import { retry } from '../../lib/http/retry.js';
import type { GitHubClient } from '../github/client.js';
import { keyedComments, listOwnComments } from './own-comments.js';

export interface NewComment {
  readonly client: GitHubClient;
  readonly pullRequest: { readonly number: number };
  readonly key: string;
  readonly run: { readonly id: number; readonly attempt: number };
  /** The whole body, marker first. */
  readonly wanted: string;
}

/**
 * Posts a comment and returns its id. A POST that failed on the way may have been carried out, so it is not repeated
 * before the comments were listed again and the comment is not among them. Throws HttpFailure.
 */
export async function createComment({ client, pullRequest, key, run, wanted }: NewComment): Promise<number> {
  const limits = client.limits;
  let posted = false;
  return await retry(
    async (signal) => {
      if (posted) {
        const listing = await listOwnComments(client, pullRequest.number);
        const found = keyedComments(listing, key).find(({ marker }) => {
          return marker.runId === run.id && marker.runAttempt === run.attempt;
        });
        if (found !== undefined) return found.id;
      }
      // An attempt that outlived its time must not post behind the back of the next.
      if (signal.aborted) throw new HttpFailure('gave no answer in time', { kind: 'timeout', transient: false });
      posted = true;
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
      const parameters = { issue_number: pullRequest.number, body: wanted };
      return (await client.requestOnce(route, parameters, z.object({ id: z.number() }))).id;
    },
    client.effects,
    // The requests within an attempt have their own deadlines.
    { ...limits, attemptMs: limits.totalMs },
  );
}
