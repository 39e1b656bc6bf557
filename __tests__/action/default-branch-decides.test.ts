import { describe, expect, test } from '@jest/globals';
import { lockfileText } from '../../src/openrouter/catalogue/lockfile.js';
import { catalogue, model } from '../support/catalogue.js';
import {
  judgedOf,
  manifestText,
  openChange,
  pullRequestPayload,
  type Judged,
  type RunChanges,
  fixtureForEachTest,
} from '../support/pull-request.js';

/** What the tip of the default branch decides, and base does not. A request of acme/small costs $0.0012. */

const FILE = 'llm-budget.yml';
const fixture = fixtureForEachTest();

async function change(before: string, after: string, changes?: RunChanges): Promise<Judged> {
  const number = await openChange(
    fixture.github,
    { [FILE]: before },
    { [FILE]: after, more: after === before ? 'x' : 'y' },
  );
  return judgedOf(await fixture.runOnPullRequest(number, changes));
}

/** A run costs count x $0.0012; the limit is $1. */
const costing = (count: number) => manifestText({ count });

describe.each(['pull_request', 'pull_request_target'])('a base that is not the tip, on %s,', (event) => {
  /** A pull request that was opened when main had `base`, and is run again when main has `tip`. */
  async function rerun(base: string, head: string, tip: string): Promise<Judged> {
    const number = await openChange(fixture.github, { [FILE]: base }, { [FILE]: head });
    const { baseSha, mergeSha } = fixture.github.pullRequest(number);
    await fixture.github.commit({ [FILE]: tip }, { parents: [baseSha], branch: 'main' });
    const sha = event === 'pull_request' ? mergeSha : baseSha;
    return judgedOf(await fixture.run(event, pullRequestPayload(fixture.github, number), sha));
  }

  test('excuses nothing: base cost $1.20 of $1, the tip costs $0.12', async () => {
    const { exitCode, rules } = await rerun(costing(1000), costing(999), costing(100));
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
  });

  test('takes nothing from what the tip excuses', async () => {
    const { exitCode, rules } = await rerun(costing(100), costing(999), costing(1000));
    expect([exitCode, rules]).toEqual([0, ['per_run warn']]);
  });

  test('lets a change of other files pass, and says that the branch is outdated', async () => {
    const { exitCode, rules, report } = await rerun(costing(1000), costing(1000), costing(100));
    expect([exitCode, rules]).toEqual([0, ['per_run warn']]);
    expect(report.notes.map(({ code }) => code)).toContain('branch_outdated');
  });

  test('has increases judged against the tip too, for the calls that head changed: $0.24 - $0.12 of $0.1', async () => {
    const limited = (count: number) => manifestText({ count, budget: 'budget: {increase_per_run: 0.1}' });
    const raised = await rerun(limited(190), limited(200), limited(100));
    expect([raised.exitCode, raised.rules]).toEqual([1, ['increase_per_run fail']]);
    expect(raised.report.violations[0]).toMatchObject({ actual: '0.12', against_default_branch: true });
    const left = await rerun(limited(200), limited(200), limited(100));
    expect([left.exitCode, left.rules]).toEqual([0, []]);
  });
});

describe('a push to the default branch', () => {
  async function pushed(before: string, after: string): Promise<Judged> {
    const first = await fixture.github.commit({ [FILE]: before }, { branch: 'main' });
    const second = await fixture.github.commit({ [FILE]: after, more: 'x' }, { parents: [first], branch: 'main' });
    return judgedOf(await fixture.run('push', { before: first, after: second }, second));
  }

  test('is excused by the commit before: it broke the limit already', async () => {
    const { exitCode, rules } = await pushed(costing(1000), costing(1000));
    expect([exitCode, rules]).toEqual([0, ['per_run warn']]);
  });

  test('is not excused by itself, though it is the tip: $1.20 of $1 after $0.12', async () => {
    const { exitCode, rules } = await pushed(costing(100), costing(1000));
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
  });

  test('is excused by nothing where there is no commit before', async () => {
    const sha = await fixture.github.commit({ [FILE]: costing(1000) }, { branch: 'main' });
    const created = judgedOf(await fixture.run('push', { before: '0'.repeat(40), after: sha }, sha));
    expect([created.exitCode, created.rules]).toEqual([1, ['per_run fail']]);
  });
});

describe('a commit on another branch, which costs what the default branch costs', () => {
  const GITHUB_REF = 'refs/heads/topic';
  /** Both break the limit: $1.20 of $1. */
  async function onTopic(event: string): Promise<Judged> {
    const main = await fixture.github.commit({ [FILE]: costing(1000) }, { branch: 'main' });
    const sha = await fixture.github.commit({ [FILE]: costing(1000), more: 'x' }, { parents: [main], branch: 'topic' });
    const payload = event === 'push' ? { before: main, after: sha } : {};
    return judgedOf(await fixture.run(event, payload, sha, { variables: { GITHUB_REF } }));
  }

  test.each(['schedule', 'workflow_dispatch'])('is excused by nothing on %s, which has no base', async (event) => {
    const { exitCode, rules } = await onTopic(event);
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
  });

  test('is excused by the default branch on a push, which has one', async () => {
    const { exitCode, rules } = await onTopic('push');
    expect([exitCode, rules]).toEqual([0, ['per_run warn']]);
  });
});

