import { widthOf, wrap } from '../lib/text/columns.js';
import { USUAL_WIDTH } from './world.js';

/**
 * The commands: for each one its options, its operands and its help. Parser and help texts are both made from this table.
 */

export interface OptionDefinition {
  /** Without the dashes. */
  readonly name: string;
  /** The name of its value in the help, such as `FILE`; an option without it is a flag. */
  readonly value?: string;
  /** The value may be left out; the option is the empty text then. */
  readonly isOptional?: true;
  /** Takes several values, and may be given again. */
  readonly isList?: true;
  readonly text: string;
}

export interface CommandDefinition {
  /** One line of the overview. */
  readonly summary: string;
  /** The rest of the first line of its help, after the name of the command. */
  readonly usage: string;
  /** How many operands it takes at most. */
  readonly operands: number;
  /** Paragraphs below the usage. */
  readonly about: readonly string[];
  readonly options: readonly OptionDefinition[];
  /** Paragraphs below the options. */
  readonly details?: readonly string[];
  /** Command lines that run as they are. */
  readonly examples: readonly string[];
}

const CATALOGUE_URL: OptionDefinition = {
  name: 'catalogue-url',
  value: 'URL',
  text: 'another catalogue: https, or http to a loopback address',
};
const LOCK: OptionDefinition = {
  name: 'lock',
  value: 'FILE',
  text: 'the lockfile to fall back on (llm-budget.lock.json)',
};
const OFFLINE: OptionDefinition = { name: 'offline', text: 'use the lockfile without asking the catalogue' };
const PRICES = [CATALOGUE_URL, LOCK, OFFLINE];

const READ_FORMATS =
  'answers of OpenRouter, OpenAI, Anthropic, Google, Bedrock, Cohere, Mistral, DeepSeek, xAI, Perplexity, Voyage and Ollama as JSON, JSON Lines or event streams; cassettes of VCR.py, Ruby VCR, nock and Polly.js, and HAR files; batch output; the Activity of OpenRouter (CSV and API); OTLP/JSON, console and Jaeger traces with gen_ai, OpenInference or AI SDK attributes; promptfoo, DeepEval and inspect_ai results (.eval too); LangChain messages and LangSmith runs; Langfuse, LiteLLM, Helicone and Braintrust exports; AI SDK and pydantic-ai results; Claude Code, Codex, Gemini CLI and aider logs';

