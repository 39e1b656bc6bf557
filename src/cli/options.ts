import { parseArgs } from 'node:util';
import type { ParseArgsConfig } from 'node:util';
import { DEFAULT_CATALOGUE_URL, parseCatalogueUrl } from '../lib/inputs/catalogue-url.js';
import { LARGEST_WHOLE_NUMBER } from '../manifest/scalars.js';
import { configurationError } from '../lib/errors/problem.js';
import { closest } from '../lib/text/closest.js';

type Options = NonNullable<ParseArgsConfig['options']>;

/** The options of a command as typed in, and what is no option; `--help` is every command's. */
export interface ParsedOptions {
  readonly values: ReadonlyMap<string, string | boolean | readonly string[]>;
  readonly positionals: readonly string[];
}

/**
 * Reads a command's arguments. NoVerdictError (2) for an option it does not have, a missing or superfluous value, and
 * more operands than it takes; every one of them names the command's help.
 */
export function parseOptions(
  command: string,
  args: readonly string[],
  options: Options,
  operands: number,
): ParsedOptions {
  const known: Options = { ...options, help: { type: 'boolean', short: 'h' } };
  const { values, positionals } = parsed(command, args, known);
  const superfluous = positionals[operands];
  if (superfluous !== undefined) throw usageError(command, `takes no operand ${JSON.stringify(superfluous)}`);
  return { values, positionals };
}

function parsed(command: string, args: readonly string[], options: Options): ParsedOptions {
  const { tokens } = parseArgs({ args: [...args], options, allowPositionals: true, strict: false, tokens: true });
  const values = new Map<string, string | boolean | string[]>();
  const positionals: string[] = [];
  // A shell leaves an unquoted glob as several words: those that follow a list's first value belong to the list.
  let list: string[] | null = null;
  for (const token of tokens) {
    if (token.kind === 'positional') (list ?? positionals).push(token.value);
    else list = null;
    if (token.kind !== 'option') continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) throw usageError(command, unknownOption(token.rawName, Object.keys(options)));
    if (option.type === 'boolean') {
      if (token.value !== undefined) throw usageError(command, `${token.rawName} takes no value`);
      values.set(token.name, true);
      continue;
    }
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--'))) {
      throw usageError(command, `${token.rawName} needs a value`);
    }
    const earlier = values.get(token.name);
    if (option.multiple === true) {
      list = [...(Array.isArray(earlier) ? earlier : []), token.value];
      values.set(token.name, list);
    } else if (earlier === undefined) values.set(token.name, token.value);
    else throw usageError(command, `${token.rawName} is given twice`);
  }
  return { values, positionals };
}

function unknownOption(name: string, known: readonly string[]): string {
  const near = closest(name.replace(/^-+/, ''), known);
  return `has no option ${JSON.stringify(name)}${near === null ? '' : `; did you mean --${near}?`}`;
}

export function usageError(command: string, what: string): ReturnType<typeof configurationError> {
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

/** One of the accepted words, or the default where the option is not given. */
export function choiceOption<const T extends string>(
  command: string,
  options: ParsedOptions,
  name: string,
  accepted: readonly [T, ...T[]],
): T {
  const value = textOption(options, name);
  if (value === undefined) return accepted[0];
  const choice = accepted.find((word) => word === value);
  if (choice === undefined) {
    throw usageError(command, `--${name} accepts ${accepted.join(', ')}, not ${JSON.stringify(value)}`);
  }
  return choice;
}

/** `--catalogue-url`, OpenRouter's own where it is not given; NoVerdictError (2) where it is no URL of a catalogue. */
export function catalogueUrlOption(options: ParsedOptions): URL {
  return parseCatalogueUrl(textOption(options, 'catalogue-url') ?? DEFAULT_CATALOGUE_URL);
}

/** A whole number from `least` to a billion, as the manifest has them, or `usual` where the option is not given. */
export function wholeOption(
  command: string,
  options: ParsedOptions,
  name: string,
  { least, usual }: { readonly least: number; readonly usual: number },
): number {
  const text = textOption(options, name);
  if (text === undefined) return usual;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= LARGEST_WHOLE_NUMBER) return value;
  throw usageError(command, `--${name} accepts a whole number from ${least}, not ${JSON.stringify(text)}`);
}
