import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { createLineSplitter } from '../../../src/usage/read/json-lines.js';
import { problemsOfUsage, readUsage, requireUsage } from '../../../src/usage/read/read-usage.js';
import { problemsOf } from '../../support/problems.js';
import { makePipe, withFiles } from '../../support/temporary-folder.js';
import { counts, notUnderstood, readFiles } from '../../support/usage.js';

const ROW = '{"id":"gen-1","model":"openai/gpt-4o","usage":{"prompt_tokens":10,"completion_tokens":2,"cost":0.000045}}';
const SECRET = 'the prompt nobody may see';

describe('a file that cannot be read is not understood, and what it says is repeated nowhere', () => {
  test.each([
    [
      'truncated JSON',
      'a.json',
      `{"usage": {"prompt_tokens": 1}, "text": "${SECRET}`,
      'a file that is not valid JSON (cut off?)',
    ],
    [
      'binary',
      'a.bin',
      new Uint8Array([0x7f, 0x45, 0, 1, 2]),
      'a binary file; JSON, JSON Lines, YAML and CSV are accepted',
    ],
    ['UTF-16', 'a.json', Buffer.from(`\ufeff${ROW}`, 'utf16le'), 'a file in UTF-16; UTF-8 is accepted'],
    ['Latin-1', 'a.json', Buffer.from('{"text": "caf\u00e9", \n"usage": {}}', 'latin1'), 'a file that is not UTF-8'],
    ['broken YAML', 'a.yaml', `interactions:\n- {a: [${SECRET}\n`, 'a file that is not valid YAML'],
    ['prose', 'a.txt', SECRET, 'a file that is neither JSON, JSON Lines, YAML, CSV nor an event stream'],
    [
      'a gzip file cut off',
      'a.jsonl',
      gzipSync(`${ROW}\n`).subarray(0, 40),
      'a file that cannot be read to its end: Z_BUF_ERROR',
    ],
    ['a line cut off', 'a.jsonl', `${ROW.slice(0, -5)}\n`, 'a line that is not valid JSON'],
    ['nothing at all', 'a.json', '', null],
    ['JSON without usage', 'a.json', '{"usage": {"cpu": 3}, "model": "x"}', null],
  ])('%s', async (_, name, content, what) => {
    const { usage } = await readFiles({ [name]: content });
    expect(notUnderstood(usage)).toEqual(what === null ? [] : [what]);
    const problems = await problemsOf(() => {
      requireUsage(usage);
    });
    expect(problems[0]).toMatch(/^no usage was found in 1 file; /);
    expect(problems.slice(1)).toEqual([
      what === null ? 'no usage in it: no recorded exchange in it' : `not understood: ${what}`,
    ]);
    expect(problems.join()).not.toContain(SECRET);
  });
});

describe('a usage record whose numbers make no sense is not understood, with its place', () => {
  test.each([
    ['"prompt_tokens": -3', 'prompt_tokens is -3, expected an integer from 0 to 1,000,000,000'],
    ['"prompt_tokens": 1.5', 'prompt_tokens is 1.5, expected an integer from 0 to 1,000,000,000'],
    ['"prompt_tokens": 1e10', 'prompt_tokens is 10000000000, expected an integer from 0 to 1,000,000,000'],
    [`"prompt_tokens": "${SECRET}"`, 'prompt_tokens is a string, expected an integer from 0 to 1,000,000,000'],
    ['"prompt_tokens": 5, "cost": -1', 'cost is -1, expected US dollars'],
  ])('%s', async (fields, what) => {
    const { usage, rows } = await readFiles({ 'a.jsonl': `${ROW}\n{"usage": {${fields}, "completion_tokens": 1}}\n` });
    expect(rows).toHaveLength(1);
    expect(usage.files[0]?.not_understood).toEqual([{ what, count: 1, lines: [2] }]);
    expect(problemsOfUsage(usage)).toEqual([
      { message: `not understood: ${what}`, file: 'a.jsonl', line: 2, column: null },
    ]);
  });

  test('a body that was cut off is named', async () => {
    const { usage } = await readFiles({
      'a.jsonl': `${ROW}\n${JSON.stringify({ response: { body: ROW.slice(0, -4) } })}\n`,
    });
    expect(notUnderstood(usage)).toEqual(['a recorded body is not valid JSON (cut off?)']);
  });

  test('all lines of a kind are counted, the first three named', async () => {
    const { usage } = await readFiles({ 'a.jsonl': `${ROW}\n${'{broken\n'.repeat(150)}` });
    expect(usage.files[0]?.not_understood).toEqual([
      { what: 'a line that is not valid JSON', count: 150, lines: [2, 3, 4] },
    ]);
    expect(usage.exchanges).toEqual({ read: 1, without_usage: 0, not_understood: 150 });
  });
});

test('a part that is larger than its whole is counted as the whole, and that is noted', async () => {
  const usage = { prompt_tokens: 5, completion_tokens: 1, prompt_tokens_details: { cached_tokens: 6 } };
  const { usage: read, rows } = await readFiles({ 'a.json': JSON.stringify({ model: 'm', usage }) });
  expect(rows[0]?.tokens).toEqual(counts({ prompt: 5, completion: 1, cached: 5 }));
  expect(read.notes.map(({ message }) => message)).toEqual([
    '6 cached tokens are more than the 5 prompt tokens that they are part of; 5 were counted',
  ]);
});

