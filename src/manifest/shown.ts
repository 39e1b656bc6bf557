import type { Path } from './manifest.js';
import { NumberLiteral } from './scalars.js';
import type { Tree } from './tree.js';

/** Formats parts of a manifest for error messages: on one line, short, with invisible characters escaped. */

const LIMIT = 60;
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** Quotes a text as JSON does, and escapes every invisible character. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text)).replace(INVISIBLE, escaped);
}

/** Does the same without quotation marks, for a library's message. `limit` is the length in characters. */
export function oneLine(text: string, limit: number): string {
  return shortened(text, limit).replace(INVISIBLE, escaped);
}

function shortened(text: string, limit = LIMIT): string {
  // The first slice bounds the work. The second one counts characters, not UTF-16 units.
  const characters = Array.from(text.slice(0, 2 * limit + 2));
  return characters.length > limit ? `${characters.slice(0, limit).join('')}…` : text;
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}

/** Formats a path: `suites.rag["odd name"].calls[0].count`; empty for the root. */
export function shownPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!PLAIN_KEY.test(step) || step.length > LIMIT) return `[${quoted(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/** Describes a value: `text "10"`, `1e3`, `a list`. */
export function shownValue(value: Tree): string {
  if (value === null) return 'nothing (null)';
  if (typeof value === 'string') return value === '' ? 'empty text' : `text ${quoted(value)}`;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof NumberLiteral) return oneLine(value.source, LIMIT);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'symbol') return 'a value that cannot be read';
  return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
}
