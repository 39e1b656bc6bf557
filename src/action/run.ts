import { NoVerdictError } from '../lib/errors/problem.js';
import { refuseUnverifiedTls } from '../lib/http/network.js';
import { fetchOver } from '../lib/http/request.js';
import { startModels } from '../openrouter/catalogue/live.js';
import { type ActionWorld, checkReportFile, gitHubUrls, readEventPayload } from './environment.js';
import { createClient } from './github/client.js';
import { parseEvent } from './github/event.js';
import { readRepository } from './github/read-repository.js';
import { type ActionInputs, namesSeveral, readInputs } from './inputs-and-outputs.js';
import type { FirstRequests } from './run-context.js';

/**
 * Runs the action: reads inputs and event, reads everything at its commits, checks, and publishes. Returns the exit code, and
 * hands it to `decided` as soon as it is known, since what follows (the comment) may be cut off.
 */
export async function runAction(world: ActionWorld, decided: (exitCode: number) => void): Promise<number> {
  const started = await start(world);
  // Everything else is loaded while the first requests are under way, and not before them.
  const { judgeRun } = await import('./judge-run.js');
  return await judgeRun(started, world, decided);
}

/** Sends the first requests. Returns the reason where inputs or event allow no verdict. */
async function start(world: ActionWorld): Promise<FirstRequests | NoVerdictError> {
  try {
    const inputs = readInputs(world.input);
    world.hide(inputs['github-token']);
    world.hide(inputs['openrouter-api-key']);
    await checkReportFile(inputs['report-file'], world.variable);
    return await sendFirstRequests(inputs, world);
  } catch (error) {
    if (error instanceof NoVerdictError) return error;
    throw error;
  }
}

/**
 * Sends GitHub's first query and the request for the list of models, side by side. NoVerdictError (2) where the event
 * cannot be read, or the environment does not allow requests.
 */
export async function sendFirstRequests(inputs: ActionInputs, world: ActionWorld): Promise<FirstRequests> {
  const { variable } = world;
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
  const fetch = fetchOver(world.effects.connect());
  // This request goes first, since the lists of endpoints wait for its answer.
  const models = startModels({ url: inputs['catalogue-url'] }, world.effects);
  const client = await createClient({
    token: inputs['github-token'],
    apiUrl: urls.api,
    graphqlUrl: urls.graphql,
    repository: event.repository,
    fetch,
    effects: world.effects,
    secrets: [inputs['openrouter-api-key']],
  });
  const reading = client.within(READING_TOTAL_MS);
  const [manifest = ''] = inputs.manifest;
  const paths = namesSeveral(inputs.manifest) ? NO_FILES : { manifest, lock: inputs.lock };
  const facts = readRepository(reading, event, paths);
  // The query may fail before anything awaits it, and Node ends a process that has a rejected promise without a handler.
  facts.catch(() => undefined);
  return { inputs, event, client, reading, urls, models, facts };
}

/** The time for reading the repository, in milliseconds: two secondary limits of a minute fit into it. */
const READING_TOTAL_MS = 150_000;

/** Several manifests are read once the commits are known. git has no file of this name. */
const NO_FILES = { manifest: '.git/none', lock: '.git/none' };
