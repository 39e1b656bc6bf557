import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { loadCounter } from '../../../src/manifest/prompt-tokens/count-tokens.js';
import {
  promptFilePaths,
  withPromptFiles,
  type CountedManifest,
} from '../../../src/manifest/prompt-tokens/prompt-files.js';
import { countPromptTexts } from '../../../src/manifest/prompt-tokens/count-tokens.js';
import { readFilesAtCommit } from '../../../src/lib/files/git-files.js';
import { readTreeFiles } from '../../../src/lib/files/read-file.js';
import { call, manifest, suite } from '../../support/manifest.js';
import { problemsOf } from '../../support/problems.js';
import { testRepository } from '../../support/repository.js';

const LIMITS = { maxBytes: 500_000 };
const shared = { path: 'prompts/shared.md', cached: false };
const GPT = 'openai/gpt-5-mini';
const two = manifest({
  suites: [
    suite({
      name: 'evals',
      calls: [call({ model: GPT, prompt_files: [shared] }), call({ model: GPT, prompt_files: [shared, shared] })],
    }),
  ],
});

let repository = testRepository();
beforeEach(() => {
  repository = testRepository();
});
afterEach(() => {
  repository.remove();
});

async function atCommit(sha: string): Promise<CountedManifest> {
  const texts = await readFilesAtCommit(repository.root, sha, promptFilePaths(two), LIMITS);
  return withPromptFiles(two, countPromptTexts(texts, await loadCounter()), 'base');
}

async function inTree(): Promise<CountedManifest> {
  const texts = await readTreeFiles(repository.root, promptFilePaths(two), LIMITS);
  return withPromptFiles(two, countPromptTexts(texts, await loadCounter()), 'head');
}

const prompts = (counted: CountedManifest) =>
  counted.manifest.suites[0]?.calls.map(({ prompt_tokens }) => prompt_tokens?.expected);

describe('a prompt file that calls share', () => {
  // "Hello world!" is 3 tokens, "Hello world! Hello" 4; each call has 1,000 of its own.
  test('moves each of them by the word that was added, once for each time it is named', async () => {
    repository.write(shared.path, 'Hello world!');
    const base = repository.commit();
    repository.write(shared.path, 'Hello world! Hello');
    expect(prompts(await atCommit(base))).toEqual([1003, 1006]);
    expect(prompts(await inTree())).toEqual([1004, 1008]);
    expect(prompts(await atCommit(repository.commit()))).toEqual([1004, 1008]);
  });

  test('counts nothing at a base that has no such file', async () => {
    const base = repository.commit();
    repository.write(shared.path, 'Hello world!');
    const counted = await atCommit(base);
    expect(prompts(counted)).toEqual([1000, 1000]);
    expect(counted.notes.map(({ code }) => code)).toEqual(['prompt_file_missing']);
    expect(prompts(await inTree())).toEqual([1003, 1006]);
  });

  test('is an error at head once it is renamed without the manifest', async () => {
    repository.write(shared.path, 'Hello world!');
    repository.commit();
    repository.git('mv', shared.path, 'prompts/renamed.md');
    expect(await problemsOf(inTree)).toEqual(Array(3).fill('prompt file prompts/shared.md does not exist'));
  });

  test('is an error where it is a link, in the working tree as at a commit', async () => {
    repository.write('elsewhere.md', 'Hello world!');
    repository.link(shared.path, '../elsewhere.md');
    const base = repository.commit();
    const linked = 'is a link or is reached through one; a plain file is accepted';
    expect(await problemsOf(inTree)).toEqual(Array(3).fill(`prompt file prompts/shared.md ${linked}`));
    expect(await problemsOf(() => atCommit(base))).toEqual(
      Array(3).fill('prompt file prompts/shared.md is a link; a plain file is accepted'),
    );
  });
});
