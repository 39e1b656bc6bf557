import { describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import {
  existsSync,
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createFiles, makeFolder, refusedTarget, writeTextFile } from '../../../src/lib/files/write-file.js';
import { problemsOf } from '../../support/problems.js';
import { makePipe } from '../../support/temporary-folder.js';
import { temporaryFolderForEachTest } from '../../support/set-up.js';

const folder = temporaryFolderForEachTest();
const at = (name: string): string => join(folder.path, name);

describe('writing a text file', () => {
  test('makes a new file and leaves nothing else behind', async () => {
    await writeTextFile(at('report.json'), '{"ä": 1}\n');
    expect(readFileSync(at('report.json'), 'utf8')).toBe('{"ä": 1}\n');
    expect(readdirSync(folder.path)).toEqual(['report.json']);
  });

  test('replaces an existing file as a whole and keeps its mode', async () => {
    writeFileSync(at('lock'), 'a longer text than the new one');
    chmodSync(at('lock'), 0o640);
    await writeTextFile(at('lock'), 'new');
    expect(readFileSync(at('lock'), 'utf8')).toBe('new');
    expect(statSync(at('lock')).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder.path)).toEqual(['lock']);
  });

  test('puts a new file in the place of the old one, so that a reader of the old one keeps it whole', async () => {
    writeFileSync(at('lock'), 'old');
    const before = statSync(at('lock')).ino;
    await writeTextFile(at('lock'), 'new');
    expect(statSync(at('lock')).ino).not.toBe(before);
  });

  test('writes through a link and keeps the link', async () => {
    writeFileSync(at('real'), 'old');
    symlinkSync('real', at('link'));
    await writeTextFile(at('link'), 'new');
    expect(readFileSync(at('real'), 'utf8')).toBe('new');
    expect(lstatSync(at('link')).isSymbolicLink()).toBe(true);
  });

  const refused: readonly (readonly [string, string, () => void, string])[] = [
    [
      'a folder',
      'x',
      () => {
        mkdirSync(at('x'));
      },
      'it is a folder',
    ],
    [
      'a pipe',
      'x',
      () => {
        makePipe(at('x'));
      },
      'it exists and is not a regular file',
    ],
    [
      'a device behind a link',
      'x',
      () => {
        symlinkSync('/dev/null', at('x'));
      },
      'it exists and is not a regular file',
    ],
    [
      'a link to nothing',
      'x',
      () => {
        symlinkSync('nothing', at('x'));
      },
      'it is a link to a file that does not exist',
    ],
    [
      'a link to itself',
      'x',
      () => {
        symlinkSync('x', at('x'));
      },
      'a link in the path leads back to itself',
    ],
    ['a file of a missing folder', 'missing/x', () => undefined, 'the folder does not exist'],
    [
      'a file below a file',
      'file/x',
      () => {
        writeFileSync(at('file'), '');
      },
      'a part of the path is not a folder',
    ],
  ];
  test.each(refused)('refuses %s in words', async (_, name, make, reason) => {
    make();
    const before = readdirSync(folder.path);
    expect(await problemsOf(() => writeTextFile(at(name), 'new'))).toEqual([
      `${at(name)} cannot be written: ${reason}`,
    ]);
    expect(readdirSync(folder.path)).toEqual(before);
  });
});

describe('a folder for an output', () => {
  test('is made with those above it, and may be there already', async () => {
    await makeFolder(at('a/b/c'));
    await makeFolder(at('a/b/c'));
    await writeTextFile(at('a/b/c/x'), 'new');
    expect(readFileSync(at('a/b/c/x'), 'utf8')).toBe('new');
  });

  const refused: [string, () => string, string][] = [
    ['where a file is in the way', () => at('file/a'), 'a part of the path is not a folder'],
  ];
  if (existsSync('/proc/self')) {
    refused.push(['where a folder that exists takes no other', () => '/proc/no/a', 'the folder does not exist']);
  }
  test.each(refused)('is refused in words %s', async (_, path, reason) => {
    writeFileSync(at('file'), '');
    expect(await problemsOf(() => makeFolder(path()))).toEqual([`${path()} cannot be written: ${reason}`]);
  });
});

describe('new files', () => {
  const fileAt = (path: string) => ({ name: 'x', path, text: 'text' });

  test('are written with the folders that they need', async () => {
    await createFiles([fileAt(at('a/b/x')), fileAt(at('y'))]);
    expect(readFileSync(at('a/b/x'), 'utf8')).toBe('text');
    expect(readFileSync(at('y'), 'utf8')).toBe('text');
  });

  test('are not written where one of them exists, a link to nothing included', async () => {
    symlinkSync('nothing', at('x'));
    expect(await problemsOf(() => createFiles([fileAt(at('y')), fileAt(at('x'))]))).toEqual([
      'x exists already and is left as it is; move it away first',
    ]);
    expect(existsSync(at('y'))).toBe(false);
  });

  const refused: [string, () => string, string][] = [
    ['where a file is in the way', () => at('file/a/x'), 'a part of the path is not a folder'],
  ];
  if (existsSync('/proc/self')) {
    refused.push(['where a folder that exists takes no other', () => '/proc/no/a/x', 'the folder does not exist']);
  }
  test.each(refused)('are refused in words %s', async (_, path, reason) => {
    writeFileSync(at('file'), '');
    expect(await problemsOf(() => createFiles([fileAt(path())]))).toEqual([`x cannot be written: ${reason}`]);
  });
});

describe('a path for an output', () => {
  const kinds: readonly (readonly [string, () => void, string])[] = [
    [
      'a folder',
      () => {
        mkdirSync(at('x'));
      },
      'it is a folder',
    ],
    [
      'a pipe',
      () => {
        makePipe(at('x'));
      },
      'it exists and is not a regular file',
    ],
    [
      'a link to a pipe',
      () => {
        makePipe(at('pipe'));
        symlinkSync('pipe', at('x'));
      },
      'it exists and is not a regular file',
    ],
    [
      'a device',
      () => {
        symlinkSync('/dev/null', at('x'));
      },
      'it exists and is not a regular file',
    ],
    [
      'a link to nothing',
      () => {
        symlinkSync('nothing', at('x'));
      },
      'it is a link to a file that does not exist',
    ],
    [
      'two links to each other',
      () => {
        symlinkSync('y', at('x'));
        symlinkSync('x', at('y'));
      },
      'a link in the path leads back to itself',
    ],
  ];
  test.each(kinds)('is refused where it is %s', async (_, make, reason) => {
    make();
    expect(await refusedTarget(at('x'))).toBe(reason);
  });

  test('is refused where it is a socket', async () => {
    const server = createServer().listen(at('socket'));
    await once(server, 'listening');
    expect(await refusedTarget(at('socket'))).toBe('it exists and is not a regular file');
    server.close();
  });

  test('is not refused where it is a file, a link to one, or nothing yet', async () => {
    writeFileSync(at('file'), '');
    symlinkSync('file', at('link'));
    expect(await Promise.all(['file', 'link', 'new'].map((name) => refusedTarget(at(name))))).toEqual([
      null,
      null,
      null,
    ]);
  });

  test('is left for the writing to judge where its folder is none', async () => {
    writeFileSync(at('file'), '');
    expect(await refusedTarget(at('missing/x'))).toBeNull();
    expect(await refusedTarget(at('file/x'))).toBeNull();
  });
});
