import { describe, expect, test } from '@jest/globals';
import { errorReportSchema } from '../../src/report/model/schema.js';
import type { FileContent, FileTree } from '../support/github-state.js';
import {
  openChange,
  pullRequestPayload,
  reportOf,
  type InProcessChanges,
  fixtureForEachTest,
} from '../support/pull-request.js';
import type { ActionResult } from '../support/runner-files.js';

/**
 * Prompt files read through the API at the commits of a pull request. Tokens cost $1 a million in the prompt and $2 a
 * million in the completion. "Hello world!" is 3 tokens of o200k, and " Hello" one more.
 */

const FILE = 'llm-budget.yml';
const SHARED = 'prompts/shared.md';
const GPT = 'openai/gpt-5-mini';
const CLAUDE = 'anthropic/claude-sonnet-4.5';

const fixture = fixtureForEachTest([GPT, CLAUDE]);

/** `once` has the shared prompt once, `twice` twice and nothing else, `plain` has none. Line 8 and 11 name it. */
const MANIFEST = `version: 1
budget: {per_run: 10, increase_per_run: 0.0015}
suites:
  rag:
    calls:
      - name: once
        {model}: ${GPT}
        prompt_files: [${SHARED}]
        {tokens: 1000, count: 1000}
      - name: twice
        prompt_files: [${SHARED}, {path: ${SHARED}, cached: true}]
        {model}: ${GPT}
        {count: 500}
  chat:
    calls:
      - {name: plain, model: ${GPT}, count: 100, prompt_tokens: 1000, completion_tokens: 100, max_tokens: 200}
`
  .replaceAll('{model}', 'model')
  .replace('{tokens: 1000, count: 1000}', 'count: 1000\n        prompt_tokens: 1000\n        completion_tokens: 100')
  .replace('{count: 500}', 'count: 500\n        completion_tokens: 100');

/** A manifest of one call, 1,000 requests with nothing but the named files as their prompt. */
function only(files: string, model = GPT): string {
  return `version: 1
suites:
  evals:
    calls:
      - name: answer
        model: ${model}
        count: 1000
        prompt_files: ${files}
        completion_tokens: 0
`;
}

async function judged(before: FileTree, after: FileTree, changes: InProcessChanges = {}): Promise<ActionResult> {
  const number = await openChange(fixture.github, before, after);
  fixture.github.clearRequests();
  return await fixture.runOnPullRequest(number, changes);
}

const errorsOf = (result: ActionResult) => errorReportSchema.parse(result.report).errors;
const notesOf = (result: ActionResult) => reportOf(result).notes.map(({ code, message }) => `${code}: ${message}`);

/** What was asked of GitHub for prompt files: texts or only ids, and of how many files. */
function reads(): [string | null, number][] {
  return fixture.github.requests
    .filter(({ operation }) => operation === 'Files' || operation === 'FileIds')
    .map(({ operation, body }) => [operation, (body.match(/\$p\d+:/g) ?? []).length]);
}

describe('a word more in a shared prompt', () => {
  const before = { [FILE]: MANIFEST, [SHARED]: 'Hello world!' };
  const after = { [FILE]: MANIFEST, [SHARED]: 'Hello world! Hello' };

  test('costs every call that has it: 1000 x 1 x $1/M + 500 x 2 x $1/M = $0.002, and no other', async () => {
    const { head, base, delta, suites } = reportOf(await judged(before, after));
    // once 1000 x (1003 + 2 x 100), twice 500 x (6 + 2 x 100), plain 100 x (1000 + 2 x 100), all x $1/M
    expect(base?.per_run).toBe('1.426');
    expect(head.per_run).toBe('1.428');
    expect(delta).toMatchObject({ per_run: '0.002', percent: '0.14' });
    const calls = suites.flatMap((suite) => suite.calls);
    expect(calls.map(({ name, status, delta_per_run }) => [name, status, delta_per_run])).toEqual([
      ['once', 'changed', '0.001'],
      ['twice', 'changed', '0.001'],
      ['plain', 'unchanged', '0'],
    ]);
    expect(calls.map(({ prompt_tokens, cached_tokens }) => [prompt_tokens, cached_tokens])).toEqual([
      [1004, 0],
      [8, 4],
      [1000, 0],
    ]);
  });

  test('breaks a limit on increases, by name in the comment', async () => {
    const result = await judged(before, after);
    expect(result.exitCode).toBe(1);
    expect(reportOf(result).violations.map(({ rule, actual, limit }) => [rule, actual, limit])).toEqual([
      ['increase_per_run', '0.002', '0.0015'],
    ]);
    expect(result.comment).toContain('rag');
  });

  test('is counted exactly for GPT, as report and comment say', async () => {
    const result = await judged(before, after);
    expect(reportOf(result).suites[0]?.calls.map((call) => call.token_source)).toEqual(['exact', 'exact']);
    expect(reportOf(result).suites[1]?.calls[0]).not.toHaveProperty('token_source');
    expect(result.comment).toContain('4 cached<br>exact<br>');
  });

  test('shows nothing of the prompt itself, anywhere', async () => {
    const result = await judged(before, { [FILE]: MANIFEST, [SHARED]: 'Hello world! xylophone' });
    const shown = JSON.stringify({ ...result, outputs: [...result.outputs] });
    expect(shown).toContain('$1.43');
    expect(shown).not.toMatch(/xylophone|Hello world/);
  });
});

