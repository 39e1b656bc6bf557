import { resolve } from 'node:path';
import { check } from '../check/check.js';
import { renderError, renderReport } from '../check/render.js';
import type { OutputFormat } from '../check/render.js';
import { NoVerdictError } from '../lib/errors/problem.js';
import { errorExitCode, exitCodeOf, FAIL_ON } from '../report/model/exit-code.js';
import type { FailOn } from '../report/model/exit-code.js';
import { writeTextFile } from '../lib/files/write-file.js';
import { catalogueUrlOption, choiceOption, isGiven, parseOptions, textOption, usageError } from './options.js';
import type { ParsedOptions } from './options.js';
import { withProgress } from './progress.js';
import { DEFAULT_LOCK, DEFAULT_MANIFEST, gatherSources } from './sources-on-disk.js';
import { wantsColour } from './world.js';
import type { World } from './world.js';

const OPTIONS = {
  base: { type: 'string' },
  policy: { type: 'string' },
  'catalogue-url': { type: 'string' },
  lock: { type: 'string' },
  offline: { type: 'boolean' },
  at: { type: 'string' },
  format: { type: 'string' },
  output: { type: 'string' },
  explain: { type: 'boolean' },
  'fail-on': { type: 'string' },
} as const;

/** `llm-budget check`: the main job. Figures go to stdout or `--output`, everything else to stderr. */
export async function checkCommand(args: readonly string[], world: World): Promise<number> {
  let format: OutputFormat = asksForJson(args) ? 'json' : 'table';
  let failOn: FailOn = 'violation';
  let output: string | null = null;
  try {
    const options = parseOptions('check', args, OPTIONS, 1);
    format = choiceOption('check', options, 'format', ['table', 'json', 'markdown']);
    failOn = choiceOption('check', options, 'fail-on', FAIL_ON);
    output = textOption(options, 'output') ?? null;
    const show = { format, output, explain: isGiven(options, 'explain') };
    return await checkAndShow(options, show, failOn, world);
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    // A reader of the document gets a document, whatever happened; a person gets the lines on stderr alone.
    if (format !== 'table') await put(renderError(error, format), output, world);
    throw new NoVerdictError(error.exitCode, error.problems, errorExitCode(error.exitCode, failOn));
  }
}

/** Known before the options are: whoever asked for a document gets one for a wrong option too. */
function asksForJson(args: readonly string[]): boolean {
  return args.includes('--format=json') || args.some((arg, index) => arg === '--format' && args[index + 1] === 'json');
}

interface Show {
  readonly format: OutputFormat;
  readonly output: string | null;
  readonly explain: boolean;
}

async function checkAndShow(options: ParsedOptions, show: Show, failOn: FailOn, world: World): Promise<number> {
  const sources = await gatherSources(
    {
      manifest: options.positionals[0] ?? DEFAULT_MANIFEST,
      base: textOption(options, 'base') ?? null,
      policy: textOption(options, 'policy') ?? null,
      lock: textOption(options, 'lock') ?? DEFAULT_LOCK,
    },
    world.cwd,
  );
  const settings = {
    catalogueUrl: catalogueUrlOption(options),
    offline: isGiven(options, 'offline'),
    at: instantOf(textOption(options, 'at')),
    explain: show.explain,
    account: null,
    usage: null,
  };
  const report = await withProgress(`Asking ${settings.catalogueUrl.host} for prices`, world, () =>
    check(sources, settings, world.effects),
  );
  const terminal = { colour: show.output === null && wantsColour(world), width: world.stdout.columns };
  await put(renderReport(report, show.format, { ...terminal, explain: show.explain }), show.output, world);
  return exitCodeOf(report, failOn);
}

async function put(text: string, output: string | null, world: World): Promise<void> {
  if (output === null) world.stdout.write(text);
  else await writeTextFile(resolve(world.cwd, output), text);
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,3})?)?(?:Z|[+-]\d{2}:\d{2})$/;

/** An instant with its zone, so that the same command gives the same prices everywhere. */
function instantOf(text: string | undefined): Date | null {
  if (text === undefined) return null;
  const instant = new Date(text);
  if (INSTANT.test(text) && !Number.isNaN(instant.getTime())) return instant;
  throw usageError('check', `--at accepts a time with its zone such as 2026-11-24T18:30Z, not ${JSON.stringify(text)}`);
}
