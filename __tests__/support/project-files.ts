import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The files of the project that people read and copy from, by their paths from its root with `/`. */

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Folders without a page of our own: what is installed, built or recorded. */
const PASSED_OVER = new Set([
  'node_modules',
  'dist',
  '.git',
  'reports',
  'coverage',
  '.stryker-tmp',
  '__tests__',
  'src',
]);

export async function projectFiles(pattern: RegExp, folder = ROOT): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) found.push(...(await projectFiles(pattern, path)));
    const name = relative(ROOT, path).split(sep).join('/');
    if (entry.isFile() && pattern.test(name)) found.push(name);
  }
  return found.sort();
}

export function readProjectFile(path: string): Promise<string> {
  return readFile(join(ROOT, path), 'utf8');
}

export interface CodeBlock {
  readonly file: string;
  /** Of the opening fence, from 1. */
  readonly line: number;
  /** `yaml`, `sh`, `mermaid`; empty where none is said. */
  readonly language: string;
  readonly text: string;
}

/** The fenced code blocks of one Markdown file, indented ones (in lists) with their indentation taken off. */
export function codeBlocks(file: string, markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  const lines = markdown.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const [, indent = '', language] = /^( *)```(\S*)$/.exec(lines[index] ?? '') ?? [];
    if (language === undefined) continue;
    const end = lines.indexOf(`${indent}\`\`\``, index + 1);
    if (end < 0) throw new Error(`${file}:${String(index + 1)}: the block has no end`);
    const text = lines.slice(index + 1, end).map((line) => line.slice(indent.length));
    blocks.push({ file, line: index + 1, language, text: `${text.join('\n')}\n` });
    index = end;
  }
  return blocks;
}

export async function allCodeBlocks(): Promise<CodeBlock[]> {
  const files = await projectFiles(/\.md$/);
  return (await Promise.all(files.map(async (file) => codeBlocks(file, await readProjectFile(file))))).flat();
}
