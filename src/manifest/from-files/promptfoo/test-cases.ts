import { parse as parseCsv } from 'csv-parse/sync';
import { isPathPattern } from '../../../lib/inputs.js';
import { eachLine, MAX_DATA_BYTES, parseJson } from '../rows.js';
import { once } from '../file-set.js';
import {
  type Config,
  type Mapping,
  ConfigFault,
  dataOf,
  expand,
  faulting,
  folderOf,
  isMapping,
  listOf,
  pathFrom,
  namedText,
} from './config-file.js';
import { isCode } from '../../scalars.js';

/** Reads the test cases of a promptfoo configuration. */

/** One test with everything that it inherits. */
export interface TestCase {
  readonly vars: Readonly<Record<string, unknown>>;
  readonly asserts: readonly Mapping[];
  readonly options: Mapping;
  readonly provider: unknown;
  readonly providers: readonly string[] | null;
  readonly prompts: readonly string[] | null;
  /** Whether the test states its answer, so that it makes no request to a provider. */
  readonly hasOutput: boolean;
  /** The data file that the test is a row of; null for one in the configuration. */
  readonly file: string | null;
}

interface RawTest {
  readonly test: Mapping;
  readonly file: string | null;
}

/**
 * Reads the tests and the scenarios, each with `defaultTest`. Without any there is one test, with the fields of
 * `defaultTest`.
 */
export function readTests(config: Config): TestCase[] {
  const { root } = config;
  const defaults = readDefaultTest(config);
  const tests = testsIn(root.tests, config, config.folder, ['tests']);
  const hasScenarios = root.scenarios !== undefined && root.scenarios !== null;
  const scenarios = hasScenarios ? scenarioTests(config, defaults) : [];
  const plain = tests.length > 0 || hasScenarios ? tests : [{ test: {}, file: null }];
  return [...plain, ...scenarios].map((raw) => withDefaults(raw, defaults, config));
}

function readDefaultTest(config: Config): Mapping {
  const written = config.root.defaultTest;
  const at = ['defaultTest'];
  if (typeof written !== 'string') return isMapping(written) ? withVarFiles(written, config, config.folder, at) : {};
  const data = fileData(written, config, config.folder, at);
  return isMapping(data) ? withVarFiles(data, config, config.folder, at) : {};
}

/** Reads a list of tests in each form that promptfoo accepts. */
function testsIn(written: unknown, config: Config, folder: string, at: (string | number)[]): RawTest[] {
  if (isMapping(written) && typeof written.path === 'string') return standaloneTests(written.path, config, folder, at);
  if (typeof written === 'string' && !/ya?ml$/.test(written)) {
    return written === '' ? [] : standaloneTests(written, config, folder, at);
  }
  if (isMapping(written)) throw config.fault(at, 'expected a list of tests, a file of them, or {path: …}');
  return listOf(written).flatMap((item, index): RawTest[] => {
    const place = [...at, index];
    if (typeof item === 'string') return fileTests(item, config, folder, place);
    if (!isMapping(item)) throw config.fault(place, 'expected a test: a mapping with vars, or a file of tests');
    if (typeof item.path === 'string') return standaloneTests(item.path, config, folder, place);
    return [{ test: checked(withVarFiles(item, config, folder, place), config, place), file: null }];
  });
}

/** Reads the tests of a file, or of every file that a pattern matches. */
function fileTests(reference: string, config: Config, folder: string, at: (string | number)[]): RawTest[] {
  refuseElsewhere(reference, config, at);
  const path = pathFrom(config, folder, reference, at);
  const paths = expand(config, path);
  if (paths.length === 0 && config.files.list() !== null)
    throw config.fault(at, `no file of tests matches ${reference}`);
  return paths.flatMap((file) => testsOfFile(file, config, at, false));
}

function standaloneTests(reference: string, config: Config, folder: string, at: (string | number)[]): RawTest[] {
  refuseElsewhere(reference, config, at);
  const path = pathFrom(config, folder, reference, at);
  if (isPathPattern(path))
    throw config.fault(at, `${reference} is a pattern: write it as an item of a list, tests: [${reference}]`);
  return testsOfFile(path, config, at, true);
}

