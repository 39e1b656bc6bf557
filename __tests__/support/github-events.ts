import type { GitHubServer } from './github-server.js';

/** Runs as the runner describes them: the event's file and the GITHUB_ variables that matter. */
export interface TestRun {
  readonly payload: unknown;
  readonly environment: {
    readonly GITHUB_EVENT_NAME: string;
    readonly GITHUB_REPOSITORY: string;
    readonly GITHUB_SHA: string;
    readonly GITHUB_REF: string;
    readonly GITHUB_RUN_ID: string;
    readonly GITHUB_RUN_ATTEMPT: string;
    readonly GITHUB_API_URL: string;
    readonly GITHUB_GRAPHQL_URL: string;
  };
}

export interface RunOptions {
  readonly runId?: number;
  readonly attempt?: number;
}

function run(
  server: GitHubServer,
  event: { name: string; sha: string; ref: string; payload: object },
  { runId = 1000, attempt = 1 }: RunOptions = {},
): TestRun {
  const [owner = '', name = ''] = server.repository.split('/');
  return {
    payload: { repository: { full_name: server.repository, name, owner: { login: owner } }, ...event.payload },
    environment: {
      GITHUB_EVENT_NAME: event.name,
      GITHUB_REPOSITORY: server.repository,
      GITHUB_SHA: event.sha,
      GITHUB_REF: event.ref,
      GITHUB_RUN_ID: String(runId),
      GITHUB_RUN_ATTEMPT: String(attempt),
      GITHUB_API_URL: server.url,
      GITHUB_GRAPHQL_URL: server.graphqlUrl,
    },
  };
}

function pullRequestPayload(server: GitHubServer, number: number): object {
  const pull = server.pullRequest(number);
  return {
    action: 'synchronize',
    number,
    pull_request: {
      number,
      user: { login: pull.author },
      head: { sha: pull.headSha, ref: pull.headBranch, repo: { full_name: pull.headRepository } },
      base: { sha: pull.baseSha, ref: pull.baseBranch, repo: { full_name: server.repository } },
    },
  };
}

export function pullRequestRun(server: GitHubServer, number: number, options?: RunOptions): TestRun {
  const sha = server.pullRequest(number).mergeSha;
  const payload = pullRequestPayload(server, number);
  return run(server, { name: 'pull_request', sha, ref: `refs/pull/${String(number)}/merge`, payload }, options);
}

export function pullRequestTargetRun(server: GitHubServer, number: number, options?: RunOptions): TestRun {
  const { baseSha, baseBranch } = server.pullRequest(number);
  const payload = pullRequestPayload(server, number);
  return run(server, { name: 'pull_request_target', sha: baseSha, ref: `refs/heads/${baseBranch}`, payload }, options);
}

export function workflowRunRun(
  server: GitHubServer,
  number: number,
  options: RunOptions & { readonly pullRequests?: readonly number[] } = {},
): TestRun {
  const pull = server.pullRequest(number);
  const workflow_run = {
    head_sha: pull.headSha,
    head_branch: pull.headBranch,
    head_repository: { full_name: pull.headRepository },
    pull_requests: (options.pullRequests ?? []).map((named) => ({
      number: named,
      head: { sha: server.pullRequest(named).headSha },
    })),
  };
  const payload = { action: 'completed', workflow_run };
  return run(server, { name: 'workflow_run', sha: pull.baseSha, ref: 'refs/heads/main', payload }, options);
}

export function mergeGroupRun(
  server: GitHubServer,
  group: { head: string; base: string; number: number; baseBranch?: string },
  options?: RunOptions,
): TestRun {
  const branch = group.baseBranch ?? 'main';
  const ref = `refs/heads/gh-readonly-queue/${branch}/pr-${String(group.number)}-${group.base}`;
  const merge_group = {
    head_sha: group.head,
    head_ref: ref,
    base_sha: group.base,
    base_ref: `refs/heads/${branch}`,
  };
  const payload = { action: 'checks_requested', merge_group };
  return run(server, { name: 'merge_group', sha: group.head, ref, payload }, options);
}

export function pushRun(
  server: GitHubServer,
  push: { before: string; after: string; branch?: string; deleted?: boolean },
  options?: RunOptions,
): TestRun {
  const ref = `refs/heads/${push.branch ?? 'main'}`;
  const payload = { ref, before: push.before, after: push.after, deleted: push.deleted ?? false };
  return run(server, { name: 'push', sha: push.after, ref, payload }, options);
}

export function scheduleRun(server: GitHubServer, sha: string, options?: RunOptions): TestRun {
  return run(server, { name: 'schedule', sha, ref: 'refs/heads/main', payload: { schedule: '0 3 * * *' } }, options);
}
