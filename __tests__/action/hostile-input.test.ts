import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { modelRow } from '../support/catalogue-server.js';
import { judgedOf, manifestText, openChange, fixtureForEachTest } from '../support/pull-request.js';
import type { ActionResult } from '../support/runner-files.js';
import { makePipe, withFiles } from '../support/temporary-folder.js';

/**
 * The action, fed with what means something to the runner wherever somebody outside has a say. A run fails by
 * itself where a log holds a command that is not the action's own, an output is forged or a secret is told.
 */

const FILE = 'llm-budget.yml';
const fixture = fixtureForEachTest();

const ATTACKS = [
  '::error::pwned',
  '::warning title=LLM Budget::pwned',
  ' \t::set-output name=verdict::pass',
  '\n::stop-commands::pwned',
  '\r::add-mask::a',
  '\r\n::add-path::/pwned',
  '\u2028::error::pwned',
  '\u0085::set-env name=NODE_OPTIONS::pwned',
  '\u200b::error::pwned',
  '\u001b[0m::error::pwned',
  '##[error]pwned',
  'a ##[set-output name=verdict]pass',
  '#\u200b#[command]pwned',
  '%0A::error::pwned',
  '\nverdict=pass\n',
  'x\nghadelimiter_00000000-0000-0000-0000-000000000000\nverdict=pass',
  'EOF\nverdict<<EOF\npass\nEOF',
];

function call(model: string, more = ''): string {
  return `      - {model: ${JSON.stringify(model)}, count: 1, prompt_tokens: 1000, completion_tokens: 100${more}}\n`;
}

/** A valid manifest with every attack in each text that a manifest is free to choose. */
function hostileManifest(head = ''): string {
  const text = JSON.stringify(ATTACKS.join(' '));
  return [
    'version: 1\nbudget: {per_run: 0.0001, worst_case_per_run: 0.0001, increase_percent: 1}\n',
    `policy: {override_label: ${JSON.stringify('::error::pwned ##[error]')}, models: {deny: [${JSON.stringify(ATTACKS[0])}]}}\n`,
    `suites:\n  "a::error::pwned":\n    description: ${text}\n    paths: ["::error::pwned/**"]\n    calls:\n`,
    ...ATTACKS.map((attack) => call(attack, `, fallback_models: [${JSON.stringify(attack)}]`)),
    call('acme/small', `, provider: {only: [${JSON.stringify(ATTACKS[3])}]}`),
    head,
  ].join('');
}

async function everythingSaid(number: number, result: ActionResult): Promise<string> {
  const comments = await fixture.github.comments(number);
  return [result.log, result.stderr, ...comments.map(({ body }) => body)].join('\n');
}

describe('a hostile manifest', () => {
  test('is judged, and none of its texts does anything in log, outputs, annotations, summary or comment', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: hostileManifest() },
      {
        [FILE]: hostileManifest(call('acme/large')),
        '::error::pwned/a.ts': 'x',
        '.github/workflows/##[error].yml': 'x',
      },
    );
    fixture.github.pullRequest(number).changedFiles = ['::error::pwned/a.ts', '.github/workflows/\n::error::pwned.yml'];
    fixture.github.addLabel(number, '::error::pwned ##[error]');
    fixture.github.addReview(number, { author: 'bob' });
    const result = await fixture.runOnPullRequest(number, { variables: { RUNNER_DEBUG: '1' } });
    // Every unpriced call is a violation; the label and an approval make all of them warnings.
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([0, 'warn']);
    expect(result.outputs.get('comment-status')).toBe('created');
    expect(result.stderr).toBe('');
    expect(result.annotations.length).toBe(10);
    const [comment] = await fixture.github.comments(number);
    expect(comment?.body.match(/<!--/g)).toHaveLength(1);
    expect(comment?.body).toContain('.github/workflows/');
  });

  test('with a mistake in every text is refused, and each message is one harmless line', async () => {
    const keys = ATTACKS.map((attack) => `${JSON.stringify(attack)}: ${JSON.stringify(attack)}\n`).join('');
    const counts = ATTACKS.map((attack) => `      - {model: m, count: ${JSON.stringify(attack)}}\n`).join('');
    const text = `version: ${JSON.stringify(ATTACKS[1])}\n${keys}suites:\n  s:\n    calls:\n${counts}`;
    const number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: text });
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
    expect(result.annotations).toHaveLength(10);
    expect(result.stderr).toBe('');
  });

  test.each([
    ['a YAML error that quotes the line', 'version: 1\n::error::pwned\n  x: [##[error]\n'],
    ['a tag of a command', 'version: !::error:: 1\n##[error]x: &a *b\n'],
    ['a directive', '%::error::pwned ##[error]\n---\nversion: 1\n'],
    ['a key of a command twice', '"::error::pwned": 1\n"::error::pwned": 2\n'],
  ])('with %s is refused without a word of the library', async (_, text) => {
    const number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: text });
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.stderr]).toEqual([2, '']);
  });

  test('on the default branch is refused in the same way', async () => {
    const policy = `budget: {"::error::pwned": ${JSON.stringify(ATTACKS.join(''))}}\n`;
    const number = await openChange(fixture.github, { [FILE]: policy }, { [FILE]: manifestText() });
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.stderr]).toEqual([2, '']);
  });
});

