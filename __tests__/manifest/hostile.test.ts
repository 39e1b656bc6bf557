import { beforeAll, describe, expect, test } from '@jest/globals';
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

/** What a step gives, with the processor time that it took in milliseconds. */
function timed<T>(step: () => T): { readonly result: T; readonly milliseconds: number } {
  const before = process.cpuUsage();
  const result = step();
  const { user, system } = process.cpuUsage(before);
  return { result, milliseconds: (user + system) / 1000 };
}

/** The first problem and the number of all, with their time. */
function refusal(text: string): { first: string | undefined; count: number; milliseconds: number } {
  const { result, milliseconds } = timed(() => placedProblems(() => parseManifest(text, 'f')));
  return { first: result[0], count: result.length, milliseconds };
}

describe('limits', () => {
  test('500,000 bytes are read and one more is not, counted in UTF-8', () => {
    const padded = (bytes: number) => {
      const text = withCall();
      return `${text}#${'é'.repeat((bytes - text.length - 1) >> 1)}${(bytes - text.length - 1) % 2 === 1 ? 'x' : ''}`;
    };
    expect(Buffer.byteLength(padded(BYTES))).toBe(BYTES);
    expect(placedProblems(() => parseManifest(padded(BYTES), 'f'))).toEqual([]);
    expect(placedProblems(() => parseManifest(padded(BYTES + 1), 'f'))).toEqual([
      '1:1 the file has 500001 bytes; at most 500000 are accepted',
    ]);
  });

  test('20 levels are read and one more is not, in either style', () => {
    const flow = (levels: number) => `${'['.repeat(levels)}1${']'.repeat(levels)}`;
    expect(placedProblems(() => policyOfText(`x: ${flow(19)}`, 'f'))).toEqual([]);
    expect(placedProblems(() => policyOfText(`x: ${flow(20)}`, 'f'))).toEqual([
      '1:23 nested too deep: at most 20 levels are accepted',
    ]);
    const block = (levels: number) => lines(levels, (index) => `${' '.repeat(index)}a:`);
    expect(placedProblems(() => policyOfText(block(20), 'f'))).toEqual([]);
    expect(placedProblems(() => policyOfText(block(21), 'f'))).toEqual([
      '21:22 nested too deep: at most 20 levels are accepted',
    ]);
  });

  test('5,000 calls are read and one more is not', () => {
    expect(parseManifest(many(5000, CALL), 'f').suites[0]?.calls).toHaveLength(5000);
    expect(placedProblems(() => parseManifest(many(5001, CALL), 'f'))).toEqual([
      '2:1 suites: expected at most 5000 calls in all suites; got 5001',
    ]);
  });

  test('5,000 calls of as many fields as 500,000 bytes hold are read', () => {
    expect(Buffer.byteLength(LARGEST)).toBeLessThan(BYTES);
    expect(parseManifest(LARGEST, 'f').suites[0]?.calls).toHaveLength(5000);
  });

  test('calls are counted over all suites', () => {
    const suite = (name: string, calls: number) => `  ${name}: {calls: [${`${CALL}, `.repeat(calls)}]}\n`;
    expect(
      placedProblems(() => parseManifest(`version: 1\nsuites:\n${suite('a', 2500)}${suite('b', 2501)}`, 'f')),
    ).toEqual(['2:1 suites: expected at most 5000 calls in all suites; got 5001']);
  });

  test('a hundred problems are shown and the others counted', () => {
    const problems = placedProblems(() => parseManifest(withTop(lines(130, (index) => `key${String(index)}: 1`)), 'f'));
    expect(problems).toHaveLength(101);
    expect(problems[99]).toContain('key99');
    expect(problems[100]).toBe('102:1 and 30 more');
  });
});

describe('a file that would be a tree without end is refused within two seconds', () => {
  test.each([
    ['open brackets', '['.repeat(BYTES), 'nested too deep'],
    ['open braces', '{a: '.repeat(BYTES / 4), 'nested too deep'],
    ['dashes', '- '.repeat(BYTES / 2), 'nested too deep'],
    ['question marks', '? '.repeat(BYTES / 2), 'nested too deep'],
    ['colons', ': '.repeat(BYTES / 2), 'nested too deep'],
    ['indentation', lines(990, (index) => `${' '.repeat(index)}a:`), 'nested too deep'],
    [
      'an alias bomb',
      `a: &a [1,1,1,1,1,1,1,1,1]\n${lines(25, (index) => {
        const [from, to] = ['abcdefghijklmnopqrstuvwxyz'[index], 'bcdefghijklmnopqrstuvwxyz'[index]];
        return `${String(to)}: &${String(to)} [${Array.from({ length: 9 }, () => `*${String(from)}`).join(',')}]`;
      })}`,
      'version: missing',
    ],
  ])('%s', (_what, text, message) => {
    const { first, count, milliseconds } = refusal(text);
    expect(first).toContain(message);
    expect(count).toBeLessThanOrEqual(101);
    expect(milliseconds).toBeLessThan(2000);
  });
});

