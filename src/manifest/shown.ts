import type { Path } from './manifest.js';
import { NumberLiteral } from './scalars.js';
import type { Tree } from './tree.js';

/** Parts of a manifest as an error message quotes them: on one line, short, and with nothing invisible. */

const LIMIT = 60;
const PLAIN_KEY = /^[A-Za-z_][A-Za-z0-9_-]*$/;
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

/** JSON's way of quoting, for every character that a reader could not see. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text)).replace(INVISIBLE, escaped);
}

/** Text that needs no quotes, such as a library's message. */
export function oneLine(text: string, limit: number): string {
  return shortened(text, limit).replace(INVISIBLE, escaped);
}

function shortened(text: string, limit = LIMIT): string {
  // The first slice bounds the work; the second cuts between characters.
  const characters = Array.from(text.slice(0, 2 * limit + 2));
  return characters.length > limit ? `${characters.slice(0, limit).join('')}…` : text;
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}

/** `suites.rag["odd name"].calls[0].count`; empty for the root. */
export function shownPath(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!PLAIN_KEY.test(step) || step.length > LIMIT) return `[${quoted(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}

/** What stands there, in words: `text "10"`, `1e3`, `a list`. */
export function shownValue(value: Tree): string {
  if (value === null) return 'nothing (null)';
  if (typeof value === 'string') return value === '' ? 'empty text' : `text ${quoted(value)}`;
  if (typeof value === 'boolean') return String(value);
  if (value instanceof NumberLiteral) return oneLine(value.source, LIMIT);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'symbol') return 'a value that cannot be read';
  return Object.keys(value).length === 0 ? 'an empty mapping' : 'a mapping';
}
