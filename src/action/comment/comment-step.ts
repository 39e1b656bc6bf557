import { renderComment } from '../../report/markdown/comment.js';
import { sameText } from './same-text.js';
import { wantsComment } from './when.js';
import { upsertComment } from './comment.js';
import type { CommentOutcome } from './comment.js';
import { existingComment } from './own-comments.js';
import type { ErrorReport, Report } from '../../report/model/schema.js';
import type { RunContext } from '../run-context.js';
import type { ActionWorld } from '../world.js';

const NOTHING_TO_SAY: CommentOutcome = { status: 'skipped', warning: null };

/** Brings the pull request's comment up to date, where the event writes one and the mode wants one. Never throws. */
export async function comment(
  report: Report | ErrorReport,
  context: RunContext,
  world: ActionWorld,
): Promise<CommentOutcome> {
  const { event, facts, inputs, client, repositoryUrl } = context;
  const { pullRequest } = facts;
  const comments = pullRequest?.comments ?? null;
  if (!event.writesComment || inputs.comment === 'never') return NOTHING_TO_SAY;
  // The token may not even read the pull request that the event names; the warning on it was given already.
  if (pullRequest === null && event.pullRequest.kind === 'number') return { status: 'forbidden', warning: null };
  if (pullRequest === null || comments === null) return NOTHING_TO_SAY;
  const key = inputs['comment-key'];
  const exists = existingComment(comments, key) !== null;
  if (!wantsComment(inputs.comment, report, exists)) return NOTHING_TO_SAY;

  const headSha = event.pullRequest.kind === 'none' ? null : event.pullRequest.head;
  return await upsertComment(client, {
    pullRequest,
    key,
    run: { ...event.run, headSha: headSha ?? pullRequest.headSha },
    body: renderComment(report, {
      repositoryUrl,
      // Files are linked at the commit that was judged.
      headSha: facts.head.sha,
      summaryUrl: `${repositoryUrl}/actions/runs/${world.variable('GITHUB_RUN_ID')}`,
    }),
    sameText,
    comments,
  });
}
