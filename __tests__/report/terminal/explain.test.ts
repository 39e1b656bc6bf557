import { expect, test } from '@jest/globals';
import { renderTerminal } from '../../../src/report/terminal/render.js';
import { readVerdict } from '../../support/reports.js';

/** Every line as `--explain` prints it, without its indentation. */
const lines = renderTerminal(readVerdict('worst-case'), { colour: false, width: null, explain: true })
  .split('\n')
  .map((line) => line.trim());

function after(start: string, count: number): string[] {
  const index = lines.indexOf(start);
  return lines.slice(index, index + count + 1);
}

test('the expected cost of a call is explained from a token to a run', () => {
  // 6,200 x $3/M = 0.0186; 900 x $15/M = 0.0135; 0.0186 + 0.0135 = 0.0321; 40 x 1.02 = 40.8; 40.8 x 0.0321 = 1.30968.
  expect(after('anthropic/claude-sonnet-4.5 at its listed price', 4)).toEqual([
    'anthropic/claude-sonnet-4.5 at its listed price',
    '6200 prompt tokens x 0.000003 = 0.0186',
    '900 completion tokens x 0.000015 = 0.0135',
    'sum = 0.0321',
    '40 requests x 1.02 attempts x 0.0321 = 1.30968',
  ]);
});

test('so is its worst case: the most expensive endpoint, the longest prompt, the cap, and every retry', () => {
  // 20,000 x $3/M = 0.06; 4,000 x $15/M = 0.06; retries.max is 3, so 4 attempts; 40 x 4 x 0.12 = 19.2.
  expect(after('worst case: anthropic/claude-sonnet-4.5 at anthropic', 4)).toEqual([
    'worst case: anthropic/claude-sonnet-4.5 at anthropic',
    '20000 prompt tokens x 0.000003 = 0.06',
    '4000 completion tokens x 0.000015 = 0.06',
    'sum = 0.12',
    '40 requests x 4 attempts x 0.12 = 19.2',
  ]);
});

test('of a call without retries and without a longest prompt the cap alone is more than is expected', () => {
  // 420 x $0.25/M = 0.000105; 1,000 x $2/M = 0.002; 200 x 0.002105 = 0.421.
  expect(after('worst case: openai/gpt-5-mini at openai', 4)).toEqual([
    'worst case: openai/gpt-5-mini at openai',
    '420 prompt tokens x 0.00000025 = 0.000105',
    '1000 completion tokens x 0.000002 = 0.002',
    'sum = 0.002105',
    '200 requests x 0.002105 = 0.421',
  ]);
});

test('what is explained is what is judged: 19.2 + 0.421 = 19.621', () => {
  const { head, violations } = readVerdict('worst-case');
  expect(head.worst_case_per_run).toBe('19.621');
  expect(violations).toMatchObject([{ rule: 'worst_case_per_run', actual: '19.621', limit: '12' }]);
});
