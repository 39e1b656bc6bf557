import { describe, expect, test } from '@jest/globals';
import { readProjectFile } from '../support/project-files.js';

/** What a reader must be told of GitHub so that the gate holds, in the page or pages where it belongs. Line ends do not matter. */

const flat = async (path: string) => (await readProjectFile(path)).replaceAll(/\s+/g, ' ');
const TRUST = await flat('docs/trust.md');
const README = await flat('README.md');

describe('docs/trust.md says that', () => {
  test.each([
    ['the gate is a job of its own that runs nothing of the change', /job of its own that runs nothing of the change/],
    ['code that ran before it could set a proxy or read the key', /could set a proxy .* read the key/],
    ['recordings come from another job, as an artifact', /come from another job, as an artifact/],
    ['a required workflow ignores types', /required workflow ignores `types`/],
    ['a label starts no required workflow', /a label starts nothing there: run the check again/],
    [
      "Dependabot's runs have the permissions of the workflow",
      /Dependabot's runs have what `permissions` in the workflow says/,
    ],
    [
      'an old Enterprise Server runs the workflow of the base branch',
      /Enterprise Server before 3\.20 the workflow is the base branch's/,
    ],
    ['a check can be chosen within 7 days of a success', /succeeded in the last 7 days/],
    ['a conflict means no run', /conflicts with its base branch has no run at all/],
    ['pull_request_review is no event for a required check', /Never `pull_request_review` on a required check/],
    [
      'a job that was skipped counts as a success, so both jobs are required',
      /counts a job that was skipped as a success/,
    ],
    ['one gate job comes before a matrix', /One job judges all budgets, and the legs of a matrix wait for it/],
  ])('%s', (_, words) => {
    expect(TRUST).toMatch(words);
  });
});

test('the README names the oldest GitHub Enterprise Server, for pull_request_target too', () => {
  expect(README).toMatch(/GitHub Enterprise Server 3\.18 or later \(3\.20 for `pull_request_target`\)/);
});

test('no page recommends pull_request_review as an event of a workflow', async () => {
  for (const page of ['README.md', 'docs/trust.md', 'examples/README.md', 'docs/manifest.md']) {
    expect(await readProjectFile(page)).not.toMatch(/^ {2}pull_request_review:/m);
  }
});