/** Refuses tests that are not in the repository, or that only running code can make. */
function refuseElsewhere(reference: string, config: Config, at: (string | number)[]): void {
  const instead = 'list the calls of the suite with `count` instead';
  if (/^(?!file:)[a-z]+:\/\//.test(reference))
    throw config.fault(at, `tests ${reference} are not in the repository: ${instead}`);
  if (isCode(reference)) throw config.fault(at, `tests ${reference} are code, which is not run: ${instead}`);
  if (/\.xlsx?(?:#.*)?$/i.test(reference)) {
    throw config.fault(at, `tests ${reference} are a spreadsheet, which is not read: save it as CSV, or ${instead}`);
  }
}

function testsOfFile(file: string, config: Config, at: (string | number)[], isStandalone: boolean): RawTest[] {
  const extension = /\.([a-z]+)$/i.exec(file)?.[1]?.toLowerCase() ?? '';
  const text = namedText(config, file, MAX_DATA_BYTES, at);
  if (text === null) return [];
  const rows = once(config.files.results.tests, text, `tests ${extension} ${String(isStandalone)}`, () =>
    rowsOf(file, extension, text, isStandalone),
  );
  if (rows === null) throw config.fault(at, `tests ${file}: a file of .csv, .json, .jsonl, .yaml or .yml is accepted`);
  return rows.map((row, index) => {
    if (!isMapping(row)) throw new ConfigFault(`has a test that is no mapping: number ${index + 1}`, file);
    return { test: checked(withVarFiles(row, config, folderOf(file), at), config, at, file), file };
  });
}

function rowsOf(file: string, extension: string, text: string, isStandalone: boolean): readonly unknown[] | null {
  switch (extension) {
    case 'csv':
      return csvTests(file, text);
    case 'jsonl': {
      const rows: unknown[] = [];
      faulting(file, () => {
        eachLine(text, (line, number) => rows.push(parseJson(line, number)));
      });
      return rows;
    }
    case 'json':
      return listOf(faulting(file, () => parseJson(text, null)));
    case 'yaml':
    case 'yml': {
      const data = dataOf(file, text);
      if (data === null || data === undefined) throw new ConfigFault('is empty; expected a list of tests', file);
      const rows = listOf(data);
      return isStandalone ? rows.map((row) => (isMapping(row) && row.vars === undefined ? fromRow(row) : row)) : rows;
    }
    default:
      return null;
  }
}

/** Reads a CSV of tests as strictly as promptfoo does: every record has as many fields as the header. */
function csvTests(file: string, text: string): Mapping[] {
  const parse = (relax_quotes: boolean): unknown[] => parseCsv(text, { columns: true, bom: true, relax_quotes });
  let rows: unknown[];
  try {
    rows = parse(false);
  } catch {
    try {
      rows = parse(true);
    } catch (error) {
      const line = error instanceof Error && 'lines' in error && typeof error.lines === 'number' ? error.lines : null;
      const where = line === null ? '' : ` in line ${line}`;
      throw new ConfigFault(
        `is not CSV that promptfoo reads${where}: blank lines, open quotation marks or more fields than the header has`,
        file,
        line === null ? null : { file, line, column: 1 },
      );
    }
  }
  return rows.map((row) => fromRow(isMapping(row) ? row : {}));
}

/**
 * Makes a test from a row of a table: `__expected…` are assertions, other names with two underscores are settings, the
 * rest are variables.
 */
function fromRow(row: Mapping): Mapping {
  const vars: Record<string, unknown> = {};
  const assert: Mapping[] = [];
  const options: Record<string, unknown> = {};
  const settings: Record<string, unknown> = {};
  for (const [written, value] of Object.entries(row)) {
    const key = written.trim();
    if (key.startsWith('__expected')) {
      if (typeof value === 'string' && value.trim() !== '') assert.push({ type: assertionType(value.trim()) });
    } else if (key === '__prefix') options.prefix = value;
    else if (key === '__suffix') options.suffix = value;
    else if (key === '__providerOutput') settings.providerOutput = value;
    else if (!/^__(?:description|metric|threshold|metadata|config)/.test(key)) vars[key] = value;
  }
  return { vars, assert, options, ...settings, isTableRow: true };
}

/** Returns the type of an assertion in a cell, such as `llm-rubric: is polite`, `similar(0.8): x` or a plain text. */
function assertionType(cell: string): string {
  if (/^(?:javascript|fn|eval|python):/.test(cell) || cell.startsWith('file://')) return 'javascript';
  if (cell.startsWith('grade:')) return 'llm-rubric';
  return /^((?:not-)?[a-z][a-z-]*(?::[a-z-]+)?)(?:\(\d+(?:\.\d+)?\))?(?::|$)/.exec(cell)?.[1] ?? 'equals';
}

/** Reads `vars` where it is a file or a list of files. */
function withVarFiles(test: Mapping, config: Config, folder: string, at: (string | number)[]): Mapping {
  const { vars } = test;
  if (typeof vars !== 'string' && !Array.isArray(vars)) return test;
  const merged: Record<string, unknown> = {};
  for (const reference of listOf(vars)) {
    if (typeof reference !== 'string')
      throw config.fault([...at, 'vars'], 'expected a mapping of variables, or files of them');
    if (reference.startsWith('file://')) {
      const path = reference.slice('file://'.length);
      throw config.fault(at, `vars ${reference}: promptfoo reads no file here that begins with file://; write ${path}`);
    }
    for (const path of expand(config, pathFrom(config, folder, reference, at))) {
      const data = fileData(path, config, '', at);
      if (isMapping(data)) Object.assign(merged, data);
    }
  }
  return { ...test, vars: merged };
}

const TEST_KEYS = ['assert', 'vars', 'options', 'metadata', 'provider', 'providerOutput', 'threshold'];

function checked(test: Mapping, config: Config, at: (string | number)[], file: string | null = null): Mapping {
  if (TEST_KEYS.some((key) => test[key] !== undefined && test[key] !== null)) return test;
  const keys = TEST_KEYS.join(', ');
  throw file === null
    ? config.fault(at, `expected a test with one of ${keys}`)
    : new ConfigFault(`has a test without any of ${keys}`, file);
}

function scenarioTests(config: Config, defaults: Mapping): RawTest[] {
  const { root, folder } = config;
  const at = ['scenarios'];
  const written = typeof root.scenarios === 'string' ? fileData(root.scenarios, config, folder, at) : root.scenarios;
  const scenarios = listOf(written).flatMap((item) =>
    typeof item === 'string' ? listOf(fileData(item, config, folder, at)) : [item],
  );
  let crossed = 0;
  return scenarios.flat().flatMap((scenario, index): RawTest[] => {
    const place = [...at, index];
    if (!isMapping(scenario)) throw config.fault(place, 'expected a scenario: a mapping with config and tests');
    const data = scenario.config;
    if (!Array.isArray(data) || !data.every(isMapping)) {
      throw config.fault(place, 'expected config: a list of mappings with vars; promptfoo reads no file there');
    }
    const listed =
      typeof scenario.tests === 'string' ? fileData(scenario.tests, config, folder, place) : scenario.tests;
    const tests = testsIn(listed, config, folder, [...place, 'tests']);
    crossed += data.length * tests.length;
    if (crossed > MOST_TESTS) throw config.fault(place, TOO_MANY_TESTS);
    return data.flatMap((item) => tests.map((test) => merged(defaults, item, test)));
  });
}

function merged(defaults: Mapping, data: Mapping, { test, file }: RawTest): RawTest {
  const of = (from: Mapping, key: string): Mapping => (isMapping(from[key]) ? from[key] : {});
  return {
    file,
    test: {
      ...data,
      ...test,
      vars: { ...of(defaults, 'vars'), ...of(data, 'vars'), ...of(test, 'vars') },
      options: { ...of(defaults, 'options'), ...of(data, 'options'), ...of(test, 'options') },
      assert: [...listOf(data.assert), ...listOf(test.assert)],
    },
  };
}

function withDefaults({ test, file }: RawTest, defaults: Mapping, config: Config): TestCase {
  const of = (from: Mapping, key: string): Mapping => (isMapping(from[key]) ? from[key] : {});
  const options = { ...of(defaults, 'options'), ...of(test, 'options') };
  const asserts = [...(options.disableDefaultAsserts === true ? [] : listOf(defaults.assert)), ...listOf(test.assert)];
  return {
    vars: { ...of(defaults, 'vars'), ...of(test, 'vars') },
    asserts: asserts.map((assertion) => {
      if (isMapping(assertion)) return assertion;
      throw new ConfigFault('has an assertion that is no mapping with a type', file ?? config.path);
    }),
    options,
    provider: test.provider ?? defaults.provider ?? null,
    providers: references(test.providers ?? defaults.providers),
    prompts: references(test.prompts ?? defaults.prompts),
    hasOutput: test.providerOutput !== undefined && test.providerOutput !== null && test.providerOutput !== '',
    file,
  };
}

function references(value: unknown): readonly string[] | null {
  return Array.isArray(value) ? value.map(String) : null;
}

function fileData(reference: string, config: Config, folder: string, at: (string | number)[]): unknown {
  if (isCode(reference))
    throw config.fault(at, `${reference} is code, which is not run: list the calls with \`count\``);
  const path = pathFrom(config, folder, reference, at);
  if (!/\.(?:ya?ml|json)$/i.test(path)) {
    throw config.fault(at, `${reference} is neither YAML nor JSON; .yaml, .yml and .json are accepted`);
  }
  const text = namedText(config, path, MAX_DATA_BYTES, at);
  if (text === null) return null;
  return path.toLowerCase().endsWith('.json') ? faulting(path, () => parseJson(text, null)) : dataOf(path, text);
}

/** The most tests, with their variables expanded and their scenarios crossed. */
export const MOST_TESTS = 100_000;
export const TOO_MANY_TESTS = `more than ${MOST_TESTS.toLocaleString('en-US')} tests, with scenarios crossed and variables expanded`;

/**
 * Returns the values of a test's variables, one mapping for each request. Lists of text are expanded, and files are read.
 */
export function combinations(test: TestCase, config: Config): Map<string, unknown>[] {
  const isExpanded = test.options.disableVarExpansion !== true;
  let all = [new Map<string, unknown>()];
  for (const [name, value] of Object.entries(test.vars)) {
    const values = valuesOf(value, isExpanded, config);
    if (all.length * values.length > MOST_TESTS) throw new ConfigFault(`makes ${TOO_MANY_TESTS}`, config.path);
    if (values.length === 1) for (const one of all) one.set(name, values[0]);
    else all = all.flatMap((one) => values.map((inner) => new Map<string, unknown>([...one, [name, inner]])));
  }
  return all;
}

function valuesOf(value: unknown, isExpanded: boolean, config: Config): readonly unknown[] {
  if (typeof value === 'string') return value.startsWith('file://') ? fileValues(value, isExpanded, config) : [value];
  if (!isExpanded || !Array.isArray(value) || typeof value[0] !== 'string') return [value];
  return value.flatMap((item: unknown) =>
    typeof item === 'string' && item.startsWith('file://') ? fileValues(item, false, config) : [item],
  );
}

/**
 * Reads the value of a variable from a file: text is trimmed, YAML becomes compact JSON. A pattern gives one value for
 * each file.
 */
function fileValues(reference: string, isExpanded: boolean, config: Config): unknown[] {
  const { files, folder } = config;
  if (isCode(reference))
    throw config.fault(['tests'], `variable ${reference} is code, which is not run: list the calls with \`count\``);
  if (/\.(?:pdf|png|jpe?g|gif|webp|bmp|svg|mp[34]|wav|ogg|webm|mov)$/i.test(reference)) {
    throw config.fault(
      ['tests'],
      `variable ${reference} is no text, so its tokens cannot be counted: list the calls with \`count\``,
    );
  }
  const path = pathFrom(config, folder, reference, ['tests']);
  const paths = isExpanded ? expand(config, path) : [path];
  if (paths.length === 0 && files.list() !== null)
    throw config.fault(['tests'], `no file matches the variable ${reference}`);
  return paths.map((one) => {
    const text = namedText(config, one, MAX_DATA_BYTES, ['tests']);
    if (text === null) return '';
    return /\.ya?ml$/i.test(one) ? JSON.stringify(dataOf(one, text)) : text.trim();
  });
}
