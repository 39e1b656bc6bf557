import { describe, expect, test } from '@jest/globals';
import type { Report, ReportSuite, ReportTotals } from '../../../src/report/model/schema.js';
import { shareTitle, suiteRow, totalRows } from '../../../src/report/model/suite-rows.js';
import { readVerdict } from '../../support/reports.js';

const report = readVerdict('within-budget');

function totals(perRun: string | null, priced = perRun ?? '0'): ReportTotals {
  return { ...report.head, per_run: perRun, priced_per_run: priced };
}

function suite(change: Partial<ReportSuite>): ReportSuite {
  return { name: 'rag', status: 'changed', head: null, base: null, delta: null, calls: [], ...change };
}

function limited(amount: string | null, suiteName: string | null = null): Report {
  const limit = { rule: 'per_run' as const, suite: suiteName, warn: '1', fail: amount, actual: null };
  return { ...report, limits: [limit] };
}

describe('a line of the table of suites', () => {
  test.each([
    [
      'changed',
      { head: totals('2.68'), base: totals('2.4'), delta: { per_run: '0.28', percent: '11.67', per_month: null } },
      { base: '$2.40', head: '$2.68', change: '+$0.28 (+11.7 %)' },
    ],
    ['new', { status: 'added' as const, head: totals('2') }, { base: 'new', head: '$2.00', change: 'new' }],
    [
      'removed',
      { status: 'removed' as const, base: totals('2'), delta: { per_run: '-2', percent: '-100.00', per_month: null } },
      { base: '$2.00', head: 'gone', change: '-$2.00' },
    ],
    [
      'without a price',
      { head: totals(null), base: totals('2'), delta: { per_run: null, percent: null, per_month: null } },
      { base: '$2.00', head: 'no price', change: 'not known' },
    ],
    [
      'with a price in part',
      { head: totals(null, '1.5'), base: totals('2'), delta: { per_run: null, percent: null, per_month: null } },
      { base: '$2.00', head: '$1.50 + no price', change: 'not known' },
    ],
  ])('%s', (_, change, expected) => {
    expect(suiteRow(suite(change), report)).toMatchObject(expected);
  });
});

describe('the share of the limit', () => {
  test('of what has a price in part is at least so much, and of what has none it is not known', () => {
    // 1.5 of 8 = 18.75 %
    const partly = suite({ head: totals(null, '1.5') });
    expect(suiteRow(partly, limited('8')).share).toEqual({
      text: 'at least 19 % of $8.00',
      part: 'at least 19 %',
      percent: 18.75,
    });
    expect(suiteRow(suite({ head: totals(null) }), limited('8')).share).toBeNull();
    const whole = (head: ReportTotals) => totalRows({ ...limited('8'), head })[0]?.share;
    expect([whole(totals(null, '1.5'))?.text, whole(totals(null))]).toEqual(['at least 19 % of $8.00', null]);
  });

  test('of a run whose cost is not known there is none', () => {
    const partly = { ...report, limits: [], head: totals(null, '2') };
    expect(suiteRow(suite({ head: totals('1') }), partly).share).toBeNull();
    expect(suiteRow(suite({ head: totals('1') }), { ...partly, head: totals('2') }).share?.text).toBe('50 %');
  });

  test('of what is free is none of it', () => {
    expect(suiteRow(suite({ head: totals('0') }), limited('8')).share).toEqual({
      text: '0 % of $8.00',
      part: '0 %',
      percent: 0,
    });
  });

  test.each([
    ['2', '8', '25 % of $8.00', 25],
    ['8', '8', '100 % of $8.00', 100],
    ['8.001', '8', 'just over 100 % of $8.00', 100.0125],
    ['7.999', '8', 'just under 100 % of $8.00', 99.9875],
    ['16.1', '8', '201 % of $8.00', 201.25],
    ['0.004', '8', '0.1 % of $8.00', 0.05],
  ])('%s of a limit of %s is %s', (cost, limit, text, percent) => {
    const { share } = suiteRow(suite({ head: totals(cost) }), limited(limit));
    expect(share).toEqual({ text, part: text.replace(' of $8.00', ''), percent });
  });

  test("a suite's own limit comes before that of the run", () => {
    expect(suiteRow(suite({ head: totals('1') }), limited('4', 'rag')).share?.text).toBe('25 % of its $4.00');
  });

  test('a warning level counts where nothing fails', () => {
    expect(suiteRow(suite({ head: totals('0.5') }), limited(null)).share?.text).toBe('50 % of $1.00');
  });

  test('without a limit it is the share of the run', () => {
    const free = { ...report, limits: [], head: totals('4') };
    expect(shareTitle(free)).toBe('Share of run');
    expect(suiteRow(suite({ head: totals('1') }), free).share?.text).toBe('25 %');
    expect(totalRows(free)[0]?.share).toBeNull();
  });

  test('a limit of nothing has no shares', () => {
    expect(suiteRow(suite({ head: totals('1') }), limited('0')).share).toBeNull();
  });
});
