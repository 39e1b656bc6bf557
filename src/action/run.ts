import { NoVerdictError } from '../lib/errors/problem.js';
import { refuseUnverifiedTls } from '../lib/http/network.js';
import { startModels } from '../openrouter/catalogue/start-models.js';
import {
  type ActionEnvironment,
  type ActionWorld,
  checkReportFile,
  gitHubUrls,
  readEventPayload,
} from './environment.js';
import { parseEvent } from './github/event.js';
import { type ActionInputs, readInputs } from './inputs-and-outputs.js';
import type { FirstRequests } from './run-context.js';

/**
 * Runs the action: reads inputs and event, reads everything at its commits, checks, and publishes. `openWorld` loads what
 * writes to the runner. Returns the exit code, and hands it to `decided` as soon as it is known, since what follows (the
 * comment) may be cut off.
 */
export async function runAction(
  environment: ActionEnvironment,
  openWorld: () => Promise<ActionWorld>,
  decided: (exitCode: number) => void,
): Promise<number> {
  const started = await start(environment);
  // Everything else is loaded while the first requests are under way, and not before them.
  const world = await openWorld();
  const { judgeRun } = await import('./judge-run.js');
  return await judgeRun(started, world, decided);
}

/** Sends the first requests. Returns the reason where inputs or event allow no verdict. */
async function start(environment: ActionEnvironment): Promise<FirstRequests | NoVerdictError> {
  try {
    const inputs = readInputs(environment.input);
    await checkReportFile(inputs['report-file'], environment.variable);
    return await sendFirstRequests(inputs, environment);
  } catch (error) {
    if (error instanceof NoVerdictError) return error;
    throw error;
  }
}

/**
 * Requests the list of models, and sends GitHub's first query as soon as its part is loaded. NoVerdictError (2) where the
 * event cannot be read, or the environment does not allow requests.
 */
export async function sendFirstRequests(
  inputs: ActionInputs,
  { variable, effects }: ActionEnvironment,
): Promise<FirstRequests> {
  refuseUnverifiedTls(variable);
  const event = parseEvent(
    {
      eventName: variable('GITHUB_EVENT_NAME') || undefined,
      repository: variable('GITHUB_REPOSITORY'),
      sha: variable('GITHUB_SHA'),
      ref: variable('GITHUB_REF'),
      runId: variable('GITHUB_RUN_ID'),
      runAttempt: variable('GITHUB_RUN_ATTEMPT'),
    },
    await readEventPayload(variable),
  );
  const urls = gitHubUrls(variable);
  // This request goes first, since the lists of endpoints wait for its answer and it is the slower one.
  const models = startModels({ url: inputs['catalogue-url'] }, effects);
  const { queryRepository } = await import('./github/first-query.js');
  return { inputs, event, urls, models, ...(await queryRepository(inputs, event, urls, effects)) };
}
