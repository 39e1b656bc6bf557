import { mkdirSync, symlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { manifestText, openChange, type RunChanges, fixtureForAllTests } from '../support/pull-request.js';
import { type ActionResult, readActionFile } from '../support/runner-files.js';
import { makePipe } from '../support/temporary-folder.js';
import { temporaryFolderForEachTest } from '../support/set-up.js';

/** The files of the runner and the report file, where they cannot be written or are no files. */

const FILE = 'llm-budget.yml';
const fixture = fixtureForAllTests();
const folder = temporaryFolderForEachTest();
let over: number;
beforeAll(async () => {
  over = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 1000 }) });
});

function under(): Promise<number> {
  return openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 200 }) });
}

describe("a run whose runner's files cannot be written ends with the verdict", () => {
  async function bothVerdicts(changes: RunChanges): Promise<ActionResult> {
    expect((await fixture.runOnPullRequest(await under(), changes)).exitCode).toBe(0);
    const failed = await fixture.runOnPullRequest(over, changes);
    expect([failed.exitCode, failed.stderr]).toEqual([1, '']);
    expect(failed.annotations.map(({ level }) => level)).toEqual(['error']);
    return failed;
  }

  test('the outputs on a full disk', async () => {
    const result = await bothVerdicts({ variables: { GITHUB_OUTPUT: '/dev/full' } });
    expect(result.warnings).toContain('The output verdict could not be written.');
  });

  test('the outputs where a folder is', async () => {
    await bothVerdicts({ variables: { GITHUB_OUTPUT: folder.path } });
  });

  test('the outputs where nothing is', async () => {
    await bothVerdicts({ variables: { GITHUB_OUTPUT: join(folder.path, 'gone') } });
  });

  test('no file for the outputs: nothing of them is printed either', async () => {
    const result = await bothVerdicts({ variables: { GITHUB_OUTPUT: '' } });
    expect(result.log).not.toContain('set-output');
  });

  test('the summary on a full disk', async () => {
    const result = await bothVerdicts({ variables: { GITHUB_STEP_SUMMARY: '/dev/full' } });
    expect(result.warnings).toEqual(['The job summary could not be written.']);
  });

  test('no file for the summary', async () => {
    const result = await bothVerdicts({ variables: { GITHUB_STEP_SUMMARY: '' } });
    expect(result.warnings).toEqual([]);
  });
});

describe('a report file that is no file is an error of the configuration', () => {
  async function refused(path: string, inputs: Readonly<Record<string, string>> = {}): Promise<ActionResult> {
    const asked = fixture.github.requests.length + fixture.catalogue.requests.length;
    const result = await fixture.runOnPullRequest(over, { inputs: { ...inputs, 'report-file': path } });
    expect(fixture.github.requests.length + fixture.catalogue.requests.length).toBe(asked);
    expect([result.exitCode, result.stderr, result.outputs.get('verdict')]).toEqual([2, '', 'error']);
    return result;
  }

  test.each<[string, (path: string) => unknown, RegExp]>([
    ['a folder', mkdirSync, /it is a folder/],
    ['a pipe', makePipe, /not a regular file/],
    [
      'a link to a device',
      (path) => {
        symlinkSync('/dev/full', path);
      },
      /not a regular file/,
    ],
    [
      'a link to itself',
      (path) => {
        symlinkSync(path, path);
      },
      /leads back to itself/,
    ],
    [
      'a link to nowhere',
      (path) => {
        symlinkSync(`${path}-gone`, path);
      },
      /does not exist/,
    ],
  ])('where %s is, before anything is fetched, with the report in the default place', async (_, make, words) => {
    const path = join(folder.path, 'report.json');
    make(path);
    const result = await refused(path);
    expect(result.report).toEqual({
      schema_version: 1,
      verdict: 'error',
      errors: [{ message: expect.stringMatching(words), file: null, line: null, column: null }],
    });
    expect(result.outputs.get('report-file')).toMatch(/llm-budget-report-error\.json$/);
    expect([...result.outputs.keys()].sort()).toEqual(Object.keys((await readActionFile()).outputs).sort());
    expect(result.warnings).toEqual([]);
    expect(result.summary).toMatch(words);
  });

  test.each(['/dev/full', '/dev/null'])('where %s is', async (path) => {
    await refused(path);
  });

  test('whatever else is wrong, and whatever is to fail', async () => {
    const path = join(folder.path, 'report.json');
    makePipe(path);
    await refused(path, { 'fail-on': 'never' });
    const result = await refused(path, { 'fail-on': 'sometimes' });
    expect(result.report).toMatchObject({ errors: [{ message: expect.stringContaining('"fail-on"') }] });
  });
});

describe('a report file that cannot be written is a warning', () => {
  test('where no folder can be made', async () => {
    folder.write('in-the-way', '');
    const path = join(folder.path, 'in-the-way', 'report.json');
    const result = await fixture.runOnPullRequest(over, { inputs: { 'report-file': path } });
    expect([result.exitCode, result.outputs.get('report-file'), result.outputs.get('verdict')]).toEqual([
      1,
      '',
      'fail',
    ]);
    expect(result.warnings).toEqual([expect.stringMatching(/a part of the path is not a folder/)]);
  });

  test('and one in a folder that is not there yet is written there', async () => {
    const path = join(folder.path, 'reports', 'llm', 'report.json');
    const result = await fixture.runOnPullRequest(over, { inputs: { 'report-file': path } });
    expect(result.outputs.get('report-file')).toBe(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ schema_version: 1, verdict: 'fail' });
  });

  test('and one below the workspace is written there', async () => {
    const path = join(folder.path, 'report.json');
    const result = await fixture.runOnPullRequest(over, { inputs: { 'report-file': path } });
    expect(result.outputs.get('report-file')).toBe(path);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ schema_version: 1, verdict: 'fail' });
  });
});
