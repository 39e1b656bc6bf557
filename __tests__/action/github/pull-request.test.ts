import { describe, expect, it } from '@jest/globals';
import { approvalsOf } from '../../../src/action/github/pull-request.js';
import type { ReviewNode } from '../../../src/action/github/queries.js';

const HEAD = 'a'.repeat(40);
const OLDER = 'b'.repeat(40);

let minute = 0;
function review(login: string | null, state: string, changes: Partial<ReviewNode> = {}): ReviewNode {
  minute += 1;
  return {
    author: login === null ? null : { __typename: 'User', login },
    state,
    submittedAt: new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString(),
    commit: { oid: HEAD },
    authorCanPushToRepository: true,
    ...changes,
  };
}
function approvals(reviews: readonly ReviewNode[], author: string | null = 'alice'): string[] {
  return approvalsOf(reviews, { makers: new Set(author === null ? [] : [author.toLowerCase()]), headSha: HEAD });
}

describe('approvalsOf', () => {
  it.each<[string, () => ReviewNode[], string[]]>([
    ['an approval of the head commit', () => [review('bob', 'APPROVED')], ['bob']],
    ['several people', () => [review('bob', 'APPROVED'), review('carol', 'APPROVED')], ['bob', 'carol']],
    [
      'an approval that was followed by a comment',
      () => [review('bob', 'APPROVED'), review('bob', 'COMMENTED')],
      ['bob'],
    ],
    [
      'a request for changes, then an approval',
      () => [review('bob', 'CHANGES_REQUESTED'), review('bob', 'APPROVED')],
      ['bob'],
    ],
    [
      'an approval, then a request for changes',
      () => [review('bob', 'APPROVED'), review('bob', 'CHANGES_REQUESTED')],
      [],
    ],
    ['an approval that was dismissed', () => [review('bob', 'DISMISSED')], []],
    ['an approval, then another that was dismissed', () => [review('bob', 'APPROVED'), review('bob', 'DISMISSED')], []],
    ['an approval that is not submitted', () => [review('bob', 'PENDING', { submittedAt: null })], []],
    ['a comment alone', () => [review('bob', 'COMMENTED')], []],
    ["the author's own approval", () => [review('alice', 'APPROVED')], []],
    ["the author's own approval in other letters", () => [review('ALICE', 'APPROVED')], []],
    ['an approval of an older commit', () => [review('bob', 'APPROVED', { commit: { oid: OLDER } })], []],
    ['an approval of a commit that is gone', () => [review('bob', 'APPROVED', { commit: null })], []],
    [
      'an approval of the head that was followed by one of an older commit',
      () => [review('bob', 'APPROVED'), review('bob', 'APPROVED', { commit: { oid: OLDER } })],
      [],
    ],
    [
      'an approval by somebody who may not push',
      () => [review('bob', 'APPROVED', { authorCanPushToRepository: false })],
      [],
    ],
    [
      'an approval by a bot',
      () => [review(null, 'APPROVED', { author: { __typename: 'Bot', login: 'github-actions' } })],
      [],
    ],
    ['an approval by an account that is gone', () => [review(null, 'APPROVED')], []],
  ])('counts, of %s, the right people', (_, reviews, expected) => {
    expect(approvals(reviews())).toEqual(expected);
  });

  it('goes by when a review was submitted, not by when it was begun', () => {
    const begunFirst = review('bob', 'CHANGES_REQUESTED', { submittedAt: '2026-02-02T00:00:00Z' });
    const begunLast = review('bob', 'APPROVED', { submittedAt: '2026-02-01T00:00:00Z' });
    expect(approvals([begunFirst, begunLast])).toEqual([]);
  });

  it("counts everybody where the pull request's author is gone", () => {
    expect(approvals([review('bob', 'APPROVED')], null)).toEqual(['bob']);
  });
});
