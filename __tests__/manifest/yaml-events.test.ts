import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readEvents } from '../../src/manifest/yaml-events.js';
import { textMistakes } from '../../src/manifest/yaml-limits.js';
import { readNodes } from '../../src/manifest/yaml-nodes.js';
import { readYaml } from '../../src/manifest/yaml-tree.js';
import { EVERY_FIELD } from '../support/manifest-text.js';

/**
 * Two libraries read manifests: js-yaml what is plain and right, yaml the rest. What the first reads, the second must read
 * without a mistake and as the same.
 */

describe('reads by events alone', () => {
  test.each([
    ['a manifest of every field', EVERY_FIELD],
    ['one behind the mark of a document', `# Limits\n---\n${EVERY_FIELD}`],
    ['one in JSON', '{"version": 1, "suites": {"s": {"calls": [{"model": "a/b", "count": 1}]}}}'],
    ['one with questions in its comments', 'version: 1 # Is it? Yes.\n'],
  ])('%s', (_what, text) => {
    expect(readEvents(text)).not.toBeNull();
  });

  test('what a plain text means in the core schema of YAML 1.2', () => {
    const text = `
texts: {yes: yes, underscore: 1_000, binary: 0b1, time: 12:30, date: 2026-11-28, quoted: "10", single: 'true'}
nulls: {empty: , tilde: ~, small: null, title: Null, capital: NULL}
truths: [true, True, TRUE]
falsehoods: [false, False, FALSE]
numbers: [0, -1, +2, 1., .5, 1e3, 1.5E-3, 0o17, 0x1F, .inf, -.INF, .nan, 1e999]
`;
    const numbers = ['0', '-1', '+2', '1.', '.5', '1e3', '1.5E-3', '0o17', '0x1F', '.inf', '-.INF', '.nan', '1e999'];
    expect(readEvents(text)?.value).toEqual({
      texts: {
        yes: 'yes',
        underscore: '1_000',
        binary: '0b1',
        time: '12:30',
        date: '2026-11-28',
        quoted: '10',
        single: 'true',
      },
      nulls: { empty: null, tilde: null, small: null, title: null, capital: null },
      truths: [true, true, true],
      falsehoods: [false, false, false],
      numbers: numbers.map((source) => ({ source })),
    });
  });

  test('keys as they are written, in their order: 10 and "10" are one key, and __proto__ is one like others', async () => {
    const { keysAt } = await readYaml('z: 1\n10: 2\n"a b": 3\n__proto__: 4\ntrue: 5\n');
    expect(keysAt([])).toEqual(['z', '10', 'a b', '__proto__', 'true']);
  });

  test('where each value is written: a value of a mapping at its key, an item of a list at itself', async () => {
    const { locate } = await readYaml('a: 1\n"b":\n  - x\n  - "y"\n  - {c: [d, \'e\']}\nf: text\n');
    const at = (...path: (string | number)[]) => Object.values(locate(path)).join(':');
    expect(at('a')).toBe('1:1');
    expect(at('b')).toBe('2:1');
    expect(at('b', 0)).toBe('3:5');
    expect(at('b', 1)).toBe('4:5');
    expect(at('b', 2)).toBe('5:5');
    expect(at('b', 2, 'c')).toBe('5:6');
    expect(at('b', 2, 'c', 1)).toBe('5:13');
    expect(at('f')).toBe('6:1');
    expect(at('g')).toBe('1:1');
  });
});

const nested = (levels: number) => `a: ${'['.repeat(levels)}${']'.repeat(levels)}`;

