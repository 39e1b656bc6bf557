import { describe, expect, test } from '@jest/globals';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { DEFAULT_ACTION } from '../../src/cli/starter-files.js';
import { ROOT, readProjectFile } from '../support/project-files.js';
import { runToEnd } from '../support/process.js';
import { readActionFile } from '../support/runner-files.js';

const readme = await readProjectFile('README.md');

async function sources(): Promise<string> {
  const entries = await readdir(join(ROOT, 'src'), { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return (await Promise.all(files.map((file) => readFile(file, 'utf8')))).join('\n');
}

function section(title: string): string {
  const start = readme.indexOf(`\n## ${title}\n`);
  expect(start).toBeGreaterThan(0);
  return readme.slice(start, readme.indexOf('\n## ', start + 1));
}

test('the README is read in one go', () => {
  expect(readme.split('\n').length - 1).toBeGreaterThanOrEqual(250);
  expect(readme.split('\n').length - 1).toBeLessThanOrEqual(300);
});

describe('the tables of inputs and outputs', () => {
  test('are what the script makes of action.yml', async () => {
    const env = { PATH: process.env.PATH ?? '' };
    const { exitCode, stderr } = await runToEnd(process.execPath, ['scripts/readme-tables.mjs', '--check'], {
      env,
      cwd: ROOT,
    });
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
  });

  test('have every input and output', async () => {
    const { inputs, outputs } = await readActionFile();
    const missing = (names: string[], text: string): string[] =>
      names.filter((name) => !text.includes(`| \`${name}\``));
    expect(missing(Object.keys(inputs), section('Inputs'))).toEqual([]);
    expect(missing(Object.keys(outputs), section('Outputs'))).toEqual([]);
  });
});

test('troubleshooting quotes what the product really says', async () => {
  const texts = await sources();
  const quoted = [...section('Troubleshooting').matchAll(/^\| `([^`]+)`/gm)].map(([, text = '']) => text);
  const pieces = quoted
    .flatMap((text) => text.split('…').map((piece) => piece.trim()))
    .filter((piece) => piece.length > 3);
  expect(quoted.length).toBeGreaterThan(9);
  expect(pieces.filter((piece) => !texts.includes(piece))).toEqual([]);
});

test('one placeholder stands for the owner, and it is explained', () => {
  const action = [...readme.matchAll(/uses: (\S+\/llm-budget@\S+)/g)].map(([, name]) => name);
  expect(new Set(action)).toEqual(new Set([DEFAULT_ACTION]));
  const isPlaceholder = DEFAULT_ACTION.startsWith('OWNER/');
  expect(readme.includes('`OWNER` stands for the account that publishes the action.')).toBe(isPlaceholder);
});

test('docs/decisions.md gives a reason for every dependency, and for none that is gone', async () => {
  const { devDependencies } = z
    .object({ devDependencies: z.record(z.string(), z.string()) })
    .parse(JSON.parse(await readProjectFile('package.json')));
  const decisions = await readProjectFile('docs/decisions.md');
  const rows = [...decisions.matchAll(/^\| ((?:`[^`]+`(?:, )?)+) /gm)].map(([, names = '']) => names);
  const explained = rows.flatMap((row) => row.split(', ').map((name) => name.replaceAll('`', ''))).sort();
  expect(explained).toEqual(Object.keys(devDependencies).sort());
});
