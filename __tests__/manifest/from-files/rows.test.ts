import { execFileSync } from 'node:child_process';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { UncountableFile, valueIn, visitRows } from '../../../src/manifest/from-files/rows.js';

const rowsOf = (path: string, text: string, at: string | null = null): unknown[] => {
  const rows: unknown[] = [];
  expect(visitRows(path, text, at, (row) => rows.push(row))).toBe(rows.length);
  return rows;
};
const refusal = (path: string, text: string, at: string | null = null): string => {
  try {
    visitRows(path, text, at, () => undefined);
  } catch (error) {
    if (error instanceof UncountableFile) return error.reason;
    throw error;
  }
  return 'counted';
};

describe('the rows that a writer wrote are read', () => {
  /** Texts with what needs care: quotation marks, delimiters, line ends, blanks at the ends, byte order marks, nothing. */
  const piece = fc.oneof(
    fc.constantFrom('"', ',', '\t', '\n', '\r\n', ' ', '\ufeff', '\u2028', "'", '#', '- ', ': ', '""', '{{x}}'),
    fc.string({ unit: 'grapheme', maxLength: 6 }),
  );
  const cell = fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join(''));
  const column = cell.filter((name) => name !== '__proto__');
  const isBlank = (value: string) => value === '';

  /** RFC 4180: fields in quotation marks where they have to be, and where the writer likes. */
  function field(value: string, delimiter: string, isQuoted: boolean): string {
    const isNeeded = [delimiter, '"', '\n', '\r', '\ufeff'].some((part) => value.includes(part));
    return isQuoted || isNeeded ? `"${value.replaceAll('"', '""')}"` : value;
  }

  const table = fc.uniqueArray(column, { minLength: 1, maxLength: 4 }).chain((header) =>
    fc.record({
      header: fc.constant(header),
      records: fc.array(fc.array(cell, { minLength: header.length, maxLength: header.length }), { maxLength: 8 }),
      quoted: fc.infiniteStream(fc.boolean()),
      ends: fc.infiniteStream(fc.constantFrom('\n', '\r\n')),
      hasMark: fc.boolean(),
      hasLastEnd: fc.boolean(),
    }),
  );

  test.each([
    ['c.csv', ','],
    ['c.tsv', '\t'],
  ])('of %s, whatever its fields hold and its lines end with', (path, delimiter) => {
    fc.assert(
      fc.property(table, ({ header, records, quoted, ends, hasMark, hasLastEnd }) => {
        const next = <T>(stream: Iterator<T>, otherwise: T): T => {
          const item = stream.next();
          return item.done === true ? otherwise : item.value;
        };
        const line = (fields: readonly string[]) => {
          // A line without anything is no record, so the only field of one is written in quotation marks.
          const isOnly = fields.length === 1 && fields.every(isBlank);
          return fields.map((value) => field(value, delimiter, isOnly || next(quoted, true))).join(delimiter);
        };
        const lines = [header, ...records].map(line);
        const text = lines.reduce(
          (all, one, index) => all + one + (index < lines.length - 1 || hasLastEnd ? next(ends, '\n') : ''),
          hasMark ? '\ufeff' : '',
        );
        const expected = records.map((record) =>
          Object.fromEntries(header.map((name, index) => [name, record[index]])),
        );
        expect(rowsOf(path, text)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  const value = fc.jsonValue({ maxDepth: 3 });
  const record = fc.record({ q: cell, 'a,b': fc.string() });

  test('of JSON Lines, with blank lines between them, any line ends and a byte order mark', () => {
    const end = fc.constantFrom('\n', '\r\n', '\n\n', '\n \t\n');
    fc.assert(
      fc.property(fc.array(fc.tuple(value, end)), fc.boolean(), fc.boolean(), (rows, hasMark, isTrimmed) => {
        const text = rows.map(([row, after]) => `${JSON.stringify(row)}${after}`).join('');
        const whole = `${hasMark ? '\ufeff' : ''}${isTrimmed ? text.trimEnd() : text}`;
        expect(rowsOf('c.jsonl', whole)).toEqual(rows.map(([row]): unknown => JSON.parse(JSON.stringify(row))));
      }),
    );
  });

  test('of YAML and JSON, at the top and at a path, plain or in quotation marks', () => {
    // The writer itself loses blanks before line ends, unless they stand in double quotation marks.
    const plain = fc.record({
      rows: fc.array(fc.record({ q: fc.string(), 'a,b': fc.string() })),
      type: fc.constant('PLAIN' as const),
    });
    const quoted = fc.record({ rows: fc.array(record), type: fc.constant('QUOTE_DOUBLE' as const) });
    fc.assert(
      fc.property(fc.oneof(plain, quoted), fc.boolean(), fc.boolean(), ({ rows, type }, isFlow, hasMark) => {
        const mark = hasMark ? '\ufeff' : '';
        const options = { defaultStringType: type, collectionStyle: isFlow ? ('flow' as const) : ('any' as const) };
        expect(rowsOf('c.yaml', mark + stringify(rows, options))).toEqual(rows);
        expect(rowsOf('c.yml', mark + stringify({ data: { cases: rows } }, options), 'data.cases')).toEqual(rows);
        expect(rowsOf('c.json', mark + JSON.stringify(rows, null, 2))).toEqual(rows);
        expect(rowsOf('c.json', JSON.stringify({ data: { cases: rows } }), 'data.cases')).toEqual(rows);
      }),
    );
  });

  test('of text: every line that is not blank', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }).filter((line) => !/[\r\n]/.test(line))), (lines) => {
        const written = lines.filter((line, index) => index > 0 || !line.startsWith('\ufeff'));
        expect(rowsOf('c.txt', written.join('\n'))).toEqual(written.filter((line) => line.trim() !== ''));
      }),
    );
  });
});

