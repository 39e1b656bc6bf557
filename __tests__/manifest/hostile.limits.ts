import { describe, expect, test } from '@jest/globals';
import { parseManifest } from '../../src/manifest/parse.js';
import { placedProblems } from '../support/placed-problems.js';

/**
 * Files that are made to cost time. The measure is the largest manifest, with one mistake so that the slower reader takes it,
 * read in the same test.
 */

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

const WITH_A_MISTAKE = `${LARGEST}\nbudget: &anchor {}`;

/** The processor time that a step takes, in milliseconds. */
async function processorTime(step: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await step();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/**
 * Whether refusing the text takes at most twice as long as refusing the largest manifest for its one mistake. A busy machine
 * can disturb a measurement, so only a text that is slower three times running is slow.
 */
async function isQuick(text: string): Promise<boolean> {
  for (let round = 0; round < 3; round += 1) {
    const largest = await processorTime(() => placedProblems(parseManifest(WITH_A_MISTAKE, 'f')));
    if ((await processorTime(() => placedProblems(parseManifest(text, 'f')))) <= 2 * largest) return true;
  }
  return false;
}

describe('is refused with at most twice the work of the largest manifest with one mistake:', () => {
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
    ['long lists as keys', `{${`[${'1,'.repeat(5900)}]: 1,`.repeat(7)}}`, 'version: missing'],
    ['lists of pairs as keys', `a: [${`${'['.repeat(15)}1${': 1]'.repeat(15)},`.repeat(900)}]`, 'version: missing'],
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
  ])('%s', async (_what, text, message) => {
    const problems = await placedProblems(parseManifest(text, 'f'));
    expect(problems[0]).toContain(message);
    expect(problems.length).toBeLessThanOrEqual(101);
    expect(await isQuick(text)).toBe(true);
  });
});
