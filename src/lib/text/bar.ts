const FULL = '█';
const EMPTY = '░';

/**
 * A bar of `width` blocks for a share in percent. Something is never shown as nothing, nor short of the whole as the
 * whole.
 */
export function bar(share: number, width = 10): string {
  const blocks = Math.floor((share * width) / 100);
  const filled = Math.min(Math.max(blocks, share > 0 ? 1 : 0), width);
  return FULL.repeat(filled) + EMPTY.repeat(width - filled);
}
