import { MAX_MANIFEST_BYTES } from '../manifest/yaml-scan.js';
import { type GitHubClient, createClient } from './github/client.js';
import { type RunEvent, parseEvent } from './github/event.js';
import { type RepositoryFacts, readRepository } from './github/read-repository.js';
import { fetchOver } from '../lib/http/request.js';
import type { ActionInputs } from './inputs.js';
import { type GitHubUrls, gitHubUrls, readEventPayload } from './environment.js';
import type { ActionWorld } from './environment.js';
import type { ChangeTarget } from '../budget/verdict/baseline.js';
import type { Sources } from '../check/sources.js';
import { fileReader } from './github/read-files.js';

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

/** What was read through the API, in the form that a check takes. */
export function sourcesOf(context: RunContext): Sources {
  const { inputs, facts } = context;
  const { defaultBranch, pullRequest } = facts;
  const files = fileReader(context.client, {
    head: facts.head.sha,
    base: facts.base?.sha ?? null,
    'default branch': defaultBranch.sha,
  });
  return {
    manifestFile: inputs.manifest,
    head: { commit: facts.head.sha, text: facts.head.text, problem: null, file: null },
    base:
      facts.base === null
        ? null
        : { commit: facts.base.sha, text: facts.base.text, problem: facts.base.problem ?? null, file: null },
    policy: { ref: defaultBranch.name, sha: defaultBranch.sha, text: facts.policyText },
    change: changeKind(context),
    readPromptFiles: (side, paths) => files.read(side, paths, { maxBytes: MAX_MANIFEST_BYTES }),
    lock: { file: inputs.lock, text: facts.lockfileText },
    approvals: pullRequest === null ? null : { labels: pullRequest.labels, approvedBy: pullRequest.approvals },
    changedFiles: pullRequest?.changedFiles ?? null,
  };
}

/** A run after a pull request's checks (`workflow_run`) judges the pull request. */
function changeKind({ event, facts }: RunContext): ChangeTarget {
  if (!facts.baseIsDefaultBranch) return 'other_branch';
  if (event.name === 'merge_group') return 'merge_group';
  return event.pullRequest.kind === 'none' ? 'default_branch' : 'pull_request';
}