describe('only regular files are opened', () => {
  test('no match, a folder, a pipe, and a link that goes round: a line each, nothing is read', async () => {
    await withFiles({ 'good.jsonl': ROW }, async (folder) => {
      await mkdir(join(folder, 'folder'));
      makePipe(join(folder, 'pipe'));
      await symlink('round', join(folder, 'round'));
      const globs = ['good.jsonl', 'missing/*.json', 'missing.json', 'folder', 'pipe', 'p*pe', 'round'];
      expect(await problemsOf(() => readUsage(globs, { cwd: folder, within: null }))).toEqual([
        'no file matches "missing/*.json"',
        'no file matches "missing.json"',
        'no file matches "p*pe"',
        'folder is a folder; "folder/**" names its files',
        'pipe is not a regular file (a pipe, a socket or a device); it was not opened',
        'round is a link that leads back to itself',
      ]);
    });
  });

  test('a glob without a match is a line, and the files of the others are read', async () => {
    await withFiles({ 'good.jsonl': ROW }, async (folder) => {
      const usage = await readUsage(['*.jsonl', 'other/*.json'], { cwd: folder, within: null });
      expect(usage.exchanges.read).toBe(1);
      expect(usage.unmatched.map(({ message }) => message)).toEqual(['no file matches "other/*.json"']);
    });
  });

  test('without any match there is nothing to read: a line each', async () => {
    await withFiles({}, async (folder) => {
      expect(await problemsOf(() => readUsage(['a.jsonl', 'b/*'], { cwd: folder, within: null }))).toEqual([
        'no file matches "a.jsonl"',
        'no file matches "b/*"',
      ]);
    });
  });

  test('a device is refused', async () => {
    expect(await problemsOf(() => readUsage(['/dev/zero'], { cwd: '/', within: null }))).toEqual([
      '/dev/zero is not a regular file (a pipe, a socket or a device); it was not opened',
    ]);
  });

  test('a link to a file inside the workspace is followed, one that leaves it is not', async () => {
    await withFiles({ 'outside.jsonl': ROW }, async (folder) => {
      const work = join(folder, 'work');
      await mkdir(work);
      await symlink(join(folder, 'outside.jsonl'), join(work, 'link.jsonl'));
      expect((await readUsage(['link.jsonl'], { cwd: work, within: folder })).exchanges.read).toBe(1);
      expect(await problemsOf(() => readUsage(['link.jsonl'], { cwd: work, within: work }))).toEqual([
        'link.jsonl is outside the workspace; files inside it are accepted',
      ]);
    });
  });

  test('a file that two globs and a link name is read once; an excluded one is not', async () => {
    await withFiles({ 'a.jsonl': ROW.replace('gen-1', 'gen-2'), 'b.jsonl': ROW }, async (folder) => {
      await symlink('b.jsonl', join(folder, 'link.jsonl'));
      const usage = await readUsage(['*.jsonl', 'b.jsonl', '!a.jsonl'], { cwd: folder, within: null });
      expect([usage.files.length, usage.exchanges.read]).toEqual([1, 1]);
    });
  });

  test('no pattern at all is a line too', async () => {
    expect(await problemsOf(() => readUsage([], { cwd: '/', within: null }))).toEqual([
      'no usage file is named; expected a path or a glob such as "usage/*.jsonl"',
    ]);
  });
});

test('ids that a recorder blanked and numbers anew in every file are no duplicates across files', async () => {
  const blanked = ROW.replace('gen-1', 'chatcmpl-REDACTED_1');
  const { usage } = await readFiles({
    'a.jsonl': `${blanked}\n${blanked}\n`,
    'b.jsonl': blanked,
    'c.jsonl': ROW,
    'd.jsonl': ROW,
  });
  // One in a, one in b; the real id of c and d is one.
  expect([usage.exchanges.read, usage.repeated]).toEqual([3, 2]);
});

test('a line beyond the limit is passed over without being held, and the next one is read', () => {
  const lines: string[] = [];
  const splitter = createLineSplitter(
    {
      lines: (bytes, line) => {
        const texts = bytes.toString().split('\n');
        lines.push(...texts.map((text, index) => `${line + index}: ${text}`));
        return texts.length;
      },
      tooLong: (line) => {
        lines.push(`${line}: too long`);
      },
    },
    8,
  );
  for (const block of ['abc\nde', 'fgh\n12345', '6789', '0\n', 'end']) splitter.push(Buffer.from(block));
  splitter.end();
  expect(lines).toEqual(['1: abc', '2: defgh', '3: too long', '4: end']);
});

describe('a form that the name does not tell', () => {
  test.each([
    ['JSON Lines named .json', 'a.json', `${ROW}\n${ROW.replace('gen-1', 'gen-2')}\n`, 2],
    ['JSON Lines whose first line is broken', 'a.json', `{"broken\n${ROW}\n`, 1],
    ['JSON over many lines', 'a.log', JSON.stringify(JSON.parse(ROW), null, 2), 1],
    ['a byte order mark and CRLF', 'a.jsonl', `\ufeff${ROW}\r\n\r\n`, 1],
    ['an event stream', 'a.txt', `data: ${ROW}\n\ndata: [DONE]\n\n`, 1],
    ['a gzip file', 'a.jsonl.gz', gzipSync(`${ROW}\n`), 1],
    ['YAML', 'a.cassette', `response:\n  body: '${ROW}'\n`, 1],
  ])('%s', async (_, name, content, rows) => {
    expect((await readFiles({ [name]: content })).usage.exchanges.read).toBe(rows);
  });
});

test('a YAML file of aliases of aliases is read in the time its own size takes', async () => {
  const levels = Array.from({ length: 60 }, (_, at) => `l${at + 1}: &l${at + 1} [*l${at}, *l${at}]`);
  const text = `l0: &l0 {id: one, model: m, usage: {prompt_tokens: 1, completion_tokens: 1}}\n${levels.join('\n')}\n`;
  expect((await readFiles({ 'a.yaml': text })).usage.exchanges.read).toBe(1);
});