describe('tokens of another family', () => {
  test('are scaled, and said to be an estimate once: 1000 x 10 x 1.20 x $1/M = $0.012', async () => {
    // "Hello world! Hello Hello Hello Hello Hello Hello Hello": 3 + 7 = 10 tokens
    const tree = { [FILE]: only('[a.md]', CLAUDE), 'a.md': `Hello world!${' Hello'.repeat(7)}` };
    const result = await judged(tree, { ...tree, 'README.md': 'x' });
    expect(reportOf(result)).toMatchObject({ head: { per_run: '0.012' }, base: { per_run: '0.012' } });
    expect(reportOf(result).suites[0]?.calls[0]?.token_source).toBe('about ±20 %');
    expect(notesOf(result).filter((note) => note.startsWith('prompt_tokens_estimated'))).toEqual([
      "prompt_tokens_estimated: Tokens of prompt files are counted with GPT's tokenizer and scaled to the model's: Claude about ±20 %.",
    ]);
    expect(result.log).toContain('Claude about ±20 %');
    expect(result.summary).toContain('about ±20 %');
  });
});

describe('what is read of GitHub', () => {
  const names = ['a.md', 'b.md', 'c.md'];
  const manifest = only('[a.md, b.md, c.md]');
  const tree = (c: string): FileTree => ({ [FILE]: manifest, 'a.md': 'Hello', 'b.md': 'Hello world!', 'c.md': c });

  test('at base only the texts that differ: 3 at head, 3 ids and 1 text at base', async () => {
    const result = await judged(tree('Hello Hello Hello'), tree('Hello world! Hello'));
    expect(reads()).toEqual([
      ['Files', names.length],
      ['FileIds', names.length],
      ['Files', 1],
    ]);
    // 1 + 3 + 4 tokens, of which base has one less
    expect(reportOf(result)).toMatchObject({ head: { per_run: '0.008' }, delta: { per_run: '0.001' } });
  });

  test('no text at base where none differs', async () => {
    await judged(tree('Hello'), { ...tree('Hello'), 'README.md': 'x' });
    expect(reads()).toEqual([
      ['Files', 3],
      ['FileIds', 3],
    ]);
  });

  test('nothing at all for a manifest without prompt files', async () => {
    const none = only('[]').replace('prompt_files: []', 'prompt_tokens: 5');
    expect(reportOf(await judged({ [FILE]: none }, { [FILE]: none, x: 'x' })).head.per_run).toBe('0.005');
    expect(reads()).toEqual([]);
  });

  test('the default branch too where base is another one: it may judge the increase as well', async () => {
    const main = await fixture.github.commit(tree('Hello'), { branch: 'main' });
    const release = await fixture.github.commit(tree('Hello Hello Hello'), { parents: [main], branch: 'release' });
    const files = tree('Hello world! Hello');
    const head = await fixture.github.commit(files, { parents: [release] });
    const { number } = await fixture.github.openPullRequest({ head, base: 'release', mergeFiles: files });
    fixture.github.clearRequests();
    const result = await fixture.runOnPullRequest(number);
    // head 1 + 3 + 4, release 1 + 3 + 3
    expect(reportOf(result)).toMatchObject({ head: { per_run: '0.008' }, base: { per_run: '0.007' } });
    expect(reads()).toEqual([
      ['Files', 3],
      ['FileIds', 3],
      ['Files', 1],
      // c.md on main is a.md at head
      ['FileIds', 3],
    ]);
  });

  test.each(['Files', 'FileIds'])(
    'a read of %s that fails for good ends the run, and is no missing file',
    async (operation) => {
      const number = await openChange(fixture.github, tree('Hello'), tree('Hello world!'));
      fixture.github.fault({ on: { operation }, times: 50, answer: { kind: 'status', status: 502 } });
      const result = await fixture.runOnPullRequest(number);
      expect(result.exitCode).toBe(2);
      expect(errorsOf(result)[0]?.message).toMatch(/^Files at commit [0-9a-f]{40} could not be read: GitHub/);
    },
  );
});

