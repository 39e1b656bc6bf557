import { parseArgs } from 'node:util';
import { DEFAULT_CATALOGUE_URL, parseCatalogueUrl } from '../lib/inputs.js';
import { LARGEST_WHOLE_NUMBER } from '../manifest/scalars.js';
import { configurationError } from '../lib/errors/problem.js';
import { closest } from '../lib/text/closest.js';
import { type CommandDefinition, type CommandName, type OptionDefinition, COMMANDS } from './commands.js';

/**
 * The arguments of a command, checked against its definition. `--help` is not among them: `run.ts` handles it for all
 * commands.
 */
export interface ParsedOptions {
  readonly command: CommandName;
  readonly values: ReadonlyMap<string, string | boolean | readonly string[]>;
  readonly positionals: readonly string[];
}

/**
 * Reads a command's arguments. NoVerdictError (2) for an option it does not have, a missing or superfluous value, and
 * more operands than it takes; each error names the command's help.
 */
export function parseOptions(command: CommandName, args: readonly string[]): ParsedOptions {
  const { options, operands }: CommandDefinition = COMMANDS[command];
  const definitions = new Map(options.map((option) => [option.name, option]));
  const values = new Map<string, string | boolean | string[]>();
  const positionals: string[] = [];
  // A shell expands an unquoted glob to several words, so words after the first value of a list belong to the list.
  let list: string[] | null = null;
  for (const token of tokensOf(options, args)) {
    if (token.kind === 'positional') (list ?? positionals).push(token.value);
    else list = null;
    if (token.kind !== 'option') continue;
    const option = definitions.get(token.name);
    if (option === undefined) throw usageError(command, unknownOption(token.rawName, definitions.keys()));
    if (option.value === undefined) {
      if (token.value !== undefined) throw usageError(command, `${token.rawName} takes no value`);
      values.set(token.name, true);
      continue;
    }
    const value = valueOf(token);
    if (value === undefined) throw usageError(command, `${token.rawName} needs a value`);
    const earlier = values.get(token.name);
    if (option.isList === true) {
      list = [...(Array.isArray(earlier) ? earlier : []), value];
      values.set(token.name, list);
    } else if (earlier === undefined) values.set(token.name, value);
    else throw usageError(command, `${token.rawName} is given twice`);
  }
  const superfluous = positionals[operands];
  if (superfluous !== undefined) throw usageError(command, `takes no operand ${JSON.stringify(superfluous)}`);
  return { command, values, positionals };
}

function tokensOf(options: readonly OptionDefinition[], given: readonly string[]) {
  const args = withEmptyValues(options, given);
  const config = Object.fromEntries(
    options.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' } as const]),
  );
  return parseArgs({ args, options: config, allowPositionals: true, strict: false, tokens: true }).tokens;
}

/** Reads `--promptfoo --stdout` as `--promptfoo= --stdout`, for options whose value may be left out. */
function withEmptyValues(options: readonly OptionDefinition[], args: readonly string[]): string[] {
  const optional = new Set(options.filter(({ isOptional }) => isOptional).map(({ name }) => `--${name}`));
  return args.map((arg, index) => {
    const next = args[index + 1];
    return optional.has(arg) && (next === undefined || next.startsWith('-')) ? `${arg}=` : arg;
  });
}

/**
 * Returns the value of one option, even where other arguments are wrong; undefined where it is not given or has no value,
 * as `parseOptions` has it: in `--output --format json` it is not `--format`.
 */
export function valueDespiteErrors(command: CommandName, args: readonly string[], name: string): string | undefined {
  const tokens = tokensOf(COMMANDS[command].options, args);
  return tokens.flatMap((token) => (token.kind === 'option' && token.name === name ? [valueOf(token)] : []))[0];
}

/** The value of an option; undefined where it has none, and where the next option stands in its place. */
function valueOf(token: { readonly value?: string; readonly inlineValue?: boolean }): string | undefined {
  return token.inlineValue !== true && token.value?.startsWith('--') === true ? undefined : token.value;
}

function unknownOption(name: string, known: Iterable<string>): string {
  const near = closest(name.replace(/^-+/, ''), known);
  return `has no option ${JSON.stringify(name)}${near === null ? '' : `; did you mean --${near}?`}`;
}

/** Makes the error for a wrong use of a command. `what` follows the command's name: "takes no operand "x"". */
export function usageError(command: CommandName, what: string): ReturnType<typeof configurationError> {
  return configurationError(`llm-budget ${command} ${what} (llm-budget ${command} --help shows what it accepts)`);
}

export function textOption({ values }: ParsedOptions, name: string): string | undefined {
  const value = values.get(name);
  return typeof value === 'string' ? value : undefined;
}

export function listOption({ values }: ParsedOptions, name: string): readonly string[] {
  const value = values.get(name);
  return typeof value === 'object' ? value : [];
}

export function isGiven({ values }: ParsedOptions, name: string): boolean {
  return values.get(name) === true;
}

/** Returns one of the accepted words, or the first where the option is not given. */
export function choiceOption<const T extends string>(
  options: ParsedOptions,
  name: string,
  accepted: readonly [T, ...T[]],
): T {
  const value = textOption(options, name);
  if (value === undefined) return accepted[0];
  const choice = accepted.find((word) => word === value);
  if (choice === undefined) {
    throw usageError(options.command, `--${name} accepts ${accepted.join(', ')}, not ${JSON.stringify(value)}`);
  }
  return choice;
}

/** Returns `--catalogue-url`, or OpenRouter's where it is not given. NoVerdictError (2) where it is not accepted as one. */
export function catalogueUrlOption(options: ParsedOptions): URL {
  return parseCatalogueUrl(textOption(options, 'catalogue-url') ?? DEFAULT_CATALOGUE_URL);
}

/** Returns a whole number from `least` to a billion, the manifest's largest, or `usual` where the option is not given. */
export function wholeOption(
  options: ParsedOptions,
  name: string,
  { least, usual }: { readonly least: number; readonly usual: number },
): number {
  const text = textOption(options, name);
  if (text === undefined) return usual;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= LARGEST_WHOLE_NUMBER) return value;
  const accepted = `a whole number from ${least} to ${LARGEST_WHOLE_NUMBER}`;
  throw usageError(options.command, `--${name} accepts ${accepted}, not ${JSON.stringify(text)}`);
}

const INSTANT = /^(\d{4})-(\d{2})-(\d{2})T(?:[01]\d|2[0-3]):\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** Returns an instant; null where it is not given. It needs a zone, so that a command gives the same prices everywhere. */
export function instantOption(options: ParsedOptions, name: string): Date | null {
  const text = textOption(options, name);
  if (text === undefined) return null;
  const [, year, month, day] = INSTANT.exec(text) ?? [];
  const instant = new Date(text);
  if (day !== undefined && !Number.isNaN(instant.getTime()) && isDay(Number(year), Number(month), Number(day))) {
    return instant;
  }
  throw usageError(
    options.command,
    `--${name} accepts a time with its zone such as 2026-11-24T18:30Z, not ${JSON.stringify(text)}`,
  );
}

/** Whether the calendar has the day: `Date` reads 30 February as 2 March. */
function isDay(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
