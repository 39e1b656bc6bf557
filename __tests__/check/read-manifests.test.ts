import { describe, expect, test } from '@jest/globals';
import { readManifests, type DeclaredManifests } from '../../src/check/read-manifests.js';
import type { Sources } from '../../src/check/sources.js';
import { toText } from '../../src/lib/money/decimal.js';
import { NoVerdictError } from '../../src/lib/errors/problem.js';
import { withCall, withTop } from '../support/manifest-text.js';
import { FILE, found, onMain, sources } from '../support/sources.js';

const RIGHT = withTop('budget: {per_run: 5}');
/** Its call lacks `count`; budget and policy are right. */
const WRONG_CALL = `budget: {per_run: 3}\n${withCall({ count: null })}`;
const NOT_YAML = 'version: [';

const read = (fields: Partial<Sources>): Promise<DeclaredManifests> => readManifests(sources(fields));

async function refusal(fields: Partial<Sources>): Promise<NoVerdictError> {
  try {
    await readManifests(sources(fields));
  } catch (error) {
    if (error instanceof NoVerdictError) return error;
    throw error;
  }
  throw new Error('no NoVerdictError where one was due');
}

const notesOf = (manifests: DeclaredManifests) => manifests.notes.map(({ code, message }) => `${code}: ${message}`);

describe("head's manifest", () => {
  test('is read on its own where nothing else is there', async () => {
    const { head, base, defaultBranch, policyFile, notes } = await read({ head: found(RIGHT) });
    expect(head?.suites.map(({ name }) => name)).toEqual(['s']);
    expect({ base, defaultBranch, policyFile, notes }).toEqual({
      base: null,
      defaultBranch: null,
      policyFile: null,
      notes: [],
    });
  });

  test('that is not valid ends the run with the place of what is wrong', async () => {
    const error = await refusal({ head: found(withCall({ count: '-1' })) });
    expect(error.exitCode).toBe(2);
    expect(error.problems).toEqual([
      { message: expect.stringContaining('-1'), file: FILE, line: 6, column: expect.any(Number) },
    ]);
  });

  test.each([
    ['every count is 0', withCall({ count: '0' }), true],
    ['the repeat is 0', withTop('# x').replace('s: {', 's: {repeat: 0, '), true],
    ['there is a request', withCall({ count: '1' }), false],
  ])('gets a note if it has no request: %s', async (_, text, isNoted) => {
    expect(notesOf(await read({ head: found(text) })).some((note) => note.startsWith('no_requests: '))).toBe(isNoted);
  });

  test('may be gone where the default branch has one', async () => {
    const { head, policyFile } = await read({ policy: onMain(RIGHT) });
    expect(head).toBeNull();
    expect(policyFile?.budget.per_run?.fail).toBeDefined();
  });

  test.each([
    ['in the workspace', null, `There is no ${FILE}. Write one`],
    ['at a commit', '1234567890', `There is no ${FILE} at 1234567. Write one`],
  ])('that is nowhere ends the run: looked for %s', async (_, commit, message) => {
    for (const policy of [null, onMain(null)]) {
      const error = await refusal({ head: found(null, { commit }), policy });
      expect(error.exitCode).toBe(2);
      expect(error.problems).toMatchObject([{ message: expect.stringContaining(message), file: FILE }]);
    }
  });
});

