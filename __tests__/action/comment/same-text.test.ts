import { describe, expect, test } from '@jest/globals';
import { renderComment } from '../../../src/report/markdown/comment.js';
import { sameText } from '../../../src/action/comment/same-text.js';
import type { Report } from '../../../src/report/model/schema.js';
import { readVerdict } from '../../support/reports.js';

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
