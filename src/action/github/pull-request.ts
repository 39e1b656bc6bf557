import type { Note } from '../../lib/errors/problem.js';
import { HttpFailure } from '../../lib/http/failure.js';
import type { GitHubClient } from './client.js';
import {
  activitySchema,
  COMMIT_QUERY,
  type CommentNode,
  compareSchema,
  type Listing,
  makersSchema,
  NOTHING_LISTED,
  type Page,
  PAGE_SIZE,
  PAGES_QUERY,
  pagesSchema,
  type PullRequestAnswer,
  type ReviewNode,
  SEARCH_QUERY,
  searchSchema,
  withPage,
} from './queries.js';
import { isTooMuch, MAY_NOT_WRITE, type NotWritten, notWritten } from './refusal.js';

/** The pull request of a run: labels, reviews and who may approve, changed files, and the list of comments. */

export interface PullRequestFacts {
  readonly number: number;
  /** Null where the account is gone. */
  readonly author: string | null;
  /** The commit that the pull request's branch is at now; the run may be about an older one. */
  readonly headSha: string;
  readonly headBranch: string;
  /** `owner/name`; null where the fork is gone. */
  readonly headRepository: string | null;
  readonly baseRef: string;
  /** Where the base branch is now; null where it is gone. */
  readonly baseTip: string | null;
  readonly labels: readonly string[];
  /** All reviews; empty where not all could be read, or where the pull request has moved on from the run's commit. */
  readonly reviews: readonly ReviewNode[];
  /** At most 3,000 paths. `complete` is false where there are more, or where GitHub does not list them. */
  readonly changedFiles: { readonly paths: readonly string[]; readonly complete: boolean };
  /** Null where the event writes no comment. */
  readonly comments: CommentNodes | null;
  readonly notes: readonly Note[];
}

/** The author of each comment. The texts are read later, and only those of our own comments. */
export interface CommentNodes {
  readonly listing: Listing<CommentNode>;
  /** The login of the token. */
  readonly viewer: string;
  /** Why they could not be listed: then no comment is written. */
  readonly problem: NotWritten | null;
}

interface Read<T> {
  readonly list: Listing<T>;
  /** The error that ended the list early. */
  readonly error: unknown;
}

/** The smallest page: where a page is too much for GitHub, a smaller one is requested, down to this size. */
const SMALLEST_PAGE = 6;

/**
 * Completes a list from its first page; undefined where that was not requested. What cannot be read leaves the list incomplete.
 */
async function readList<T>(
  first: Page<T> | null | undefined,
  ask: (after: string | null, size: number) => Promise<Page<T> | null | undefined>,
): Promise<Read<T>> {
  let list: Listing<T> = first === undefined ? NOTHING_LISTED : withPage<T>(NOTHING_LISTED, first);
  let size = PAGE_SIZE;
  while (list.pages === 0 || list.next !== null) {
    try {
      list = withPage(list, await ask(list.next, size));
    } catch (error) {
      if (!isTooMuch(error) || size <= SMALLEST_PAGE) return { list: { ...list, complete: false }, error };
      size = Math.ceil(size / 4);
    }
  }
  return { list, error: null };
}

const NO_LISTS = {
  labels: null,
  withLabels: false,
  reviews: null,
  withReviews: false,
  files: null,
  withFiles: false,
  comments: null,
  withComments: false,
};

/**
 * Completes what the first query returned of a pull request. Labels and reviews can only make a verdict milder, and files and
 * comments do not change it, so what cannot be read is a note. `head` is the commit that the run is about; null: any.
 */
