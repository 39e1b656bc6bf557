/** How a text is shown: its colours, and how wide it may be. */

const CODES = { red: 31, green: 32, yellow: 33, bold: 1, dim: 2 } as const;

/** Puts a text in a colour of the terminal, or returns it as it is where no terminal reads. */
export type Paint = (style: keyof typeof CODES, text: string) => string;

export interface Style {
  readonly paint: Paint;
  /** Columns; null where the width is not known. */
  readonly width: number | null;
}

export function paintWith(isColoured: boolean): Paint {
  return (style, text) => (isColoured && text !== '' ? `\u001b[${CODES[style]}m${text}\u001b[0m` : text);
}