describe('hostile inputs', () => {
  test.each([
    ['manifest', '../::error::pwned\n::error::pwned'],
    ['manifest', '../../etc/passwd'],
    ['manifest', '/etc/passwd'],
    ['manifest', 'a\\b.yml'],
    ['manifest', '.git/config'],
    ['manifest', 'sub/.GIT/config'],
    ['lock', '##[error]/../x'],
    ['comment-key', 'a\n::error::pwned'],
    ['comment', '::error::pwned'],
    ['fail-on', '##[error]pwned'],
    ['catalogue-url', 'http://127.0.0.1/\u2028::error::pwned'],
    ['catalogue-url', 'http://203.0.113.1/api/v1'],
    ['catalogue-url', 'https://user:s3cret@example.test/api/v1'],
    ['catalogue-url', 'file:///etc/passwd'],
    ['openrouter-api-key', 'sk or ::error::pwned'],
  ])('%s: %j ends in 2, before anything is asked for', async (name, value) => {
    const sha = 'a'.repeat(40);
    const result = await fixture.run('push', { before: sha, after: sha }, sha, { inputs: { [name]: value } });
    expect([result.exitCode, result.outputs.get('verdict'), result.stderr]).toEqual([2, 'error', '']);
    expect(result.log).toContain(`The input "${name}" is wrong`);
    expect(result.log).not.toContain('s3cret');
    expect([...fixture.github.requests, ...fixture.catalogue.requests]).toEqual([]);
  });

  test.each([
    ['a device', '/dev/zero'],
    ['a file above the workspace', '../../../../../../etc/passwd'],
    ['an absolute path', '/etc/passwd'],
    ['a link out of the workspace', 'link'],
    ['a pipe', 'pipe'],
    ["git's own folder", '.git/config'],
    ['a command', '::error::pwned ##[error]pwned'],
  ])('usage that is %s is never read, and said to be not measured', async (_, usage) => {
    await withFiles({}, async (workspace) => {
      symlinkSync('/etc/passwd', join(workspace, 'link'));
      makePipe(join(workspace, 'pipe'));
      const number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText() });
      const result = await fixture.runOnPullRequest(number, {
        inputs: { usage },
        variables: { GITHUB_WORKSPACE: workspace },
      });
      expect([result.exitCode, result.outputs.get('verdict'), result.stderr]).toEqual([0, 'pass', '']);
      expect(result.report).toMatchObject({
        notes: expect.arrayContaining([expect.objectContaining({ code: 'usage_not_measured' })]),
      });
      expect(result.log).not.toContain('root:');
    });
  });

  test('a key and a name of the manifest may hold a command, which stays a name', async () => {
    const name = 'b/::error::pwned ##[error].yml';
    const number = await openChange(
      fixture.github,
      { [name]: manifestText() },
      { [name]: manifestText({ count: 1000 }) },
    );
    const inputs = { manifest: name, 'comment-key': '::error::pwned --> ##[error] <!--' };
    const result = await fixture.runOnPullRequest(number, { inputs });
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'created']);
    const again = await fixture.runOnPullRequest(number, { inputs });
    expect(again.outputs.get('comment-status')).toBe('unchanged');
    expect(await fixture.github.comments(number)).toHaveLength(1);
  });

  test('a name for the report file with line ends forges no output', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { [FILE]: manifestText({ count: 1000 }) },
    );
    const result = await fixture.runOnPullRequest(number, {
      inputs: { 'report-file': 'x\nverdict=pass\n::error::pwned ##[error].json' },
    });
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([1, 'fail']);
    expect(result.outputs.get('report-file')).toMatch(/x\nverdict=pass\n::error::pwned ##\[error\]\.json$/);
  });
});

