import { widthOf, wrap } from '../lib/text/columns.js';
import type { CommandDefinition, CommandName } from './commands.js';
import { COMMAND_NAMES, COMMANDS } from './commands.js';

/** Where the output is no terminal. */
const USUAL_WIDTH = 120;
/** A narrower terminal breaks the lines by itself. */
const LEAST_WIDTH = 40;

/** The help of all commands, for a terminal of that many columns; null where the width is not known. */
export function overview(columns: number | null): string {
  const width = widthFor(columns);
  const commands = COMMAND_NAMES.map((name): [string, string] => [name, COMMANDS[name].summary]);
  return paragraphs([
    wrap('llm-budget: what your test suites will spend on LLM calls, before they spend it', width),
    ['Usage: llm-budget COMMAND [OPTIONS]'],
    twoColumns(commands, width),
    [
      ...wrap('llm-budget COMMAND --help explains a command; --version prints the version.', width),
      ...wrap('Exit codes: 0 pass or warn, 1 fail, 2 configuration, 3 prices unusable.', width),
    ],
  ]);
}

/** The help of one command. */
export function commandHelp(name: CommandName, columns: number | null): string {
  const width = widthFor(columns);
  const { usage, about, options, details, examples }: CommandDefinition = COMMANDS[name];
  const rows = options.map((option): [string, string] => [
    option.value === undefined ? `--${option.name}` : `--${option.name} ${option.value}`,
    option.text,
  ]);
  return paragraphs([
    [`Usage: llm-budget ${name} ${usage}`],
    about.flatMap((line) => wrap(line, width)),
    twoColumns(rows, width),
    (details ?? []).flatMap((line) => wrap(line, width)),
    [examples.length === 1 ? 'Example:' : 'Examples:', ...examples.map((line) => `  ${line}`)],
  ]);
}

function widthFor(columns: number | null): number {
  return Math.max(columns ?? USUAL_WIDTH, LEAST_WIDTH);
}

function paragraphs(blocks: readonly (readonly string[])[]): string {
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Names on the left, texts beside them; on a narrow terminal below them. */
function twoColumns(rows: readonly (readonly [string, string])[], width: number): string[] {
  const left = Math.max(...rows.map(([name]) => widthOf(name))) + 4;
  const isNarrow = width - left < 32;
  const indent = ' '.repeat(isNarrow ? 6 : left + 2);
  return rows.flatMap(([name, text]) => {
    const lines = wrap(text, width - indent.length);
    if (isNarrow) return [`  ${name}`, ...lines.map((line) => indent + line)];
    const [first = '', ...rest] = lines;
    return [`  ${name.padEnd(left)}${first}`, ...rest.map((line) => indent + line)];
  });
}