describe('a merge queue', () => {
  async function queued(main: string, before: string, head: string): Promise<Judged> {
    const tip = await fixture.github.commit({ [FILE]: main }, { branch: 'main' });
    const base = await fixture.github.commit({ [FILE]: before }, { parents: [tip] });
    const sha = await fixture.github.commit({ [FILE]: head, more: 'x' }, { parents: [base] });
    const { number } = await fixture.github.openPullRequest({ head: sha, mergeFiles: { [FILE]: head } });
    const merge_group = {
      head_sha: sha,
      base_sha: base,
      base_ref: 'refs/heads/main',
      head_ref: `refs/heads/gh-readonly-queue/main/pr-${number}-${base}`,
    };
    return judgedOf(await fixture.run('merge_group', { merge_group }, sha));
  }

  test('excuses nothing that the entry before breaks and the default branch does not', async () => {
    const { exitCode, rules } = await queued(costing(100), costing(1000), costing(1000));
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
  });

  test('lets an entry pass that costs what the default branch costs', async () => {
    expect((await queued(costing(100), costing(1000), costing(100))).exitCode).toBe(0);
    expect((await queued(costing(1000), costing(100), costing(1000))).exitCode).toBe(0);
  });
});

describe('a call without a price', () => {
  const both = (unpriced: number, priced: number) => `version: 1
budget: {increase_per_run: 0.5}
policy: {unpriced: warn}
suites:
  evals:
    calls:
      - {model: acme/unknown, count: ${String(unpriced)}, prompt_tokens: 1000, completion_tokens: 100}
      - {model: acme/small, count: ${String(priced)}, prompt_tokens: 1000, completion_tokens: 100, max_tokens: 200}
`;

  test('that is touched lifts no limit on an increase: 1,000 x 0.0012 = $1.20 more', async () => {
    const { exitCode, report } = await change(both(10, 100), both(9, 1100));
    expect(exitCode).toBe(1);
    expect(report.violations[0]).toMatchObject({ rule: 'increase_per_run', actual: '1.2', limit: '0.5' });
  });

  test('that asks for less is no increase', async () => {
    expect((await change(both(10, 100), both(9, 100))).exitCode).toBe(0);
  });

  test('that asks for more breaks the limit, since the increase is not known', async () => {
    const { exitCode, rules } = await change(both(10, 100), both(11, 100));
    expect(exitCode).toBe(1);
    expect(rules).toContain('increase_per_run fail');
  });
});

describe('a lockfile of 40 days, where the catalogue cannot be read', () => {
  async function offline(before: string, after: string): Promise<Judged> {
    fixture.catalogue.intercept(() => ({ status: 404, body: 'gone' }));
    const fetched = new Date(Date.now() - 40 * 86_400_000).toISOString().replace(/\.\d+/, '');
    const locked = catalogue([model({ id: 'acme/small' })], { url: fixture.catalogue.url, fetched_at: fetched });
    const lock = { 'llm-budget.lock.json': lockfileText(locked, ['acme/small']) };
    const number = await openChange(fixture.github, { [FILE]: before, ...lock }, { [FILE]: after, ...lock, more: 'x' });
    return judgedOf(await fixture.runOnPullRequest(number));
  }

  test('warns a change of other files, and fails one of the calls', async () => {
    const other = await offline(costing(100), costing(100));
    expect([other.exitCode, other.rules]).toEqual([0, ['stale_prices warn']]);
    const calls = await offline(costing(100), costing(101));
    expect([calls.exitCode, calls.rules]).toEqual([1, ['stale_prices fail']]);
  });
});

test('fail-on: warning passes what the default branch has too, and nothing else', async () => {
  const warned = (count: number) => manifestText({ count, budget: 'budget: {per_run: {warn: 1}}' });
  const changes = { inputs: { 'fail-on': 'warning' } };
  expect((await change(warned(1000), warned(999), changes)).exitCode).toBe(0);
  expect((await change(warned(100), warned(999), changes)).exitCode).toBe(1);
});

test('kinds of run have limits and figures of their own', async () => {
  const kinds = (nights: number) => `version: 1
runs_per_month: 600
runs:
  nightly: {runs_per_month: 30, budget: {per_run: 2}}
budget: {per_run: 1}
suites:
  push: {calls: [{model: acme/small, count: 500, prompt_tokens: 1000, completion_tokens: 100}]}
  night: {run: nightly, calls: [{model: acme/small, count: ${String(nights)}, prompt_tokens: 1000, completion_tokens: 100}]}
`;
  // 500 x 0.0012 = 0.6 of 1; 1,500 x 0.0012 = 1.8 of 2; 2,000 x 0.0012 = 2.4 of 2
  const within = await change(kinds(1000), kinds(1500));
  expect([within.exitCode, within.rules]).toEqual([0, []]);
  expect(within.report).toMatchObject({
    head: { per_run: '1.8', per_month: '414' }, // 0.6 x 600 + 1.8 x 30
    delta: { per_run: '0.6', percent: '50.00', per_month: '18' },
    runs: [
      { name: 'ci', runs_per_month: 600, suites: ['push'], head: { per_run: '0.6' }, delta: { per_run: '0' } },
      { name: 'nightly', runs_per_month: 30, suites: ['night'], head: { per_run: '1.8' }, delta: { per_run: '0.6' } },
    ],
  });
  const over = await change(kinds(1000), kinds(2000));
  expect(over.exitCode).toBe(1);
  expect(over.report.violations).toMatchObject([
    { rule: 'per_run', run: 'nightly', actual: '2.4', limit: '2', line: 4 },
  ]);
});
