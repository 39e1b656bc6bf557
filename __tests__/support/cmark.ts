import { spawnSync } from 'node:child_process';

/** GitHub's own Markdown renderer; tests that need it are skipped only where it is not installed. */
export const HAS_CMARK = spawnSync('cmark-gfm', ['--version']).status === 0;

const EXTENSIONS = ['table', 'autolink', 'strikethrough', 'tagfilter', 'tasklist'];

function toXml(markdown: string): string {
  const args = ['-t', 'xml', '--unsafe', ...EXTENSIONS.flatMap((extension) => ['-e', extension])];
  const { status, stdout } = spawnSync('cmark-gfm', args, { input: markdown, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error('cmark-gfm failed');
  return stdout;
}

/** A node of the parsed document; `text` is that of a leaf, with entities resolved. */
export interface MarkdownNode {
  readonly kind: string;
  readonly attributes: string;
  readonly text: string;
  readonly children: MarkdownNode[];
}

const TAG = /<(\/?)([a-z_]+)((?:\s+[a-z:]+="[^"]*")*)\s*(\/?)>|([^<]+)/g;

/** The document as a tree, as GitHub's parser sees it. */
export function parse(markdown: string): MarkdownNode {
  const root: MarkdownNode = { kind: 'root', attributes: '', text: '', children: [] };
  const open = [root];
  for (const [, closing, kind, attributes = '', empty, text] of toXml(markdown).matchAll(TAG)) {
    const parent = open.at(-1) ?? root;
    if (text !== undefined) {
      // Anything else is the indentation of the XML.
      if (parent.attributes.includes('xml:space="preserve"')) open[open.length - 1] = addText(open, unescape(text));
      continue;
    }
    if (closing === '/') {
      open.pop();
      continue;
    }
    const node: MarkdownNode = { kind: kind ?? '', attributes, text: '', children: [] };
    parent.children.push(node);
    if (empty !== '/') open.push(node);
  }
  return root;
}

function addText(open: MarkdownNode[], text: string): MarkdownNode {
  const last = open.at(-1);
  const parent = open.at(-2);
  if (last === undefined || parent === undefined) throw new Error('text outside the document');
  const node = { ...last, text: last.text + text };
  parent.children[parent.children.length - 1] = node;
  return node;
}

function unescape(text: string): string {
  return text
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&amp;/g, '&');
}

export function nodesOf(node: MarkdownNode): MarkdownNode[] {
  return [node, ...node.children.flatMap(nodesOf)];
}

/** All that stands outside code, of Markdown and of HTML: what GitHub looks through for mentions, references, emoji and mathematics. */
export function plainTextOf(node: MarkdownNode): string {
  if (['code', 'code_block', 'html_inline', 'html_block'].includes(node.kind)) return ' ';
  // Leaves that touch are one text to GitHub; blocks and breaks end it.
  const isBlock = ['paragraph', 'item', 'table_cell', 'heading', 'softbreak', 'linebreak'].includes(node.kind);
  let isCode = false;
  let text = '';
  for (const child of node.children) {
    if (child.kind === 'html_inline' && /^<\/?code>$/.test(child.text)) isCode = child.text === '<code>';
    text += isCode ? ' ' : plainTextOf(child);
  }
  return (isBlock ? '\n' : '') + node.text + text + (isBlock ? '\n' : '');
}

/** All that a reader sees of a node: text and code, of Markdown and of HTML. */
export function textOf(node: MarkdownNode): string {
  if (node.kind === 'html_inline' || node.kind === 'html_block') return '';
  return node.text + node.children.map(textOf).join('');
}

export interface UnbreakableWord {
  readonly text: string;
  /** Whether a part of it is code. */
  readonly isCode: boolean;
}

/** Where every browser breaks a line: at a blank that is not a hard one, and after a hyphen before a letter. */
const BREAK = / +|(?<=[\p{L}\p{N}]-)(?=\p{L})/u;

/** The words that a browser does not break in a cell of a table; they decide how wide it is at least. */
export function unbreakableWords(node: MarkdownNode): UnbreakableWord[] {
  let word = { text: '', isCode: false };
  let isInCode = false;
  const words = [word];
  const next = (): void => {
    word = { text: '', isCode: false };
    words.push(word);
  };
  for (const { kind, text } of leavesOf(node)) {
    if (kind !== 'html_inline') {
      for (const [index, part] of text.split(BREAK).entries()) {
        if (index > 0) next();
        word.text += part;
        word.isCode ||= isInCode || kind === 'code';
      }
    } else if (text === '<br>' || text === '<wbr>') next();
    else isInCode = text === '<code>';
  }
  return words.filter(({ text }) => text !== '');
}

function leavesOf(node: MarkdownNode): MarkdownNode[] {
  return node.children.length === 0 ? [node] : node.children.flatMap(leavesOf);
}
