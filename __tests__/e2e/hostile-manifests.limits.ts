import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { manifestText, fixtureForAllTests } from '../support/pull-request.js';

/**
 * Manifests that are made to cost memory, through the built bundle. The bounds are above what a manifest of one call takes
 * in the same minute, some 115 MB on Node 20; time is bounded where they are parsed (`manifest/hostile.limits.ts`).
 */

const FILE = 'llm-budget.yml';
const MIB = 1024 * 1024;
const fixture = fixtureForAllTests();
let folder: string;
/** What a manifest of one call takes at its peak, in bytes. */
let usual: number;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llm-budget-memory-'));
  // The largest resident set, in kilobytes, as the process leaves. Linux counts what the parent held at the fork into
  // getrusage's figure; VmHWM is the process's own.
  await writeFile(
    join(folder, 'measure.cjs'),
    `const { existsSync, readFileSync, writeFileSync } = require('node:fs');
    process.on('exit', () => {
      const status = existsSync('/proc/self/status') ? readFileSync('/proc/self/status', 'utf8') : '';
      const own = /^VmHWM:\\s+(\\d+) kB/m.exec(status)?.[1];
      writeFileSync(process.env.MEASURED, own ?? String(process.resourceUsage().maxRSS));
    });`,
  );
  usual = (await measured(manifestText())).bytes;
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function measured(text: string): Promise<{ exitCode: number | null; log: string; bytes: number }> {
  const sha = await fixture.github.commit({ [FILE]: text }, { branch: 'main' });
  const file = join(folder, 'measured');
  const result = await fixture.runBundle('schedule', {}, sha, {
    variables: { NODE_OPTIONS: `--require ${join(folder, 'measure.cjs')}`, MEASURED: file },
  });
  expect(result.stderr).toBe('');
  return { exitCode: result.exitCode, log: result.log, bytes: Number(await readFile(file, 'utf8')) * 1024 };
}

const CALL = '{model: a/b, count: 1, prompt_tokens: 10, completion_tokens: 10}';

function calls(count: number): string {
  return `version: 1\nsuites:\n  s:\n    calls:\n${`      - ${CALL}\n`.repeat(count)}`;
}

/** Nine times nine times nine …: a thousand million million ones, were the aliases followed. */
const ALIAS_BOMB = Array.from({ length: 16 }, (_, index) => {
  const from = index === 0 ? '1' : `*a${String(index - 1)}`;
  return `a${String(index)}: &a${String(index)} [${Array.from({ length: 9 }, () => from).join(',')}]`;
}).join('\n');

describe('a manifest, with less than 85 MB more than a usual one,', () => {
  test.each([
    ['an alias bomb', ALIAS_BOMB, /anchors are not accepted/],
    ['brackets 250,000 deep', '['.repeat(250_000), /nested too deep/],
    [
      'mappings 900 deep',
      Array.from({ length: 900 }, (_, level) => `${' '.repeat(level)}a:`).join('\n'),
      /nested too deep/,
    ],
    ['5,001 calls', calls(5001), /at most 5000 calls/],
    ['500,001 bytes', `${manifestText()}#${'x'.repeat(500_000 - manifestText().length)}`, /500001 bytes/],
    ['10,000 calls', calls(10_000).replaceAll(/, prompt.*10/g, ''), /too many keys and values/],
    ['250,000 empty items', '-\n'.repeat(250_000), /too many keys and values/],
    ['90,000 equal keys', 'a: 1\n'.repeat(90_000), /too many keys and values/],
    ['250,000 commas', `[${','.repeat(250_000)}]`, /too many keys and values/],
    ['249,000 empty pairs in a list', `a: [${':,'.repeat(249_000)}]`, /too many keys and values/],
    ['125,000 marks of documents', '---\n'.repeat(125_000), /empty|second document/],
    ['one number of 490,000 digits', `version: 1\nruns_per_month: ${'9'.repeat(490_000)}\n`, /runs_per_month/],
    ['one key of 490,000 letters', `version: 1\n${'k'.repeat(490_000)}: 1\n`, /version: 1|unknown|not readable|suites/],
    ['merge keys', 'a: &a {x: 1}\nb: {<<: *a}\nversion: 1\n', /anchors are not accepted/],
    ['prototypes', 'version: 1\n__proto__: {x: 1}\nconstructor: {prototype: {y: 1}}\nsuites: {}\n', /__proto__/],
  ])('is refused with 2: %s', async (_, text, message) => {
    const { exitCode, log, bytes } = await measured(text);
    expect(exitCode).toBe(2);
    expect(log).toMatch(message);
    expect(bytes).toBeLessThan(usual + 85 * MIB);
  });
});

/** Eight keys with the same below each: no list or mapping may be longer than 6,000. */
function eightTimes(content: string): string {
  return Array.from({ length: 8 }, (_, index) => `k${String(index)}:\n  ${content}`).join('\n');
}

describe('a manifest of as many small parts as are read, with less than 185 MB more than a usual one,', () => {
  test.each([
    ['46,000 question marks', eightTimes('?\n  '.repeat(5700)), /a key must be plain text/],
    ['46,000 empty lists', eightTimes(`[${'[],'.repeat(5700)}]`), /version: missing/],
    ['23,000 mappings of one key', eightTimes(`[${'{a: 1},'.repeat(2850)}]`), /version: missing/],
    ['46,000 equal keys', eightTimes('a: 1\n  '.repeat(5700)), /the key \\?"a\\?" is there twice/],
  ])('is refused with 2: %s', async (_, text, message) => {
    const { exitCode, log, bytes } = await measured(text);
    expect(exitCode).toBe(2);
    expect(log).toMatch(message);
    expect(bytes).toBeLessThan(usual + 185 * MIB);
  });
});

test('the largest manifest that is accepted, 5,000 calls, is priced and reported with less than 185 MB more than a usual one', async () => {
  const { exitCode, bytes } = await measured(calls(5000).replaceAll('a/b', 'acme/small'));
  expect(exitCode).toBe(0);
  expect(bytes).toBeLessThan(usual + 185 * MIB);
});
