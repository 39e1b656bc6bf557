import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bar, columns, cutToWidth, widthOf, wrap, wrapped, type Column } from '../../../src/lib/text/columns.js';

describe('the width of a text in a terminal', () => {
  test.each([
    ['nothing', '', 0],
    ['letters', 'llm-budget', 10],
    ['East Asian characters, two columns each', '日本a', 5],
    ['emoji, two columns each', '😀b', 3],
    ['a mark on a letter, none', 'e\u0301e', 2],
    ['the characters that tables add, one each', '█░ ab…', 6],
    ['a mark on one of these, none', '█\u0301░', 2],
    ['a wide character behind others', 'ab日', 4],
  ])('%s', (_, text, expected) => {
    expect(widthOf(text)).toBe(expected);
  });

  test.each([
    ['what fits exactly stays', 'abcd', 4, 'abcd'],
    ['one column too many gives two for the ellipsis', 'abcde', 4, 'abc…'],
    ['a wide character is never cut through', '日本語', 4, '日…'],
    ['a wide character fills the last two columns before the ellipsis', '日本語', 5, '日本…'],
    ['no blank stands before the ellipsis', 'ab cd', 4, 'ab…'],
    ['a blank at the start stays', ' abcd', 4, ' ab…'],
    ['of one column the ellipsis is left', 'abc', 1, '…'],
  ])('cut: %s', (_, text, width, expected) => {
    expect(cutToWidth(text, width)).toBe(expected);
  });
});

describe('a paragraph', () => {
  test.each([
    [
      'goes on below its own first word',
      '  fail  ',
      'one two three four',
      22,
      ['  fail  one two three', '        four'],
    ],
    ['stays one line where it fits exactly', '  ', 'one two three', 15, ['  one two three']],
    ['counts wide characters as two columns', '', '日本 日本 日本語', 14, ['日本 日本', '日本語']],
    ['counts no column for colours', '', '\u001b[31mone\u001b[0m two thr', 12, ['\u001b[31mone\u001b[0m two thr']],
    ['has no blanks at the ends of its lines', '', 'one two  three four', 12, ['one two', 'three four']],
    ['is one line where the width is not known', '  ', 'ab '.repeat(100), null, [`  ${'ab '.repeat(100)}`]],
  ])('%s', (_, start, text, width, expected) => {
    expect(wrapped(start, text, width)).toEqual(expected);
  });

  test('of a narrow terminal keeps 12 columns for its text', () => {
    expect(wrapped(' '.repeat(8), 'one two three four', 10)).toEqual([
      `${' '.repeat(8)}one two`,
      `${' '.repeat(8)}three four`,
    ]);
  });

  test('loses no word, and no line is longer than the width or a single word', () => {
    const words = fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(words, fc.integer({ min: 1, max: 60 }), (given, width) => {
        const lines = wrapped('  ', given.join(' '), width);
        expect(lines.join(' ').trim().split(/ +/)).toEqual(given);
        for (const line of lines)
          if (line.trim().includes(' ')) expect(line.length).toBeLessThanOrEqual(Math.max(width, 14));
      }),
    );
  });
});

const left = (title: string): Column => ({ title, align: 'left' });
const right = (title: string): Column => ({ title, align: 'right' });
const elastic = (title: string): Column => ({ title, align: 'left', isElastic: true });
/** Of as many letters as it says. */
const text = (letters: number) => 'x'.repeat(letters);
const cut = (width: number) => `${text(width - 1)}…`;

describe('a table', () => {
  test('has its titles first, each column as wide as its longest text, amounts flush right', () => {
    const rows = [
      ['rag', '$1.00'],
      ['evals-long', '$0.5'],
    ];
    expect(columns([left('suite'), right('cost')], rows, Infinity)).toEqual([
      'suite        cost',
      'rag         $1.00',
      'evals-long   $0.5',
    ]);
  });

  test('a title may be the longest of its column, and no line ends in blanks', () => {
    expect(columns([left('a long title'), left('b')], [['x', '']], Infinity)).toEqual(['a long title  b', 'x']);
  });

  test('a row with fewer cells than titles has empty ones', () => {
    expect(columns([left('a'), right('bb')], [['x']], Infinity)).toEqual(['a  bb', 'x']);
  });

  test('counts the columns of a terminal: a wide character takes the place of two', () => {
    expect(
      columns(
        [left('a'), left('b')],
        [
          ['日', 'x'],
          ['abcd', 'y'],
        ],
        Infinity,
      ),
    ).toEqual(['a     b', '日    x', 'abcd  y']);
  });

  test('that fits exactly keeps every letter', () => {
    // 20 + 2 + 5 = 27.
    expect(columns([elastic('a'), right('b')], [[text(20), '$1.00']], 27)[1]).toBe(`${text(20)}  $1.00`);
  });

  test('one column too wide, the elastic column gives one, in the row and not elsewhere', () => {
    expect(columns([elastic('a'), right('b')], [[text(20), '$1.00']], 26)).toEqual([
      `a${' '.repeat(18)}      b`,
      `${cut(19)}  $1.00`,
    ]);
  });

  test('two elastic columns share what is too much, the first the odd one: 20 + 2 + 20 + 2 + 3 = 47, 5 over 42', () => {
    const [, row] = columns([elastic('a'), elastic('b'), right('c')], [[text(20), text(20), '$10']], 42);
    expect(row).toBe(`${cut(17)}  ${cut(18)}  $10`);
  });

  test('what one cannot give, the next does, eight columns being the least: 9 + 2 + 20 = 31, 10 over 21', () => {
    const [, row] = columns([elastic('a'), elastic('b')], [[text(9), text(20)]], 21);
    expect(row).toBe(`${cut(8)}  ${cut(11)}`);
  });

  test('a column of less than eight gives nothing, and is wider than the terminal sooner', () => {
    expect(columns([elastic('a'), right('b')], [[text(6), '$1.00']], 5)[1]).toBe(`${text(6)}  $1.00`);
    expect(columns([elastic('a'), right('b')], [[text(30), '$1.00']], 5)[1]).toBe(`${cut(8)}  $1.00`);
  });

  test('without an elastic column everything stays as wide as it is', () => {
    expect(columns([left('a'), right('b')], [[text(20), '$1.00']], 10)[1]).toBe(`${text(20)}  $1.00`);
  });
});

test.each([
  [0, '░░░░░'],
  [0.001, '█░░░░'],
  [20, '█░░░░'],
  [39.9, '█░░░░'],
  [40, '██░░░'],
  [99.9, '████░'],
  [100, '█████'],
  [240, '█████'],
])('a share of %d percent is %s', (share, expected) => {
  expect(bar(share, 5)).toBe(expected);
});

test.each([
  ['', 10, ['']],
  ['one two three', 7, ['one two', 'three']],
  ['one two three', 13, ['one two three']],
  ['a https://example.com/long b', 10, ['a', 'https://example.com/long', 'b']],
  ['日本 日本 ab', 7, ['日本', '日本 ab']],
])('%j at %d columns is %j', (text, width, lines) => {
  expect(wrap(text, width)).toEqual(lines);
});
