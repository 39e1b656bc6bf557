import { logLine } from './log.js';
import { LINE_LIMIT, safeLine } from './plain.js';

/**
 * All untrusted text in Markdown passes through this file. GitHub makes mentions, references, links and emoji of text
 * after the Markdown is parsed, so backslashes do not help. It leaves code spans alone. So plain words stay words, and
 * everything else becomes a code span, which suits ids and names.
 */

/** Shown for a text without visible characters. */
const NOTHING = '`(empty)`';
const PROSE_LIMIT = 1000;
/** A comment in untrusted text could be mistaken for the marker of our comment; a similar bracket cannot. */
const COMMENT_START = /<(?=!--)/g;
/** Markdown may be printed to the runner's log, which executes `##[command]` anywhere in a line. */
const OLD_COMMAND = /##(?=\[)/g;

/** A code span around any line: the fence is longer than every run of backticks within. */
function codeSpan(line: string): string {
  if (line === '') return NOTHING;
  const runs = line.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map((run) => run.length)) + 1);
  const padding = runs.length > 0 ? ' ' : '';
  return fence + padding + line.replace(COMMENT_START, '‹').replace(OLD_COMMAND, '## ') + padding + fence;
}

/** A pipe ends a table's cell even within a code span, unless it is escaped. */
function escapePipes(markdown: string): string {
  return markdown.replaceAll('|', '\\|');
}

/** Lines as they are, in a block of code that nothing in them can end; no line starts a runner command. */
export function codeBlock(lines: readonly string[], limit: number = PROSE_LIMIT): string {
  const safe = lines.map((line) => logLine(line, limit).replace(COMMENT_START, '‹'));
  const runs = safe.flatMap((line) => line.match(/`+/g) ?? []);
  const fence = '`'.repeat(Math.max(2, ...runs.map((run) => run.length)) + 1);
  return [fence, ...safe, fence].join('\n');
}

/** A name, id or label in running text: a code span of at most 100 characters. */
export function inlineText(text: string, limit: number = LINE_LIMIT): string {
  return codeSpan(safeLine(text, limit));
}

/** The same in a table's cell. */
export function cell(text: string, limit: number = LINE_LIMIT): string {
  return escapePipes(inlineText(text, limit));
}

const PLAIN_WORD = /^(?:[A-Za-z][A-Za-z'’-]*|[+±-]?\$?\d[\d,]*(?:\.\d+)?%?|\$\d[\d,.]*\/M|->|[–—%=×+/-])$/u;
/** Words that GitHub makes links of: a commit's hash, `GH-1`, the start of an address. */
const REFERENCE = /(?<![0-9a-z])(?:[0-9a-f]{7,40}|gh-.*|www)(?![0-9a-z])/iu;
const LIST_MARKER = /^(?:[-+=/]|\d+[.)].*)$/u;
/** A stretch that the text itself has in backticks, one in braces (`{expected: …, max: …}`), or a word. */
const WORDS = /\(*`[^`]+`[.,;:!?)]*|\{[^{}`]*\}[.,;:!?)]*|\S+/gu;
const IN_BACKTICKS = /^(\(*)`([^`]+)`(.*)$/u;
const IN_BRACES = /^(\{.*\})([.,;:!?)]*)$/u;
const WORD_PARTS = /^(\(*)(["'“‘]?)(.*?)(["'”’]?)([.,;:!?)]*)$/u;

/** A word of a sentence: as it is, or its core in a code span between punctuation. */
interface Word {
  readonly before: string;
  readonly code: string;
  readonly after: string;
}

/**
 * A sentence with untrusted parts in it: words and numbers stay as they are, each run of anything else (ids, paths,
 * addresses, symbols) becomes a code span. For one paragraph, list item or cell; it starts no block of its own.
 */
export function prose(text: string, limit: number = PROSE_LIMIT): string {
  const line = safeLine(text, limit);
  if (line === '') return NOTHING;
  const words = (line.match(WORDS) ?? []).map((word, index) =>
    index === 0 && LIST_MARKER.test(word) ? { before: '', code: word, after: '' } : readWord(word),
  );
  return joinRuns(words)
    .map(({ before, code, after }) => before + (code === '' ? '' : codeSpan(code)) + after)
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

/** Words in code that follow each other without punctuation between them share one code span. */
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

/** `prose` for a table's cell. */
export function proseCell(text: string, limit: number = LINE_LIMIT): string {
  return escapePipes(prose(text, limit));
}

/** Where GitHub shows a file of the repository: the repository's address and the commit, both of this run. */
export interface LinkBase {
  readonly repositoryUrl: string | null;
  readonly sha: string | null;
}

/**
 * `[llm-budget.yml:12](https://…/blob/SHA/llm-budget.yml#L12)`, or the text alone where there is nothing to link to.
 * The path is encoded part by part; one that leaves the repository is not linked.
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

/** A link to a page of this run, such as the job summary. The text is trusted. */
export function pageLink(text: string, url: string | null): string {
  const address = url === null ? null : webAddress(url);
  return address === null ? text : `[${text}](${address})`;
}

/** An http(s) address that cannot end a Markdown link early; null for anything else. */
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