export async function readPullRequest(
  client: GitHubClient,
  answer: PullRequestAnswer,
  {
    viewer,
    head,
    withComments,
  }: { readonly viewer: string; readonly head: string | null; readonly withComments: boolean },
): Promise<PullRequestFacts> {
  const { number } = answer;
  const page = async (variables: Partial<Record<keyof typeof NO_LISTS, string | boolean | null>>, size: number) => {
    const asked = { number, size, ...NO_LISTS, ...variables };
    const tolerate = ({ type, path }: { type: string | null; path: readonly (string | number)[] }) =>
      type === 'FORBIDDEN' && path[1] === 'pullRequest';
    const { data } = await client.queryWith(PAGES_QUERY, asked, pagesSchema, tolerate);
    return data.repository.pullRequest;
  };
  const [labels, reviews, files, comments] = await Promise.all([
    readList(
      answer.labels ?? undefined,
      async (after, size) => (await page({ labels: after, withLabels: true }, size)).labels,
    ),
    readList(
      answer.reviews ?? undefined,
      async (after, size) => (await page({ reviews: after, withReviews: true }, size)).reviews,
    ),
    // Files that are null are more than GitHub lists, so they are not requested again.
    readList(answer.files, async (after, size) => (await page({ files: after, withFiles: true }, size)).files),
    withComments
      ? readList(
          answer.comments ?? undefined,
          async (after, size) => (await page({ comments: after, withComments: true }, size)).comments,
        )
      : null,
  ]);
  const isCurrent = head === null || head === answer.headRefOid;
  return {
    number,
    author: answer.author?.login ?? null,
    headSha: answer.headRefOid,
    headBranch: answer.headRefName,
    headRepository: answer.headRepository?.nameWithOwner ?? null,
    baseRef: answer.baseRefName,
    baseTip: answer.baseRef?.target?.oid ?? null,
    labels: labels.list.items.map((label) => label.name),
    // A review that was not read could be the one that takes an approval back.
    reviews: reviews.list.complete && isCurrent ? reviews.list.items : [],
    changedFiles: { paths: files.list.items.map((file) => file.path), complete: files.list.complete },
    comments: comments === null ? null : { listing: comments.list, viewer, problem: problemOf(comments) },
    notes: unreadNotes(number, labels, reviews),
  };
}

/** A note where the label or the approval of an override may be among what could not be read. */
function unreadNotes(number: number, labels: Read<unknown>, reviews: Read<unknown>): Note[] {
  const notes: Note[] = [];
  if (!labels.list.complete) {
    const message = `Not all labels of pull request ${number} could be read${because(labels)}, so a label for an override may be missing.`;
    notes.push({ code: 'labels_unread', message });
  }
  // Without a label no approval matters.
  if (labels.list.items.length > 0 && !reviews.list.complete) {
    const message = `Not all reviews of pull request ${number} could be read${because(reviews)}, so no approval counts for an override.`;
    notes.push({ code: 'reviews_unread', message });
  }
  return notes;
}

function because(read: Read<unknown>): string {
  if (read.error instanceof HttpFailure) return ` (GitHub ${read.error.message})`;
  return isLeftOut(read) ? ' (the token may not read them)' : '';
}

/** Whether GitHub left the list out, which it does where the token may not read it. */
function isLeftOut({ list, error }: Read<unknown>): boolean {
  return error === null && list.pages === 1 && list.items.length === 0 && !list.complete;
}

function problemOf(read: Read<CommentNode>): NotWritten | null {
  if (read.error !== null) return notWritten(read.error);
  return isLeftOut(read) ? MAY_NOT_WRITE : null;
}

/** Reviews that approve or object. Comments and drafts leave the reviewer's last opinion as it was. */
const OPINIONS = ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'];

/**
 * Who approves the head commit: logins of people who may push, whose latest opinion is an approval of exactly this commit,
 * and who are not among `makers` (logins in lower case). Bots do not count, since a workflow of the pull request could be one.
 */
export function approvalsOf(
  reviews: readonly ReviewNode[],
  { makers, headSha }: { readonly makers: ReadonlySet<string>; readonly headSha: string },
): string[] {
  const latest = new Map<string, ReviewNode>();
  const opinions = reviews.filter((review) => OPINIONS.includes(review.state));
  for (const review of opinions.toSorted((a, b) => submitted(a) - submitted(b))) {
    if (review.author !== null) latest.set(review.author.login.toLowerCase(), review);
  }
  return [...latest].flatMap(([login, review]) => {
    const counts =
      !makers.has(login) &&
      review.state === 'APPROVED' &&
      review.commit?.oid === headSha &&
      review.authorCanPushToRepository &&
      review.author?.__typename === 'User';
    return counts && review.author !== null ? [review.author.login] : [];
  });
}

function submitted(review: ReviewNode): number {
  return review.submittedAt === null ? 0 : Date.parse(review.submittedAt);
}

/**
 * Who approved the pull request's head commit, apart from those who made it: the pull request's author, authors,
 * co-authors and committer of the commit, and who pushed last. `labels` are the override labels of the policies: without one
 * of them on the pull request nothing is requested, since then no approval matters. What cannot be read is a note, and the rest holds.
 */
