import { describe, expect, test } from '@jest/globals';
import type { NamedCall } from '../../../src/manifest/manifest.js';
import { promptFilePaths, withPromptFiles } from '../../../src/manifest/prompt-tokens/prompt-files.js';
import { countPromptTexts, type PromptFileTokens } from '../../../src/manifest/prompt-tokens/count-tokens.js';
import { call, manifest, suite, tokens } from '../../support/manifest.js';
import { placedProblems } from '../../support/placed-problems.js';

const GPT = 'openai/gpt-5-mini';
const files = (counts: Readonly<Record<string, number>>): ReadonlyMap<string, PromptFileTokens> =>
  new Map(Object.entries(counts).map(([path, count]) => [path, { state: 'counted', tokens: count }]));
const plain = (path: string) => ({ path, cached: false });
const cached = (path: string) => ({ path, cached: true });

/** A manifest of one suite; an entry of prompt_files stands on line 10 x call + entry, any other key on line 7. */
function withCalls(...calls: readonly NamedCall[]) {
  return manifest({
    suites: [suite({ name: 'evals', calls })],
    locate: (path) => ({
      line: path[4] === 'prompt_files' ? 10 * Number(path[3]) + Number(path[5]) : 7,
      column: 9,
    }),
  });
}

function counted(one: NamedCall, counts: Readonly<Record<string, number>>): NamedCall | undefined {
  return withPromptFiles(withCalls(one), files(counts), 'head').manifest.suites[0]?.calls[0];
}

describe('the tokens of prompt files', () => {
  test('are added to prompt_tokens, expected and max: 1000 + 30 + 12 and 2000 + 30 + 12', () => {
    const one = call({ model: GPT, prompt_tokens: tokens(1000, 2000), prompt_files: [plain('a.md'), plain('b.md')] });
    expect(counted(one, { 'a.md': 30, 'b.md': 12 })?.prompt_tokens).toEqual(tokens(1042, 2042));
  });

  test('are the whole prompt where there are no prompt_tokens', () => {
    const one = call({ model: GPT, prompt_tokens: undefined, prompt_files: [plain('a.md')] });
    expect(counted(one, { 'a.md': 30 })?.prompt_tokens).toEqual(tokens(30));
  });

  test('are added to cached_tokens too where they are cached: 500 + 30, and not the 12 of the other file', () => {
    const one = call({ model: GPT, cached_tokens: tokens(500, 600), prompt_files: [cached('a.md'), plain('b.md')] });
    const result = counted(one, { 'a.md': 30, 'b.md': 12 });
    expect(result?.prompt_tokens).toEqual(tokens(1042));
    expect(result?.cached_tokens).toEqual(tokens(530, 630));
  });

  test('count once for each time a file is named', () => {
    const one = call({ model: GPT, prompt_files: [plain('a.md'), plain('a.md')] });
    expect(counted(one, { 'a.md': 30 })?.prompt_tokens).toEqual(tokens(1060));
  });

  test('are scaled to the model: 30 x 1.20 = 36 for Claude', () => {
    const one = call({ model: 'anthropic/claude-sonnet-4.5', prompt_files: [plain('a.md')] });
    expect(counted(one, { 'a.md': 30 })?.prompt_tokens).toEqual(tokens(1036));
  });

  test('of a shared file move every call that names it, and no other', () => {
    const before = withCalls(
      call({ model: GPT, name: 'one', prompt_files: [plain('shared.md')] }),
      call({ model: GPT, name: 'two', prompt_files: [cached('shared.md')] }),
      call({ model: GPT, name: 'three' }),
    );
    const prompts = (count: number) =>
      withPromptFiles(before, files({ 'shared.md': count }), 'head').manifest.suites[0]?.calls.map(
        (one) => one.prompt_tokens?.expected,
      );
    expect(prompts(100)).toEqual([1100, 1100, 1000]);
    expect(prompts(101)).toEqual([1101, 1101, 1000]);
  });

  test('leave a call without prompt files as it is', () => {
    const one = call({ model: GPT });
    const result = withPromptFiles(withCalls(one), new Map(), 'head');
    expect(result.manifest.suites[0]?.calls[0]).toEqual(one);
    expect(result.accuracy.size).toBe(0);
    expect(result.notes).toEqual([]);
  });
});

describe('how sure a count is', () => {
  test('is said of each call with prompt files, and noted where it is an estimate', () => {
    const {
      manifest: after,
      accuracy,
      notes,
    } = withPromptFiles(
      withCalls(
        call({ model: GPT, prompt_files: [plain('a.md')] }),
        call({ model: 'google/gemini-2.5-pro', prompt_files: [plain('a.md')] }),
      ),
      files({ 'a.md': 10 }),
      'head',
    );
    expect(after.suites[0]?.calls.map((one) => accuracy.get(one))).toEqual(['exact', 'about ±15 %']);
    expect(notes).toEqual([
      {
        code: 'prompt_tokens_estimated',
        message:
          "Tokens of prompt files are counted with GPT's tokenizer and scaled to the model's: Gemini about ±15 %.",
      },
    ]);
  });
});

