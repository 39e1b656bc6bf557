import { describe, expect, test } from '@jest/globals';
import { parseManifest } from '../../src/manifest/parse.js';
import { policyOfText } from '../support/manifest.js';
import { withCall, withTop } from '../support/manifest-text.js';
import { placedProblems } from '../support/placed-problems.js';

const BYTES = 500_000;
const LONG_CALL = '{count: 1,images: 0,pdf_pages: 0,web_searches: 0,max_tokens: 9,cache_ttl: 1h,retries: 0}';
const CALL = '{model: a/b, count: 1, prompt_tokens: 10, completion_tokens: 10}';

function many(calls: number, call: string, top = ''): string {
  return `version: 1\n${top}suites:\n  s:\n    calls:\n${`      - ${call}\n`.repeat(calls)}`;
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join('\n');
}

/** 5,000 calls of as many fields as 500,000 bytes hold. */
const LARGEST = `version: 1
defaults: {model: a/b, prompt_tokens: 1, completion_tokens: 1}
suites: {s: {calls: [${Array.from({ length: 5000 }, () => LONG_CALL).join(',\n ')}]}}`;

describe('limits', () => {
  test('500,000 bytes are read and one more is not, counted in UTF-8', async () => {
    const padded = (bytes: number) => {
      const text = withCall();
      return `${text}#${'é'.repeat((bytes - text.length - 1) >> 1)}${(bytes - text.length - 1) % 2 === 1 ? 'x' : ''}`;
    };
    expect(Buffer.byteLength(padded(BYTES))).toBe(BYTES);
    expect(await placedProblems(parseManifest(padded(BYTES), 'f'))).toEqual([]);
    expect(await placedProblems(parseManifest(padded(BYTES + 1), 'f'))).toEqual([
      '1:1 the file has 500001 bytes; at most 500000 are accepted',
    ]);
  });

  test('20 levels are read and one more is not, in either style', async () => {
    const flow = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    expect(await placedProblems(policyOfText(`x: ${flow(19)}`, 'f'))).toEqual([]);
    expect(await placedProblems(policyOfText(`x: ${flow(20)}`, 'f'))).toEqual([
      '1:23 nested too deep: at most 20 levels are accepted',
    ]);
    const block = (levels: number) => lines(levels, (index) => `${' '.repeat(index)}a:`);
    expect(await placedProblems(policyOfText(block(20), 'f'))).toEqual([]);
    expect(await placedProblems(policyOfText(block(21), 'f'))).toEqual([
      '21:22 nested too deep: at most 20 levels are accepted',
    ]);
  });

  test('5,000 calls are read and one more is not', async () => {
    expect((await parseManifest(many(5000, CALL), 'f')).suites[0]?.calls).toHaveLength(5000);
    expect(await placedProblems(parseManifest(many(5001, CALL), 'f'))).toEqual([
      '2:1 suites: expected at most 5000 calls in all suites; got 5001',
    ]);
  });

  test('5,000 calls of as many fields as 500,000 bytes hold are read', async () => {
    expect(Buffer.byteLength(LARGEST)).toBeLessThan(BYTES);
    expect((await parseManifest(LARGEST, 'f')).suites[0]?.calls).toHaveLength(5000);
  });

  test('calls are counted over all suites', async () => {
    const suite = (name: string, calls: number) => `  ${name}: {calls: [${`${CALL}, `.repeat(calls)}]}\n`;
    expect(
      await placedProblems(parseManifest(`version: 1\nsuites:\n${suite('a', 2500)}${suite('b', 2501)}`, 'f')),
    ).toEqual(['2:1 suites: expected at most 5000 calls in all suites; got 5001']);
  });

  test('a hundred problems are shown and the others counted', async () => {
    const problems = await placedProblems(parseManifest(withTop(lines(130, (index) => `key${String(index)}: 1`)), 'f'));
    expect(problems).toHaveLength(101);
    expect(problems[99]).toContain('key99');
    expect(problems[100]).toBe('102:1 and 30 more');
  });

  test('the others are counted as they are shown: 2,000 calls that are numbers are 2,000 problems', async () => {
    const problems = await placedProblems(parseManifest(many(2000, '5'), 'f'));
    expect(problems).toHaveLength(101);
    expect(problems[100]).toMatch(/ and 1900 more$/);
  });

  test('a wrong default of 2,000 calls is one problem and hides no other, neither of fields nor between fields', async () => {
    const calls = [
      ...lines(1998, () => '      - {prompt_tokens: 1, completion_tokens: 1}\n').split('\n'),
      '      - {model: 5, prompt_tokens: 1, completion_tokens: 1}',
      '      - {prompt_tokens: 1, completion_tokens: 2, max_tokens: 1}',
    ].filter((line) => line !== '');
    const text = `version: 1\ndefaults: {model: a, count: many}\nsuites:\n  s:\n    calls:\n${calls.join('\n')}\n`;
    expect(await placedProblems(parseManifest(text, 'f'))).toEqual([
      expect.stringMatching(/^2:22 defaults\.count: expected a whole number .* got text "many"$/),
      '2004:10 suites.s.calls[1998].model: expected text; got 5',
      '2005:28 suites.s.calls[1999].completion_tokens: completion_tokens (2) is more than max_tokens (1), which caps it',
    ]);
  });
});

describe('a message is one short line, whatever is in the file', () => {
  test.each([
    ['a command of the runner', 'model: "x\\n::error::y"', 'count: "\\n::stop-commands::t"'],
    ['control characters', 'model: a', 'count: "\\e[31m\\0\\x7f"'],
    ['line separators', 'model: a', 'count: "\\u2028::a::\\u2029\\x85"'],
    ['bidirectional marks', 'model: a', 'count: "\\u202e\\u2066"'],
    ['half a surrogate pair', 'model: a', 'count: "\\ud83d"'],
    ['tag characters', 'model: a', 'count: "\\U000e0041"'],
    ['a key of all that', 'model: a', '"\\n::error::\\u2028\\u202e": 1'],
    ['a long text', 'model: a', `count: "${'x'.repeat(400_000)}"`],
    ['a long key', 'model: a', `"${'x'.repeat(400_000)}": 1`],
    ['a long number', 'model: a', `count: ${'9'.repeat(400_000)}`],
  ])('%s', async (_what, model, count) => {
    const problems = await placedProblems(
      parseManifest(`version: 1\nsuites: {s: {calls: [{${model}, ${count}}]}}`, 'f'),
    );
    expect(problems.length).toBeGreaterThan(0);
    for (const message of problems) {
      expect(message.length).toBeLessThan(700);
      expect(message).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u);
    }
  });

  test('a text is cut between characters', async () => {
    const [message] = await placedProblems(parseManifest(withCall({ count: `"${'😀'.repeat(100)}"` }), 'f'));
    expect(message).toMatch(new RegExp(`got text "(?:😀){60}…"$`, 'u'));
  });
});
