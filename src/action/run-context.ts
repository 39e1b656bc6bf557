import { NoVerdictError } from '../lib/errors/problem.js';
import type { Note } from '../lib/errors/note.js';
import { networkNotes, refuseUnverifiedTls } from '../lib/http/network.js';
import { policyFrom } from '../manifest/parse.js';
import { readYaml } from '../manifest/yaml-tree.js';
import { readApprovals } from './github/pull-request.js';
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
  /** Users who approve the head commit and did not make it. */
  readonly approvedBy: readonly string[];
  /** What could not be read, and how the network was reached. */
  readonly notes: readonly Note[];
  readonly urls: GitHubUrls;
  /** The repository's page, for links. */
  readonly repositoryUrl: string;
}

/** Reads the event and the repository at its commits. NoVerdictError (2) where either cannot be read. */
export async function readRunContext(inputs: ActionInputs, world: ActionWorld): Promise<RunContext> {
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
  const client = await createClient({
    token: inputs['github-token'],
    apiUrl: urls.api,
    graphqlUrl: urls.graphql,
    repository: event.repository,
    fetch: fetchOver(world.effects.connect()),
    effects: world.effects,
    secrets: [inputs['openrouter-api-key']],
  });
  const reading = client.within(READING_TOTAL_MS);
  const facts = await readRepository(reading, event, { manifest: inputs.manifest, lock: inputs.lock });
  const approvals = await approvalsIn(reading, facts, inputs.manifest);
  const { owner, name } = event.repository;
  return {
    inputs,
    event,
    client,
    facts,
    approvedBy: approvals.approvedBy,
    notes: [...facts.notes, ...approvals.notes, ...networkNotes(variable)],
    urls,
    repositoryUrl: `${urls.server}/${owner}/${name}`,
  };
}

/** What reading the repository may take in all: two secondary limits of a minute fit into it. */
const READING_TOTAL_MS = 150_000;

/** The approvals that an override needs. The policy names its label; a policy that is not valid ends the check later. */
async function approvalsIn(client: GitHubClient, { pullRequest, policyText }: RepositoryFacts, manifest: string) {
  if (pullRequest === null) return { approvedBy: [], notes: [] };
  const label = pullRequest.labels.length === 0 || policyText === null ? undefined : labelIn(policyText, manifest);
  return await readApprovals(client, pullRequest, label);
}

function labelIn(policyText: string, manifest: string): string | undefined {
  try {
    return policyFrom(readYaml(policyText), manifest).policy.override_label;
  } catch (error) {
    if (error instanceof NoVerdictError) return undefined;
    throw error;
  }
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
    files,
    lock: { file: inputs.lock, text: facts.lockfileText },
    approvals: pullRequest === null ? null : { labels: pullRequest.labels, approvedBy: context.approvedBy },
    changedFiles: pullRequest?.changedFiles ?? null,
    notes: context.notes,
  };
}

/** A run after a pull request's checks (`workflow_run`) judges the pull request. */
function changeKind({ event, facts }: RunContext): ChangeTarget {
  if (!facts.baseIsDefaultBranch) return 'other_branch';
  if (event.name === 'merge_group') return 'merge_group';
  return event.pullRequest.kind === 'none' ? 'default_branch' : 'pull_request';
}
