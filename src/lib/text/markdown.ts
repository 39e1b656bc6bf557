import { widthOf } from './columns.js';
import { charactersOf, LINE_LIMIT, safeLine, logLine } from './plain.js';

/**
 * All untrusted text in Markdown passes through this file. GitHub makes mentions, references, links and emoji of text
 * after the Markdown is parsed, so backslashes do not help. It leaves code spans alone. So plain words stay words, and
 * everything else becomes a code span, which suits ids and names.
 */

/** Shown for a text without visible characters. */
const NOTHING = '`(empty)`';
const PROSE_LIMIT = 1000;
/** A similar bracket replaces `<` before `!`, so that untrusted text cannot contain the marker of our comment. */
const COMMENT_START = /<(?=!--)/g;
/** Markdown may be printed to the runner's log, which executes `##[command]` anywhere in a line. */
const OLD_COMMAND = /##(?=\[)/g;

/** Makes a code span of any line. Its fence is longer than every run of backticks in the line. */
function codeSpan(line: string): string {
  if (line === '') return NOTHING;
  const runs = line.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const padding = runs.length > 0 ? ' ' : '';
  return fence + padding + harmless(line) + padding + fence;
}

function harmless(line: string): string {
  return line.replace(COMMENT_START, '‹').replace(OLD_COMMAND, '## ');
}

/** Escapes pipes, which end a table's cell even in a code span. */
function escapePipes(markdown: string): string {
  return markdown.replaceAll('|', '\\|');
}