describe('what is not a row', () => {
  test.each([
    ['c.jsonl', '\n  \n{}\n\n', 1],
    ['c.ndjson', '{}\r\n{}', 2],
    ['c.txt', '\ufeffone\n\n two\n', 2],
    ['c.csv', 'q\n', 0],
    ['c.csv', '', 0],
    ['c.csv', 'q,r\n"a\nb",1\n\n2\n', 2],
    ['c.tsv', 'q\tr\na\tb\n', 1],
    // Lines of one file that end differently, as after an edit by another program.
    ['c.csv', 'q,r\r\na,b\nc,d\ne,f\n', 3],
    ['c.csv', 'q,r\na,b\r\nc,d\r\n', 2],
    ['c.csv', 'q,r\ra,b\rc,d\r', 2],
    ['c.csv', 'q,r\na,"b\r\nc\nd"\n', 1],
    ['c.yml', '- &a {x: 1}\n- *a\n', 2],
  ])('%s of %j has %d', (path, text, rows) => {
    expect(rowsOf(path, text)).toHaveLength(rows);
  });
});

describe('a file that cannot be counted says why', () => {
  test.each([
    ['c.jsonl', '{}\n{"a":\n', null, 'is not JSON Lines: line 2 is not JSON'],
    ['c.json', '{"a": ', null, 'is not JSON'],
    ['c.json', '{"a": []}', null, 'has no list at the top: it is a mapping'],
    ['c.json', '{"a": []}', 'b', 'has no list at b'],
    ['c.json', '{"a": {"b": 5}}', 'a.b', 'has no list at a.b: it is a number'],
    ['c.csv', 'q\n"open\n', null, 'a quotation mark is not closed'],
    ['c.csv', 'q\na"b\n', null, 'is not CSV in line 2: a quotation mark inside of a field without quotation marks'],
    ['c.tsv', 'q\tr\n"a"b\tc\n', null, 'is not TSV in line 2: text after a closing quotation mark'],
    ['c.yaml', 'a: [', null, 'is not YAML that can be read'],
    ['c.yaml', 'a: 1\n---\nb: 2\n', null, 'is not YAML that can be read: it has a second document'],
    ['c.yaml', '- &a [*a]\n', null, 'has an alias inside of its own anchor'],
    ['c.yaml', '['.repeat(50_000), null, 'is not YAML that can be read: nested too deep'],
    ['c.yaml', `${'['.repeat(401)}${']'.repeat(401)}`, null, 'is not YAML that can be read: nested too deep'],
    [
      'c.yaml',
      `a: {b: 1 c: 2}\nd: ${'['.repeat(5000)}${']'.repeat(5000)}`,
      null,
      'is not YAML that can be read: nested too deep',
    ],
    ['c.yaml', `a: &a x\nb: [${'*a, '.repeat(101)}*a]`, 'b', 'more than 100 aliases'],
    ['c.txt', 'x\n'.repeat(100_001), null, 'has more than 100,000 rows'],
    ['c.yaml', '- x\n'.repeat(250_001), null, 'is too large'],
  ])('%s', (path, text, at, reason) => {
    expect(refusal(path, text, at)).toContain(reason);
  });
});

test('files that are nested too deep do not end the process, however many they are', () => {
  const script = `
    import { parseYamlData } from './src/manifest/from-files/rows.ts';
    for (const text of ['['.repeat(50000), '[ '.repeat(5000) + ']'.repeat(5000), 'a: {b: 1 c: 2}\\nd: ' + '['.repeat(9000), '['.repeat(900)])
      try { parseYamlData(text); } catch (error) { console.log(error.message); }`;
  const args = ['--import', './scripts/typescript.mjs', '--input-type=module', '--eval', script];
  const printed = execFileSync(process.execPath, args, { encoding: 'utf8' });
  expect(printed.trim().split('\n')).toEqual(Array(4).fill('is not YAML that can be read: nested too deep'));
});

test.each([
  [{ a: { b: 1 } }, 'a.b', 1],
  [{ 'a.b': 2, a: { b: 1 } }, 'a.b', 2],
  [{ a: 1 }, 'a.b', undefined],
  [{}, 'constructor', undefined],
  [null, 'a', undefined],
])('the field of %j at %s is %j', (row, path, value) => {
  expect(valueIn(row, path)).toBe(value);
});
