import { expect, test } from '@jest/globals';
import { monthlyLine } from '../../../src/report/markdown/sections/suites.js';
import { readVerdict } from '../../support/reports.js';

test.each([
  ['3126.42', '2500', '$3,126', '$2,500'],
  // 1,668 runs at $1.50
  ['2502', '2501.9', '$2,502.00', '$2,501.90'],
])('a month of %s reads differently from its limit of %s', (amount, limit, shownAmount, shownLimit) => {
  const report = readVerdict('within-budget');
  const line = monthlyLine({
    ...report,
    head: { ...report.head, per_month: amount, cash_per_run: null },
    delta: null,
    limits: [{ rule: 'per_month', suite: null, warn: null, fail: limit, actual: amount }],
  });
  expect(line).toBe(`**Per month:** ${shownAmount}, limit ${shownLimit}`);
});
