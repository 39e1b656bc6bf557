import {
  type CommentNode,
  NOTHING_LISTED,
  withPage,
  type Listing,
  PAGES_QUERY,
  type PullRequestAnswer,
  type ReviewNode,
  SEARCH_QUERY,
  pagesSchema,
  searchSchema,
} from './queries.js';
import type { GitHubClient } from './client.js';
import { MAY_NOT_WRITE, type NotWritten, notWritten } from '../comment/not-written.js';
import { type CommentListing, readOwnComments } from '../comment/own-comments.js';

/** Reviews that say yes or no; comments and drafts leave the author's last word as it was. */
const OPINIONS = ['APPROVED', 'CHANGES_REQUESTED', 'DISMISSED'];

/**
 * Who approves the head commit: logins of people, other than the pull request's author, who may push and whose latest
 * opinion is an approval of exactly this commit. Bots do not count: a workflow of the pull request could be one.
 */
export function approvalsOf(
  reviews: readonly ReviewNode[],
  pullRequest: { readonly author: string | null; readonly headSha: string },
): string[] {
  const latest = new Map<string, ReviewNode>();
  const opinions = reviews.filter((review) => OPINIONS.includes(review.state));
  for (const review of opinions.toSorted((a, b) => submitted(a) - submitted(b))) {
    if (review.author !== null) latest.set(review.author.login.toLowerCase(), review);
  }
  latest.delete(pullRequest.author?.toLowerCase() ?? '');
  return [...latest.values()].flatMap((review) => {
    const counts =
      review.state === 'APPROVED' &&
      review.commit?.oid === pullRequest.headSha &&
      review.authorCanPushToRepository &&
      review.author?.__typename === 'User';
    return counts && review.author !== null ? [review.author.login] : [];
  });
}

function submitted(review: ReviewNode): number {
  return review.submittedAt === null ? 0 : Date.parse(review.submittedAt);
}

export interface PullRequestFacts {
  readonly number: number;
  /** Null where the account is gone. */
  readonly author: string | null;
  /** The commit that the pull request's branch is at now; the run may be about an older one. */
  readonly headSha: string;
  readonly baseRef: string;
  readonly labels: readonly string[];
  /** Who approves the commit that this run is about; empty where the pull request has moved on from it. */
  readonly approvals: readonly string[];
  /** At most 3,000; `complete` is false where there are more, or where GitHub does not list them. */
  readonly changedFiles: { readonly paths: readonly string[]; readonly complete: boolean };
  /** Null where the event writes no comment. */
  readonly comments: CommentListing | null;
}

interface Lists {
  readonly labels: Listing<{ name: string }>;
  readonly reviews: Listing<ReviewNode>;
  readonly files: Listing<{ path: string }>;
  readonly comments: Listing<CommentNode>;
}

/** Pages are there for the lists that were asked for: at first all of them, then those that go on. */
function extended(lists: Lists, pages: Partial<Pick<PullRequestAnswer, keyof Lists>>): Lists {
  const ended = ({ pages: read, next }: Listing<unknown>): boolean => read > 0 && next === null;
  return {
    labels: ended(lists.labels) ? lists.labels : withPage(lists.labels, pages.labels),
    reviews: ended(lists.reviews) ? lists.reviews : withPage(lists.reviews, pages.reviews),
    files: ended(lists.files) ? lists.files : withPage(lists.files, pages.files),
    comments: ended(lists.comments) ? lists.comments : withPage(lists.comments, pages.comments),
  };
}

const NO_LISTS: Lists = {
  labels: NOTHING_LISTED,
  reviews: NOTHING_LISTED,
  files: NOTHING_LISTED,
  comments: NOTHING_LISTED,
};

/**
 * What follows the first pages; all lists that go on are continued by the same request. Where that fails the lists stay
 * incomplete: labels and reviews can only loosen a verdict, files and comments do not touch it.
 */
async function readLists(
  client: GitHubClient,
  answer: PullRequestAnswer,
): Promise<{ lists: Lists; problem: NotWritten | null }> {
  let lists = extended(NO_LISTS, answer);
  for (;;) {
    const { labels, reviews, files, comments } = lists;
    if ([labels, reviews, files, comments].every(({ next }) => next === null)) return { lists, problem: null };
    const variables = {
      number: answer.number,
      labels: labels.next,
      withLabels: labels.next !== null,
      reviews: reviews.next,
      withReviews: reviews.next !== null,
      files: files.next,
      withFiles: files.next !== null,
      comments: comments.next,
      withComments: comments.next !== null,
    };
    try {
      const { repository } = await client.query(PAGES_QUERY, variables, pagesSchema);
      lists = extended(lists, repository.pullRequest);
    } catch (error) {
      return { lists, problem: notWritten(error) };
    }
  }
}

/** Completes the first pages of an answer. `head` is the commit that the run is about; null: whatever is there. */
export async function readPullRequest(
  client: GitHubClient,
  answer: PullRequestAnswer,
  viewer: string,
  head: string | null,
): Promise<PullRequestFacts> {
  const { lists, problem } = await readLists(client, answer);
  const author = answer.author?.login ?? null;
  const headSha = answer.headRefOid;
  // A review that was not read could be the one that takes an approval back.
  const judged = lists.reviews.complete && (head === null || head === headSha);
  return {
    number: answer.number,
    author,
    headSha,
    baseRef: answer.baseRefName,
    labels: lists.labels.items.map((label) => label.name),
    approvals: judged ? approvalsOf(lists.reviews.items, { author, headSha }) : [],
    changedFiles: { paths: lists.files.items.map((file) => file.path), complete: lists.files.complete },
    comments:
      answer.comments === undefined
        ? null
        : await readComments(client, lists.comments, viewer, answer.comments === null ? MAY_NOT_WRITE : problem),
  };
}

/** Without the comments there is a verdict all the same. */
async function readComments(
  client: GitHubClient,
  comments: Listing<CommentNode>,
  viewer: string,
  problem: NotWritten | null,
): Promise<CommentListing> {
  const unread = { own: [], complete: false };
  if (problem !== null && !comments.complete) return { ...unread, problem };
  try {
    return await readOwnComments(client, comments, viewer);
  } catch (error) {
    return { ...unread, problem: notWritten(error) };
  }
}

/** The number of the open pull request with this head repository, branch and commit, the newest of several. */
export async function findPullRequest(
  client: GitHubClient,
  wanted: { readonly repository: string; readonly branch: string; readonly head: string },
): Promise<number | null> {
  const { repository } = await client.query(SEARCH_QUERY, { branch: wanted.branch }, searchSchema);
  const found = repository.pullRequests.nodes.find(
    (node) =>
      node !== null &&
      node.headRefOid === wanted.head &&
      node.headRepository?.nameWithOwner.toLowerCase() === wanted.repository.toLowerCase(),
  );
  return found?.number ?? null;
}
