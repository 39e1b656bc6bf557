import { describe, expect, test } from '@jest/globals';
import { judgedOf, manifestText, openChange, fixtureForEachTest } from '../support/pull-request.js';
import { readActionFile } from '../support/runner-files.js';

/** The action against a GitHub and a catalogue on loopback, as a workflow on a pull request would run it. */

const FILE = 'llm-budget.yml';
const fixture = fixtureForEachTest();

function change(before: string | null, after: string | null): Promise<number> {
  const tree = (text: string | null) => ({ 'README.md': 'hello', ...(text === null ? {} : { [FILE]: text }) });
  return openChange(fixture.github, tree(before), tree(after));
}

async function ourComments(number: number): Promise<string[]> {
  const comments = await fixture.github.comments(number);
  return comments.filter(({ body }) => body.startsWith('<!-- llm-budget:v1')).map(({ body }) => body);
}

describe('the main job', () => {
  test('a pull request over budget fails, with comment, summary, annotation, outputs and report', async () => {
    // 100 requests at $0.0012 = $0.12 before; 1,000 = $1.20 after, limit $1
    const number = await change(manifestText(), manifestText({ count: 1000 }));
    const result = await fixture.runOnPullRequest(number);
    expect(result.exitCode).toBe(1);
    expect(Object.fromEntries(result.outputs)).toMatchObject({
      verdict: 'fail',
      'cost-per-run': '1.2',
      'cost-per-month': '',
      // 1000 x (1000 x 0.000001 + 200 x 0.000002) = 1.4
      'worst-case-per-run': '1.4',
      'delta-per-run': '1.08',
      'delta-percent': '900.00',
      'price-drift-per-run': '',
      violations: '1',
      'price-source': 'live',
      'comment-status': 'created',
    });
    expect(judgedOf(result).rules).toEqual(['per_run fail']);
    expect(judgedOf(result).report.policy).toMatchObject({ ref: 'main', protected: true, not_applied: [] });
    expect(result.annotations).toEqual([
      { level: 'error', title: 'LLM Budget: per_run', file: FILE, line: 2, column: null, message: expect.any(String) },
    ]);
    expect(result.log).toMatch(/^::error title=LLM Budget%3A per_run,file=llm-budget\.yml,line=2::/m);
    const [comment] = await ourComments(number);
    expect(comment).toMatch(/^<!-- llm-budget:v1 key=llm-budget\.yml run=\d+ attempt=1 head=[0-9a-f]{40} -->\n/);
    expect(comment).toContain('$1.20');
    expect(result.summary).toContain('$1.20');
    expect(result.stderr).toBe('');
  });

  test('one under budget passes and says what it costs', async () => {
    const number = await change(manifestText(), manifestText({ count: 200 }));
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([0, 'pass']);
    // 200 x 0.0012 - 100 x 0.0012
    expect([result.outputs.get('cost-per-run'), result.outputs.get('delta-per-run')]).toEqual(['0.24', '0.12']);
    expect(result.annotations).toEqual([]);
    expect(await ourComments(number)).toHaveLength(1);
  });

  test('one that changes no estimate gets no comment', async () => {
    const number = await change(manifestText(), manifestText({ more: '# a remark' }));
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([0, 'skipped']);
    expect(await fixture.github.comments(number)).toEqual([]);
  });

  test('every output of action.yml is set on every path', async () => {
    const names = Object.keys((await readActionFile()).outputs);
    const good = await fixture.runOnPullRequest(await change(manifestText(), manifestText()));
    expect([...good.outputs.keys()].sort()).toEqual([...names].sort());
    const bad = await fixture.run('issue_comment', {}, 'a'.repeat(40));
    expect([...bad.outputs.keys()].sort()).toEqual([...names].sort());
    expect([bad.exitCode, bad.outputs.get('verdict')]).toEqual([2, 'error']);
  });

  test('a second push that mends it updates the same comment', async () => {
    const number = await change(manifestText(), manifestText({ count: 1000 }));
    await fixture.runOnPullRequest(number);
    const tree = { 'README.md': 'hello', [FILE]: manifestText({ count: 300 }) };
    const head = await fixture.github.commit(tree, { parents: [fixture.github.pullRequest(number).headSha] });
    await fixture.github.push(number, head, tree);
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([0, 'updated']);
    const comments = await ourComments(number);
    expect(comments).toHaveLength(1);
    expect(comments[0]).toContain('$0.36'); // 300 x 0.0012
  });

  test('a rerun that says the same writes nothing', async () => {
    const number = await change(manifestText(), manifestText({ count: 1000 }));
    await fixture.runOnPullRequest(number);
    const before = await fixture.github.comments(number);
    fixture.github.clearRequests();
    const again = await fixture.runOnPullRequest(number, { attempt: 2 });
    expect([again.exitCode, again.outputs.get('comment-status')]).toEqual([1, 'unchanged']);
    expect(await fixture.github.comments(number)).toEqual(before);
    const writes = fixture.github.requests.filter(({ method, path }) => method !== 'GET' && path !== '/graphql');
    expect(writes).toEqual([]);
  });

  test('an older run never overwrites a newer one', async () => {
    const number = await change(manifestText(), manifestText({ count: 1000 }));
    await fixture.runOnPullRequest(number, { runId: 2000 });
    const before = await fixture.github.comments(number);
    const older = await fixture.runOnPullRequest(number, { runId: 1999, inputs: { 'fail-on': 'never' } });
    expect(older.outputs.get('comment-status')).toBe('skipped');
    expect(await fixture.github.comments(number)).toEqual(before);
  });

  /** Any workflow of the repository can write a comment of the same login with our marker. */
  describe.each([
    ['more than 2,000,000,000 above ours', 2_000_002_001, 'updated'],
    ['as large as can be', 999_999_999_999_999, 'updated'],
    ['2,000,000,000 above ours', 2_000_002_000, 'skipped'],
  ])('a marker with a run id %s', (_, runId, status) => {
    test(`leaves our comment ${status}`, async () => {
      const number = await change(manifestText(), manifestText({ count: 1000 }));
      const { headSha } = fixture.github.pullRequest(number);
      const marker = `<!-- llm-budget:v1 key=${FILE} run=${String(runId)} attempt=1 head=${headSha} -->`;
      await fixture.github.addComment(number, 'github-actions[bot]', `${marker}\nAll is well.`);
      const result = await fixture.runOnPullRequest(number, { runId: 2000 });
      expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, status]);
      const [comment] = await ourComments(number);
      expect(comment?.includes('All is well.')).toBe(status === 'skipped');
    });
  });

  test('a server without `fullDatabaseId` has its comment found by its address, and kept', async () => {
    const number = await change(manifestText(), manifestText({ count: 1000 }));
    const rewrite = (text: string) => text.replaceAll(/"fullDatabaseId":"\d+"/g, '"fullDatabaseId":null');
    fixture.github.fault({ on: { path: /graphql/ }, times: 99, answer: { kind: 'rewrite', rewrite } });
    await fixture.runOnPullRequest(number);
    const tree = { 'README.md': 'hello', [FILE]: manifestText({ count: 300 }) };
    const head = await fixture.github.commit(tree, { parents: [fixture.github.pullRequest(number).headSha] });
    await fixture.github.push(number, head, tree);
    expect((await fixture.runOnPullRequest(number)).outputs.get('comment-status')).toBe('updated');
    expect(await ourComments(number)).toHaveLength(1);
  });

  test('a fork, whose token only reads, has the same verdict and no comment', async () => {
    const number = await change(manifestText(), manifestText({ count: 1000 }));
    const result = await fixture.runOnPullRequest(number, { inputs: { 'github-token': fixture.github.readOnlyToken } });
    expect(result.exitCode).toBe(1);
    expect(Object.fromEntries(result.outputs)).toMatchObject({
      verdict: 'fail',
      'cost-per-run': '1.2',
      'comment-status': 'forbidden',
    });
    expect(result.log).toContain('pull-requests: write');
  });

  test('behind 130 older comments the one comment is found and kept', async () => {
    const number = await change(manifestText(), manifestText({ count: 1000 }));
    for (let index = 0; index < 130; index += 1) await fixture.github.addComment(number, 'bob', `remark ${index}`);
    const first = await fixture.runOnPullRequest(number);
    expect(first.outputs.get('comment-status')).toBe('created');
    const second = await fixture.runOnPullRequest(number);
    expect(second.outputs.get('comment-status')).toBe('unchanged');
    expect(await ourComments(number)).toHaveLength(1);
  });

  test('two budgets have a comment each', async () => {
    const files = (count: number) => ({
      'a.yml': manifestText({ count }),
      'b.yml': manifestText({ count: count * 2 }),
    });
    const number = await openChange(fixture.github, files(100), files(200));
    for (const manifest of ['a.yml', 'b.yml']) await fixture.runOnPullRequest(number, { inputs: { manifest } });
    const keys = (await ourComments(number)).map((body) => /key=(\S+)/.exec(body)?.[1]);
    expect(keys).toEqual(['a.yml', 'b.yml']);
  });
});

