import { describe, expect, test } from '@jest/globals';
import { possiblyOutdated } from '../../../src/budget/comparison/changed-code.js';
import { compareEstimates } from '../../../src/budget/comparison/comparison.js';
import { estimateManifest } from '../../../src/budget/estimate.js';
import type { Manifest } from '../../../src/manifest/manifest.js';
import { dollars, DOLLARS, manifest, suite } from '../../support/judged.js';

function outdated(head: Manifest, base: Manifest, ...changedFiles: string[]): string[] {
  const estimate = (one: Manifest) => estimateManifest(one, DOLLARS, null);
  return possiblyOutdated(head, compareEstimates(estimate(head), estimate(base)), changedFiles);
}

const rag = suite({ name: 'rag', calls: [dollars(1)], paths: ['evals/rag/**', 'prompts/*.md'] });
const chat = suite({ name: 'chat', calls: [dollars(1)], paths: ['evals/chat/**'] });
const bare = suite({ name: 'bare', calls: [dollars(1)] });
const all = manifest({ suites: [rag, chat, bare] });

describe('a suite is possibly outdated', () => {
  test.each([
    ['code below its folder', ['evals/rag/deep/run.ts'], ['rag']],
    ['a file of a second pattern', ['README.md', 'prompts/answer.md'], ['rag']],
    ['a hidden file', ['evals/chat/.env.test'], ['chat']],
    ['code of two suites, in the order of the manifest', ['evals/chat/a.ts', 'evals/rag/a.ts'], ['rag', 'chat']],
    ['nothing of any suite', ['README.md', 'prompts/deep/answer.md', 'other/evals/rag/a.ts'], []],
    ['no file at all', [], []],
  ])('where the change touches %s', (_, files, expected) => {
    expect(outdated(all, all, ...files)).toEqual(expected);
  });

  test('and not where its numbers changed with its code', () => {
    const head = manifest({ suites: [{ ...rag, calls: [dollars(2)] }, chat, bare] });
    expect(outdated(head, all, 'evals/rag/a.ts', 'evals/chat/a.ts')).toEqual(['chat']);
  });

  test('and not where it is new, or says of no code that it is its own', () => {
    expect(outdated(all, manifest({ suites: [chat, bare] }), 'evals/rag/a.ts')).toEqual([]);
    expect(outdated(manifest({ suites: [bare] }), manifest({ suites: [bare] }), 'evals/rag/a.ts')).toEqual([]);
  });
});
