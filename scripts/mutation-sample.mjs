/**
 * Tries a random sample of the mutants of one part: `node scripts/mutation-sample.mjs pricing 150`. Prints how many of
 * them the tests of that part notice, and the mutants that they do not notice.
 *
 * Stryker's runner keeps the ES modules of every run in memory, so that a whole part takes hours. Here Stryker's
 * instrumenter puts all mutants into the code, each behind a switch, and every mutant of the sample gets a process of
 * jest that has its switch on. The source files of the part are changed meanwhile and put back at the end: run it in a
 * checkout of its own (`git worktree add`).
 */
import { Instrumenter } from '@stryker-mutator/instrumenter';
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { globSync } from 'tinyglobby';
import { PARTS } from '../stryker.config.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** A test that runs longer is ended; its mutant counts as noticed, as it does for Stryker. The slowest part takes 5 s. */
const LONGEST_MS = 180_000;
const SEED = 20261128;

const [part = '', size = '100'] = process.argv.slice(2);
const folders = PARTS.get(part);
if (folders === undefined || !/^[1-9]\d*$/.test(size)) {
  console.error(`Give a part (${[...PARTS.keys()].join(', ')}) and the size of the sample, a whole number above 0.`);
  process.exit(2);
}

const names = folders.flatMap((folder) => globSync(`src/${folder}/**/*.ts`, { cwd: ROOT })).toSorted();
const originals = names.map((name) => ({ name, content: readFileSync(join(ROOT, name), 'utf8'), mutate: true }));
const silent = { isDebugEnabled: () => false, debug: () => undefined, info: () => undefined };
const { files, mutants } = await new Instrumenter(silent).instrument(originals, {
  plugins: null,
  excludedMutations: [],
  ignorers: [],
});

const random = randomNumbers(SEED);
const sample = mutants
  .map((mutant) => ({ mutant, order: random() }))
  .toSorted((a, b) => a.order - b.order)
  .slice(0, Number(size))
  .map(({ mutant }) => mutant);

try {
  for (const { name, content } of files) writeFileSync(join(ROOT, name), content);
  if ((await testsEndWith('none')) !== 'passed') throw new Error('The tests fail without a mutant.');
  const count = { passed: 0, failed: 0, 'timed out': 0 };
  for (const { id, fileName, location, mutatorName, replacement } of sample) {
    const ending = await testsEndWith(id);
    count[ending] += 1;
    if (ending === 'passed') {
      console.log(`survived  ${fileName}:${location.start.line + 1}  ${mutatorName}  ${replacement.slice(0, 120)}`);
    }
  }
  const noticed = count.failed + count['timed out'];
  const share = ((100 * noticed) / sample.length).toFixed(1);
  console.log(
    `${part}: ${noticed} of ${sample.length} noticed (${share} %), ${count['timed out']} of them by time; drawn from ${mutants.length}.`,
  );
} finally {
  for (const { name, content } of originals) writeFileSync(join(ROOT, name), content);
}

/** How the tests of the part end with one mutant on. */
async function testsEndWith(mutant) {
  const child = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join(ROOT, 'node_modules/jest/bin/jest.js'),
      '--runInBand',
      '--bail',
      '--silent',
      ...folders.map((folder) => `__tests__/${folder}/`),
    ],
    { cwd: ROOT, stdio: 'ignore', env: { ...process.env, __STRYKER_ACTIVE_MUTANT__: mutant } },
  );
  let isLate = false;
  const alarm = setTimeout(() => {
    isLate = true;
    child.kill('SIGKILL');
  }, LONGEST_MS);
  const code = await new Promise((resolve) => child.once('close', resolve));
  clearTimeout(alarm);
  if (isLate) return 'timed out';
  return code === 0 ? 'passed' : 'failed';
}

/** Numbers from 0 to 1, always the same for one seed (mulberry32, by Tommy Ettinger, in the public domain). */
function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