export async function readApprovals(
  client: GitHubClient,
  pull: PullRequestFacts,
  labels: readonly string[],
): Promise<{ readonly approvedBy: readonly string[]; readonly notes: readonly Note[] }> {
  const author = pull.author === null ? [] : [pull.author.toLowerCase()];
  const byAuthor = { makers: new Set(author), headSha: pull.headSha };
  const overriding = labels.map((label) => label.toLowerCase());
  const isSet = pull.labels.some((name) => overriding.includes(name.toLowerCase()));
  const candidates = approvalsOf(pull.reviews, byAuthor);
  if (!isSet || candidates.length === 0) return { approvedBy: candidates, notes: [] };
  const notes: Note[] = [];
  const makers = new Set(author);
  const add = async (what: string, read: () => Promise<readonly string[]>): Promise<void> => {
    try {
      for (const login of await read()) makers.add(login.toLowerCase());
    } catch (error) {
      if (!(error instanceof HttpFailure)) throw error;
      const message = `${what} of pull request ${pull.number} could not be read (GitHub ${error.message}), so the override holds by the rest of its rules.`;
      notes.push({ code: 'approvers_unread', message });
    }
  };
  let commit = pull.headSha;
  await add('The authors of the head commit', async () => {
    const made = await makersOf(client, pull, commit);
    ({ commit } = made);
    return made.logins;
  });
  await add('The last push', () => lastPusher(client, pull, commit));
  return { approvedBy: approvalsOf(pull.reviews, { makers, headSha: pull.headSha }), notes };
}

/** The button "Update branch" may have been used this often in a row. */
const MOST_MERGES = 20;

/**
 * The authors and the committer of the pull request's last commit. A merge of the base branch that GitHub made ("Update
 * branch") has no author of its own, so the parent on the branch is read instead; `commit` is the one that was read last.
 */
async function makersOf(
  client: GitHubClient,
  pull: PullRequestFacts,
  head: string,
): Promise<{ readonly commit: string; readonly logins: readonly string[] }> {
  let commit = head;
  for (let merges = 0; ; merges += 1) {
    const { repository } = await client.query(COMMIT_QUERY, { commit }, makersSchema);
    const { object } = repository;
    if (object === null) return { commit, logins: [] };
    const [own, merged] = object.parents.nodes ?? [];
    const isGitHubs = object.signature?.isValid === true && object.signature.wasSignedByGitHub;
    if (
      merges < MOST_MERGES &&
      isGitHubs &&
      own !== undefined &&
      own !== null &&
      merged !== undefined &&
      merged !== null &&
      (await isOnBase(client, pull, merged.oid))
    ) {
      commit = own.oid;
      continue;
    }
    const people = [...(object.authors.nodes ?? []), object.committer];
    return { commit, logins: people.flatMap((person) => (person?.user ? [person.user.login] : [])) };
  }
}

/** Whether a commit is on the base branch: it is then its own merge base with it. */
async function isOnBase(client: GitHubClient, { baseTip }: PullRequestFacts, commit: string): Promise<boolean> {
  if (baseTip === null) return false;
  if (baseTip === commit) return true;
  const parameters = { basehead: `${baseTip}...${commit}`, per_page: 1, page: 2 };
  const answer = await client.request('GET /repos/{owner}/{repo}/compare/{basehead}', parameters, compareSchema);
  return answer.merge_base_commit.sha === commit;
}

/** Who pushed `commit` to the branch, or whoever pushed last where that push is not listed. */
async function lastPusher(
  client: GitHubClient,
  { headRepository, headBranch }: PullRequestFacts,
  commit: string,
): Promise<readonly string[]> {
  const [owner, repo] = headRepository?.split('/') ?? [];
  if (owner === undefined || repo === undefined) {
    throw new HttpFailure('has no repository for its branch any more', { kind: 'shape', transient: false });
  }
  const route = 'GET /repos/{owner}/{repo}/activity';
  const pushes = await client.request(route, { owner, repo, ref: `refs/heads/${headBranch}` }, activitySchema);
  const push = pushes.find(({ after }) => after === commit) ?? pushes[0];
  return push?.actor === undefined || push.actor === null ? [] : [push.actor.login];
}

const MOST_SEARCH_PAGES = 30;

/** The number of the open pull request with this head repository, branch and commit; the newest of several. */
export async function findPullRequest(
  client: GitHubClient,
  wanted: { readonly repository: string; readonly branch: string; readonly head: string },
): Promise<number | null> {
  let after: string | null = null;
  for (let page = 0; page < MOST_SEARCH_PAGES; page += 1) {
    const variables: Record<string, unknown> = { branch: wanted.branch, after };
    const { nodes, pageInfo } = (await client.query(SEARCH_QUERY, variables, searchSchema)).repository.pullRequests;
    const found = nodes.find(
      (node) =>
        node?.headRefOid === wanted.head &&
        node.headRepository?.nameWithOwner.toLowerCase() === wanted.repository.toLowerCase(),
    );
    if (found !== undefined && found !== null) return found.number;
    if (!pageInfo.hasNextPage) return null;
    after = pageInfo.endCursor;
  }
  return null;
}
