import type { FileText } from '../../lib/files/file-text.js';
import { isLfsPointer } from '../../lib/files/file-text.js';

/** How many o200k tokens a text has. */
export type TokenCounter = (text: string) => number;

/**
 * Loads the tokenizer. The import is dynamic, so that the vocabulary is a file of its own in the bundle, which is read
 * only where a manifest names files to count.
 */
export async function loadCounter(): Promise<TokenCounter> {
  const { countTokens } = await import('./o200k.js');
  return countTokens;
}

/** A prompt file in o200k tokens; its text is not kept. */
export type PromptFileTokens =
  { readonly state: 'counted'; readonly tokens: number } | Exclude<FileText, { state: 'text' }>;

/** Counts files by path; a pointer of Git LFS is not the text that a program sends. */
export function countPromptTexts(
  texts: ReadonlyMap<string, FileText>,
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