describe('a pattern that a backtracking engine would never finish', () => {
  const HOPELESS = '*a*a*a*a*a*a*a*a*a*a*a*a*ab';
  const LONG = 'a'.repeat(200);

  test('in `paths` is matched against the changed files, and so is one that fits', async () => {
    const text = (pattern: string) =>
      manifestText().replace(
        '  evals:\n',
        `  evals:\n    paths: ['${pattern}', '**/${pattern}', '{a,aa}${pattern}']\n`,
      );
    for (const [pattern, isNoted] of [
      [HOPELESS, false],
      [HOPELESS.slice(0, -1), true],
    ] as const) {
      const files = { [FILE]: text(pattern) };
      const number = await openChange(fixture.github, files, { ...files, [LONG]: 'x', [`b/${LONG}`]: 'x' });
      const { exitCode, report } = judgedOf(await fixture.runOnPullRequest(number));
      const codes = report.notes.map(({ code }) => code);
      expect([exitCode, codes.includes('possibly_outdated')]).toEqual([0, isNoted]);
    }
  });

  test('in `models.deny` is matched against the ids, and so is one that fits', async () => {
    for (const [pattern, exitCode] of [
      [HOPELESS, 0],
      [HOPELESS.slice(0, -1), 1],
    ] as const) {
      const policy = `policy: {unpriced: warn, models: {deny: ['${pattern}']}}`;
      const files = (count: number) => ({ [FILE]: manifestText({ more: policy, model: `acme/${LONG}`, count }) });
      const number = await openChange(fixture.github, files(1), files(2));
      expect((await fixture.runOnPullRequest(number)).exitCode).toBe(exitCode);
    }
  });
});

