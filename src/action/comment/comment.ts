import { z } from 'zod';
import { marker } from './own-comments.js';
import type { GitHubClient } from '../github/client.js';
import { isGone, notWritten } from './not-written.js';
import { type CommentListing, type KeyedComment, bodiesById, keyedComments, listOwnComments } from './own-comments.js';
import { RECHECK_QUERY } from '../github/queries.js';
import { recheckSchema } from '../github/queries.js';
import { HttpFailure } from '../../lib/http/failure.js';
import { retry } from '../../lib/http/retry.js';

export type CommentStatus = 'created' | 'updated' | 'unchanged' | 'skipped' | 'forbidden' | 'failed';

export interface CommentOutcome {
  readonly status: CommentStatus;
  /** What a person should know, with the remedy; in our own words alone. */
  readonly warning: string | null;
}

/** Which run speaks. Runs are ordered by id, then attempt. */
export interface CommentRun {
  readonly id: number;
  readonly attempt: number;
  /** The head commit of the pull request that the run is about. */
  readonly headSha: string;
}

export interface CommentRequest {
  readonly pullRequest: { readonly number: number; readonly headSha: string };
  readonly key: string;
  readonly run: CommentRun;
  /** The text without the marker; null: nothing to say. */
  readonly body: string | null;
  /** Whether two texts (without markers) say the same. */
  readonly sameText: (a: string, b: string) => boolean;
  /** As `readRepository` brought them. */
  readonly comments: CommentListing;
}

/** What is known while the comment is brought up to date. */
interface Work extends CommentRequest {
  readonly client: GitHubClient;
  /** Marker and text. */
  readonly wanted: string;
  readonly text: string;
}

/** What writing the comment may take in all. */
const COMMENT_TOTAL_MS = 60_000;

/** How often a comment is written anew because an older run wrote over it meanwhile. */
const MAX_ROUNDS = 3;

export const HEAD_MOVED = 'The pull request has newer commits than this run, so its comment was left alone.';
const NEWER_RUN = 'A newer run has written the comment already, so it was left alone.';

/**
 * Creates or updates the one comment with this key, within one minute in all. Never throws: a comment that cannot be
 * written is a status and a warning, and changes nothing else.
 */
export async function upsertComment(client: GitHubClient, request: CommentRequest): Promise<CommentOutcome> {
  const { body, run } = request;
  if (body === null) return { status: 'skipped', warning: null };
  const first = marker({ key: request.key, runId: run.id, runAttempt: run.attempt, headSha: run.headSha });
  const limited = client.within(COMMENT_TOTAL_MS);
  try {
    return await upsert({ ...request, client: limited, text: body, wanted: `${first}\n${body}` });
  } catch (error) {
    return notWritten(error);
  }
}

async function upsert(work: Work): Promise<CommentOutcome> {
  if (work.comments.problem !== null) return work.comments.problem;
  if (work.pullRequest.headSha !== work.run.headSha) return { status: 'skipped', warning: HEAD_MOVED };
  const [kept, ...others] = keyedComments(work.comments, work.key);
  if (kept === undefined) {
    if (work.comments.complete) return await create(work);
    const warning = 'The pull request has more comments than are read, so none was added.';
    return { status: 'skipped', warning };
  }
  if (others.length > 0) return await converge(work, 'updated', null);
  if (isNewer(kept, work.run)) return { status: 'skipped', warning: NEWER_RUN };
  if (saysTheSame(work, kept)) return { status: 'unchanged', warning: null };
  return await update(work, kept);
}

function isNewer({ marker: { runId, runAttempt } }: KeyedComment, run: CommentRun): boolean {
  return runId > run.id || (runId === run.id && runAttempt > run.attempt);
}

/** GitHub trims the texts that it stores. */
function saysTheSame(work: Work, comment: KeyedComment): boolean {
  return work.sameText(comment.text.trim(), work.text.trim());
}

async function create(work: Work): Promise<CommentOutcome> {
  const now = await recheck(work, []);
  if (now.headSha !== work.run.headSha) return { status: 'skipped', warning: HEAD_MOVED };
  const id = await createComment(work);
  try {
    return await converge(work, 'created', id);
  } catch (error) {
    // The comment is there; whether it is the only one, the next run will see.
    return { status: 'created', warning: notWritten(error).warning };
  }
}

/** The usual update: one comment, ours to write. It is looked at just before and just after. */
async function update(work: Work, kept: KeyedComment): Promise<CommentOutcome> {
  for (let round = 1; ; round += 1) {
    const before = await recheck(work, [kept.nodeId]);
    if (before.headSha !== work.run.headSha) return { status: 'skipped', warning: HEAD_MOVED };
    const current = readAgain(work, kept, before);
    if (current === null) return await converge(work, 'updated', null);
    if (isNewer(current, work.run)) return { status: 'skipped', warning: NEWER_RUN };
    const done = round > 1 && saysTheSame(work, current);
    if (done || round > MAX_ROUNDS) return { status: 'updated', warning: null };
    await writeOver(work, kept.id);
  }
}

/**
 * Leaves one comment: the one with the lowest id, with the text of the newest run. That run does it; an older one only
 * takes back what it wrote itself, so that no two runs write different texts over each other.
 */
async function converge(work: Work, status: 'created' | 'updated', created: number | null): Promise<CommentOutcome> {
  for (let round = 1; ; round += 1) {
    const listing = await listOwnComments(work.client, work.pullRequest.number);
    const [kept, ...others] = keyedComments(listing, work.key);
    if (kept === undefined) {
      if (created !== null || round > MAX_ROUNDS) return { status, warning: null };
      return await create(work);
    }
    if ([kept, ...others].some((comment) => isNewer(comment, work.run))) {
      if (created !== null && others.some(({ id }) => id === created)) await remove(work, created);
      return { status: 'skipped', warning: NEWER_RUN };
    }
    if (listing.headSha !== work.run.headSha && created === null) return { status: 'skipped', warning: HEAD_MOVED };
    const upToDate = saysTheSame(work, kept);
    if ((upToDate && others.length === 0) || round > MAX_ROUNDS) return { status, warning: null };
    if (!upToDate) await writeOver(work, kept.id);
    for (const other of others) await remove(work, other.id);
  }
}

async function recheck(work: Work, ids: readonly string[]) {
  const variables = { number: work.pullRequest.number, ids };
  const { data } = await work.client.queryWith(RECHECK_QUERY, variables, recheckSchema, ({ type, path }) => {
    return type === 'NOT_FOUND' && path[0] === 'nodes';
  });
  return { headSha: data.repository.pullRequest.headRefOid, bodies: bodiesById(data.nodes) };
}

/** The comment as it is by now; null where it is gone, or ours no more. */
function readAgain(work: Work, kept: KeyedComment, now: Awaited<ReturnType<typeof recheck>>): KeyedComment | null {
  const body = now.bodies.get(kept.nodeId);
  if (body === undefined) return null;
  return keyedComments({ own: [{ ...kept, body }] }, work.key)[0] ?? null;
}

/** A comment that is gone by now is found missing by the look that follows. */
async function writeOver(work: Work, id: number): Promise<void> {
  const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
  await unlessGone(work.client.request(route, { comment_id: id, body: work.wanted }, z.object({ id: z.number() })));
}

async function remove(work: Work, id: number): Promise<void> {
  const route = 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}';
  await unlessGone(work.client.request(route, { comment_id: id }, z.unknown()));
}

async function unlessGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

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
