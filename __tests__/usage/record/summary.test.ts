import { describe, expect, test } from '@jest/globals';
import { ZERO } from '../../../src/lib/money/decimal.js';
import { summaryLines, summaryMarkdown, type RecordSummary, type Totals } from '../../../src/usage/record/summary.js';

const NOTHING: Totals = {
  models: [],
  requests: 0,
  cost: ZERO,
  known_cost: ZERO,
  refused: 0,
  errors: 0,
  without_usage: new Map(),
  not_counted: new Map(),
  lost_rows: 0,
};

const summaryOf = (totals: Partial<Totals>): RecordSummary => ({
  totals: { ...NOTHING, ...totals },
  cap: null,
  spent: null,
  suite: null,
  expected: null,
  usageFile: 'usage.jsonl',
  next: 'llm-budget init',
});

describe('the end of a run that recorded no request', () => {
  test('says where clients must take their base URL from, if no request came', () => {
    expect(summaryLines(summaryOf({}), 80)[0]).toMatch(/^No request was recorded: the clients .*OPENAI_BASE_URL/);
  });

  test('proposes no command that would read the rows', () => {
    expect(summaryLines(summaryOf({}), 80).join('\n')).not.toContain('Next:');
    expect(summaryMarkdown(summaryOf({}))).not.toContain('Next:');
  });

  test.each([
    ['were refused', { refused: 2 }, '2 requests were refused with 402.'],
    ['passed uncounted', { not_counted: new Map([['POST /v1/files', 1]]) }, 'Not counted: 1 request POST /v1/files.'],
  ])('says nothing of base URLs where requests %s', (_, totals, why) => {
    const lines = summaryLines(summaryOf(totals), 80);
    expect(lines.slice(0, 2)).toEqual(['No request was recorded; the lines below say why.', why]);
    expect(summaryMarkdown(summaryOf(totals))).not.toContain('BASE_URL');
  });
});