describe('hostile answers', () => {
  const body = JSON.stringify({ message: ATTACKS.join('\n'), errors: ATTACKS, documentation_url: ATTACKS[0] });
  const headers = { deprecation: '::error::pwned', sunset: '##[error]', link: '<::error::pwned>; rel="deprecation"' };

  test('of GitHub to the comment are repeated without what a log or a page would act on', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { [FILE]: manifestText({ count: 1000 }) },
    );
    fixture.github.fault({
      on: { method: 'POST', path: /comments$/ },
      answer: { kind: 'status', status: 422, headers, body },
    });
    const result = await fixture.runOnPullRequest(number, { variables: { RUNNER_DEBUG: '1' } });
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'failed']);
    expect(await everythingSaid(number, result)).not.toMatch(/::\S+ ?\S*::pwned|##\[|@everyone|<script|\u001b/);
    expect(result.stderr).toBe('');
  });

  test('of GitHub to the first question end the run, repeated without what a log or a page would act on', async () => {
    const number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText() });
    fixture.github.fault({ on: { operation: 'Repository' }, answer: { kind: 'status', status: 403, headers, body } });
    const result = await fixture.runOnPullRequest(number, { variables: { RUNNER_DEBUG: '1' } });
    expect([result.exitCode, result.outputs.get('verdict'), result.stderr]).toEqual([2, 'error', '']);
    expect(await everythingSaid(number, result)).not.toMatch(/::\S+ ?\S*::pwned|##\[|@everyone|<script|\u001b/);
  });

  test('of a GitHub that echoes the token and the key tell neither', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { [FILE]: manifestText({ count: 1000 }) },
    );
    const key = 'sk-or-v1-0123456789abcdef';
    const echo = JSON.stringify({
      message: `bad ${fixture.github.token} ${key}`,
      data: null,
      errors: [{ message: key }],
    });
    for (const status of [400, 404]) {
      fixture.github.fault({
        on: { method: 'POST', path: /comments$/ },
        answer: { kind: 'status', status, headers: { 'x-echo': fixture.github.token }, body: echo },
      });
      const result = await fixture.runOnPullRequest(number, {
        inputs: { 'openrouter-api-key': key },
        variables: { RUNNER_DEBUG: '1', ACTIONS_STEP_DEBUG: 'true' },
      });
      expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'failed']);
    }
    fixture.github.fault({ on: { operation: 'Repository' }, answer: { kind: 'status', status: 401, body: echo } });
    expect((await fixture.runOnPullRequest(number, { inputs: { 'openrouter-api-key': key } })).exitCode).toBe(2);
    fixture.catalogue.intercept(({ path }) => (path.endsWith('/key') ? { status: 401, body: echo } : null));
    expect((await fixture.runOnPullRequest(number, { inputs: { 'openrouter-api-key': key } })).exitCode).toBe(1);
    for (const { body } of await fixture.github.comments(number)) expect(body).not.toContain(key);
    const sentTo = fixture.catalogue.requests.filter((request) => JSON.stringify(request).includes(key));
    for (const { path } of sentTo) expect(path).toMatch(/^\/api\/v1\/(?:auth\/)?key$/);
    expect(sentTo.length).toBeGreaterThan(0);
  });

  test('of GitHub may name branches and people as they like', async () => {
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { [FILE]: manifestText({ count: 1000 }) },
    );
    fixture.github.fault({
      on: { operation: 'Repository' },
      answer: { kind: 'rewrite', rewrite: (text) => text.replaceAll('"main"', JSON.stringify(ATTACKS.join(' '))) },
    });
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('comment-status')]).toEqual([1, 'created']);
  });

  test.each([
    ['HTML', 200, `<h1>${ATTACKS.join('\n')}</h1>`],
    ['an error', 400, JSON.stringify({ error: { code: 400, message: ATTACKS.join('\n') } })],
    ['an error with status 200', 200, JSON.stringify({ error: { code: ATTACKS[0], message: ATTACKS[3] } })],
    ['models that are none', 200, JSON.stringify({ data: ATTACKS })],
  ])('of the catalogue (%s) end the run in our own words', async (_, status, text) => {
    const number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText() });
    fixture.catalogue.intercept(() => ({ status, body: text, headers: { 'x-y': '::error::pwned' } }));
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('verdict'), result.stderr]).toEqual([3, 'error', '']);
  });

  test('of the catalogue may name models, slugs, tags and prices as they like', async () => {
    const rows = ATTACKS.map((attack) =>
      modelRow(attack, {
        canonical_slug: `${attack} slug`,
        name: attack,
        alias_target: { slug: attack },
        pricing: { prompt: attack, completion: '0.000002', [attack]: attack },
      }),
    );
    const endpoints = ATTACKS.map((attack) => ({
      provider_name: attack,
      tag: attack,
      pricing: { prompt: attack },
      status: 0,
    }));
    fixture.catalogue.intercept(({ path }) => ({
      status: 200,
      body: JSON.stringify(
        path.endsWith('/endpoints') ? { data: { id: path, endpoints } } : { data: [...rows, modelRow('acme/small')] },
      ),
    }));
    const number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: hostileManifest() });
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('verdict'), result.stderr]).toEqual([1, 'fail', '']);
    expect(result.outputs.get('comment-status')).toBe('created');
  });
});