const DEFINITIONS = {
  check: {
    summary: 'price a manifest, compare it with a base, judge it by its budget',
    usage: '[MANIFEST] [OPTIONS]',
    operands: 1,
    about: ["Prices MANIFEST (llm-budget.yml) from OpenRouter's live catalogue and judges it by its budget."],
    options: [
      { name: 'base', value: 'REF|FILE', text: 'compare with the manifest at a git ref, or with another file' },
      {
        name: 'policy',
        value: 'REF',
        text: 'judge by the limits of the manifest at a git ref: they can be tightened, not loosened',
      },
      ...PRICES,
      {
        name: 'at',
        value: 'TIME',
        text: 'prices that depend on the hour as of this instant, e.g. 2026-11-24T18:30Z',
      },
      { name: 'format', value: 'FORMAT', text: 'table (default), json or markdown' },
      { name: 'output', value: 'FILE', text: 'write to this file instead of standard output' },
      { name: 'explain', text: "show the arithmetic behind each call's cost" },
      { name: 'fail-on', value: 'WHEN', text: 'violation (default), warning or never' },
    ],
    examples: [
      'llm-budget check',
      'llm-budget check --base origin/main --policy origin/main',
      'llm-budget check evals/llm-budget.yml --format json --output report.json',
    ],
  },
  lock: {
    summary: 'save the prices of the models in use to llm-budget.lock.json',
    usage: '[MANIFEST] [OPTIONS]',
    operands: 1,
    about: [
      "Saves current prices of the manifest's models to the lockfile: prices to fall back on, and to measure drift from.",
    ],
    options: [
      { name: 'lock', value: 'FILE', text: 'the lockfile (llm-budget.lock.json)' },
      CATALOGUE_URL,
      {
        name: 'check',
        text: "write nothing; exit 1 where the lockfile is absent or does not cover the manifest's models",
      },
    ],
    details: ['A lockfile that cannot be read is exit 3, with --check too.'],
    examples: ['llm-budget lock', 'llm-budget lock --check'],
  },
  models: {
    summary: 'look prices up in the catalogue',
    usage: '[QUERY] [OPTIONS]',
    operands: Number.POSITIVE_INFINITY,
    about: [
      "Lists the catalogue's prices per million tokens, the cheapest first: by completion, then by prompt price.",
      'QUERY: words that the id must contain; * in a word stands for any characters. Where no id does, QUERY is taken as',
      'the name that makers and other tools use, such as gpt-4o-2024-08-06. Exit 1 where no model matches.',
    ],
    options: [
      { name: 'endpoints', text: 'the cheapest and the most expensive endpoint of each of the first 30 matches' },
      { name: 'json', text: 'one JSON document, prices as exact decimal strings' },
      ...PRICES,
    ],
    details: [
      'Tiers, by the price of a million completion tokens: free; budget up to $1; mid up to $5; standard up to $20; premium.',
    ],
    examples: [
      'llm-budget models claude sonnet',
      "llm-budget models 'openai/gpt-5*' --endpoints",
      'llm-budget models us.anthropic.claude-sonnet-4-20250514-v1:0',
      'llm-budget models --json',
    ],
  },
  init: {
    summary: 'write a first manifest and a workflow',
    usage: '[MANIFEST] [OPTIONS]',
    operands: 1,
    about: [
      'Writes a first MANIFEST (llm-budget.yml) that passes check, and .github/workflows/llm-budget.yml.',
      'It asks nothing and overwrites nothing: where one of the files exists, it writes neither.',
    ],
    options: [
      { name: 'model', value: 'ID', text: 'the model of the first call (openai/gpt-5-mini)' },
      {
        name: 'suite',
        value: 'NAME',
        text: 'the suite it belongs to (evals); with --usage that of recordings that name none',
      },
      { name: 'calls', value: 'N', text: 'requests per run (100)' },
      { name: 'prompt-tokens', value: 'N', text: 'of one request (1000)' },
      { name: 'completion-tokens', value: 'N', text: 'of one request (300)' },
      {
        name: 'usage',
        value: 'GLOB',
        isList: true,
        text: 'make suites and calls from recordings instead; may be given again',
      },
      { name: 'runs', value: 'N', text: 'how many runs were recorded (as llm-budget record counted them, else 1)' },
      {
        name: 'promptfoo',
        value: '[CONFIG]',
        isOptional: true,
        text: 'take the calls from a promptfoo configuration instead (promptfooconfig.yaml)',
      },
      {
        name: 'provider-model',
        value: 'PROVIDER=ID',
        isList: true,
        text: 'the model behind a provider whose name does not tell it, or null; may be given again',
      },
      {
        name: 'grader',
        value: 'ID',
        text: "the model that grades where CONFIG names none (promptfoo's own default)",
      },
      {
        name: 'embedding',
        value: 'ID',
        text: "the model of embeddings where CONFIG names none (promptfoo's own default)",
      },
      { name: 'action', value: 'OWNER/REPO@REF', text: 'the action in the workflow' },
      { name: 'no-workflow', text: 'the manifest alone' },
      { name: 'stdout', text: 'print the manifest, write nothing' },
      ...PRICES,
    ],
    examples: [
      'llm-budget init',
      'llm-budget init --model anthropic/claude-sonnet-4.5 --suite rag-evals --calls 120',
      "llm-budget init --usage 'recordings/**/*.jsonl' --stdout",
      'llm-budget init --promptfoo evals/promptfooconfig.yaml',
    ],
  },
  record: {
    summary: 'run a command, record what its LLM calls use, refuse those beyond a cap',
    usage: '[OPTIONS] -- COMMAND...',
    operands: 0,
    about: [
      'Runs COMMAND behind a proxy on this machine that appends one row of usage per request to a file: suite, call, model, tokens, cost, id and time, and nothing of prompts, answers or keys.',
      'The command finds the proxy by OPENROUTER_BASE_URL, OPENAI_BASE_URL and ANTHROPIC_BASE_URL; requests are forwarded to where these pointed before.',
    ],
    options: [
      { name: 'suite', value: 'NAME', text: 'the suite of the manifest that the command runs' },
      { name: 'usage-file', value: 'FILE', text: 'where the rows go (llm-budget.usage.jsonl)' },
      { name: 'cap', value: 'AMOUNT', text: 'US dollars; a request that could exceed them is refused with 402' },
      { name: 'cap-from', value: 'MANIFEST', text: "take the cap from the suite's budget.per_run there" },
      { name: 'allow-unpriced', text: 'under a cap, let requests pass whose cost cannot be known' },
      ...PRICES,
    ],
    details: [
      "The exit code is the command's; 1 where requests were refused and the command ended with 0; 127 where it is not found, 126 where it may not be run.",
      'A request header x-llm-budget-call: NAME names the call of the request; it is not forwarded.',
    ],
    examples: [
      'llm-budget record -- npm run evals',
      'llm-budget record --suite rag-evals --cap 2.50 -- npm run evals',
      'llm-budget record --suite rag-evals --cap-from llm-budget.yml -- pytest evals',
    ],
  },
  calibrate: {
    summary: 'compare the manifest with what was really used',
    usage: '--usage GLOB... [OPTIONS] [MANIFEST]',
    operands: 1,
    about: [
      'Compares MANIFEST (llm-budget.yml) with what was really used, and proposes the numbers that were measured.',
    ],
    options: [
      {
        name: 'usage',
        value: 'GLOB...',
        isList: true,
        text: 'recordings of what was used; llm-budget usage --help lists what is read',
      },
      { name: 'suite', value: 'NAME', text: 'the suite of recordings that name none' },
      { name: 'runs', value: 'N', text: 'how many runs were recorded (as llm-budget record counted them, else 1)' },
      { name: 'json', text: 'print figures and proposals as one JSON document' },
      { name: 'write', text: 'put the proposals into the file; without it they are shown as a diff' },
      {
        name: 'max-error',
        value: 'PERCENT',
        text: 'exit 1 where the estimate of a suite is off by more, or a suite could not be measured',
      },
      { name: 'generations', text: 'ask OpenRouter what was charged (needs OPENROUTER_API_KEY)' },
      ...PRICES,
    ],
    examples: [
      "llm-budget calibrate --usage 'recordings/**/*.jsonl'",
      'llm-budget calibrate --usage traces.json --runs 5 --write',
      'llm-budget calibrate --usage usage.jsonl --max-error 20',
    ],
  },
  usage: {
    summary: 'add up what recordings say was used, and account for every file',
    usage: 'GLOB... [OPTIONS]',
    operands: Infinity,
    about: [
      'Adds up what recordings say was used: requests, tokens, what was charged, and the same tokens at catalogue prices. Every file and every recorded exchange is accounted for: read, without usage, or not understood.',
    ],
    options: [{ name: 'json', text: 'print the sums as one JSON document' }, ...PRICES],
    details: [
      `These recordings are read: ${READ_FORMATS}. A file of any of them may be packed with gzip.`,
      'Exit code: 0 where something was read or nothing was used, 2 where nothing was read.',
    ],
    examples: ["llm-budget usage 'recordings/**/*.jsonl'", 'llm-budget usage --json traces.json'],
  },
  credits: {
    summary: 'show what is left to spend on the OpenRouter account',
    usage: '[MANIFEST] [--catalogue-url URL]',
    operands: 1,
    about: [
      'Shows what the key in OPENROUTER_API_KEY has left to spend, and how many runs of MANIFEST (llm-budget.yml) that covers.',
    ],
    options: [
      {
        name: 'catalogue-url',
        value: 'URL',
        text: 'another catalogue for the prices; the key goes only to openrouter.ai or a loopback address',
      },
    ],
    examples: ['OPENROUTER_API_KEY=sk-or-... llm-budget credits'],
  },
  schema: {
    summary: 'print the JSON Schema of the manifest or the report',
    usage: '[--of manifest|report]',
    operands: 0,
    about: ['Prints the JSON Schema of the manifest (default), for editors, or of the report.'],
    options: [{ name: 'of', value: 'SUBJECT', text: 'manifest (default) or report' }],
    examples: ['llm-budget schema > llm-budget.schema.json'],
  },
} as const satisfies Readonly<Record<string, CommandDefinition>>;

export type CommandName = keyof typeof DEFINITIONS;

export const COMMANDS: Readonly<Record<CommandName, CommandDefinition>> = DEFINITIONS;

export function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(DEFINITIONS, name);
}

export const COMMAND_NAMES: readonly CommandName[] = Object.keys(DEFINITIONS).filter(isCommandName);

/** The smallest width. A narrower terminal breaks the lines itself. */
const LEAST_WIDTH = 40;

/** Makes the help of all commands for a terminal of `columns`; null where the width is not known. */
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

/** Makes the help of one command. */
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

/** Puts texts beside their names, or below them on a narrow terminal. */
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
