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

/** All that stands outside code spans: what GitHub looks through for mentions, references, emoji and mathematics. */
export function plainTextOf(node: MarkdownNode): string {
  if (node.kind === 'code' || node.kind === 'code_block' || node.kind === 'html_inline' || node.kind === 'html_block') {
    return ' ';
  }
  // Leaves that touch are one text to GitHub; blocks and breaks end it.
  const isBlock = ['paragraph', 'item', 'table_cell', 'heading', 'softbreak', 'linebreak'].includes(node.kind);
  return (isBlock ? '\n' : '') + node.text + node.children.map(plainTextOf).join('') + (isBlock ? '\n' : '');
}
