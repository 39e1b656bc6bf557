/**
 * Writes the tables of inputs and outputs in README.md from action.yml, between their markers:
 *
 *   node scripts/readme-tables.mjs [--check]
 *
 * --check writes nothing and exits 1 where the README is not what action.yml says.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import prettier from 'prettier';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = `${root}README.md`;

function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function table(head, rows) {
  return [row(head), row(head.map(() => '---')), ...rows.map(row)].join('\n');
}

function code(text) {
  return text === '' ? '' : `\`${text}\``;
}

function between(text, name, content) {
  const [start, end] = [`<!-- ${name}: made from action.yml -->`, `<!-- /${name} -->`];
  const [from, to] = [text.indexOf(start), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md has no "${start}" followed by "${end}"`);
  return `${text.slice(0, from + start.length)}\n\n${content}\n\n${text.slice(to)}`;
}

const { inputs, outputs } = parse(readFileSync(`${root}action.yml`, 'utf8'));
const tables = {
  inputs: table(
    ['input', 'default', 'meaning'],
    Object.entries(inputs).map(([name, input]) => [code(name), code(input.default), input.description]),
  ),
  outputs: table(
    ['output', 'meaning'],
    Object.entries(outputs).map(([name, output]) => [code(name), output.description]),
  ),
};

const written = readFileSync(readme, 'utf8');
const filled = Object.entries(tables).reduce((text, [name, content]) => between(text, name, content), written);
const options = await prettier.resolveConfig(readme);
const fresh = await prettier.format(filled, { ...options, parser: 'markdown' });

if (fresh === written) process.exit(0);
if (process.argv.includes('--check')) {
  process.stderr.write('README.md is not what action.yml says: node scripts/readme-tables.mjs\n');
  process.exit(1);
}
writeFileSync(readme, fresh);
