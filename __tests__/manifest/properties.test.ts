import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { toText } from '../../src/lib/money/decimal.js';
import { parseManifest } from '../../src/manifest/parse.js';
import { NoVerdictError } from '../../src/lib/errors/problem.js';
import { policyOfText } from '../support/manifest.js';
import { EVERY_FIELD, withCall, withTop } from '../support/manifest-text.js';
import { placedProblems } from '../support/placed-problems.js';

const FRAGMENTS = [
  ...[
    'version',
    'suites',
    'calls',
    'budget',
    'policy',
    'defaults',
    'model',
    'count',
    'retries',
    'per_run',
    '__proto__',
    '<<',
  ],
  ...[
    ': ',
    ':',
    '- ',
    '-',
    '? ',
    ', ',
    '{',
    '}',
    '[',
    ']',
    '\n',
    '\n  ',
    '\n    ',
    '\t',
    ' ',
    '#',
    '&a',
    '*a',
    '!t ',
    '!!int ',
  ],
  ...[
    '"',
    "'",
    '\\',
    '|\n',
    '>\n',
    '%YAML 1.1\n',
    '---\n',
    '...\n',
    '@',
    '`',
    '1',
    '1e3',
    '0x1',
    '.nan',
    'null',
    'yes',
    '\r\n',
    '\r',
    '\0',
    '\ufeff',
    'é',
    '😀',
  ],
];
const yamlish = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) => parts.join(''));
const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array).toString('utf8'));
/** A right manifest with a piece of it replaced. */
const damaged = fc
  .tuple(fc.nat(EVERY_FIELD.length), fc.nat(40), yamlish)
  .map(([start, length, piece]) => EVERY_FIELD.slice(0, start) + piece + EVERY_FIELD.slice(start + length));
const texts = fc.oneof(yamlish, bytes, damaged, fc.string({ unit: 'binary' }));

describe.each([
  ['parseManifest', parseManifest],
  ['policyOfText', policyOfText],
])('%s', (_name, parse) => {
  test('reads any text or says where and in one line what is wrong with it', async () => {
    await fc.assert(
      fc.asyncProperty(texts, async (text) => {
        try {
          await parse(text, 'f.yml');
        } catch (error) {
          if (!(error instanceof NoVerdictError)) throw error;
          const lines = text.replace(/^\ufeff/, '').split('\n');
          expect(error.exitCode).toBe(2);
          expect(error.problems.length).toBeGreaterThan(0);
          for (const { message, file, line, column } of error.problems) {
            expect(file).toBe('f.yml');
            expect(message).toMatch(/^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}]+$/u);
            expect(line).toBeGreaterThanOrEqual(1);
            expect(line).toBeLessThanOrEqual(lines.length);
            expect(column).toBeGreaterThanOrEqual(1);
            expect(column).toBeLessThanOrEqual((lines[(line ?? 0) - 1]?.length ?? 0) + 1);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

const suiteName = fc.oneof(
  fc.nat(99).map(String),
  fc.constantFrom('constructor', 'toString', 'a b', 'a.b', 'z'),
  fc.stringMatching(/^[A-Za-z0-9](?: ?[A-Za-z0-9._/:@+-]){0,10}$/),
);

test('suites keep the order of the file under any names, in YAML and JSON', async () => {
  const call = '{"model": "m", "count": 1, "prompt_tokens": 1, "completion_tokens": 1}';
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(suiteName, { minLength: 1, maxLength: 8 }), fc.boolean(), async (names, json) => {
      const suites = names.map((name) => `${JSON.stringify(name)}: {"calls": [${call}]}`);
      const text = json
        ? `{"version": 1, "suites": {${suites.join(',')}}}`
        : `version: 1\nsuites:\n  ${suites.join('\n  ')}\n`;
      expect((await parseManifest(text, 'f')).suites.map(({ name }) => name)).toEqual(names);
    }),
    { numRuns: 200 },
  );
});

test('a mistake is found where it stands, whatever blank lines and comments are around it', async () => {
  const noise = fc.array(fc.constantFrom('', '# ::x::', '    # é', '   '), { maxLength: 4 });
  const text = withCall({ count: 'wrong' }).trimEnd().split('\n');
  await fc.assert(
    fc.asyncProperty(fc.array(noise, { minLength: text.length, maxLength: text.length }), async (between) => {
      const lines = text.flatMap((line, index) => [...(between[index] ?? []), line]);
      const place = `${String(lines.findIndex((line) => line.includes('wrong')) + 1)}:9`;
      const problems = await placedProblems(parseManifest(lines.join('\n'), 'f'));
      expect(problems.map((problem) => problem.split(' ')[0])).toEqual([place]);
    }),
    { numRuns: 200 },
  );
});

test('every whole number up to a billion is read as it is written', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(1_000_000_000), async (count) => {
      expect((await parseManifest(withCall({ count: String(count) }), 'f')).suites[0]?.calls[0]?.count).toBe(count);
    }),
    { numRuns: 100 },
  );
});

test('every amount of up to 6 and 12 digits is kept to the last of them, quoted or not', async () => {
  const amount = fc
    .tuple(fc.nat(999_999), fc.stringMatching(/^\d{0,11}[1-9]$/))
    .map(([whole, fraction]) => `${String(whole)}.${fraction}`);
  await fc.assert(
    fc.asyncProperty(amount, fc.boolean(), async (text, inQuotes) => {
      const { budget } = await parseManifest(withTop(`budget: {per_run: ${inQuotes ? `"${text}"` : text}}`), 'f');
      const fail = budget.per_run?.fail ?? null;
      expect(fail === null ? null : toText(fail)).toBe(text);
    }),
    { numRuns: 200 },
  );
});
