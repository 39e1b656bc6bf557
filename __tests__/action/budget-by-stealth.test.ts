import { describe, expect, test } from '@jest/globals';
import { lockfileText } from '../../src/openrouter/catalogue/lockfile.js';
import { catalogue, model } from '../support/catalogue.js';
import { modelRow } from '../support/catalogue-server.js';
import {
  judgedOf,
  manifestText,
  openChange,
  type Judged,
  type RunChanges,
  fixtureForEachTest,
} from '../support/pull-request.js';

/**
 * What a pull request may try so as to spend more than the default branch allows. Each attempt is judged by the default
 * branch, and the comment names it.
 */

const FILE = 'llm-budget.yml';
const fixture = fixtureForEachTest();

interface Commented extends Judged {
  /** The one comment, without Markdown's backticks and backslashes. */
  readonly comment: string;
}

async function judgedOn(number: number, changes: RunChanges = {}): Promise<Commented> {
  const judged = judgedOf(await fixture.runOnPullRequest(number, changes));
  const comments = await fixture.github.comments(number);
  expect(comments).toHaveLength(1);
  return { ...judged, comment: (comments[0]?.body ?? '').replace(/[`\\]/g, '') };
}

async function judged(before: string, after: string | null, changes?: RunChanges): Promise<Commented> {
  const tree = (text: string | null) => ({ 'README.md': 'hello', ...(text === null ? {} : { [FILE]: text }) });
  return await judgedOn(await openChange(fixture.github, tree(before), tree(after)), changes);
}

/** 1,000 requests at $0.0012 = $1.20, over the limit of $1. */
const OVER = { count: 1000 };
const NOT_APPLIED = 'Not applied until merged';

describe('a limit', () => {
  test('that is raised holds as it was', async () => {
    const { exitCode, rules, comment } = await judged(
      manifestText(),
      manifestText({ ...OVER, budget: 'budget: {per_run: 50}' }),
    );
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
    expect(comment).toContain(NOT_APPLIED);
    expect(comment).toMatch(/budget\.per_run.*50.*1/);
  });

  test('that is dropped holds', async () => {
    const { exitCode, rules, comment } = await judged(manifestText(), manifestText({ ...OVER, budget: '' }));
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
    expect(comment).toMatch(/budget\.per_run/);
    expect(comment).toContain(NOT_APPLIED);
  });

  test('that is turned from a failure into a warning fails', async () => {
    const { exitCode, comment } = await judged(
      manifestText(),
      manifestText({ ...OVER, budget: 'budget: {per_run: {warn: 1}}' }),
    );
    expect(exitCode).toBe(1);
    expect(comment).toContain(NOT_APPLIED);
  });

  test('that is renamed into one that does not hurt holds under its old name', async () => {
    const { exitCode, rules, comment } = await judged(
      manifestText(),
      manifestText({ ...OVER, budget: 'budget: {worst_case_per_run: 1000}' }),
    );
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
    expect(comment).toContain(NOT_APPLIED);
  });

  test('that is misspelt is an error', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { [FILE]: manifestText({ ...OVER, budget: 'budget: {per_runs: 1}' }) },
    );
    expect((await fixture.runOnPullRequest(number)).exitCode).toBe(2);
  });
});

describe('a change that costs nothing yet is named in a comment of its own', () => {
  const POLICY = 'runs_per_month: 100\npolicy: {max_prompt_price: 5}';
  const before = manifestText({ budget: 'budget: {per_run: 1, per_month: 100}', more: POLICY });

  test.each([
    ['a limit is raised', before.replace('per_run: 1', 'per_run: 100'), 'budget.per_run'],
    ['a limit is dropped', before.replace(', per_month: 100', ''), 'budget.per_month'],
    ['a suite runs less often', before.replace('runs_per_month: 100', 'runs_per_month: 1'), 'runs_per_month'],
    ['a ceiling is raised', before.replace('max_prompt_price: 5', 'max_prompt_price: 50'), 'policy.max_prompt_price'],
    [
      'an override is let in',
      before.replace('max_prompt_price: 5', 'max_prompt_price: 5, override_label: mine'),
      'policy.override_label',
    ],
  ])('%s', async (_, after, key) => {
    const { exitCode, rules, comment } = await judged(before, after);
    expect([exitCode, rules]).toEqual([0, []]);
    expect(comment).toContain(`${NOT_APPLIED}:** ${key}`);
  });

  test('a workflow is touched', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: before },
      { [FILE]: before, '.github/workflows/budget.yml': 'on: push' },
    );
    const { exitCode, comment } = await judgedOn(number);
    expect(exitCode).toBe(0);
    expect(comment).toContain('.github/workflows/');
  });
});

test('the error of a policy that cannot be read names its own place, and no line of the file that may repair it', async () => {
  const number = await openChange(
    fixture.github,
    { [FILE]: manifestText({ budget: 'budget: {per_run: abc}' }) },
    { [FILE]: manifestText() },
  );
  const { exitCode, annotations, report } = await fixture.runOnPullRequest(number);
  expect(exitCode).toBe(2);
  expect(report).toMatchObject({
    errors: [
      { message: expect.stringMatching(/^The policy on main \([0-9a-f]{7}\) cannot be read/), file: null, line: null },
      { message: expect.stringMatching(/^llm-budget\.yml:2:10 on main: budget\.per_run: expected/), file: null },
    ],
  });
  expect(annotations.filter(({ file }) => file !== null)).toEqual([]);
});

describe('a suite', () => {
  const suiteBudget = (suites: string) => `version: 1\nsuites:\n${suites}`;
  const suite = (name: string, count: number, budget = '') =>
    `  ${name}:\n${budget}    calls:\n      - {name: answer, model: acme/small, count: ${String(count)}, prompt_tokens: 1000, completion_tokens: 100, max_tokens: 200}\n`;
  const LIMIT = '    budget: {per_run: 0.2}\n';

  test('with a budget that is deleted is missed by name', async () => {
    const { exitCode, rules, comment } = await judged(
      suiteBudget(suite('evals', 100, LIMIT) + suite('other', 1)),
      suiteBudget(suite('other', 1)),
    );
    expect([exitCode, rules]).toEqual([0, ['suite_missing warn']]);
    expect(comment).toContain('evals');
    expect(comment).toMatch(/suite/i);
  });

  test('with a budget that is renamed so as to lose it is held to it under its new name', async () => {
    const { exitCode, report, rules, comment } = await judged(
      suiteBudget(suite('evals', 100, LIMIT)),
      suiteBudget(suite('evaluations', 10_000)),
    );
    // 10,000 x 0.0012 = 12 of the 0.2 that evals had
    expect([exitCode, rules]).toEqual([1, ['per_run fail', 'suite_missing warn', 'suite_without_budget warn']]);
    expect(report.violations[0]).toMatchObject({ suite: 'evals', actual: '12', limit: '0.2' });
    expect(comment).toMatch(/evals/);
    // The cost moved with the name, and the increase shows it: 10,000 x 0.0012 - 100 x 0.0012
    expect(report.delta?.per_run).toBe('11.88');
  });

  test('whose budget is dropped keeps it', async () => {
    const { exitCode, rules, comment } = await judged(
      suiteBudget(suite('evals', 100, LIMIT)),
      suiteBudget(suite('evals', 1000)),
    );
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
    expect(comment).toContain(NOT_APPLIED);
    expect(comment).toContain('suites.evals.budget.per_run');
  });

  test('whose calls are set to count 0 shows what was taken away', async () => {
    const { exitCode, report, comment } = await judged(manifestText(), manifestText({ count: 0 }));
    expect(exitCode).toBe(0);
    expect(report.delta?.per_run).toBe('-0.12');
    expect(report.suites[0]?.calls[0]?.status).toBe('changed');
    expect(comment).toContain('evals');
    expect(comment).toMatch(/0\.12/);
  });

  test('that moves its cost into another one counts in the sum', async () => {
    const budget = 'budget: {per_run: 1}\n';
    const { exitCode, rules } = await judged(
      budget + suiteBudget(suite('evals', 100)),
      budget + suiteBudget(suite('evals', 0) + suite('more', 1000)),
    );
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
  });
});

describe('the runs of a month', () => {
  const MONTH = 'budget: {per_month: 100}';
  test.each([
    ['lowered', 'runs_per_month: 6'],
    ['dropped', ''],
  ])('that are %s stay as they were', async (_, more) => {
    const after = manifestText({ count: 200, budget: more === '' ? '' : MONTH, more });
    const { exitCode, rules, comment } = await judged(
      manifestText({ budget: MONTH, more: 'runs_per_month: 600' }),
      after,
    );
    // 200 x 0.0012 x 600 = 144
    expect([exitCode, rules]).toEqual([1, ['per_month fail']]);
    expect(comment).toContain('runs_per_month');
    expect(comment).toContain(NOT_APPLIED);
  });

  test('that a suite sets lower for itself stay as they were', async () => {
    const after = manifestText({ count: 200, budget: MONTH, more: 'runs_per_month: 600' }).replace(
      '  evals:\n',
      '  evals:\n    runs_per_month: 1\n',
    );
    const { exitCode, comment } = await judged(manifestText({ budget: MONTH, more: 'runs_per_month: 600' }), after);
    expect(exitCode).toBe(1);
    expect(comment).toContain('suites.evals.runs_per_month');
  });
});

describe('the manifest', () => {
  test('that is deleted fails', async () => {
    const { exitCode, rules, comment } = await judged(manifestText(), null);
    expect([exitCode, rules]).toEqual([1, ['manifest_missing fail']]);
    expect(comment).toContain(FILE);
  });

  test('that is moved is missed where the policy has it', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { 'sub/budget.yml': manifestText(OVER) },
    );
    const { exitCode, rules } = await judgedOn(number);
    expect([exitCode, rules]).toEqual([1, ['manifest_missing fail']]);
  });

  test('that is moved together with the input is protected by nothing, and says so', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { 'sub/budget.yml': manifestText({ ...OVER, budget: '' }), '.github/workflows/ci.yml': 'on: push' },
    );
    const { report, rules, comment } = await judgedOn(number, { inputs: { manifest: 'sub/budget.yml' } });
    expect([report.verdict, rules]).toEqual(['warn', ['unprotected warn']]);
    expect(report.notes.map(({ code }) => code)).toContain('workflow_changed');
    expect(comment).toContain('.github/workflows/');
  });

  test.each([
    ['a symbolic link', { link: 'other.yml' }],
    ['a submodule', { submodule: 'a'.repeat(40) }],
    ['an LFS pointer', 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n'],
  ])('that becomes %s is an error', async (_, content) => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { [FILE]: content, 'other.yml': manifestText({ budget: '' }) },
    );
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
  });
});

describe('the policy', () => {
  test.each([
    ['allows a denied model', 'policy: {models: {deny: ["acme/large"]}}', '', 'model_denied fail'],
    ['lets unpriced calls be', 'policy: {unpriced: fail}', 'policy: {unpriced: warn}', 'unpriced fail'],
    ['drops a ceiling of prices', 'policy: {max_prompt_price: 5}', '', 'max_prompt_price fail'],
  ])('of a change that %s does not count', async (_, before, after, rule) => {
    const model = rule.startsWith('unpriced') ? 'acme/unknown' : 'acme/large';
    const { exitCode, rules } = await judged(
      manifestText({ more: before }),
      manifestText({ more: after, model, count: 1 }),
    );
    expect([exitCode, rules]).toEqual([1, [rule]]);
  });

  test('of a change cannot bring its own override', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { [FILE]: manifestText({ ...OVER, more: 'policy: {override_label: mine}' }) },
    );
    fixture.github.addLabel(number, 'mine');
    fixture.github.addReview(number, { author: 'bob' });
    const { exitCode, report } = await judgedOn(number);
    expect([exitCode, report.override]).toEqual([1, null]);
  });
});

describe('a pull request against another branch with a laxer file', () => {
  async function onRelease(release: string, head: string): Promise<number> {
    const main = await fixture.github.commit({ [FILE]: manifestText() }, { branch: 'main' });
    const base = await fixture.github.commit({ [FILE]: release }, { parents: [main], branch: 'release' });
    const tip = await fixture.github.commit({ [FILE]: head }, { parents: [base] });
    const opened = await fixture.github.openPullRequest({ head: tip, base: 'release', mergeFiles: { [FILE]: head } });
    return opened.number;
  }

  test('is judged by the default branch, where nothing is excused', async () => {
    const lax = manifestText({ ...OVER, budget: 'budget: {per_run: 50}' });
    const { exitCode, report, rules, comment } = await judgedOn(await onRelease(lax, lax.replace('1000', '1001')));
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
    expect(report.policy).toMatchObject({ ref: 'main', protected: true });
    expect(comment).toContain('main');
  });

  test('has its increase judged against the default branch too', async () => {
    const budget = 'budget: {increase_per_run: 0.5}';
    const main = await fixture.github.commit({ [FILE]: manifestText({ budget }) }, { branch: 'main' });
    const over = { [FILE]: manifestText({ ...OVER, budget }) };
    const base = await fixture.github.commit(over, { parents: [main], branch: 'release' });
    const tip = await fixture.github.commit({ ...over, more: 'x' }, { parents: [base] });
    const { number } = await fixture.github.openPullRequest({
      head: tip,
      base: 'release',
      mergeFiles: { ...over, more: 'x' },
    });
    const { exitCode, rules } = await judgedOn(number);
    // 1.20 on both sides of this pull request, 0.12 on main
    expect([exitCode, rules]).toEqual([1, ['increase_per_run fail']]);
  });
});

describe('the comment says what a reader has to know:', () => {
  test('that workflows are changed', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { [FILE]: manifestText({ count: 200 }), '.github/workflows/budget.yml': 'on: push' },
    );
    const { comment } = await judgedOn(number);
    expect(comment).toContain('.github/workflows/');
  });

  test('that prices come from another catalogue', async () => {
    const { comment } = await judged(manifestText(), manifestText({ count: 200 }));
    expect(comment).toContain(fixture.catalogue.url);
  });

  test.each([
    ['fell to a third', '0.000001', /acme\/small.*prompt price went from 0\.000003 to 0\.000001 /],
    ['fell to a thousandth', '0.000000003', /acme\/small.*prompt price went from 0\.000003 to 0\.000000003 /],
    ['became zero', '0', /acme\/small.*prompt price went from 0\.000003 to 0 /],
  ])('that a price %s since the lock', async (_, live, words) => {
    const row = modelRow('acme/small', { pricing: { prompt: live, completion: '0.000002' } });
    fixture.catalogue.intercept(({ path }) =>
      path.endsWith('/models') ? { status: 200, body: JSON.stringify({ data: [row] }) } : null,
    );
    const locked = model({ id: 'acme/small', pricing: { prompt: '0.000003', completion: '0.000002' } });
    const anHourAgo = new Date(Date.now() - 3_600_000).toISOString().replace(/\.\d+/, '');
    const lock = lockfileText({ ...catalogue([locked]), fetched_at: anHourAgo }, ['acme/small']);
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText(), 'llm-budget.lock.json': lock },
      { [FILE]: manifestText({ count: 200 }), 'llm-budget.lock.json': lock },
    );
    const { comment, exitCode, report } = await judgedOn(number);
    expect(comment).toMatch(words);
    expect([exitCode, report.verdict]).toEqual([0, 'warn']);
    expect(report.violations).toMatchObject([{ rule: 'price_fell', severity: 'warn' }]);
  });

  test('that the lockfile is touched, though no call is, and that the one of the default branch counts', async () => {
    const lock = 'llm-budget.lock.json';
    const files = { [FILE]: manifestText(), 'README.md': 'one', [lock]: '{}' };
    const touched = await judgedOn(await openChange(fixture.github, files, { ...files, [lock]: '{"version": 1}' }));
    expect(touched.report.notes.filter(({ code }) => code === 'lock_changed')).toHaveLength(1);
    expect(touched.comment).toMatch(/touches the lockfile llm-budget\.lock\.json.*the default branch counts until/);

    // Controls: another file beside it, and a lockfile of another name, are no news, so there is no comment.
    for (const path of ['README.md', `other/${lock}`]) {
      const number = await openChange(fixture.github, files, { ...files, [path]: 'two' });
      const { report } = judgedOf(await fixture.runOnPullRequest(number));
      expect(report.notes.filter(({ code }) => code === 'lock_changed')).toEqual([]);
      expect(await fixture.github.comments(number)).toEqual([]);
    }
  });

  test('that a lock of the change is not the one that counts', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { [FILE]: manifestText({ count: 200 }), 'llm-budget.lock.json': 'not a lock' },
    );
    const { exitCode, report } = await judgedOn(number);
    expect([exitCode, report.price_drift]).toEqual([0, null]);
  });
});