describe('a prompt file that moves', () => {
  test('and is renamed in the manifest too changes no figure, and is not read again', async () => {
    const result = await judged(
      { [FILE]: only('[old.md]'), 'old.md': 'Hello world!' },
      { [FILE]: only('[new.md]'), 'new.md': 'Hello world!' },
    );
    expect(reportOf(result)).toMatchObject({ head: { per_run: '0.003' }, delta: { per_run: '0', percent: '0.00' } });
    // Base's file is asked for by its own name: its bytes are head's.
    expect(reads()).toEqual([
      ['Files', 1],
      ['FileIds', 1],
    ]);
  });

  test('without the manifest is an error on its line', async () => {
    const manifest = only('[old.md]');
    const result = await judged(
      { [FILE]: manifest, 'old.md': 'Hello world!' },
      { [FILE]: manifest, 'new.md': 'Hello world!' },
    );
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
    expect(errorsOf(result)).toEqual([
      { message: 'prompt file old.md does not exist', file: FILE, line: 8, column: 24 },
    ]);
    expect(result.annotations).toMatchObject([{ level: 'error', file: FILE, line: 8 }]);
    expect(result.comment).toContain('prompt file `old.md` does not exist');
  });

  test('that base does not have yet counts nothing there, which is said: 1000 x 3 x $1/M = $0.003 more', async () => {
    const manifest = only('[new.md]');
    const result = await judged({ [FILE]: manifest }, { [FILE]: manifest, 'new.md': 'Hello world!' });
    expect(reportOf(result)).toMatchObject({ base: { per_run: '0' }, delta: { per_run: '0.003' } });
    expect(notesOf(result)).toContain(
      'prompt_file_missing: Prompt file new.md does not exist at base; there it counts no tokens.',
    );
  });

  test('that a call drops costs less: 1000 x 3 x $1/M = $0.003', async () => {
    const result = await judged(
      { [FILE]: only('[a.md, b.md]'), 'a.md': 'Hello world!', 'b.md': 'Hello' },
      { [FILE]: only('[b.md]'), 'b.md': 'Hello' },
    );
    expect(reportOf(result).delta?.per_run).toBe('-0.003');
  });
});

