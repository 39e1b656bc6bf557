import { renderComment } from '../../report/markdown/comment.js';
import { COMMENT_TOTAL_MS, type CommentOutcome, upsertComment } from './comment.js';
import { notWritten } from '../github/refusal.js';
import { type CommentListing, keyedComments, readOwnComments } from './own-comments.js';
import type { GitHubClient } from '../github/client.js';
import type { CommentNodes, PullRequestFacts } from '../github/pull-request.js';
import { reportsIn } from '../../report/model/document.js';
import type { Report, ReportDocument } from '../../report/model/schema.js';
import type { RunContext } from '../run-context.js';
import type { ActionWorld } from '../environment.js';
import type { CommentMode } from '../inputs-and-outputs.js';
import type { NoteCode } from '../../lib/errors/problem.js';

const NO_COMMENT: CommentOutcome = { status: 'skipped', warning: null };

/** Brings the pull request's comment up to date, where the event writes one and the mode wants one. Never throws. */
export async function comment(
  report: ReportDocument,
  context: RunContext,
  world: ActionWorld,
): Promise<CommentOutcome> {
  const { event, facts, inputs, repositoryUrl } = context;
  const { pullRequest } = facts;
  const nodes = pullRequest?.comments ?? null;
  if (!event.writesComment || inputs.comment === 'never') return NO_COMMENT;
  // The token may not read the pull request that the event names. The run has a warning about that already.
  if (pullRequest === null && event.pullRequest.kind === 'number') return { status: 'forbidden', warning: null };
  if (pullRequest === null || nodes === null) return NO_COMMENT;
  const key = inputs['comment-key'];
  const client = context.client.within(COMMENT_TOTAL_MS);
  const comments = await ownComments(client, pullRequest, nodes);
  if ('status' in comments) return wantsComment(inputs.comment, report, false) ? comments : NO_COMMENT;
  const exists = keyedComments(comments, key).length > 0;
  if (!wantsComment(inputs.comment, report, exists)) return NO_COMMENT;

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

async function ownComments(
  client: GitHubClient,
  pullRequest: PullRequestFacts,
  nodes: CommentNodes,
): Promise<CommentListing | CommentOutcome> {
  if (nodes.problem !== null) return nodes.problem;
  try {
    return await readOwnComments(client, pullRequest, nodes);
  } catch (error) {
    return notWritten(error);
  }
}

/** The notes that are worth a comment although no cost changed. */
const NEWS: ReadonlySet<string> = new Set<NoteCode>(['workflow_changed', 'possibly_outdated', 'lock_changed']);

/**
 * Whether the pull request gets a comment. A comment that exists is kept up to date in every mode but `never`, since an
 * outdated one misleads.
 */
export function wantsComment(mode: CommentMode, document: ReportDocument, exists: boolean): boolean {
  const reports = reportsIn(document);
  switch (mode) {
    case 'never':
      return false;
    case 'always':
      return true;
    case 'on-violation':
      return exists || reports.some((report) => report.verdict === 'error' || report.violations.length > 0);
    case 'on-change':
      return exists || reports.some((report) => report.verdict === 'error' || isNews(report));
  }
}

/** Whether the estimate changed, something fails, a warning is new, a limit would be loosened, or a note is in `NEWS`. */
function isNews(report: Report): boolean {
  const changed = report.base === null || report.suites.some((suite) => suite.status !== 'unchanged');
  const broken = report.violations.some((violation) => violation.severity === 'fail' || violation.in_base !== true);
  const hasNews = report.notes.some(({ code }) => NEWS.has(code));
  return changed || broken || report.policy.not_applied.length > 0 || hasNews;
}

/** Matches the time of the price line only: no untrusted text can start a line with these words. */
const FETCH_TIME = /^(- Prices: .*, fetched at )\d{4}-\d{2}-\d{2}T[\d:.]+Z$/gm;

/** Whether two comments, without their markers, say the same: equal apart from when prices were fetched. */
export function sameText(a: string, b: string): boolean {
  return withoutTime(a) === withoutTime(b);
}

/** GitHub returns a body with other line ends, and without blanks at its end. */
function withoutTime(comment: string): string {
  return comment.replace(/\r\n?/g, '\n').replace(FETCH_TIME, '$1').trim();
}
