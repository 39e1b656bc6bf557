import { RE2JS } from 're2js';

/** Matches path patterns (globs) in linear time. Patterns come from pull requests, and a backtracking engine can hang on one. */

/**
 * Makes a test of repository paths against one pattern. `*` and `?` match within one folder, `**` matches folders at any depth,
 * `[a-c]` and `[!a-c]` one character, `{a,b}` one of several. As in shells, `*` matches no name that starts with a dot, unless
 * `dot` is true. Any text is a pattern: marks without their partner stand for themselves, and a range such as `z-a` is empty.
 */
export function pathMatcher(pattern: string, { dot = false } = {}): (path: string) => boolean {
  const expression = RE2JS.compile(`^(?:${expressionOf(pattern)})$`);
  return (path) => expression.matcher(path).find() && (dot || !hasUnnamedDot(pattern, path));
}

/** `*` matches no name that starts with a dot. */
function hasUnnamedDot(pattern: string, path: string): boolean {
  if (/(?:^|\/|\{|,)\./.test(pattern)) return false;
  return path.split('/').some((name) => name.startsWith('.'));
}

/** RE2 refuses 1,000 groups inside one another. Deeper braces stand for themselves. */
const DEEPEST_BRACES = 100;

function expressionOf(pattern: string): string {
  const lastBrace = pattern.lastIndexOf('}');
  const lastBracket = pattern.lastIndexOf(']');
  let expression = '';
  let depth = 0;
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern.charAt(index);
    const rest = pattern.slice(index);
    if (rest.startsWith('**/') && atNameStart(pattern, index)) {
      expression += '(?:[^/]+/)*';
      index += 2;
    } else if (rest === '**' && atNameStart(pattern, index)) {
      expression += '.+';
      index += 1;
    } else if (character === '*') expression += '[^/]*';
    else if (character === '?') expression += '[^/]';
    else if (character === '[' && index + 2 <= lastBracket) {
      const end = rest.indexOf(']', 2);
      const negated = rest[1] === '!' || rest[1] === '^';
      expression += characterClass(rest.slice(negated ? 2 : 1, end), negated);
      index += end;
    } else if (character === '{' && index < lastBrace && depth < DEEPEST_BRACES) {
      expression += '(?:';
      depth += 1;
    } else if (character === '}' && depth > 0) {
      expression += ')';
      depth -= 1;
    } else if (character === ',' && depth > 0) expression += '|';
    else expression += RE2JS.quote(character);
  }
  return expression + ')'.repeat(depth);
}

const NO_CHARACTER = '[^\\x{0}-\\x{10FFFF}]';

/** Makes the class of one character from what stands between brackets: single characters, and ranges such as `a-z`. */
function characterClass(text: string, negated: boolean): string {
  const characters = Array.from(text);
  let members = '';
  for (let index = 0; index < characters.length; index += 1) {
    const first = characters[index] ?? '';
    const last = characters[index + 1] === '-' ? characters[index + 2] : undefined;
    if (last === undefined) members += escaped(first);
    else {
      if ((first.codePointAt(0) ?? 0) <= (last.codePointAt(0) ?? 0)) members += `${escaped(first)}-${escaped(last)}`;
      index += 2;
    }
  }
  if (negated) return `[^/${members}]`;
  return members === '' ? NO_CHARACTER : `[${members}]`;
}

function escaped(character: string): string {
  return /[\\\]^[&~-]/.test(character) ? `\\${character}` : character;
}

function atNameStart(pattern: string, index: number): boolean {
  return index === 0 || pattern.charAt(index - 1) === '/';
}