describe('a file that cannot be counted', () => {
  const two = withCalls(
    call({ model: GPT, prompt_files: [plain('a.md'), plain('gone.md')] }),
    call({ model: GPT, prompt_files: [plain('image.png')] }),
  );
  const read = new Map<string, PromptFileTokens>([
    ['a.md', { state: 'counted', tokens: 10 }],
    ['gone.md', { state: 'missing' }],
    ['image.png', { state: 'unusable', reason: 'is a binary file; a text in UTF-8 is accepted' }],
  ]);

  test('is an error at head, with the place of each entry that names it', () => {
    expect(placedProblems(() => withPromptFiles(two, read, 'head'))).toEqual([
      '1:9 prompt file gone.md does not exist',
      '10:9 prompt file image.png is a binary file; a text in UTF-8 is accepted',
    ]);
  });

  test.each(['base', 'default branch'] as const)('is an error at the other side too where it exists: %s', (side) => {
    expect(placedProblems(() => withPromptFiles(two, read, side))).toEqual([
      '10:9 prompt file image.png is a binary file; a text in UTF-8 is accepted',
    ]);
  });

  test.each([
    ['base', 'at base'],
    ['default branch', 'on the default branch'],
  ] as const)('counts nothing where the other side lacks it, with a note that says which: %s', (side, where) => {
    const one = withCalls(call({ model: GPT, prompt_files: [plain('a.md'), plain('gone.md')] }));
    const { manifest: after, notes } = withPromptFiles(one, read, side);
    expect(after.suites[0]?.calls[0]?.prompt_tokens).toEqual(tokens(1010));
    expect(notes).toEqual([
      {
        code: 'prompt_file_missing',
        message: `Prompt file gone.md does not exist ${where}; there it counts no tokens.`,
      },
    ]);
  });

  test('is missing where nobody has read it', () => {
    const one = withCalls(call({ model: GPT, prompt_files: [plain('a.md')] }));
    expect(placedProblems(() => withPromptFiles(one, new Map(), 'head'))).toEqual([
      '0:9 prompt file a.md does not exist',
    ]);
  });
});

describe('parts of a prompt', () => {
  test('are held against the whole with the files: 1035 cached of 1030 is an error, of 1040 none', () => {
    const one = withCalls(call({ model: GPT, cached_tokens: tokens(1035), prompt_files: [plain('a.md')] }));
    expect(placedProblems(() => withPromptFiles(one, files({ 'a.md': 30 }), 'head'))).toEqual([
      '7:9 with the tokens of prompt_files: cached_tokens (1035) is more than prompt_tokens (1030), the whole',
    ]);
    expect(placedProblems(() => withPromptFiles(one, files({ 'a.md': 40 }), 'head'))).toEqual([]);
  });
});

describe('the files to read', () => {
  test('are named once, in the order of the file', () => {
    const one = withCalls(
      call({ model: GPT, prompt_files: [plain('b.md'), cached('a.md')] }),
      call({ model: GPT }),
      call({ model: GPT, prompt_files: [plain('a.md'), plain('c.md')] }),
    );
    expect(promptFilePaths(one)).toEqual(['b.md', 'a.md', 'c.md']);
  });

  test('are 200 at most, however often each is named', () => {
    const names = Array.from({ length: 201 }, (_, index) => plain(`${index}.md`));
    const full = call({ model: GPT, prompt_files: names.slice(0, 200) });
    expect(promptFilePaths(withCalls(full, full))).toHaveLength(200);
    expect(placedProblems(() => promptFilePaths(withCalls(full, call({ model: GPT, prompt_files: names }))))).toEqual([
      '210:9 more than 200 different prompt files; at most 200 are read',
    ]);
  });
});

describe('counting the texts', () => {
  test('goes by path, and passes on what is no text', () => {
    const texts = new Map([
      ['a.md', { state: 'text', text: 'four' }],
      ['gone.md', { state: 'missing' }],
      ['big.md', { state: 'unusable', reason: 'is too large' }],
    ] as const);
    expect([...countPromptTexts(texts, (text) => text.length)]).toEqual([
      ['a.md', { state: 'counted', tokens: 4 }],
      ['gone.md', { state: 'missing' }],
      ['big.md', { state: 'unusable', reason: 'is too large' }],
    ]);
  });

  test('refuses a pointer of Git LFS, which is not what a program sends', () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n';
    const texts = new Map([['a.md', { state: 'text', text: pointer }]] as const);
    expect(countPromptTexts(texts, () => 1).get('a.md')).toEqual({ state: 'unusable', reason: 'is a Git LFS pointer' });
  });
});