describe('first steps', () => {
  test('the first manifest is a warning: nothing protects the budget yet', async () => {
    const result = await fixture.runOnPullRequest(await change(null, manifestText()));
    expect([result.exitCode, judgedOf(result).rules]).toEqual([0, ['unprotected warn']]);
    expect(judgedOf(result).report).toMatchObject({ base: null, delta: null, policy: { protected: false } });
  });

  test('a base without a manifest leaves the increase unjudged and says so', async () => {
    const budget = 'budget: {increase_per_run: 0.01}';
    const result = await fixture.runOnPullRequest(await change('version: 1\nsuites: {}\n', manifestText({ budget })));
    expect(judgedOf(result).report.notes.map(({ code }) => code)).toContain('base_invalid');
    expect(judgedOf(result).report.delta).toBeNull();
  });

  test('no manifest anywhere is a configuration error', async () => {
    const result = await fixture.runOnPullRequest(await change(null, null));
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
    expect(result.log).toContain('There is no llm-budget.yml');
  });

  test('a manifest with mistakes ends in 2 with each of them on its line, and in the comment', async () => {
    const wrong = manifestText().replace('count: 100', 'count: many').replace('version: 1', 'version: 2');
    const number = await change(manifestText(), wrong);
    const result = await fixture.runOnPullRequest(number);
    expect(result.exitCode).toBe(2);
    expect(result.annotations).toMatchObject([{ line: 1 }, { line: 9 }]);
    expect((await ourComments(number))[0]).toContain('No verdict');
  });

  test('prices that cannot be had end in 3, and fail-on never lets that pass', async () => {
    const number = await change(manifestText(), manifestText());
    fixture.catalogue.intercept(() => ({ status: 404 }));
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([3, 'error']);
    const lenient = await fixture.runOnPullRequest(number, { inputs: { 'fail-on': 'never' } });
    expect([lenient.exitCode, lenient.outputs.get('verdict')]).toEqual([0, 'error']);
  });
});