/** Makes a code block of lines. Nothing in them can end it, and no line starts a runner command. */
export function codeBlock(lines: readonly string[], limit: number = PROSE_LIMIT): string {
  const safe = lines.map((line) => logLine(line, limit).replace(COMMENT_START, '‹'));
  const runs = safe.flatMap((line) => line.match(/`+/g) ?? []);
  const fence = '`'.repeat(Math.max(2, ...runs.map((run) => run.length)) + 1);
  return [fence, ...safe, fence].join('\n');
}

/** Formats a name, id or label in a sentence: a code span of at most 100 characters. */
export function inlineText(text: string, limit: number = LINE_LIMIT): string {
  return codeSpan(safeLine(text, limit));
}

/** Does the same for a table's cell, in which a phone can break the name. */
export function cell(text: string, limit: number = LINE_LIMIT): string {
  return escapePipes(breakableSpan(safeLine(text, limit)));
}

/**
 * The longest word in a cell, in columns. A browser makes a table as wide as the longest words of its columns. With words of
 * this length, three columns fit into a comment on a phone of 400 pixels.
 */
export const CELL_WORD = 12;
/** Places where every browser can break a line: at a space, and after a hyphen before a letter. */
const BREAK = /(?<= |[\p{L}\p{N}]-(?=\p{L}))/u;
/** The best places to break a long word: after a sign between its parts, or before a capital letter. */
const END_OF_PART = /[_.:@+/-]$/u;
const LOWER_CASE_END = /\p{Ll}$/u;
/** Characters without a meaning in Markdown, and `_`, which becomes an entity. `www` and `//` could start an address. */
const PLAIN_NAME = /^(?!.*(?:www|\/\/))[\w ./:…-]+$/i;

/**
 * Makes code spans in which no word is longer than CELL_WORD. GitHub has no style that breaks words in tables, but keeps
 * `<wbr>`. That may stand in an HTML element and not in a Markdown span, so other names become several spans.
 */
function breakableSpan(line: string): string {
  if (widthOf(line) <= CELL_WORD) return codeSpan(line);
  const spans: string[] = [];
  let open = '';
  for (const word of harmless(line).split(BREAK)) {
    const [first = '', ...more] = piecesOf(word);
    open += first;
    for (const piece of more) {
      spans.push(open);
      open = piece;
    }
  }
  const pieces = [...spans, open];
  return pieces.length > 1 && PLAIN_NAME.test(line)
    ? `<code>${pieces.map((piece) => piece.replaceAll('_', '&#95;')).join('<wbr>')}</code>`
    : pieces.map(codeSpan).join('<wbr>');
}

/** A word in pieces of at most `CELL_WORD` columns, a blank at its end apart. */
function piecesOf(word: string): string[] {
  if (widthOf(word.trimEnd()) <= CELL_WORD) return [word];
  const pieces: string[] = [];
  let rest = word;
  while (widthOf(rest.trimEnd()) > CELL_WORD) {
    // Enough to decide on one piece.
    const characters = charactersOf(rest.slice(0, CELL_WORD * 8));
    const piece = characters.slice(0, breakOf(characters)).join('');
    pieces.push(piece);
    rest = rest.slice(piece.length);
  }
  return [...pieces, rest];
}

/**
 * How many characters the next piece has: up to a slash, else up to the last good place that leaves it half its length,
 * else all that fit.
 */
function breakOf(characters: readonly string[]): number {
  let [fits, width] = [0, 0];
  for (const character of characters) {
    width += widthOf(character);
    if (width > CELL_WORD) break;
    fits += 1;
  }
  const slash = characters.slice(0, fits).lastIndexOf('/') + 1;
  if (slash > fits / 4) return slash;
  for (let end = fits; end >= fits / 2; end -= 1) {
    const [before = '', after = ''] = [characters[end - 1], characters[end]];
    if (END_OF_PART.test(before) || (LOWER_CASE_END.test(before) && /^\p{Lu}/u.test(after))) return end;
  }
  return Math.max(fits, 1);
}

const PLAIN_WORD = /^(?:[A-Za-z][A-Za-z'’-]*|[+±-]?\$?\d[\d,]*(?:\.\d+)?%?|\$\d[\d,.]*\/M|->|[–—%=×+/-])$/u;
/** Words that GitHub turns into links: a commit's hash, `GH-1`, the start of an address. */
const REFERENCE = /(?<![0-9a-z])(?:[0-9a-f]{7,40}|gh-.*|www)(?![0-9a-z])/iu;
const LIST_MARKER = /^(?:[-+=/]|\d+[.)].*)$/u;
/** A part in backticks, a part in braces (`{expected: …, max: …}`), or a word. */
const WORDS = /\(*`[^`]+`[.,;:!?)]*|\{[^{}`]*\}[.,;:!?)]*|\S+/gu;
const IN_BACKTICKS = /^(\(*)`([^`]+)`(.*)$/u;
const IN_BRACES = /^(\{.*\})([.,;:!?)]*)$/u;
const WORD_PARTS = /^(\(*)(["'“‘]?)(.*?)(["'”’]?)([.,;:!?)]*)$/u;

/** Formats a word of a sentence: as it is, or as a code span with the punctuation outside. */
interface Word {
  readonly before: string;
  readonly code: string;
  readonly after: string;
}

/**
 * Formats a sentence with untrusted parts. Words and numbers stay as they are, and each run of anything else (ids, paths,
 * addresses, symbols) becomes a code span. The result is for one paragraph or list item, and starts no Markdown block.
 */
export function prose(text: string, limit: number = PROSE_LIMIT): string {
  return sentence(wordsOf(text, limit), codeSpan);
}

function wordsOf(text: string, limit: number): Word[] {
  return (safeLine(text, limit).match(WORDS) ?? []).map((word, index) =>
    index === 0 && LIST_MARKER.test(word) ? { before: '', code: word, after: '' } : readWord(word),
  );
}

function sentence(words: readonly Word[], span: (line: string) => string): string {
  if (words.length === 0) return NOTHING;
  return joinRuns(words)
    .map(({ before, code, after }) => before + (code === '' ? '' : span(code)) + after)
    .join(' ');
}

function readWord(word: string): Word {
  const [, ahead = '', code = '', behind = ''] = IN_BACKTICKS.exec(word) ?? [];
  if (code.trim() !== '') return { before: ahead, code: code.trim(), after: behind };
  const [, braces, behindBraces = ''] = IN_BRACES.exec(word) ?? [];
  if (braces !== undefined) return { before: '', code: braces, after: behindBraces };
  const [, before = '', open = '', core = '', close = '', after = ''] = WORD_PARTS.exec(word) ?? [];
  if (PLAIN_WORD.test(core) && !REFERENCE.test(core)) return { before: word, code: '', after: '' };
  // A bracket that belongs to the word stays with it.
  if (core === '' || core.includes('(')) return { before: '', code: word, after: '' };
  // A code span takes the place of the quotes around a name.
  const quoted = open !== '' && close !== '';
  return { before, code: quoted ? core : open + core + close, after };
}

/** Joins neighbouring code spans without punctuation between them to one. */
function joinRuns(words: readonly Word[]): Word[] {
  const joined: Word[] = [];
  for (const word of words) {
    const last = joined.at(-1);
    const isRun = last !== undefined && last.code !== '' && last.after === '' && word.code !== '' && word.before === '';
    if (isRun) joined.splice(-1, 1, { before: last.before, code: `${last.code} ${word.code}`, after: word.after });
    else joined.push(word);
  }
  return joined;
}

/** Does the same for a table's cell, in which a phone can break the name. */
export function proseCell(text: string, limit: number = LINE_LIMIT): string {
  const words = wordsOf(text, limit).map(({ before, code, after }) => {
    return code === '' && widthOf(before) > CELL_WORD ? { before: '', code: before, after } : { before, code, after };
  });
  return escapePipes(sentence(words, breakableSpan));
}

/** The repository's address and the commit of this run, for links to files. */
export interface LinkBase {
  readonly repositoryUrl: string | null;
  readonly sha: string | null;
}

/**
 * Makes `[llm-budget.yml:12](https://…/blob/SHA/llm-budget.yml#L12)`, or the text alone where there is no address. Each part
 * of the path is encoded. A path that leaves the repository gets no link.
 */
export function fileLink(path: string, line: number | null, base: LinkBase): string {
  const label = inlineText(line === null ? path : `${safeLine(path, LINE_LIMIT - 8)}:${line}`);
  const address = blobAddress(path, base);
  if (address === null) return label;
  return `[${label}](${address}${line === null ? '' : `#L${line}`})`;
}

function blobAddress(path: string, base: LinkBase): string | null {
  if (base.repositoryUrl === null || base.sha === null || !/^[0-9a-f]{7,64}$/.test(base.sha)) return null;
  const parts = path.split('/');
  if (parts.some((part) => part === '' || part === '.' || part === '..') || path !== safeLine(path, path.length)) {
    return null;
  }
  const repository = webAddress(base.repositoryUrl);
  return repository && `${repository}/blob/${base.sha}/${parts.map(encodePart).join('/')}`;
}

/** Makes a link to a page of this run, such as the job summary. The text is trusted. */
export function pageLink(text: string, url: string | null): string {
  const address = url === null ? null : webAddress(url);
  return address === null ? text : `[${text}](${address})`;
}

/** Returns an http(s) address that cannot end a Markdown link early; null for anything else. */
function webAddress(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return null;
  return url.href.replace(/[()<>\\'`|]/g, encodeCharacter).replace(/\/$/, '');
}

function encodePart(part: string): string {
  return encodeURIComponent(part).replace(/[()'*!~]/g, encodeCharacter);
}

function encodeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
