import { describe, expect, test } from '@jest/globals';
import { withoutList } from '../support/github-faults.js';
import type { GitHubServer } from '../support/github-server.js';
import type { PullRequest } from '../support/github-state.js';
import { judgedOf, manifestText, openChange, fixtureForEachTest } from '../support/pull-request.js';
import type { ActionResult } from '../support/runner-files.js';

/** A pull request over its budget, 1,000 x $0.0012 = $1.20 of $1, with the policy's override label and what else it takes. */

const FILE = 'llm-budget.yml';
const LABEL = 'allow-cost';
const fixture = fixtureForEachTest();

async function overBudget(): Promise<number> {
  const budget = `budget: {per_run: 1}\npolicy: {override_label: ${LABEL}}`;
  const text = (count: number) => ({ [FILE]: manifestText({ budget, count }) });
  return await openChange(fixture.github, text(100), text(1000));
}

async function judgedWith(
  prepare: (github: GitHubServer, pull: PullRequest) => void,
  label = LABEL,
): Promise<ActionResult> {
  const number = await overBudget();
  fixture.github.addLabel(number, label);
  prepare(fixture.github, fixture.github.pullRequest(number));
  return await fixture.runOnPullRequest(number);
}

const codes = (result: ActionResult) => judgedOf(result).report.notes.map(({ code }) => code);

describe('the label overrides nothing', () => {
  test.each<[string, (github: GitHubServer, pull: PullRequest) => void]>([
    ['without an approval', () => undefined],
    [
      'with an approval by the author',
      (github, { number }) => {
        github.addReview(number, { author: 'alice' });
      },
    ],
    [
      'with an approval by somebody who may not push',
      (github, { number }) => {
        github.addReview(number, { author: 'mallory', canPush: false });
      },
    ],
    [
      'with an approval of an older commit',
      (github, { number, baseSha }) => {
        github.addReview(number, { author: 'bob', commit: baseSha });
      },
    ],
    [
      'with an approval that was taken back',
      (github, { number }) => {
        github.addReview(number, { author: 'bob' });
        github.addReview(number, { author: 'bob', state: 'CHANGES_REQUESTED' });
      },
    ],
  ])('%s', async (_, prepare) => {
    const result = await judgedWith(prepare);
    expect([result.exitCode, judgedOf(result).report.override]).toEqual([1, null]);
    expect(codes(result)).toContain('override_without_approval');
  });

  test('where it is another one, though somebody approved', async () => {
    const result = await judgedWith((github, { number }) => {
      github.addReview(number, { author: 'bob' });
    }, 'allow-costs');
    expect([result.exitCode, judgedOf(result).report.override]).toEqual([1, null]);
  });
});

describe('an approval by somebody else who may push', () => {
  test('lets it pass as a warning that names who approved', async () => {
    const result = await judgedWith((github, { number }) => {
      github.addReview(number, { author: 'bob' });
    });
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([0, 'warn']);
    expect(judgedOf(result).report.override).toEqual({ label: LABEL, by: 'bob' });
  });

  test('counts whatever the case of the label, as labels do not differ by case', async () => {
    const result = await judgedWith((github, { number }) => {
      github.addReview(number, { author: 'bob' });
    }, 'Allow-COST');
    expect([result.exitCode, judgedOf(result).report.override]).toEqual([0, { label: LABEL, by: 'bob' }]);
  });

  test('does not fail under fail-on warning', async () => {
    const number = await overBudget();
    fixture.github.addLabel(number, LABEL);
    fixture.github.addReview(number, { author: 'bob' });
    const result = await fixture.runOnPullRequest(number, { inputs: { 'fail-on': 'warning' } });
    expect(result.exitCode).toBe(0);
  });
});

describe("on a bot's pull request, an approval by bob", () => {
  async function approvedByBob(
    made: (github: GitHubServer, pull: PullRequest) => void,
    label = LABEL,
  ): Promise<ActionResult> {
    return await judgedWith((github, pull) => {
      pull.author = 'renovate';
      github.addReview(pull.number, { author: 'bob' });
      made(github, pull);
    }, label);
  }

  test.each<[string, (github: GitHubServer, pull: PullRequest) => void]>([
    [
      'who wrote the head commit',
      (github, { headSha }) => {
        github.setMakers(headSha, { authors: ['bob'], committer: null });
      },
    ],
    [
      'who is a co-author of it',
      (github, { headSha }) => {
        github.setMakers(headSha, { authors: ['renovate', 'bob'], committer: 'renovate' });
      },
    ],
    [
      'who committed it',
      (github, { headSha }) => {
        github.setMakers(headSha, { authors: ['renovate'], committer: 'Bob' });
      },
    ],
    [
      'who pushed it',
      (github, { headSha, headBranch }) => {
        github.setMakers(headSha, { authors: ['renovate'], committer: 'renovate' });
        github.addPush(headBranch, headSha, 'bob');
      },
    ],
  ])('%s does nothing, whatever the case of the label', async (_, made) => {
    for (const label of [LABEL, 'Allow-COST']) {
      const result = await approvedByBob(made, label);
      expect([result.exitCode, judgedOf(result).report.override]).toEqual([1, null]);
    }
  });

  test('who did none of these overrides', async () => {
    const result = await approvedByBob((github, { headSha, headBranch }) => {
      github.setMakers(headSha, { authors: ['renovate', 'carol'], committer: 'carol' });
      github.addPush(headBranch, headSha, 'carol');
    });
    expect([result.exitCode, judgedOf(result).report.override]).toEqual([0, { label: LABEL, by: 'bob' }]);
  });

  test('overrides where GitHub does not tell who pushed, with a warning that says so', async () => {
    const body = '{"message":"Resource not accessible by integration"}';
    const result = await approvedByBob((github) => {
      github.fault({ on: { path: /\/activity\?/ }, answer: { kind: 'status', status: 403, body } });
    });
    expect([result.exitCode, judgedOf(result).report.override]).toEqual([0, { label: LABEL, by: 'bob' }]);
    expect(codes(result)).toContain('approvers_unread');
    expect(result.log).toMatch(/last push of pull request \d+ could not be read \(GitHub answered 403/);
  });
});

describe('what the token may not read', () => {
  /** As GitHub answers for a field without a permission. */
  const FORBIDDEN = { type: 'FORBIDDEN', message: 'Resource not accessible by integration' };

  test.each([
    ['reviews', /^Not all reviews of pull request \d+ could be read \(the token may not read them\), so no approval/],
    ['labels', /^Not all labels of pull request \d+ could be read \(the token may not read them\), so a label/],
  ])('%s override nothing, and a warning says so', async (field, message) => {
    const result = await judgedWith((github, { number }) => {
      github.addReview(number, { author: 'bob' });
      const answer = { kind: 'rewrite', rewrite: withoutList(field, FORBIDDEN) } as const;
      github.fault({ on: { operation: 'Repository' }, answer });
      github.fault({ on: { operation: 'Pages', body: new RegExp(`"with${field}":true`, 'i') }, times: 5, answer });
    });
    const { exitCode, report } = judgedOf(result);
    expect([exitCode, report.override]).toEqual([1, null]);
    const notes = report.notes.filter(({ code }) => code === `${field}_unread`);
    expect(notes).toEqual([{ code: `${field}_unread`, message: expect.stringMatching(message) }]);
    expect(result.warnings).toContain(notes[0]?.message);
  });
});