describe('a pull request cannot raise its own budget', () => {
  test('a raised limit is not applied until merged', async () => {
    const raised = manifestText({ count: 1000, budget: 'budget: {per_run: 50}' });
    const result = await fixture.runOnPullRequest(await change(manifestText(), raised));
    expect([result.exitCode, judgedOf(result).rules]).toEqual([1, ['per_run fail']]);
    expect(judgedOf(result).report.policy.not_applied).toEqual([{ key: 'budget.per_run', head: '50', policy: '1' }]);
  });

  test('a dropped limit holds', async () => {
    const dropped = manifestText({ count: 1000, budget: '' });
    const result = await fixture.runOnPullRequest(await change(manifestText(), dropped));
    expect([result.exitCode, judgedOf(result).rules]).toEqual([1, ['per_run fail']]);
    expect(judgedOf(result).report.policy.not_applied).toEqual([{ key: 'budget.per_run', head: null, policy: '1' }]);
  });

  test('lowered runs per month do not help', async () => {
    const budget = 'budget: {per_month: 100}';
    const before = manifestText({ budget, more: 'runs_per_month: 600' });
    const after = manifestText({ count: 200, budget, more: 'runs_per_month: 6' });
    const result = await fixture.runOnPullRequest(await change(before, after));
    // 200 x 0.0012 x 600 = 144
    expect([result.exitCode, result.outputs.get('cost-per-month')]).toEqual([1, '144']);
    expect(judgedOf(result).report.policy.not_applied).toEqual([{ key: 'runs_per_month', head: '6', policy: '600' }]);
  });

  test('a deleted manifest fails', async () => {
    const result = await fixture.runOnPullRequest(await change(manifestText(), null));
    expect([result.exitCode, judgedOf(result).rules]).toEqual([1, ['manifest_missing fail']]);
    expect(result.outputs.get('cost-per-run')).toBe('');
  });

  test('a policy that cannot be parsed is an error, never a fall-back to head', async () => {
    const result = await fixture.runOnPullRequest(await change('budget: {per_run: lots}\n', manifestText()));
    expect(result.exitCode).toBe(2);
    expect(result.log).toContain('bypass');
  });

  test('what base breaks already is excused', async () => {
    const before = manifestText({ count: 1000 });
    const result = await fixture.runOnPullRequest(
      await change(before, before.replace('version: 1', 'version: 1 # same')),
    );
    expect([result.exitCode, judgedOf(result).rules]).toEqual([0, ['per_run warn']]);
  });

  test('on another branch than the default nothing is excused', async () => {
    const over = manifestText({ count: 1000 });
    const main = await fixture.github.commit({ [FILE]: manifestText() }, { branch: 'main' });
    const release = await fixture.github.commit({ [FILE]: over }, { parents: [main], branch: 'release' });
    const head = await fixture.github.commit({ [FILE]: over, more: 'x' }, { parents: [release] });
    const { number } = await fixture.github.openPullRequest({
      head,
      base: 'release',
      mergeFiles: { [FILE]: over, more: 'x' },
    });
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, judgedOf(result).rules]).toEqual([1, ['per_run fail']]);
  });
});
