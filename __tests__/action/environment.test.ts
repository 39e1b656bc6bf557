import { getInput } from '@actions/core';
import { afterEach, describe, expect, test } from '@jest/globals';
import { actionEnvironment, reportPath } from '../../src/action/environment.js';
import { fakeTime } from '../support/fake-time.js';
import { readActionFile } from '../support/runner-files.js';

const variables = new Map([
  ['GITHUB_WORKSPACE', '/work/space'],
  ['RUNNER_TEMP', '/temp'],
]);
const pathOf = (asked: string, key: string) => reportPath(asked, key, (name) => variables.get(name) ?? '');

describe('the report file', () => {
  test('goes to the requested path, from the workspace', () => {
    expect(pathOf('reports/a.json', 'llm-budget.yml')).toBe('/work/space/reports/a.json');
    expect(pathOf('/elsewhere/a.json', 'llm-budget.yml')).toBe('/elsewhere/a.json');
  });

  test("is named by the budget's key in the runner's folder otherwise", () => {
    expect(pathOf('', 'llm-budget.yml')).toBe('/temp/llm-budget-report-llm-budget.yml.json');
  });

  test.each([
    ['characters that a file name cannot have', 'a/b.yml', 'a-b.yml'],
    ['characters that are not ASCII', 'ä.yml', 'ö.yml'],
    ['what stands beyond 80 characters', `${'a'.repeat(80)}1`, `${'a'.repeat(80)}2`],
  ])('is not shared by keys that differ in %s', (_, one, other) => {
    expect(pathOf('', one)).not.toBe(pathOf('', other));
    expect(pathOf('', one)).toMatch(/^\/temp\/llm-budget-report-[A-Za-z0-9.-]{1,100}\.json$/);
  });
});

describe("an input is read as the runner's library reads it", () => {
  const before = { ...process.env };
  afterEach(() => {
    process.env = { ...before };
  });

  test.each([undefined, '', ' ', 'x', ' \u00a0x y\r\n', '\ufeffx', ' first\n second \n'])('%j', async (value) => {
    const names = Object.keys((await readActionFile()).inputs);
    expect(names).toContain('openrouter-api-key');
    for (const name of names) {
      if (value !== undefined) process.env[`INPUT_${name.toUpperCase()}`] = value;
      expect([name, actionEnvironment(process.env, fakeTime()).input(name)]).toEqual([name, getInput(name)]);
    }
  });
});
