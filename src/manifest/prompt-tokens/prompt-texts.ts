import { isLfsPointer } from '../../lib/files/file-text.js';
import type { TokenCounter } from './count-tokens.js';

/** What became of reading a prompt file; `reason` goes on after the file's name: "is a binary file". */
export type PromptText =
  | { readonly state: 'text'; readonly text: string }
  | { readonly state: 'missing' }
  | { readonly state: 'unusable'; readonly reason: string };

/** A prompt file in o200k tokens; the text itself goes no further. */
export type PromptFileTokens =
  | { readonly state: 'counted'; readonly tokens: number }
  | { readonly state: 'missing' }
  | { readonly state: 'unusable'; readonly reason: string };

/** Counts files by path; a pointer of Git LFS is not the text that a program sends. */
export function countPromptTexts(
  texts: ReadonlyMap<string, PromptText>,
  count: TokenCounter,
): ReadonlyMap<string, PromptFileTokens> {
  const counted = new Map<string, PromptFileTokens>();
  for (const [path, file] of texts) {
    if (file.state !== 'text') counted.set(path, file);
    else if (isLfsPointer(file.text)) counted.set(path, { state: 'unusable', reason: 'is a Git LFS pointer' });
    else counted.set(path, { state: 'counted', tokens: count(file.text) });
  }
  return counted;
}
