import { describe, expect, test } from '@jest/globals';
import { renderComment } from '../../../src/report/markdown/comment.js';
import { renderSummary } from '../../../src/report/markdown/summary.js';
import type { Report } from '../../../src/report/model/schema.js';
import { movedBy, readVerdict } from '../../support/reports.js';
import { monthlyLine } from '../../../src/report/markdown/sections/changes.js';

const CONTEXT = { repositoryUrl: 'https://github.com/octo-org/evals', headSha: null, summaryUrl: null };

/** The lines below "What changed". */
function whatChanged(text: string): string[] {
  const [, after = ''] = text.split('**What changed**\n\n');
  return (after.split('\n\n')[0] ?? '').split('\n');
}

function inComment(report: Report): string[] {
  return whatChanged(renderComment(report, CONTEXT));
}

const line = (index: number, amount: string) => `- \`rag / call-${index}\`: 1 -> 2 requests, **${amount}**`;
const FIVE = ['5', '4', '3', '2', '1'];
const FIVE_LINES = ['+$5.00', '+$4.00', '+$3.00', '+$2.00', '+$1.00'].map((amount, index) => line(index, amount));

describe('What changed in the comment', () => {
  const report = readVerdict('over-budget');

  test('has five lines, and no count where there are no more', () => {
    expect(inComment(movedBy(report, FIVE))).toEqual(FIVE_LINES);
  });

  test('counts the sixth, and what it costs', () => {
    expect(inComment(movedBy(report, [...FIVE, '0.5']))).toEqual([
      ...FIVE_LINES,
      '- 1 more change, +$0.50: see the calls below',
    ]);
  });

  test('counts several below a hundredth of the largest, where there is room too: 0.002 + 0.001 = 0.003', () => {
    expect(inComment(movedBy(report, ['5', '0.002', '0.001']))).toEqual([
      line(0, '+$5.00'),
      '- 2 more changes, +$0.003 in all: see the calls below',
    ]);
  });

  test('is whole in the summary', () => {
    const moves = [...FIVE, '0.002', '0.001'];
    const whole = [...FIVE_LINES, line(5, '+$0.002'), line(6, '+$0.001')];
    expect(whatChanged(renderSummary(movedBy(report, moves), CONTEXT))).toEqual(whole);
  });
});

test('the worst case of a run is one of the five lines', () => {
  const lines = inComment(movedBy(readVerdict('worst-case'), FIVE));
  expect(lines).toHaveLength(6);
  expect(lines[0]).toMatch(/^- Worst case of a run: /);
  expect(lines.slice(1)).toEqual([...FIVE_LINES.slice(0, 4), '- 1 more change, +$1.00: see the calls below']);
});

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
