import { createClient, type ClientOptions, type GitHubClient } from '../../src/github/client.js';
import { parseEvent, type RunEvent } from '../../src/github/event.js';
import { fetchLike } from '../../src/http/request.js';
import type { RetryEffects } from '../../src/http/retry.js';
import { RETRY_LIMITS } from '../../src/http/retry.js';
import type { TestRun } from './github-events.js';
import type { GitHubServer } from './github-server.js';

/** A clock that moves only when somebody pauses, and remembers the pauses in milliseconds. */
export function stoppedClock(start = Date.UTC(2026, 10, 24, 9)): RetryEffects & { readonly pauses: number[] } {
  const pauses: number[] = [];
  let now = start;
  return {
    pauses,
    now: () => now,
    random: () => 0.5,
    sleep: (milliseconds) => {
      pauses.push(milliseconds);
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

export async function clientFor(
  server: GitHubServer,
  options: Partial<ClientOptions> & { attemptMs?: number } = {},
): Promise<GitHubClient> {
  const [owner = '', name = ''] = server.repository.split('/');
  const { attemptMs, ...rest } = options;
  return await createClient({
    token: server.token,
    apiUrl: server.url,
    graphqlUrl: server.graphqlUrl,
    repository: { owner, name },
    fetch: fetchLike,
    effects: stoppedClock(),
    ...(attemptMs === undefined ? {} : { limits: { ...RETRY_LIMITS, attemptMs } }),
    ...rest,
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
