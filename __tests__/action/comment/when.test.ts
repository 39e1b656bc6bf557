import { describe, expect, test } from '@jest/globals';
import { wantsComment } from '../../../src/action/comment/when.js';
import type { ErrorReport, Report } from '../../../src/report/model/schema.js';
import { readVerdict } from '../../support/reports.js';

const unchanged = readVerdict('nothing-changed');
const open = { ...unchanged, violations: [] };
const warning: Report['violations'][number] = {
  rule: 'unprotected',
  severity: 'warn',
  suite: null,
  call: null,
  actual: null,
  limit: null,
  message: 'said',
  file: null,
  line: null,
};
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
    ['any other note', { ...open, notes: [{ code: 'possibly_outdated', message: 'said' }] }, false],
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
