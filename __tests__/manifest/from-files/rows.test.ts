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
  const record = fc.record({ q: fc.string({ unit: 'grapheme' }), 'a,b': fc.string() });

  test('of CSV, whatever its fields hold', () => {
    const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
    fc.assert(
      fc.property(fc.array(record), fc.constantFrom('\n', '\r\n'), (rows, end) => {
        const text = ['q,"a,b"', ...rows.map((row) => `${quoted(row.q)},${quoted(row['a,b'])}`)].join(end);
        expect(rowsOf('c.csv', text)).toEqual(rows);
      }),
    );
  });

  test('of JSON Lines, with blank lines between them', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (rows) => {
        const text = rows.map((row) => `${JSON.stringify(row)}\n\n`).join('');
        expect(rowsOf('c.jsonl', text)).toEqual(rows.map((row): unknown => JSON.parse(JSON.stringify(row))));
      }),
    );
  });

  test('of YAML and JSON, at the top and at a path', () => {
    fc.assert(
      fc.property(fc.array(record), (rows) => {
        expect(rowsOf('c.yaml', stringify(rows))).toEqual(rows);
        expect(rowsOf('c.json', JSON.stringify({ data: { cases: rows } }), 'data.cases')).toEqual(rows);
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
    ['c.yaml', `a: &a x\nb: [${'*a, '.repeat(101)}*a]`, 'b', 'more than 100 aliases'],
    ['c.txt', 'x\n'.repeat(100_001), null, 'has more than 100,000 rows'],
    ['c.yaml', '- x\n'.repeat(250_001), null, 'is too large'],
  ])('%s', (path, text, at, reason) => {
    expect(refusal(path, text, at)).toContain(reason);
  });
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
