import { describe, expect, test } from '@jest/globals';
import { sameText, wantsComment } from '../../../src/action/comment/comment-step.js';
import type { ErrorReport, Report } from '../../../src/report/model/schema.js';
import { readVerdict } from '../../support/reports.js';
import { renderComment } from '../../../src/report/markdown/comment.js';
import { violation } from '../../support/violation.js';

const unchanged = readVerdict('nothing-changed');
const open = { ...unchanged, violations: [] };
const warning = violation({ rule: 'unprotected', severity: 'warn' });
const NO_VERDICT: ErrorReport = { schema_version: 1, verdict: 'error', errors: [] };

describe('on-change', () => {
  test.each<[string, Report | ErrorReport, boolean]>([
    ['nothing changed', open, false],
    ['a changed suite', readVerdict('within-budget'), true],
    ['no base', { ...open, base: null }, true],
    ['no verdict', NO_VERDICT, true],
    ['a failure', { ...open, violations: [{ ...warning, severity: 'fail' }] }, true],
    ['a failure that base has too', { ...open, violations: [{ ...warning, severity: 'fail', in_base: true }] }, true],
    ['a warning that base lacks', { ...open, violations: [warning] }, true],
    ['a warning that base has', { ...open, violations: [{ ...warning, in_base: true }] }, false],
    [
      'a limit that head would raise',
      { ...open, policy: { ...open.policy, not_applied: [{ key: 'budget.per_run', head: '50', policy: '5' }] } },
      true,
    ],
    ['a touched workflow', { ...open, notes: [{ code: 'workflow_changed', message: 'said' }] }, true],
    ['code behind a suite that changed', { ...open, notes: [{ code: 'possibly_outdated', message: 'said' }] }, true],
    ['a lockfile that changed', { ...open, notes: [{ code: 'lock_changed', message: 'said' }] }, true],
    ['any other note', { ...open, notes: [{ code: 'price', message: 'said' }] }, false],
  ])('%s', (_, report, expected) => {
    expect(wantsComment('on-change', report, false)).toBe(expected);
    expect(wantsComment('on-change', report, true)).toBe(true);
  });
});

test.each<[Parameters<typeof wantsComment>[0], Report | ErrorReport, boolean, boolean]>([
  ['never', NO_VERDICT, true, false],
  ['always', open, false, true],
  ['on-violation', open, false, false],
  ['on-violation', open, true, true],
  ['on-violation', NO_VERDICT, false, true],
  ['on-violation', { ...open, violations: [{ ...warning, in_base: true }] }, false, true],
])('%s', (mode, report, exists, expected) => {
  expect(wantsComment(mode, report, exists)).toBe(expected);
});

const report = readVerdict('over-budget');

function comment(change: Partial<Report> = {}): string {
  return renderComment(
    { ...report, ...change },
    { repositoryUrl: 'https://github.com/octo-org/evals', headSha: 'c0ffee2547', summaryUrl: null },
  );
}

const LATER = { prices: { ...report.prices, fetched_at: '2026-11-25T10:11:12Z', sha256: 'ab'.repeat(32) } };

describe('two comments say the same', () => {
  test('where only the time of the prices differs', () => {
    expect(sameText(comment(), comment(LATER))).toBe(true);
  });

  test('where GitHub changed the line ends and cut the blanks at the end', () => {
    expect(sameText(comment(), comment().replaceAll('\n', '\r\n').trimEnd())).toBe(true);
  });
});

describe('two comments do not say the same', () => {
  test.each([
    ['the cost', { head: { ...report.head, per_run: '6.2' } }],
    ['the source of the prices', { prices: { ...report.prices, source: 'lock' as const } }],
    [
      'a note that only looks like the time of the prices',
      { notes: [{ code: 'x', message: 'Prices: a, fetched at 2026-11-24T09:00:00Z' }] },
    ],
  ])('where %s differs', (_, change) => {
    expect(sameText(comment(), comment(change))).toBe(false);
  });

  test('where two notes differ in a time', () => {
    const note = (time: string) => ({ notes: [{ code: 'x', message: `Prices: a, fetched at ${time}` }] });
    expect(sameText(comment(note('2026-11-24T09:00:00Z')), comment(note('2026-11-24T09:00:01Z')))).toBe(false);
  });

  test('where one says nothing', () => {
    expect(sameText('', comment())).toBe(false);
  });
});
