/** Colours of a terminal, or none: the caller knows whether a terminal reads. */

const CODES = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;

export type Paint = (style: keyof typeof CODES, text: string) => string;

export function paintWith(isColoured: boolean): Paint {
  return (style, text) => (isColoured && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
}
