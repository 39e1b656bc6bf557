/** How many o200k tokens a text has. */
export type TokenCounter = (text: string) => number;

/**
 * Loads the tokenizer. Dynamic, so that its vocabulary becomes a file of its own in the bundle and costs nothing where
 * no manifest has prompt files.
 */
export async function loadCounter(): Promise<TokenCounter> {
  const { countTokens } = await import('./o200k.js');
  return countTokens;
}
