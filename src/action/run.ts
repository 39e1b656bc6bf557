import { check } from '../check/check.js';
import { errorReport } from '../check/render.js';
import { accountClient } from '../openrouter/account/account-client.js';
import { isGate } from './github/event.js';
import { readInputs } from './inputs.js';
import type { ActionInputs } from './inputs.js';
import type { Note } from '../lib/errors/note.js';
import { NoVerdictError } from '../lib/errors/problem.js';
import { errorExitCode, exitCodeOf } from '../report/model/exit-code.js';
import type { ErrorReport, Report } from '../report/model/schema.js';
import { logLine } from '../lib/text/log.js';
import { problemsOfUsage, readUsage } from '../usage/read/read-usage.js';
import { notesOfUnreadable, notesOfUsage } from '../usage/read/usage-notes.js';
import type { Usage } from '../usage/read/usage.js';
import { readRunContext } from './run-context.js';
import type { RunContext } from './run-context.js';
import { publish } from './publish.js';
import { checkReportFile } from './publish.js';
import { sourcesOf } from './run-context.js';
import type { ActionWorld } from './environment.js';

/**
 * The action's story: read inputs and event, read everything at its commits, check, publish. Returns the exit code,
 * and hands it to `decided` as soon as it stands, since what follows (the comment) may be cut off.
 */
export async function runAction(world: ActionWorld, decided: (exitCode: number) => void): Promise<number> {
  const opening = await settle(() => open(world));
  if (opening.kind === 'no verdict') {
    return await conclude(world, null, opening.report, opening.error.processExitCode, decided);
  }
  const context = opening.value;
  for (const { message } of context.facts.notes) world.warn(message);
  const failOn = context.inputs['fail-on'];
  const checking = await settle(() => checkAt(context, world));
  return checking.kind === 'no verdict'
    ? await conclude(world, context, checking.report, errorExitCode(checking.error.exitCode, failOn), decided)
    : await conclude(world, context, checking.value, exitCodeOf(checking.value, failOn), decided);
}

async function checkAt(context: RunContext, world: ActionWorld): Promise<Report> {
  const catalogueUrl = context.inputs['catalogue-url'];
  const apiKey = context.inputs['openrouter-api-key'];
  const account = apiKey === '' ? null : accountClient({ catalogueUrl, apiKey, effects: world.effects });
  const recordings = await usageOf(context.inputs.usage, world);
  const options = { catalogueUrl, offline: false, at: null, explain: false, account, ...recordings };
  return await check(sourcesOf(context), options, world.effects);
}

/** At most so many places that were not understood are named in the log; the report has their number. */
const MOST_NAMED = 20;

/**
 * Files that the job's own suites wrote, so they are read from the workspace, and from nowhere outside it. They are
 * information: whatever is wrong with them is a note, and the verdict stands.
 */
async function usageOf(
  globs: readonly string[],
  world: ActionWorld,
): Promise<{ readonly usage: Usage | null; readonly usageNotes: readonly Note[] }> {
  if (globs.length === 0) return { usage: null, usageNotes: [] };
  const cwd = world.variable('GITHUB_WORKSPACE') || '.';
  const reading = await settle(() => readUsage(globs, { cwd, within: cwd }));
  if (reading.kind === 'no verdict') return { usage: null, usageNotes: notesOfUnreadable(reading.error) };
  const usage = reading.value;
  for (const { message, file, line } of problemsOfUsage(usage).slice(0, MOST_NAMED)) {
    const place = file === null ? '' : line === null ? `${file}: ` : `${file}, line ${line}: `;
    world.log(logLine(`Recordings: ${place}${message}`));
  }
  return { usage: usage.exchanges.read > 0 ? usage : null, usageNotes: notesOfUsage(usage) };
}

async function open(world: ActionWorld): Promise<RunContext> {
  const inputs: ActionInputs = readInputs(world.input);
  world.hide(inputs['github-token']);
  world.hide(inputs['openrouter-api-key']);
  await checkReportFile(inputs['report-file'], world);
  return await readRunContext(inputs, world);
}

async function conclude(
  world: ActionWorld,
  context: RunContext | null,
  report: Report | ErrorReport,
  exitCode: number,
  decided: (exitCode: number) => void,
): Promise<number> {
  const final = isGate(world.variable('GITHUB_EVENT_NAME')) ? exitCode : 0;
  decided(final);
  await publish(report, context, world);
  return final;
}

type Settled<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'no verdict'; readonly error: NoVerdictError; readonly report: ErrorReport };

async function settle<T>(step: () => Promise<T>): Promise<Settled<T>> {
  try {
    return { kind: 'done', value: await step() };
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    return { kind: 'no verdict', error, report: errorReport(error) };
  }
}
