import { createClient } from './github/client.js';
import type { GitHubClient } from './github/client.js';
import { parseEvent } from './github/event.js';
import type { RunEvent } from './github/event.js';
import { readRepository } from './github/read-repository.js';
import type { RepositoryFacts } from './github/read-repository.js';
import { fetchOver } from '../lib/http/request.js';
import type { ActionInputs } from './inputs.js';
import { gitHubUrls, readEventPayload } from './environment.js';
import type { GitHubUrls } from './environment.js';
import type { ActionWorld } from './world.js';

/** Everything that was read before the check begins, side by side. */
export interface RunContext {
  readonly inputs: ActionInputs;
  readonly event: RunEvent;
  readonly client: GitHubClient;
  readonly facts: RepositoryFacts;
  readonly urls: GitHubUrls;
  /** The repository's page, for links. */
  readonly repositoryUrl: string;
}

/** Reads the event and the repository at its commits. NoVerdictError (2) where either cannot be read. */
export async function readRunContext(inputs: ActionInputs, world: ActionWorld): Promise<RunContext> {
  const { variable } = world;
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
  const client = await createClient({
    token: inputs['github-token'],
    apiUrl: urls.api,
    graphqlUrl: urls.graphql,
    repository: event.repository,
    fetch: fetchOver(world.effects.connect()),
    effects: world.effects,
  });
  const facts = await readRepository(client, event, { manifest: inputs.manifest, lock: inputs.lock });
  const { owner, name } = event.repository;
  return { inputs, event, client, facts, urls, repositoryUrl: `${urls.server}/${owner}/${name}` };
}
