/**
 * Writes the picture of the layout into CONTRIBUTING.md, made from src/layout.json: the folders of src from top to
 * bottom, each with what it does.
 *
 *   node scripts/layout-picture.mjs [--check]
 *
 * --check writes nothing and exits 1 where the page is not up to date.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const page = new URL('../CONTRIBUTING.md', import.meta.url);
const layout = JSON.parse(readFileSync(new URL('../src/layout.json', import.meta.url), 'utf8'));

const boxes = layout.map(({ folder, does }) => `  ${folder}["<b>${folder}</b><br>${does}"]`);
const chain = `  ${layout.map(({ folder }) => folder).join(' --> ')}`;
const starts = layout.map(({ folder, start }) => `| \`${folder}\` | \`src/${folder}/${start}\` |`);
const made = [
  '<!-- layout: made by scripts/layout-picture.mjs -->',
  '',
  '<!-- prettier-ignore-start -->',
  '',
  '```mermaid',
  'flowchart TB',
  ...boxes,
  chain,
  '```',
  '',
  '| folder | start reading at |',
  '| --- | --- |',
  ...starts,
  '',
  '<!-- prettier-ignore-end -->',
  '',
  '<!-- /layout -->',
].join('\n');

const text = readFileSync(page, 'utf8');
const fresh = text.replace(/<!-- layout:[^]*?<!-- \/layout -->/, () => made);
if (!process.argv.includes('--check')) writeFileSync(page, fresh);
else if (fresh !== text) {
  console.error('CONTRIBUTING.md is not up to date: run "node scripts/layout-picture.mjs".');
  process.exitCode = 1;
}
