import { describe, expect, test } from '@jest/globals';
import { reportsSchema, type Reports } from '../../src/report/model/schema.js';
import { manifestText, openChange, fixtureForAllTests } from '../support/pull-request.js';
import type { ActionResult } from '../support/runner-files.js';

const fixture = fixtureForAllTests();

function reportsOf(result: ActionResult): Reports {
  return reportsSchema.parse(result.report);
}

async function ownComments(number: number): Promise<string[]> {
  const comments = await fixture.github.comments(number);
  return comments.filter(({ author }) => author === 'github-actions[bot]').map(({ body }) => body);
}

// A request of acme/small costs $0.0012 (support/pull-request.ts): 100 are $0.12, 1,000 are $1.20.
const search = 'services/search/llm-budget.yml';
const support = 'services/support/llm-budget.yml';
const web = 'services/web/llm-budget.yml';

describe('several manifests in one step', () => {
  test('have one report, one comment, and the outputs of the worst', async () => {
    const before = { [search]: manifestText(), [support]: manifestText(), [web]: manifestText() };
    const number = await openChange(fixture.github, before, { ...before, [support]: manifestText({ count: 1000 }) });
    const asked = fixture.catalogue.requests.length;
    const inputs = { manifest: `${search}\n  ${support}\n\n${web}\n` };
    const result = await fixture.runOnPullRequest(number, { inputs });
    expect(result.exitCode).toBe(1);
    const { verdict, reports } = reportsOf(result);
    expect(verdict).toBe('fail');
    expect(reports.map((report) => [report.verdict, 'manifest' in report ? report.manifest : null])).toEqual([
      ['pass', search],
      ['fail', support],
      ['pass', web],
    ]);
    expect(Object.fromEntries(result.outputs)).toMatchObject({
      verdict: 'fail',
      'cost-per-run': '1.2',
      'delta-per-run': '1.08',
      violations: '1',
      'comment-status': 'created',
    });
    expect(result.annotations).toEqual([expect.objectContaining({ file: support })]);
    const comments = await ownComments(number);
    expect(comments).toHaveLength(1);
    for (const name of [search, support, web]) expect(comments[0]).toContain(name);
    // One snapshot of the catalogue prices all of them.
    const paths = fixture.catalogue.requests.slice(asked).map(({ path }) => path);
    expect(new Set(paths).size).toBe(paths.length);
    expect((await fixture.runOnPullRequest(number, { inputs })).outputs.get('comment-status')).toBe('unchanged');
    expect(await ownComments(number)).toHaveLength(1);
  });

  test('are found by a pattern in the trees of head and of the default branch, without links and without a checkout', async () => {
    const before = { [search]: manifestText(), 'docs/llm-budget.yml': manifestText() };
    const added = { [web]: manifestText({ count: 1 }), 'services/link/llm-budget.yml': { link: '../../x' } };
    const number = await openChange(fixture.github, before, { ...before, ...added });
    const result = await fixture.runOnPullRequest(number, { inputs: { manifest: 'services/*/llm-budget.yml' } });
    const names = reportsOf(result).reports.map((report) => ('manifest' in report ? report.manifest : null));
    expect(names).toEqual([search, web]);
  });

  test('have the form of several also where a pattern finds one, and one path never has', async () => {
    const files = { [search]: manifestText() };
    const number = await openChange(fixture.github, files, files);
    const found = await fixture.runOnPullRequest(number, { inputs: { manifest: 'services/*/llm-budget.yml' } });
    expect(reportsOf(found).reports).toHaveLength(1);
    const named = await fixture.runOnPullRequest(number, { inputs: { manifest: search } });
    expect(reportsSchema.safeParse(named.report).success).toBe(false);
    expect(named.report).toMatchObject({ verdict: 'pass', manifest: search });
  });

  test('are judged apart: one that is broken ends in 2, and the figures are those of the others', async () => {
    const before = { [search]: manifestText(), [support]: manifestText(), [web]: manifestText() };
    const after = { ...before, [search]: 'version: 1\nsuites: 3\n', [support]: { link: 'x' } };
    const number = await openChange(fixture.github, before, after);
    const result = await fixture.runOnPullRequest(number, { inputs: { manifest: 'services/*/llm-budget.yml' } });
    expect(result.exitCode).toBe(2);
    const { verdict, reports } = reportsOf(result);
    expect(verdict).toBe('error');
    expect(reports.map((report) => report.verdict)).toEqual(['error', 'error', 'pass']);
    const files = reports.flatMap((report) =>
      report.verdict === 'error' ? report.errors.map(({ file }) => file) : [],
    );
    expect(new Set(files)).toEqual(new Set([search, support]));
    expect(result.outputs.get('verdict')).toBe('error');
    expect(result.outputs.get('cost-per-run')).toBe('0.12');
    const [comment] = await ownComments(number);
    for (const name of [search, support, web]) expect(comment).toContain(name);
  });

  test('are missed where head removes one, and a new one beside it is held to its limits', async () => {
    const number = await openChange(
      fixture.github,
      { [search]: manifestText({ budget: 'budget: {per_run: 0.5}' }), [support]: manifestText() },
      { [web]: manifestText({ count: 1000, budget: 'budget: {per_run: 50}' }), [support]: manifestText() },
    );
    const result = await fixture.runOnPullRequest(number, { inputs: { manifest: 'services/*/llm-budget.yml' } });
    expect(result.exitCode).toBe(1);
    const rules = reportsOf(result).reports.map((report) =>
      report.verdict === 'error' ? [] : report.violations.map(({ rule, severity, limit }) => [rule, severity, limit]),
    );
    expect(rules[0]).toEqual([['manifest_missing', 'fail', null]]);
    expect(rules[1]).toEqual([]);
    // 1,000 requests are $1.20, above the $0.50 of the manifest that is gone.
    expect(rules[2]).toContainEqual(['per_run', 'fail', '0.5']);
  });

  test('each have the lockfile beside them', async () => {
    const lock = (at: string) => JSON.stringify({ not: `a lockfile at ${at}` });
    const files = {
      [search]: manifestText(),
      'services/search/llm-budget.lock.json': lock('search'),
      [web]: manifestText(),
    };
    const number = await openChange(fixture.github, files, files);
    const result = await fixture.runOnPullRequest(number, { inputs: { manifest: 'services/*/llm-budget.yml' } });
    const codes = reportsOf(result).reports.map((report) =>
      report.verdict === 'error' ? [] : report.notes.map(({ code }) => code).filter((code) => code.startsWith('lock')),
    );
    expect(codes).toEqual([['lock_unreadable'], []]);
  });

  test.each<[string, string, RegExp]>([
    ['a pattern that finds nothing', 'nowhere/*.yml', /no file matches "nowhere\/\*\.yml"/],
    ['more than 50', '{many,services/*}/*.yml', /names 51 files; at most 50/],
    ['a path that leaves the repository', '../x.yml\nllm-budget.yml', /"\.\.\/x\.yml": it has a "\.\." segment/],
  ])('end in 2 for %s', async (_, manifest, message) => {
    const many = Object.fromEntries(
      Array.from({ length: 51 }, (__, index) => [`many/${String(index)}.yml`, manifestText()]),
    );
    const number = await openChange(fixture.github, many, many);
    const result = await fixture.runOnPullRequest(number, { inputs: { manifest } });
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
    expect(result.annotations).toEqual([expect.objectContaining({ message: expect.stringMatching(message) })]);
  });

  test('end in 2 where GitHub truncates the tree', async () => {
    const files = { [search]: manifestText() };
    const number = await openChange(fixture.github, files, files);
    const truncate = (body: string) => body.replace('"truncated":false', '"truncated":true');
    fixture.github.fault({ on: { path: /git\/trees/ }, answer: { kind: 'rewrite', rewrite: truncate } });
    const result = await fixture.runOnPullRequest(number, { inputs: { manifest: 'services/*/llm-budget.yml' } });
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
    expect(result.annotations).toEqual([
      expect.objectContaining({ message: expect.stringMatching(/more files than GitHub lists/) }),
    ]);
  });
});
