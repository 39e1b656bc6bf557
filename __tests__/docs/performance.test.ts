import { execFileSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { z } from 'zod';
import { readProjectFile, ROOT } from '../support/project-files.js';

/** What `npm run bench` holds against docs/performance.md; how fast the machine is plays no part. */

const MODULE = pathToFileURL(join(ROOT, 'scripts/bench/page.mjs')).href;

/** What the module's function returns for these arguments, in a process of its own. */
function evaluated(expression: string): unknown {
  const code = `import * as page from ${JSON.stringify(MODULE)}; console.log(JSON.stringify(${expression}))`;
  return JSON.parse(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' }));
}

const PAGE =
  '| ratio | measured | aim |\n| --- | --- | --- |\n| slow / bare | 1.2 | at most 1.25 |\n| reader / parse | 0.6 | |\n';

function worse(name: string, value: number, isBetter: 'lower' | 'higher'): unknown {
  return evaluated(`page.worseThanPage(${JSON.stringify(PAGE)}, [${JSON.stringify({ name, value, isBetter })}])`);
}

// A third more than 1.2 is 1.6; a third less, as a factor of 3/4, of 0.6 is 0.45.
test.each([
  ['slow / bare', 1.59, 'lower', []],
  ['slow / bare', 1.61, 'lower', ['slow / bare: 1.61 is more than a third above the 1.2 of docs/performance.md.']],
  ['reader / parse', 0.46, 'higher', []],
  [
    'reader / parse',
    0.44,
    'higher',
    ['reader / parse: 0.44 is more than a third below the 0.6 of docs/performance.md.'],
  ],
  ['not there', 1, 'lower', ['docs/performance.md has no figure named "not there".']],
] as const)('%s at %s, where %s is better, is reported as %j', (name, value, isBetter, expected) => {
  expect(worse(name, value, isBetter)).toEqual(expected);
});

test('the page has every ratio that the benchmark holds against it', async () => {
  const script = await readProjectFile('scripts/bench.mjs');
  const list = /const RATIOS = \[(.*?)\n\];/s.exec(script)?.[1] ?? '';
  const names = [...list.matchAll(/(?:ratio\(|name: )'([^']+)'/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(8);
  const page = await readProjectFile('docs/performance.md');
  const figures = z.array(z.string()).parse(evaluated(`[...page.figuresOf(${JSON.stringify(page)}).keys()]`));
  expect(names.filter((name) => name === undefined || !figures.includes(name))).toEqual([]);
});
