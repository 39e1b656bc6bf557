import type { GitHubClient } from '../github/client.js';
import { NOTHING_LISTED, withPage, type Listing } from '../github/queries.js';
import type { NotWritten } from './not-written.js';
import { BODIES_QUERY, PAGES_QUERY } from '../github/queries.js';
import { type CommentNode, bodiesSchema, pagesSchema } from '../github/queries.js';

/**
 * The first line of our comment, by which a later run finds it again. It is an HTML comment, so the key (any text, mostly
 * a path) is percent-encoded: nothing in it may end the comment or look like another field.
 */
export interface Marker {
  readonly key: string;
  readonly runId: number;
  readonly runAttempt: number;
  /** The pull request's head commit that the run was about. */
  readonly headSha: string;
}

const PLAIN = /[A-Za-z0-9/._-]/;

function encodeKey(key: string): string {
  const encoded = Array.from(Buffer.from(key, 'utf8'), (byte) => {
    const character = String.fromCharCode(byte);
    return PLAIN.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  // "--" is what ends an HTML comment.
  return encoded.join('').replaceAll('--', '-%2D');
}

export function marker({ key, runId, runAttempt, headSha }: Marker): string {
  return `<!-- llm-budget:v1 key=${encodeKey(key)} run=${runId} attempt=${runAttempt} head=${headSha} -->`;
}

const FIELDS = /^run=(\d{1,15}) attempt=(\d{1,9}) head=([0-9a-f]{40}|[0-9a-f]{64}) -->(?:\r?\n|$)/;

/** The marker with exactly this key at the first byte of a comment's body; null where there is none. */
export function parseMarker(body: string, key: string): Marker | null {
  const start = `<!-- llm-budget:v1 key=${encodeKey(key)} `;
  if (!body.startsWith(start)) return null;
  const [, runId, runAttempt, headSha] = FIELDS.exec(body.slice(start.length)) ?? [];
  if (runId === undefined || runAttempt === undefined || headSha === undefined) return null;
  return { key, runId: Number(runId), runAttempt: Number(runAttempt), headSha };
}

/** What stands after the marker's line. */
export function withoutMarker(body: string): string {
  return body.replace(/^<!-- llm-budget:v1 [^\n]*(?:\n|$)/, '');
}

/** A comment that was written by the token's own login. */
export interface OwnComment {
  /** For REST, and for order: a lower id is older. */
  readonly id: number;
  readonly nodeId: string;
  readonly body: string;
}

/** The token's own comments on a pull request, the oldest first. */
export interface CommentListing {
  readonly own: readonly OwnComment[];
  /** False where there are more comments than are read. */
  readonly complete: boolean;
  /** Why they could not be read; no reason to end a run, but none is written then. */
  readonly problem: NotWritten | null;
}

/** One of our comments with the key that was asked for. */
export interface KeyedComment extends OwnComment {
  readonly marker: Marker;
  /** The body without the marker's line. */
  readonly text: string;
}

export function keyedComments(listing: Pick<CommentListing, 'own'>, key: string): KeyedComment[] {
  return listing.own
    .flatMap((comment) => {
      const marker = parseMarker(comment.body, key);
      return marker === null ? [] : [{ ...comment, marker, text: withoutMarker(comment.body) }];
    })
    .sort((a, b) => a.id - b.id);
}

/** The comment with this key that a run would bring up to date; null where there is none yet. */
export function existingComment(listing: CommentListing, key: string): KeyedComment | null {
  return keyedComments(listing, key)[0] ?? null;
}

/** GraphQL names a bot without the "[bot]" that its own login has. */
function isOwn(node: CommentNode, viewer: string): boolean {
  if (node.viewerDidAuthor) return true;
  if (node.author === null) return false;
  return node.author.__typename === 'Bot' ? `${node.author.login}[bot]` === viewer : node.author.login === viewer;
}

/** Bodies are asked for in portions whose size stays within what is read of an answer. */
const BODIES_AT_ONCE = 50;

/** Fetches the bodies of those comments that are ours; a stranger's body is never asked for. */
export async function readOwnComments(
  client: GitHubClient,
  comments: Listing<CommentNode>,
  viewer: string,
): Promise<CommentListing> {
  const nodes = comments.items.filter((node) => isOwn(node, viewer));
  const bodies = new Map<string, string>();
  for (let start = 0; start < nodes.length; start += BODIES_AT_ONCE) {
    const ids = nodes.slice(start, start + BODIES_AT_ONCE).map((node) => node.id);
    for (const [id, body] of await readBodies(client, ids)) bodies.set(id, body);
  }
  const own = nodes.flatMap((node) => {
    const body = bodies.get(node.id);
    return body === undefined ? [] : [{ id: node.fullDatabaseId, nodeId: node.id, body }];
  });
  return { own, complete: comments.complete, problem: null };
}

/** By node id; a comment that was deleted meanwhile is not in it. */
async function readBodies(client: GitHubClient, ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { data } = await client.queryWith(BODIES_QUERY, { ids }, bodiesSchema, (error) => error.type === 'NOT_FOUND');
  return bodiesById(data.nodes);
}

export function bodiesById(
  nodes: readonly ({ id?: string | undefined; body?: string | undefined } | null)[],
): ReadonlyMap<string, string> {
  return new Map(
    nodes.flatMap((node) => (node?.id === undefined || node.body === undefined ? [] : [[node.id, node.body] as const])),
  );
}

/** Lists the token's own comments anew, over all pages. Throws HttpFailure. */
export async function listOwnComments(
  client: GitHubClient,
  pullRequest: number,
): Promise<CommentListing & { headSha: string }> {
  let comments: Listing<CommentNode> = NOTHING_LISTED;
  for (;;) {
    const variables = { number: pullRequest, comments: comments.next, withComments: true, ...ONLY_COMMENTS };
    const { viewer, repository } = await client.query(PAGES_QUERY, variables, pagesSchema);
    comments = withPage(comments, repository.pullRequest.comments);
    if (comments.next === null) {
      const listing = await readOwnComments(client, comments, viewer.login);
      return { ...listing, headSha: repository.pullRequest.headRefOid };
    }
  }
}
const ONLY_COMMENTS = { withLabels: false, withReviews: false, withFiles: false };
