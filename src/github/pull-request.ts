import { approvalsOf } from './approvals.js';
import type { GitHubClient } from './client.js';
import { NOTHING_LISTED, withPage, type Listing } from './listing.js';
import { readOwnComments, type CommentListing } from './own-comments.js';
import { PAGES_QUERY, SEARCH_QUERY } from './queries.js';
import {
  pagesSchema,
  searchSchema,
  type CommentNode,
  type PullRequestAnswer,
  type ReviewNode,
} from './repository-answer.js';

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

function extended(lists: Lists, pages: Partial<Pick<PullRequestAnswer, keyof Lists>>): Lists {
  return {
    labels: lists.labels.pages > 0 && lists.labels.next === null ? lists.labels : withPage(lists.labels, pages.labels),
    reviews:
      lists.reviews.pages > 0 && lists.reviews.next === null ? lists.reviews : withPage(lists.reviews, pages.reviews),
    files: lists.files.pages > 0 && lists.files.next === null ? lists.files : withPage(lists.files, pages.files),
    comments:
      lists.comments.pages > 0 && lists.comments.next === null
        ? lists.comments
        : withPage(lists.comments, pages.comments),
  };
}

/** What follows the first pages; all lists that go on are continued by the same request. */
async function readLists(client: GitHubClient, answer: PullRequestAnswer): Promise<Lists> {
  const none: Lists = {
    labels: NOTHING_LISTED,
    reviews: NOTHING_LISTED,
    files: NOTHING_LISTED,
    comments: NOTHING_LISTED,
  };
  let lists = extended(none, answer);
  for (;;) {
    const { labels, reviews, files, comments } = lists;
    const cursors = [labels.next, reviews.next, files.next, comments.next];
    if (cursors.every((cursor) => cursor === null)) return lists;
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
    const { repository } = await client.query(PAGES_QUERY, variables, pagesSchema);
    lists = extended(lists, repository.pullRequest);
  }
}

/** Completes the first pages of an answer. `head` is the commit that the run is about; null: whatever is there. */
export async function readPullRequest(
  client: GitHubClient,
  answer: PullRequestAnswer,
  viewer: string,
  head: string | null,
): Promise<PullRequestFacts> {
  const lists = await readLists(client, answer);
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
    comments: answer.comments === undefined ? null : await readOwnComments(client, lists.comments, viewer),
  };
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