describe('a short file that asks for much work takes no more than twice the largest manifest that is accepted', () => {
  let largest = 0;
  beforeAll(() => {
    largest = timed(() => parseManifest(LARGEST, 'f')).milliseconds;
  });

  test.each([
    ['commas', `[${','.repeat(BYTES - 2)}]`, 'too many keys and values'],
    ['almost as many commas as are read', `[${','.repeat(45_000)}]`, 'not readable'],
    ['almost as many values as are read', `[${`[${'1,'.repeat(44)}],`.repeat(1000)}]`, 'the file: expected'],
    ['more values', `[${`[${'1,'.repeat(46)}],`.repeat(1000)}]`, 'too many keys and values'],
    ['more pairs', `[${`{${'a: 1, '.repeat(46)}},`.repeat(1000)}]`, 'too many keys and values'],
    ['more keys without values', `[${`{${'a, '.repeat(46)}},`.repeat(1000)}]`, 'too many keys and values'],
    ['more question marks', '?\n'.repeat(46_001), 'too many keys and values'],
    ['more mappings in a list', `[${'{a: 1},'.repeat(23_001)}]`, 'too many keys and values'],
    [
      'almost as many lists in a mapping as are read',
      `[${`{${'k: [], '.repeat(5000)}},`.repeat(6)}]`,
      'the file: expected',
    ],
    ['more dashes', lines(1000, () => `- - 1${'\n  - 1'.repeat(45)}`), 'too many keys and values'],
    ['closing brackets', ']'.repeat(BYTES), 'stopped after 1,000 errors'],
    ['empty items', '-\n'.repeat(BYTES / 2), 'too many keys and values'],
    ['empty keys', ':\n'.repeat(BYTES / 2), 'too many keys and values'],
    ['numbers', `[${'1,'.repeat(BYTES / 2 - 1)}]`, 'too many keys and values'],
    ['quotes', '"'.repeat(BYTES), 'too many marks and comments'],
    ['wrong escapes', `"${'\\q'.repeat(BYTES / 2 - 1)}"`, 'unknown escape in double quotation marks'],
    ['different keys', lines(70_000, (index) => `${index.toString(36)}:`), 'too many keys and values'],
    ['almost as many different keys as are read', lines(5900, (index) => `${index.toString(36)}:`), 'version: missing'],
    ['equal keys', 'a: 1\n'.repeat(47_000), 'too many keys and values'],
    ['almost as many equal keys as are read', 'a: 1\n'.repeat(5900), 'version: missing'],
    ['documents', '---\n'.repeat(BYTES / 4), 'empty'],
    ['directives', '%a\n'.repeat(BYTES / 4), 'directives are not accepted'],
    ['tags', '! '.repeat(BYTES / 2), 'tags are not accepted'],
    ['anchors', '&a '.repeat(BYTES / 4), 'anchors are not accepted'],
    ['comments', '#\n'.repeat(BYTES / 2), 'too many marks and comments'],
    ['line ends', '\n'.repeat(BYTES), 'empty'],
    ['null bytes', '\0'.repeat(BYTES), 'the character "\\u0000" is not accepted'],
    ['50 million letters', 'a'.repeat(50_000_000), 'the file has 50000000 bytes'],
    ['a key of 400,000 letters', `version: 1\n? ${'k'.repeat(400_000)}\n: 1`, 'suites: missing'],
    ['a number of 490,000 digits', `version: 1\nruns_per_month: ${'9'.repeat(490_000)}`, 'suites: missing'],
    [
      'suites of nothing',
      `version: 1\nsuites:\n${lines(5900, (index) => ` k${index.toString(36)}: 1`)}`,
      'suites: expected at most 5000 suites; got 5900',
    ],
    ['calls of unknown keys', many(5000, '{a: 1, b: 2, c: 3, d: 4, e: 5, f: 6}'), 'suites.s.calls[0].model: missing'],
    [
      'one long default under many calls',
      many(5000, '{}', `defaults: {fallback_models: [a${',a'.repeat(5900)}]}\n`),
      'defaults: expected at most 1000000 values under all calls',
    ],
    ['5,001 calls', many(5001, CALL), 'expected at most 5000 calls'],
  ])('%s', (_what, text, message) => {
    const { first, count, milliseconds } = refusal(text);
    expect(first).toContain(message);
    expect(count).toBeLessThanOrEqual(101);
    expect(milliseconds).toBeLessThan(2 * largest);
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
  ])('%s', (_what, model, count) => {
    const problems = placedProblems(() =>
      parseManifest(`version: 1\nsuites: {s: {calls: [{${model}, ${count}}]}}`, 'f'),
    );
    expect(problems.length).toBeGreaterThan(0);
    for (const message of problems) {
      expect(message.length).toBeLessThan(700);
      expect(message).toMatch(/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]*$/u);
    }
  });

  test('a text is cut between characters', () => {
    const [message] = placedProblems(() => parseManifest(withCall({ count: `"${'😀'.repeat(100)}"` }), 'f'));
    expect(message).toMatch(new RegExp(`got text "(?:😀){60}…"$`, 'u'));
  });
});
