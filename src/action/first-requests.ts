import { refuseUnverifiedTls } from '../lib/http/network.js';
import { fetchOver } from '../lib/http/request.js';
import { startModels, type StartedModels } from '../openrouter/catalogue/live.js';
import { type ActionWorld, type GitHubUrls, gitHubUrls, readEventPayload } from './environment.js';
import { type GitHubClient, createClient } from './github/client.js';
import { type RunEvent, parseEvent } from './github/event.js';
import { type RepositoryFacts, readRepository } from './github/read-repository.js';
import { type ActionInputs, namesSeveral } from './inputs.js';

/** The run as inputs and event describe it, and the two requests that need nothing else. */
export interface FirstRequests {
  readonly inputs: ActionInputs;
  readonly event: RunEvent;
  readonly client: GitHubClient;
  /** The same client with a total of time for all that is read before the check. */
  readonly reading: GitHubClient;
  readonly urls: GitHubUrls;
  /** The catalogue's list of models. */
  readonly models: Promise<StartedModels>;
  /** What GitHub's first query brings. NoVerdictError (2) where the repository cannot be read. */
  readonly facts: Promise<RepositoryFacts>;
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
  // First, since the lists of endpoints have to wait for it.
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
  // It may fail before it is awaited, and Node ends a process with a rejected promise that has no handler.
  facts.catch(() => undefined);
  return { inputs, event, client, reading, urls, models, facts };
}

/** What reading the repository may take in all: two secondary limits of a minute fit into it. */
const READING_TOTAL_MS = 150_000;

/** Several manifests are read once the commits are known. git has no file of this name. */
const NO_FILES = { manifest: '.git/none', lock: '.git/none' };
