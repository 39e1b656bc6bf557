import type { GitHubClient } from '../github/client.js';
import type { CommentNodes } from '../github/pull-request.js';
import {
  type CommentNode,
  NOTHING_LISTED,
  PAGE_SIZE,
  PAGES_QUERY,
  pagesSchema,
  RECHECK_QUERY,
  recheckSchema,
  withPage,
} from '../github/queries.js';

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
interface OwnComment {
  /** For REST, and for order: a lower id is older. */
  readonly id: number;
  readonly nodeId: string;
  readonly body: string;
}

/** The token's own comments on a pull request. */
export interface CommentListing {
  readonly own: readonly OwnComment[];
  /** False where there are more comments than are read. */
  readonly complete: boolean;
  /** Where the pull request's branch was when they were read. */
  readonly headSha: string;
}

/** One of our comments, with the requested key. */
export interface KeyedComment extends OwnComment {
  readonly marker: Marker;
  /** The body without the marker's line. */
  readonly text: string;
}

/** Our comments with this key, the oldest first. */
export function keyedComments(listing: Pick<CommentListing, 'own'>, key: string): KeyedComment[] {
  return listing.own
    .flatMap((comment) => {
      const marker = parseMarker(comment.body, key);
      return marker === null ? [] : [{ ...comment, marker, text: withoutMarker(comment.body) }];
    })
    .sort((a, b) => a.id - b.id);
}

/** GraphQL names a bot without the "[bot]" that its own login has. */
function isOwn(node: CommentNode, viewer: string): boolean {
  if (node.viewerDidAuthor) return true;
  if (node.author === null) return false;
  return node.author.__typename === 'Bot' ? `${node.author.login}[bot]` === viewer : node.author.login === viewer;
}

/** Some servers have no `fullDatabaseId`; the id stands in the address of the comment too. */
function idOf({ fullDatabaseId, url }: CommentNode): number | null {
  const inUrl = /#issuecomment-(\d{1,15})$/.exec(url)?.[1];
  return fullDatabaseId ?? (inUrl === undefined ? null : Number(inUrl));
}

/** So many bodies are requested at once, so that no answer exceeds the size that is read. */
const BODIES_AT_ONCE = 50;

/**
 * Fetches the bodies of those comments that are ours, and where the pull request's branch is by now. Bodies of other authors
 * are never requested. `known` has bodies by node id that are not requested again. Without a comment of ours there is no request.
 * Throws HttpFailure.
 */
export async function readOwnComments(
  client: GitHubClient,
  pullRequest: { readonly number: number; readonly headSha: string },
  { listing, viewer }: Pick<CommentNodes, 'listing' | 'viewer'>,
  known: ReadonlyMap<string, string> = new Map(),
): Promise<CommentListing> {
  const own = listing.items.filter((node) => isOwn(node, viewer));
  const unknown = own.map((node) => node.id).filter((id) => !known.has(id));
  const bodies = new Map(known);
  let { headSha } = pullRequest;
  for (let start = 0; start < unknown.length; start += BODIES_AT_ONCE) {
    const now = await readBodies(client, pullRequest.number, unknown.slice(start, start + BODIES_AT_ONCE));
    headSha = now.headSha;
    for (const [id, body] of now.bodies) bodies.set(id, body);
  }
  return {
    own: own.flatMap((node) => {
      const body = bodies.get(node.id);
      const id = idOf(node);
      return body === undefined || id === null ? [] : [{ id, nodeId: node.id, body }];
    }),
    complete: listing.complete,
    headSha,
  };
}

/** Reads the bodies of comments by node id, without those that do not exist any more. Throws HttpFailure. */
export async function readBodies(
  client: GitHubClient,
  number: number,
  ids: readonly string[],
): Promise<{ readonly headSha: string; readonly bodies: ReadonlyMap<string, string> }> {
  const { data } = await client.queryWith(RECHECK_QUERY, { number, ids }, recheckSchema, ({ type, path }) => {
    return type === 'NOT_FOUND' && path[0] === 'nodes';
  });
  const bodies = new Map<string, string>();
  for (const node of data.nodes) {
    if (node?.id !== undefined && node.body !== undefined) bodies.set(node.id, node.body);
  }
  return { headSha: data.repository.pullRequest.headRefOid, bodies };
}

/** Lists the token's own comments anew. Throws HttpFailure. */
export async function listOwnComments(
  client: GitHubClient,
  number: number,
  known?: ReadonlyMap<string, string>,
): Promise<CommentListing> {
  const { headSha, ...nodes } = await listComments(client, number);
  return await readOwnComments(client, { number, headSha }, nodes, known);
}

/** Lists who wrote which comment, over all pages, and where the pull request's branch is. Throws HttpFailure. */
export async function listComments(
  client: GitHubClient,
  number: number,
): Promise<Pick<CommentNodes, 'listing' | 'viewer'> & { readonly headSha: string }> {
  let listing: CommentNodes['listing'] = NOTHING_LISTED;
  for (;;) {
    const variables = { number, size: PAGE_SIZE, comments: listing.next, withComments: true, ...ONLY_COMMENTS };
    const { viewer, repository } = await client.query(PAGES_QUERY, variables, pagesSchema);
    listing = withPage(listing, repository.pullRequest.comments);
    if (listing.next === null) {
      return { listing, viewer: viewer.login, headSha: repository.pullRequest.headRefOid };
    }
  }
}
const ONLY_COMMENTS = { withLabels: false, withReviews: false, withFiles: false };
