import type { Network } from '../../lib/http/network.js';
import { fetchOver } from '../../lib/http/request.js';
import type { GitHubUrls } from '../environment.js';
import { type ActionInputs, namesSeveral } from '../inputs-and-outputs.js';
import type { FirstRequests } from '../run-context.js';
import { createClient } from './client.js';
import type { RunEvent } from './event.js';
import { readRepository } from './read-repository.js';

/** Makes GitHub's client and sends the first query, which reads what a run with one manifest needs. */
export async function queryRepository(
  inputs: ActionInputs,
  event: RunEvent,
  urls: GitHubUrls,
  effects: Network,
): Promise<Pick<FirstRequests, 'client' | 'reading' | 'facts'>> {
  const client = await createClient({
    token: inputs['github-token'],
    apiUrl: urls.api,
    graphqlUrl: urls.graphql,
    repository: event.repository,
    fetch: fetchOver(effects.connect()),
    effects,
    secrets: [inputs['openrouter-api-key']],
  });
  const reading = client.within(READING_TOTAL_MS);
  const [manifest = ''] = inputs.manifest;
  const paths = namesSeveral(inputs.manifest) ? NO_FILES : { manifest, lock: inputs.lock };
  const facts = readRepository(reading, event, paths);
  // The query may fail before anything awaits it, and Node ends a process that has a rejected promise without a handler.
  facts.catch(() => undefined);
  return { client, reading, facts };
}

/** The time for reading the repository, in milliseconds: two secondary limits of a minute fit into it. */
const READING_TOTAL_MS = 150_000;

/** Several manifests are read once the commits are known. git has no file of this name. */
const NO_FILES = { manifest: '.git/none', lock: '.git/none' };
