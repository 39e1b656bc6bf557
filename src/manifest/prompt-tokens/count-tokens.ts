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
