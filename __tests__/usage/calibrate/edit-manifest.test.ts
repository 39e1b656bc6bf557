import { describe, expect, test } from '@jest/globals';
import type { NumberOrRange, Proposal } from '../../../src/usage/calibrate/comparison.js';
import { editManifest } from '../../../src/usage/calibrate/edit-manifest.js';

function proposal(field: string, expected: number, max: number | null = null, index = 0): Proposal {
  const from: NumberOrRange = { expected: 0, max: null };
  return { path: ['suites', 'rag', 'calls', index, field], field, from, to: { expected, max } };
}

const BLOCK = [
  '# head',
  'version: 1',
  'suites:',
  "  'rag':   # why not",
  '    calls:',
  '    - model: a/b # the model',
  '      count:   7',
  '',
  '      prompt_tokens:',
  '        expected: 10 # mean',
  '        # a thought',
  '      completion_tokens: 5    # short',
  '      # last words',
  '    -   model: c/d',
  '        prompt_files: [p.md]',
  '        provider:',
  '          sort: price',
  '        completion_tokens: 1',
];

/** The lines of the block manifest, some of them replaced or with others behind them. */
function block(changes: Readonly<Record<string, readonly string[]>>, end = '\n'): string {
  return BLOCK.flatMap((line) => changes[line.trim()] ?? [line]).join(end) + end;
}

describe('a number in a file', () => {
  test('is replaced where it stands; everything else stays to the byte', () => {
    expect(editManifest(block({}), [proposal('count', 120)])).toBe(block({ 'count:   7': ['      count:   120'] }));
  });

  test('keeps its comment when it becomes a range', () => {
    expect(editManifest(block({}), [proposal('completion_tokens', 6, 9)])).toBe(
      block({ 'completion_tokens: 5    # short': ['      completion_tokens: {expected: 6, max: 9}    # short'] }),
    );
  });

  test('is replaced inside a range, which keeps its form; a max that is due is added in its style', () => {
    expect(editManifest(block({}), [proposal('prompt_tokens', 12, 20)])).toBe(
      block({ 'expected: 10 # mean': ['        expected: 12 # mean', '        max: 20'] }),
    );
  });

  test('is added on a line of its own, behind the completion and its comment', () => {
    const added = ['      completion_tokens: 5    # short', '      cached_tokens: 4', '      audio_tokens: 3'];
    expect(editManifest(block({}), [proposal('cached_tokens', 4), proposal('audio_tokens', 3)])).toBe(
      block({ 'completion_tokens: 5    # short': added }),
    );
  });

  test('is added behind the last line of a file without an end of line, with its indentation', () => {
    const text = block({}).trimEnd();
    expect(editManifest(text, [proposal('cached_tokens', 4, null, 1)])).toBe(`${text}\n        cached_tokens: 4`);
  });

  test('is added with the line ends of the file', () => {
    expect(editManifest(block({}, '\r\n'), [proposal('cached_tokens', 4, null, 1)])).toBe(
      `${block({}, '\r\n')}        cached_tokens: 4\r\n`,
    );
  });

  test('a byte order mark stays', () => {
    expect(editManifest(`\ufeff${block({})}`, [proposal('count', 8)])).toBe(
      `\ufeff${block({ 'count:   7': ['      count:   8'] })}`,
    );
  });

  test('no proposal, no change', () => {
    expect(editManifest(block({}), [])).toBe(block({}));
  });
});

describe('a call on one line', () => {
  const line = (call: string): string => `version: 1\nsuites: {rag: {calls: [${call}]}} # end\n`;

  test('gets what is missing in front of its last entry', () => {
    expect(editManifest(line('{model: a/b, count: 1, }'), [proposal('cached_tokens', 4)])).toBe(
      line('{model: a/b, cached_tokens: 4, count: 1, }'),
    );
  });

  test('gets a max inside a range', () => {
    expect(editManifest(line('{prompt_tokens: {expected: 1}, model: a/b}'), [proposal('prompt_tokens', 2, 3)])).toBe(
      line('{prompt_tokens: {max: 3, expected: 2}, model: a/b}'),
    );
  });

  test('that is empty, as everything is in the defaults, gets its first entry', () => {
    expect(editManifest(line('{}'), [proposal('count', 4)])).toBe(line('{count: 4}'));
  });
});

test('JSON keeps its quotes and its lines', () => {
  const before = JSON.stringify(
    { version: 1, suites: { rag: { calls: [{ model: 'a/b', prompt_tokens: 1, completion_tokens: 2 }] } } },
    null,
    2,
  );
  const after = JSON.stringify(
    {
      version: 1,
      suites: { rag: { calls: [{ model: 'a/b', prompt_tokens: 9, cached_tokens: 4, completion_tokens: 2 }] } },
    },
    null,
    2,
  );
  expect(editManifest(before, [proposal('prompt_tokens', 9), proposal('cached_tokens', 4)])).toBe(after);
});

test('a minified JSON file stays on its line', () => {
  const text = (fields: string): string => `{"version":1,"suites":{"rag":{"calls":[{${fields}"count":2}]}}}`;
  expect(editManifest(text('"completion_tokens":1,'), [proposal('completion_tokens', 3, 4)])).toBe(
    text('"completion_tokens":{"expected": 3, "max": 4},'),
  );
});

test('a suite whose name looks like a number is found', () => {
  const text = 'suites:\n  10:\n    calls:\n      - {count: 1}\n';
  const path = ['suites', '10', 'calls', 0, 'count'];
  expect(editManifest(text, [{ ...proposal('count', 5), path }])).toBe(text.replace('count: 1', 'count: 5'));
});
