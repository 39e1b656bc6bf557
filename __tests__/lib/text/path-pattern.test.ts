import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isPathPattern } from '../../../src/lib/inputs.js';
import { pathMatcher } from '../../../src/lib/text/path-pattern.js';

describe('a path pattern', () => {
  test.each<[string, string[], string[]]>([
    ['evals/rag/**', ['evals/rag/a.py', 'evals/rag/deep/er/b.py'], ['evals/rag', 'evals/ragged/a.py', 'x/evals/rag/a']],
    ['**/*.md', ['README.md', 'docs/a.md', 'a/b/c.md'], ['README.mdx', 'docs/a.mdx']],
    ['evals/**/cases.jsonl', ['evals/cases.jsonl', 'evals/a/b/cases.jsonl'], ['evals/a/cases.json']],
    ['*.yml', ['llm-budget.yml'], ['a/llm-budget.yml']],
    [
      'services/*/llm-budget.yml',
      ['services/a/llm-budget.yml'],
      ['services/llm-budget.yml', 'services/a/b/llm-budget.yml'],
    ],
    ['src/?.ts', ['src/a.ts'], ['src/ab.ts', 'src/.ts']],
    ['src/[ab].ts', ['src/a.ts', 'src/b.ts'], ['src/c.ts']],
    ['src/[!ab].ts', ['src/c.ts'], ['src/a.ts', 'src//.ts']],
    ['src/[a-c].ts', ['src/b.ts'], ['src/d.ts', 'src/-.ts']],
    ['src/[!a-c].ts', ['src/d.ts', 'src/-.ts'], ['src/b.ts']],
    ['src/[a-].ts', ['src/a.ts', 'src/-.ts'], ['src/b.ts']],
    ['src/[😀-😂].ts', ['src/😁.ts'], ['src/😃.ts']],
    // A shell finds nothing between z and a.
    ['{[z-a],b}.md', ['b.md'], ['a.md', 'z.md', '[z-a].md']],
    ['src/[!z-a].ts', ['src/a.ts', 'src/z.ts'], ['src/.ts']],
    ['{evals,prompts}/*.md', ['evals/a.md', 'prompts/b.md'], ['docs/a.md']],
    ['a+b(c)|d.ts', ['a+b(c)|d.ts'], ['aab(c)', 'd.ts', 'aabc']],
    ['[', ['['], ['a']],
    ['{a', ['{a'], ['a']],
    ['exact/path.py', ['exact/path.py'], ['exact/pathxpy', 'Exact/path.py']],
  ])('%s', (pattern, matching, others) => {
    const matches = pathMatcher(pattern, { dot: true });
    expect(matching.filter((path) => !matches(path))).toEqual([]);
    expect(others.filter((path) => matches(path))).toEqual([]);
  });

  test('matches hidden names only where they are written, or where that is asked for', () => {
    expect(pathMatcher('**/*.yml')('.github/dependabot.yml')).toBe(false);
    expect(pathMatcher('.github/*.yml')('.github/dependabot.yml')).toBe(true);
    expect(pathMatcher('**/*.yml', { dot: true })('.github/dependabot.yml')).toBe(true);
  });

  test.each([
    ['a/*.md', true],
    ['a/[b].md', true],
    ['{a,b}', true],
    ['a?', true],
    ['a/b.md', false],
  ])('%s may match more than one path: %s', (pattern, expected) => {
    expect(isPathPattern(pattern)).toBe(expected);
  });

  // An engine that backtracks tries every split of the name: 2^40 steps for the first of these.
  test.each([
    [`${'*a'.repeat(40)}b`, 'a'.repeat(20_000)],
    [`${'**/'.repeat(60)}x`, 'a/'.repeat(5_000)],
    [`${'{a,aa}'.repeat(40)}b`, 'a'.repeat(20_000)],
    [`${'*?'.repeat(200)}/b`, 'a'.repeat(5_000)],
  ])('%# of many stars is answered for a long name', (pattern, path) => {
    expect(pathMatcher(pattern)(path)).toBe(false);
    expect(pathMatcher(pattern)(`${path}c`)).toBe(false);
  });

  test('may be any text', () => {
    const marks = fc.constantFrom(...Array.from('[]{}()!^-,*?/.:&~|+$az😀'), '\\', '[z-a]', '[[:alpha:]]', '\\p{L}');
    fc.assert(
      fc.property(fc.array(marks, { maxLength: 40 }), (parts) => {
        expect(() => pathMatcher(parts.join(''))('a/b')).not.toThrow();
      }),
      { numRuns: 500 },
    );
    const braces = (depth: number) => `${'{'.repeat(depth)}a${'}'.repeat(depth)}`;
    expect(pathMatcher(braces(100))('a')).toBe(true);
    expect(pathMatcher(braces(5_000))('a')).toBe(false);
  });

  test('agrees with a table of all pairs of prefixes, for random patterns and names', () => {
    const pattern = fc.array(fc.constantFrom('a', 'b', '/', '*', '?'), { maxLength: 8 }).map((parts) => parts.join(''));
    const path = fc.array(fc.constantFrom('a', 'b', '/'), { maxLength: 10 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(
        pattern.filter((text) => !text.includes('**')),
        path,
        (one, other) => {
          expect(pathMatcher(one)(other)).toBe(matchesByTable(one, other));
        },
      ),
      { numRuns: 500 },
    );
  });
});

/** `*` and `?` within a folder, by dynamic programming: whether each prefix of the pattern matches each prefix of the name. */
function matchesByTable(pattern: string, path: string): boolean {
  let row = Array.from({ length: path.length + 1 }, (_, index) => index === 0);
  for (const sign of pattern) {
    const next = row.map(() => false);
    for (let index = 0; index <= path.length; index += 1) {
      const before = path[index - 1];
      const inFolder = before !== undefined && before !== '/';
      if (sign === '*') next[index] = row[index] === true || (inFolder && next[index - 1] === true);
      else next[index] = row[index - 1] === true && (sign === '?' ? inFolder : before === sign);
    }
    row = next;
  }
  return row.at(-1) === true;
}
