import { describe, expect, test } from '@jest/globals';
import { driftNotes, increaseNotes, overrideNotes } from '../../src/check/notes.js';
import type { Judgement } from '../../src/budget/verdict/judge.js';
import type { Violation } from '../../src/budget/verdict/violation.js';
import { dollars, evals, fail, judged, manifest } from '../support/judged.js';

const broken: readonly Violation[] = judged({
  head: manifest({ budget: { per_run: fail('1') }, suites: [evals(dollars(2))] }),
}).violations;

describe('a label that overrides nothing is named', () => {
  const label = 'allow';
  const labelled = { labels: ['other', label], approvedBy: [] };

  test('where something fails', () => {
    expect(overrideNotes(labelled, label, broken)).toEqual([
      {
        code: 'override_without_approval',
        message:
          'The label allow overrides nothing without an approving review of the head commit by somebody else who may push.',
      },
    ]);
  });

  test.each([
    ['nothing fails', labelled, label, []],
    [
      'what failed was overridden',
      labelled,
      label,
      broken.map((violation) => ({ ...violation, severity: 'warn' as const })),
    ],
    ['the policy names no label', labelled, undefined, broken],
    ['the pull request has another', { labels: ['other'], approvedBy: [] }, label, broken],
    ['there is no pull request', null, label, broken],
  ])('and not where %s', (_, approvals, named, violations) => {
    expect(overrideNotes(approvals, named, violations)).toEqual([]);
  });
});

describe('an increase that is not judged is named', () => {
  const judgement = (budget: object): Judgement => judged({ head: manifest({ budget, suites: [evals(dollars(2))] }) });

  test.each([
    ['increase_per_run', 1],
    ['increase_percent', 1],
    ['per_run', 0],
  ])('without a base, where a limit is set on it: %s', (limit, notes) => {
    const found = increaseNotes(false, judgement({ [limit]: fail('5') }));
    expect(found.map(({ code }) => code)).toEqual(Array.from({ length: notes }, () => 'base_missing'));
    expect(increaseNotes(true, judgement({ [limit]: fail('5') }))).toEqual([]);
  });
});

describe('calls that the price drift leaves out', () => {
  const [one, two] = [dollars(1, { model: 'a/one' }), dollars(1, { model: 'a/two' })];

  test('are counted, in one note that says what to do', () => {
    expect(driftNotes([one], ['a/one'])).toEqual([
      {
        code: 'drift_incomplete',
        message:
          'The lockfile has no price for 1 call, which the price drift leaves out; `llm-budget lock` writes it again.',
      },
    ]);
    expect(driftNotes([one, two], ['a/one', 'a/two']).map(({ message }) => message)).toEqual([
      'The lockfile has no price for 2 calls, which the price drift leaves out; `llm-budget lock` writes it again.',
    ]);
  });

  test('are not told of where the change itself adds their model, which no lock can have yet', () => {
    expect(driftNotes([one, two], ['a/one'])).toEqual(driftNotes([one], ['a/one']));
    expect(driftNotes([one, two], [])).toEqual([]);
  });

  test('are all told of where there is nothing to tell what is new by', () => {
    expect(driftNotes([one, two], null)).toEqual(driftNotes([one, two], ['a/one', 'a/two']));
    expect(driftNotes([], null)).toEqual([]);
  });
});
