import { describe, expect, test } from '@jest/globals';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readOptionalFile, readTreeFiles, isLfsPointer } from '../../../src/lib/files/read-file.js';
import { problemsOf } from '../../support/problems.js';
import { makePipe } from '../../support/temporary-folder.js';
import { temporaryFolderForEachTest } from '../../support/set-up.js';

const limits = { maxBytes: 10 };
const folder = temporaryFolderForEachTest();
const at = (name: string): string => join(folder.path, name);

describe('a file that the user named', () => {
  test('is read as UTF-8, up to the last admitted byte', async () => {
    writeFileSync(at('ten'), 'ä23456789');
    expect(await readOptionalFile(at('ten'), '/', limits)).toBe('ä23456789');
  });

  test('may be reached through a link', async () => {
    writeFileSync(at('real'), 'text');
    symlinkSync('real', at('link'));
    expect(await readOptionalFile(at('link'), '/', limits)).toBe('text');
  });

  test('may be empty', async () => {
    writeFileSync(at('empty'), '');
    expect(await readOptionalFile(at('empty'), '/', limits)).toBe('');
  });

  test('keeps its byte order mark', async () => {
    writeFileSync(at('marked'), '\uFEFFa');
    expect(await readOptionalFile(at('marked'), '/', limits)).toBe('\uFEFFa');
  });

  const refused: readonly (readonly [string, (path: string) => void, RegExp])[] = [
    [
      'is one byte too large',
      (path) => {
        writeFileSync(path, '12345678901');
      },
      /is too large; at most 10 bytes/,
    ],
    [
      'is a folder',
      (path) => {
        mkdirSync(path);
      },
      /is a folder, not a file$/,
    ],
    [
      'is a pipe, which would block the reader',
      (path) => {
        makePipe(path);
      },
      /is not a regular file/,
    ],
    [
      'is a link to a device',
      (path) => {
        symlinkSync('/dev/zero', path);
      },
      /is not a regular file/,
    ],
    [
      'is a link to itself',
      (path) => {
        symlinkSync('x', path);
      },
      /leads back to itself/,
    ],
    [
      'is a link to nothing',
      (path) => {
        symlinkSync('nothing', path);
      },
      /is a link to a file that does not exist/,
    ],
    [
      'is binary',
      (path) => {
        writeFileSync(path, 'a\0b');
      },
      /is a binary file; a text in UTF-8 is accepted/,
    ],
    [
      'is not UTF-8',
      (path) => {
        writeFileSync(path, Uint8Array.of(0x61, 0xe4));
      },
      /is not valid UTF-8/,
    ],
  ];
  test.each(refused)('is refused in words when it %s', async (_, make, message) => {
    make(at('x'));
    const [reported] = await problemsOf(() => readOptionalFile(at('x'), '/', limits));
    expect(reported).toMatch(message);
    expect(reported).toContain(at('x'));
  });

  test('is named as it was given', async () => {
    mkdirSync(at('x'));
    expect(await problemsOf(() => readOptionalFile('x', at('.'), limits))).toEqual(['x is a folder, not a file']);
  });

  test('is refused in words when its path has a null character', async () => {
    expect(await problemsOf(() => readOptionalFile('a\0b', '/', limits))).toEqual([
      expect.stringContaining('cannot be read: the path has a null character in it'),
    ]);
  });
});

describe('an optional file', () => {
  test('is null where it is missing, or a folder of its path is no folder', async () => {
    writeFileSync(at('file'), '');
    expect(await readOptionalFile(at('missing'), '/', limits)).toBeNull();
    expect(await readOptionalFile(at('file/below'), '/', limits)).toBeNull();
  });

  test('is an error where it exists and cannot be used', async () => {
    mkdirSync(at('x'));
    expect(await problemsOf(() => readOptionalFile(at('x'), '/', limits))).toEqual([
      `${at('x')} is a folder, not a file`,
    ]);
  });
});

describe('files of a working tree', () => {
  test('are text, missing or too large', async () => {
    mkdirSync(at('prompts'));
    writeFileSync(at('prompts/a.md'), 'hello');
    writeFileSync(at('prompts/b.md'), 'hello, hello');
    const files = await readTreeFiles(folder.path, ['prompts/a.md', 'prompts/b.md', 'c.md', 'c.md'], limits);
    expect([...files]).toEqual([
      ['prompts/a.md', { state: 'text', text: 'hello' }],
      ['prompts/b.md', { state: 'unusable', reason: 'is too large; at most 10 bytes are accepted' }],
      ['c.md', { state: 'missing' }],
    ]);
  });

  test('are not read through a link, be it the file or a folder above it', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/a.md'), 'hello');
    symlinkSync('real', at('folder'));
    symlinkSync('real/a.md', at('file.md'));
    const reason = 'is a link or is reached through one; a plain file is accepted';
    const files = await readTreeFiles(folder.path, ['folder/a.md', 'file.md'], limits);
    expect([...files.values()]).toEqual([
      { state: 'unusable', reason },
      { state: 'unusable', reason },
    ]);
  });

  test('are read where the root itself is reached through a link', async () => {
    mkdirSync(at('real'));
    writeFileSync(at('real/a.md'), 'hello');
    symlinkSync('real', at('root'));
    expect((await readTreeFiles(at('root'), ['a.md'], limits)).get('a.md')).toEqual({ state: 'text', text: 'hello' });
  });
});

describe('a text that Git LFS stores in place of a large file', () => {
  const REST = '\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';

  test.each([
    ['version https://git-lfs.github.com/spec/v1', true],
    ['version https://git-lfs.github.com/spec/v12', true],
    ['version https://hawser.github.com/spec/v1', true],
    ['version https://git-lfs.github.com/spec/vx', false],
    ['version https://git-lfs.example.com/spec/v1', false],
    ['version https://git-lfsxgithub.com/spec/v1', false],
    ['# version https://git-lfs.github.com/spec/v1', false],
    ['\nversion https://git-lfs.github.com/spec/v1', false],
    ['version: 1', false],
  ])('a file that starts with %j is a pointer: %s', (first, expected) => {
    expect(isLfsPointer(first + REST)).toBe(expected);
  });
});
