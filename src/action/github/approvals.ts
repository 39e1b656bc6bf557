import type { ReviewNode } from './repository-answer.js';

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