describe('the policy', () => {
  test('is that of the default branch, whatever else its file says', async () => {
    const { policyFile } = await read({ head: found(RIGHT), policy: onMain(WRONG_CALL) });
    const limit = policyFile?.budget.per_run?.fail;
    expect(limit && toText(limit)).toBe('3');
  });

  test.each([
    ['is no YAML', NOT_YAML],
    ['has a limit that is none', withTop('budget: {per_run: lots}')],
  ])('that %s ends the run, never judged by head instead, and the error names who can repair it', async (_, text) => {
    const error = await refusal({ head: found(RIGHT), policy: onMain(text) });
    expect(error.exitCode).toBe(2);
    const [first, ...details] = error.problems;
    expect(first?.message).toBe(
      'The policy on main (abcdef0) cannot be read, so nothing can be judged. Somebody who may bypass this check has to merge the repair.',
    );
    expect(details.length).toBeGreaterThan(0);
    for (const { message } of details) expect(message).toMatch(/^llm-budget\.yml:\d+:\d+ on main: /);
    // A place in the report is one of head's file, which may be right.
    expect(error.problems.map(({ file, line }) => [file, line])).toEqual(error.problems.map(() => [null, null]));
  });
});

describe('base', () => {
  test('is read like head', async () => {
    const { base, notes } = await read({ head: found(RIGHT), base: found(withCall({ count: '7' })) });
    expect(base?.suites[0]?.calls.map(({ count }) => count)).toEqual([7]);
    expect(notes).toEqual([]);
  });

  test.each([
    ['is not there', found(null), `There is no ${FILE} at base`],
    ['is not there at a commit', found(null, { commit: '1234567890' }), `There is no ${FILE} at base (1234567)`],
    [
      'cannot be read',
      found(null, { commit: '1234567890', problem: 'it is a symbolic link' }),
      `${FILE} at base (1234567): it is a symbolic link`,
    ],
    ['is another file that is not there', found(null, { file: 'old.yml' }), 'There is no old.yml at base'],
  ])('that %s leaves increases unjudged, with a note', async (_, base, why) => {
    const manifests = await read({ head: found(RIGHT), base });
    expect(manifests.base).toBeNull();
    expect(notesOf(manifests)).toEqual([`base_missing: ${why}: increases are not judged.`]);
  });

  test('that is not valid leaves increases unjudged, with the first reason', async () => {
    const manifests = await read({ head: found(RIGHT), base: found(WRONG_CALL, { commit: '1234567890' }) });
    expect(manifests.base).toBeNull();
    expect(notesOf(manifests)).toEqual([
      expect.stringMatching(
        /^base_invalid: llm-budget\.yml at base \(1234567\) is not valid, so increases are not judged: .*count/,
      ),
    ]);
  });
});

describe("the default branch's calls", () => {
  const other = { head: found(RIGHT), base: found(RIGHT), change: 'other_branch' as const };

  test('are read where base is another branch, to judge increases against them too', async () => {
    const { defaultBranch, notes } = await read({ ...other, policy: onMain(withCall({ count: '7' })) });
    expect(defaultBranch?.suites[0]?.calls.map(({ count }) => count)).toEqual([7]);
    expect(notes).toEqual([]);
  });

  test('do not matter where base is that very commit, or head is on the default branch already', async () => {
    const policy = onMain(WRONG_CALL);
    const pushed = await read({ ...other, change: 'default_branch', policy });
    expect([pushed.defaultBranch, pushed.notes]).toEqual([null, []]);
    const atTip = await read({ ...other, change: 'pull_request', policy, base: found(RIGHT, { commit: policy.sha }) });
    expect([atTip.defaultBranch, atTip.notes]).toEqual([null, []]);
  });

  test('that are not valid name the default branch in their message', async () => {
    const manifests = await read({ ...other, policy: onMain(WRONG_CALL) });
    expect(manifests.defaultBranch).toBeNull();
    expect(manifests.base).not.toBeNull();
    expect(notesOf(manifests)).toEqual([
      expect.stringMatching(
        /^default_branch_invalid: llm-budget\.yml on main is not valid, so increases are not judged against it: .*count/,
      ),
    ]);
  });

  test.each([
    ['there is no default branch', null],
    ['it has no manifest', onMain(null)],
  ])('are left out without a word where %s', async (_, policy) => {
    const manifests = await read({ ...other, policy });
    expect([manifests.defaultBranch, manifests.notes]).toEqual([null, []]);
  });
});