describe('leaves to the other reader', () => {
  test.each([
    ['a file without content', '# nothing\n'],
    ['a text', 'a manifest\n'],
    ['a list', '- a\n'],
    ['a mistake', 'a: [1\n'],
    ['an anchor', 'a: &b 1\n'],
    ['an anchor of a key', '&b a: 1\n'],
    ['an anchor of a mapping', 'a: &b\n  c: 1\n'],
    ['an alias', 'a: [*b]\n'],
    ['a tag', 'a: !!str 1\n'],
    ['a tag of a list', 'a: !t [1]\n'],
    ['a directive', '%YAML 1.1\n---\na: 1\n'],
    ['a directive that no library knows', '%LLM 1.0\n---\na: 1\n'],
    ['a document that starts on the line of its mark', '--- {a: 1}\n'],
    ['a mark of a document with spaces before it', ' ---\na: 1\n'],
    ['a mark of the end of a document', '...\na: 1\n'],
    ['a second document', 'a: 1\n---\nb: 1\n'],
    ['a merge key', '<<: {a: 1}\n'],
    ['a key that is there twice', 'a: 1\n"a": 2\n'],
    ['a key that is no text', '? [a]\n: 1\n'],
    ['an empty key', ': 1\n'],
    ['an explicit key', '? a\n: 1\n'],
    ['an explicit key behind a bracket', 'a:\n- [b]? c\n'],
    ['a key behind a list item in brackets, on its line', 'a:\n- [b] c: 1\n'],
    ['a key behind a list item in quotes, on its line', 'a:\n- "b" c: 1\n'],
    ['a key of 1,025 characters', `${'k'.repeat(1025)}: 1\n`],
    ['a key with many spaces before its colon', `a${' '.repeat(1100)}: 1\n`],
    ['a key of many escapes', `"${'\\x41'.repeat(300)}": 1\n`],
    ['such a key in a list', `a: [b${' '.repeat(1100)}: 1]\n`],
    ['a tab in the indentation', 'a:\n \tb: 1\n'],
    ['an escape beyond the last character', 'a: "\\U00110000"\n'],
    ['an item that is not written out', 'a:\n  -\n  - 1\n'],
    ['a text below |', 'a: |\n  b\n'],
    ['a text below > in a list', 'a:\n  - >\n    b\n'],
    ['21 levels', nested(20)],
    ['a list of 6,001 items', `a: [${'1,'.repeat(6001)}]`],
    [
      '46,001 items and pairs',
      `a: 1\n${Array.from({ length: 10 }, (_, index) => `k${String(index)}: [${'1,'.repeat(4599)}]\n`).join('')}`,
    ],
  ])('%s', (_what, text) => {
    expect(readEvents(text)).toBeNull();
  });

  test('and nothing at the limits', () => {
    expect(readEvents(nested(19))).not.toBeNull();
    expect(readEvents(`a: [${'1,'.repeat(6000)}]`)).not.toBeNull();
    expect(readEvents(`${'k'.repeat(1024)}: 1\n`)).not.toBeNull();
    // 10 keys and 10 x 4,599 items
    const most = Array.from({ length: 10 }, (_, index) => `k${String(index)}: [${'1,'.repeat(4599)}]\n`).join('');
    expect(readEvents(most)).not.toBeNull();
  });

  test('138,001 marks of pairs and items, before any event is made', () => {
    expect(readEvents(`a: 1 # ${',:'.repeat(69_000)}`)).toBeNull();
    expect(readEvents(`a: 1 # ${',:'.repeat(68_999)}`)).not.toBeNull();
  });

  test('a quoted << is a key like others', () => {
    expect(readEvents('"<<": 1\n')).not.toBeNull();
  });
});

const LINES = [
  ...EVERY_FIELD.split('\n'),
  'a: b',
  '  c: [1, {d: e}, "f"]',
  '- g',
  '- [g]',
  '- "g"',
  '  - h: i',
  '    j: k',
  '? l',
  ': m',
  'n: |',
  '    text',
  'o: >-',
  "p: 'it''s'",
  'q: "r\\n\\x41"',
  's: t',
  '  u',
  '{v: 1, "w": [x]}',
  '',
];
const PIECES = [
  ...[' ', '  ', '\n', '\n  ', '\n- ', ': ', ':', ', ', '[', ']', '{', '}', '"', "'", ' #', '|\n', '>\n', '? ', '<<: '],
  ...[
    '\t',
    '---\n',
    '...\n',
    '\r\n',
    '~',
    'null',
    '1.5',
    '\\',
    '-',
    '.',
    'é',
    '\u00a0',
    '""',
    "''",
    '&a ',
    '*a',
    '!t ',
  ],
];
/** Some lines, with pieces put into them. */
const texts = fc
  .tuple(
    fc.array(fc.constantFrom(...LINES), { minLength: 1, maxLength: 12 }),
    fc.array(fc.tuple(fc.nat(400), fc.nat(3), fc.constantFrom(...PIECES)), { maxLength: 3 }),
  )
  .map(([lines, changes]) =>
    changes.reduce((text, [at, length, piece]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + piece + text.slice(start + length);
    }, lines.join('\n')),
  );

test('the other reader finds no mistake in what is read by events, and the same values at the same places', () => {
  let compared = 0;
  fc.assert(
    fc.property(texts, (text) => {
      if (textMistakes(text).length > 0) return;
      const plain = readEvents(text);
      if (plain === null) return;
      compared += 1;
      expect(readNodes(text)).toStrictEqual({ built: plain, mistakes: [] });
    }),
    { numRuns: 2000 },
  );
  expect(compared).toBeGreaterThan(100);
});