describe('a prompt file that is no text', () => {
  const kinds: [string, FileContent, RegExp][] = [
    ['a binary file', Buffer.from([0, 1, 2, 255, 254]), /is binary; it has to be UTF-8 text$/],
    ['a file of 500,001 bytes', 'x'.repeat(500_001), /has 500001 bytes; at most 500000 are read$/],
    ['a symbolic link', { link: 'README.md' }, /is a symbolic link; it has to be a plain file$/],
    ['a submodule', { submodule: 'c'.repeat(40) }, /is a submodule; it has to be a plain file$/],
    [
      'a pointer of Git LFS',
      `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 12345\n`,
      /is a Git LFS pointer/,
    ],
  ];

  test.each(kinds)('%s at head is an error on its line that says what is accepted', async (_, content, message) => {
    const manifest = only('[p.md]');
    const result = await judged({ [FILE]: manifest, 'p.md': 'Hello' }, { [FILE]: manifest, 'p.md': content });
    expect(result.exitCode).toBe(2);
    expect(errorsOf(result)).toEqual([{ message: expect.stringMatching(message), file: FILE, line: 8, column: 24 }]);
    expect(errorsOf(result)[0]?.message).toMatch(/^prompt file p\.md /);
  });

  test.each(kinds)('%s at base leaves the increase unjudged, and the note says why', async (_, content, message) => {
    const manifest = only('[p.md]');
    const result = await judged({ [FILE]: manifest, 'p.md': content }, { [FILE]: manifest, 'p.md': 'Hello' });
    expect(reportOf(result)).toMatchObject({
      head: { per_run: '0.001' },
      base: { per_run: null },
      delta: { per_run: null },
    });
    const [note] = notesOf(result).filter((text) => text.startsWith('files_not_counted'));
    expect(note).toMatch(/; its calls have no price at base, so their increase is not judged\.$/);
    expect(note?.replace('; its calls have no price at base, so their increase is not judged.', '')).toMatch(message);
  });

  test('a folder is an error too', async () => {
    const manifest = only('[prompts]');
    const result = await judged({ [FILE]: manifest }, { [FILE]: manifest, 'prompts/a.md': 'Hello' });
    expect(errorsOf(result).map((error) => error.message)).toEqual([
      'prompt file prompts is a directory; it has to be a plain file',
    ]);
  });

  test('an empty file counts nothing', async () => {
    const manifest = only('[p.md]');
    const result = await judged({ [FILE]: manifest, 'p.md': 'Hello' }, { [FILE]: manifest, 'p.md': '' });
    expect(reportOf(result)).toMatchObject({ head: { per_run: '0' }, delta: { per_run: '-0.001' } });
  });

  test('all that are wrong are shown, each on its line', async () => {
    const manifest = `${only('[gone.md]')}      - {name: other, model: ${GPT}, count: 1, prompt_files: [link.md], completion_tokens: 0}\n`;
    const result = await judged({ 'a.md': 'Hello' }, { [FILE]: manifest, 'link.md': { link: 'x' } });
    expect(errorsOf(result).map(({ line, message }) => `${String(line)} ${message}`)).toEqual([
      '8 prompt file gone.md does not exist',
      '10 prompt file link.md is a symbolic link; it has to be a plain file',
    ]);
  });
});

describe('more than 200 prompt files', () => {
  const names = Array.from({ length: 201 }, (_, index) => `p${index}.md`).join(', ');
  const few = { [FILE]: only('[p.md]'), 'p.md': 'Hello' };

  test('at head are an error at the first one too many', async () => {
    const result = await judged(few, { ...few, [FILE]: only(`[${names}]`) });
    expect(result.exitCode).toBe(2);
    expect(errorsOf(result)).toMatchObject([
      { message: 'more than 200 different prompt files; at most 200 are read', file: FILE, line: 8 },
    ]);
    expect(reads()).toEqual([]);
  });

  test('at base leave the increase unjudged', async () => {
    const result = await judged({ ...few, [FILE]: only(`[${names}]`) }, few);
    expect(reportOf(result)).toMatchObject({ head: { per_run: '0.001' }, base: { per_run: null } });
    expect(notesOf(result).filter((note) => note.startsWith('files_not_counted'))).toHaveLength(1);
  });
});

describe('the head of a fork', () => {
  const before = { [FILE]: MANIFEST, [SHARED]: 'Hello world!' };
  const after = { [FILE]: MANIFEST, [SHARED]: 'Hello world! Hello' };

  test('is read at its test merge under pull_request_target, against the first parent of that', async () => {
    const base = await fixture.github.commit(before, { branch: 'main' });
    const head = await fixture.github.commit(after, { parents: [base] });
    const { number, mergeSha } = await fixture.github.openPullRequest({
      head,
      mergeFiles: after,
      author: 'mallory',
      headRepository: 'mallory/shop',
    });
    const payload = pullRequestPayload(fixture.github, number);
    const result = await fixture.run('pull_request_target', payload, base);
    expect(reportOf(result)).toMatchObject({ delta: { per_run: '0.002' }, commits: { head: mergeSha, base } });
  });

  test('has the same figures with a token that only reads', async () => {
    const result = await judged(before, after, { inputs: { 'github-token': fixture.github.readOnlyToken } });
    expect(reportOf(result).delta?.per_run).toBe('0.002');
    expect(result.outputs.get('comment-status')).toBe('forbidden');
  });
});
