import { z } from 'zod';
import { HttpFailure } from '../../lib/http/failure.js';
import { retry } from '../../lib/http/retry.js';
import type { GitHubClient } from '../github/client.js';
import { isGone, notWritten } from '../github/refusal.js';
import {
  type CommentListing,
  type KeyedComment,
  keyedComments,
  listOwnComments,
  marker,
  readBodies,
} from './own-comments.js';

/** Brings the one comment of a key and pull request up to date, also where several runs do so at the same time. */

export type CommentStatus = 'created' | 'updated' | 'unchanged' | 'skipped' | 'forbidden' | 'failed';

export interface CommentOutcome {
  readonly status: CommentStatus;
  /** Why the comment was not written, with the remedy. */
  readonly warning: string | null;
}

/** The run that writes. Runs are ordered by id, then attempt. */
interface CommentRun {
  readonly id: number;
  readonly attempt: number;
  /** The head commit of the pull request that the run is about. */
  readonly headSha: string;
}

export interface CommentRequest {
  readonly pullRequest: { readonly number: number };
  readonly key: string;
  readonly run: CommentRun;
  /** The text without the marker. */
  readonly body: string;
  /** Whether two texts (without markers) say the same. */
  readonly sameText: (a: string, b: string) => boolean;
  /** Our comments, read just before. */
  readonly comments: CommentListing;
}

/** What is known while the comment is brought up to date. */
interface Work extends CommentRequest {
  readonly client: GitHubClient;
  /** Marker and text. */
  readonly wanted: string;
}

/** The time for writing the comment, in milliseconds. */
export const COMMENT_TOTAL_MS = 60_000;

/** How often the comments are read again because another run wrote one meanwhile. */
const MAX_ROUNDS = 3;

export const HEAD_MOVED = 'The pull request has newer commits than this run, so its comment was left alone.';
const NEWER_RUN = 'A newer run has written the comment already, so it was left alone.';

/**
 * Creates or updates the one comment with this key. Never throws: a comment that cannot be written is a status and a warning,
 * and changes nothing else. It takes one request to update the comment of an older commit, and two to create one: afterwards the
 * comments are listed, since another run may have created one too.
 */
export async function upsertComment(client: GitHubClient, request: CommentRequest): Promise<CommentOutcome> {
  const { body, key, run } = request;
  const first = marker({ key, runId: run.id, runAttempt: run.attempt, headSha: run.headSha });
  try {
    return await upsert({ ...request, client, wanted: `${first}\n${body}` });
  } catch (error) {
    return notWritten(error);
  }
}

async function upsert(work: Work): Promise<CommentOutcome> {
  const { comments, run } = work;
  if (comments.headSha !== run.headSha) return { status: 'skipped', warning: HEAD_MOVED };
  const [kept, ...others] = keyedComments(comments, work.key);
  if (kept === undefined) {
    if (comments.complete) return await create(work);
    const warning = 'The pull request has more comments than are read, so none was added.';
    return { status: 'skipped', warning };
  }
  if (others.length > 0) return await converge(work, 'updated', null);
  if (isNewer(kept, run, comments.headSha)) return { status: 'skipped', warning: NEWER_RUN };
  if (saysTheSame(work, kept)) return { status: 'unchanged', warning: null };
  return await update(work, kept);
}

/**
 * Writes over the one comment. Where it is about the same commit already, another run of this commit may be writing at the
 * same time, so it is read again afterwards.
 */
async function update(work: Work, kept: KeyedComment): Promise<CommentOutcome> {
  const updated: CommentOutcome = { status: 'updated', warning: null };
  for (let round = 1; ; round += 1) {
    if (!(await isWrittenOver(work, kept.id))) return await converge(work, 'updated', null);
    if (kept.marker.headSha !== work.run.headSha || round > MAX_ROUNDS) return updated;
    const now = await readBodies(work.client, work.pullRequest.number, [kept.nodeId]);
    const body = now.bodies.get(kept.nodeId);
    const [current] = body === undefined ? [] : keyedComments({ own: [{ ...kept, body }] }, work.key);
    if (current === undefined) return await converge(work, 'updated', null);
    if (isNewer(current, work.run, now.headSha)) return { status: 'skipped', warning: NEWER_RUN };
    if (saysTheSame(work, current)) return updated;
  }
}

/** A marker with an id that is larger than ours by more than this was not written by a run of this repository. */
const LARGEST_ID_DISTANCE = 2_000_000_000;

