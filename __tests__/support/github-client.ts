import { createClient, type ClientOptions, type GitHubClient } from '../../src/action/github/client.js';
import { parseEvent, type RunEvent } from '../../src/action/github/event.js';
import { fetchOver, sendThrough } from '../../src/lib/http/request.js';
import { fakeTime, type FakeTime } from './fake-time.js';
import type { TestRun } from './github-events.js';
import type { GitHubServer } from './github-server.js';

/** A time in which every random pause is half of its bound: 250 ms, 500 ms, 1 s. */
export function evenTime(): FakeTime {
  return fakeTime('2026-11-24T09:00:00Z', () => 0.5);
}

export async function clientFor(server: GitHubServer, options: Partial<ClientOptions> = {}): Promise<GitHubClient> {
  const [owner = '', name = ''] = server.repository.split('/');
  return await createClient({
    token: server.token,
    apiUrl: server.url,
    graphqlUrl: server.graphqlUrl,
    repository: { owner, name },
    fetch: fetchOver(sendThrough(null)),
    effects: evenTime(),
    ...options,
  });
}

export function eventOf({ environment, payload }: TestRun): RunEvent {
  return parseEvent(
    {
      eventName: environment.GITHUB_EVENT_NAME,
      repository: environment.GITHUB_REPOSITORY,
      sha: environment.GITHUB_SHA,
      ref: environment.GITHUB_REF,
      runId: environment.GITHUB_RUN_ID,
      runAttempt: environment.GITHUB_RUN_ATTEMPT,
    },
    payload,
  );
}
