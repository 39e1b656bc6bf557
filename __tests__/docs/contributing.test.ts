import { describe, expect, test } from '@jest/globals';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import { ROOT, codeBlocks, projectFiles, readProjectFile } from '../support/project-files.js';

/** The picture of the house, held against the plan of its rooms and against what the rooms import. */

const SOURCES = join(ROOT, 'src');

async function plannedRooms(): Promise<string[]> {
  const [, list = ''] = /const ROOMS = \[([^\]]*)\]/.exec(await readProjectFile('__tests__/house.test.ts')) ?? [];
  return [...list.matchAll(/'([a-z-]+)'/g)].map(([, room = '']) => room);
}

const roomOf = (path: string): string => relative(SOURCES, path).split(sep)[0]?.replace(/\.ts$/, '') ?? '';

/** `from -> to` for every import between rooms, in the direction in which data flows. */
async function flows(): Promise<Set<string>> {
  const found = new Set<string>();
  for (const entry of await readdir(SOURCES, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = join(entry.parentPath, entry.name);
    for (const [, target = ''] of (await readFile(file, 'utf8')).matchAll(/(?:from|import\()\s*'(\.{1,2}\/[^']+)'/g)) {
      found.add(`${roomOf(join(dirname(file), target.replace(/\.js$/, '.ts')))} -> ${roomOf(file)}`);
    }
  }
  return found;
}

const page = await readProjectFile('CONTRIBUTING.md');
const picture = codeBlocks('CONTRIBUTING.md', page).find(({ language }) => language === 'mermaid')?.text ?? '';
const lines = picture.split('\n').filter((line) => !/^flowchart|^ *(?:subgraph\b.*|end)$/.test(line));
const chains = lines.map((line) => line.split('-->').map((room) => room.trim())).filter(([first]) => first !== '');
const arrows = chains.flatMap((chain) => chain.slice(1).map((to, index) => [chain[index] ?? '', to] as const));

describe('the picture of the house', () => {
  test('shows every room of the plan and no other', async () => {
    expect([...new Set(chains.flat())].sort()).toEqual((await plannedRooms()).sort());
  });

  test('has arrows that go forward in the plan', async () => {
    const rooms = await plannedRooms();
    expect(arrows.filter(([from, to]) => rooms.indexOf(from) >= rooms.indexOf(to))).toEqual([]);
  });

  test('has an arrow only where something is imported', async () => {
    const real = await flows();
    expect(arrows.map(([from, to]) => `${from} -> ${to}`).filter((arrow) => !real.has(arrow))).toEqual([]);
  });
});

test('files that the pages name are there', async () => {
  const missing: string[] = [];
  for (const file of await projectFiles(/\.md$/)) {
    const text = await readProjectFile(file);
    for (const [, path = ''] of text.matchAll(/`((?:src|__tests__|scripts|docs|examples|\.ci)\/[\w./-]+)`/g)) {
      if (!existsSync(join(ROOT, path))) missing.push(`${file}: ${path}`);
    }
  }
  expect(missing).toEqual([]);
});