/**
 * Whether a newer run wrote the comment, which must not be overwritten then. A run on another commit than the pull request's
 * head is out of date whatever its id, so that no marker silences later runs for good.
 */
function isNewer({ marker: written }: KeyedComment, run: CommentRun, headSha: string): boolean {
  if (written.headSha !== headSha || written.runId > run.id + LARGEST_ID_DISTANCE) return false;
  return written.runId > run.id || (written.runId === run.id && written.runAttempt > run.attempt);
}

/** GitHub trims the texts that it stores. */
function saysTheSame(work: Work, comment: KeyedComment): boolean {
  return work.sameText(comment.text.trim(), work.body.trim());
}

async function create(work: Work): Promise<CommentOutcome> {
  const created = await createComment(work);
  try {
    return await converge(work, 'created', created);
  } catch (error) {
    // The comment exists. Whether it is the only one, the next run will see.
    return { status: 'created', warning: notWritten(error).warning };
  }
}

interface Created {
  readonly id: number;
  readonly nodeId: string | null;
}

/**
 * Leaves one comment: the one with the lowest id, with the text of the newest run. That run does it. An older one only takes
 * back what it created itself, so that no two runs write different texts over each other.
 */
async function converge(work: Work, status: 'created' | 'updated', created: Created | null): Promise<CommentOutcome> {
  // Just after a comment was created, only comments that appeared meanwhile are new.
  const before = new Map(work.comments.own.map(({ nodeId, body }) => [nodeId, body]));
  if (created?.nodeId) before.set(created.nodeId, work.wanted);
  for (let round = 1; ; round += 1) {
    const known = created !== null && round === 1 ? before : undefined;
    const listing = await listOwnComments(work.client, work.pullRequest.number, known);
    const [kept, ...others] = keyedComments(listing, work.key);
    if (kept === undefined) {
      if (created !== null || round > MAX_ROUNDS) return { status, warning: null };
      return await create({ ...work, comments: listing });
    }
    if ([kept, ...others].some((comment) => isNewer(comment, work.run, listing.headSha))) {
      if (created !== null && others.some(({ id }) => id === created.id)) await remove(work, created.id);
      return { status: 'skipped', warning: NEWER_RUN };
    }
    if (listing.headSha !== work.run.headSha && created === null) return { status: 'skipped', warning: HEAD_MOVED };
    const upToDate = saysTheSame(work, kept);
    if ((upToDate && others.length === 0) || round > MAX_ROUNDS) return { status, warning: null };
    if (!upToDate) await isWrittenOver(work, kept.id);
    for (const other of others) await remove(work, other.id);
  }
}

/** False where the comment does not exist any more. */
async function isWrittenOver(work: Work, id: number): Promise<boolean> {
  const route = 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}';
  const body = work.wanted;
  return await unlessGone(work.client.request(route, { comment_id: id, body }, z.object({ id: z.number() })));
}

async function remove(work: Work, id: number): Promise<void> {
  const route = 'DELETE /repos/{owner}/{repo}/issues/comments/{comment_id}';
  await unlessGone(work.client.request(route, { comment_id: id }, z.unknown()));
}

async function unlessGone(request: Promise<unknown>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

/**
 * Posts a comment. A POST that failed on the way may have been carried out, so it is repeated only after the comments were
 * listed again without the comment among them. Throws HttpFailure.
 */
async function createComment({ client, pullRequest, key, run, wanted }: Work): Promise<Created> {
  const limits = client.limits;
  let posted = false;
  return await retry(
    async (signal) => {
      if (posted) {
        const listing = await listOwnComments(client, pullRequest.number);
        const found = keyedComments(listing, key).find(({ marker: written }) => {
          return written.runId === run.id && written.runAttempt === run.attempt;
        });
        if (found !== undefined) return found;
      }
      // An attempt that outlived its time must not post while the next one is under way.
      if (signal.aborted) throw new HttpFailure('gave no answer in time', { kind: 'timeout', transient: false });
      posted = true;
      const route = 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments';
      const parameters = { issue_number: pullRequest.number, body: wanted };
      const schema = z.object({ id: z.number(), node_id: z.string().nullish() });
      const { id, node_id: nodeId } = await client.requestOnce(route, parameters, schema);
      return { id, nodeId: nodeId ?? null };
    },
    client.effects,
    // The requests within an attempt have their own deadlines.
    { ...limits, attemptMs: limits.totalMs },
  );
}
