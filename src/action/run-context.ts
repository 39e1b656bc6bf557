import { NoVerdictError, type Note } from '../lib/errors/problem.js';
import { networkNotes } from '../lib/http/network.js';
import { policyFrom } from '../manifest/parse.js';
import { readYaml } from '../manifest/yaml-tree.js';
import { expandManifests, type ManifestFiles, readManifestFiles, textOrAbsent } from './manifests.js';
import { readApprovals } from './github/pull-request.js';
import type { GitHubClient } from './github/client.js';
import type { RepositoryFacts } from './github/read-repository.js';
import { type ActionInputs, namesSeveral } from './inputs-and-outputs.js';
import type { GitHubUrls, Variable } from './environment.js';
import type { RunEvent } from './github/event.js';
import type { StartedModels } from '../openrouter/catalogue/start-models.js';
import type { ChangeTarget } from '../budget/verdict/judge.js';
import type { FileReader, SideFile, Sources } from '../check/sources.js';
import { fileReader } from './github/read-files.js';

/** The run as inputs and event describe it, and the two requests that depend on nothing else. */
export interface FirstRequests {
  readonly inputs: ActionInputs;
  readonly event: RunEvent;
  readonly client: GitHubClient;
  /** The same client with one total of time for everything that is read before the check. */
  readonly reading: GitHubClient;
  readonly urls: GitHubUrls;
  /** The catalogue's list of models. */
  readonly models: Promise<StartedModels>;
  /** The answer to GitHub's first query. NoVerdictError (2) where the repository cannot be read. */
  readonly facts: Promise<RepositoryFacts>;
}

/** Everything that was read before the check begins. */
export interface RunContext extends Pick<FirstRequests, 'inputs' | 'event' | 'client' | 'models'> {
  readonly facts: RepositoryFacts;
  readonly files: FileReader;
  /** Null: one manifest, which `facts` has. */
  readonly several: readonly ManifestFiles[] | null;
  /** Users who approve the head commit and did not make it. */
  readonly approvedBy: readonly string[];
  /** What could not be read, and how the network was reached. */
  readonly notes: readonly Note[];
  /** The repository's page, for links. */
  readonly repositoryUrl: string;
}

/** Reads the rest of what a check needs. NoVerdictError (2) where the repository cannot be read. */
export async function readRunContext(first: FirstRequests, variable: Variable): Promise<RunContext> {
  const { inputs, event, client, reading, urls, models } = first;
  const facts = await first.facts;
  const files = fileReader(reading, {
    head: facts.head.sha,
    base: facts.base?.sha ?? null,
    'default branch': facts.defaultBranch.sha,
  });
  const several = namesSeveral(inputs.manifest)
    ? await readManifestFiles(await expandManifests(inputs.manifest, files), inputs.lock, files)
    : null;
  const policies = several === null ? [facts.policyText] : several.map(({ policy }) => textIn(policy));
  const approvals = await approvalsIn(reading, facts, policies);
  const { owner, name } = event.repository;
  return {
    inputs,
    event,
    client,
    models,
    facts,
    files,
    several,
    approvedBy: approvals.approvedBy,
    notes: [...facts.notes, ...approvals.notes, ...networkNotes(variable)],
    repositoryUrl: `${urls.server}/${owner}/${name}`,
  };
}

function textIn(file: SideFile): string | null {
  return file.state === 'text' ? file.text : null;
}

/** The approvals that an override needs. A policy names its label; one that is not valid ends the check later. */
async function approvalsIn(
  client: GitHubClient,
  { pullRequest }: RepositoryFacts,
  policies: readonly (string | null)[],
) {
  if (pullRequest === null) return { approvedBy: [], notes: [] };
  const texts = pullRequest.labels.length === 0 ? [] : policies.filter((text) => text !== null);
  const labels = await Promise.all(texts.map(labelIn));
  return await readApprovals(
    client,
    pullRequest,
    labels.filter((label) => label !== undefined),
  );
}

async function labelIn(policyText: string): Promise<string | undefined> {
  try {
    return policyFrom(await readYaml(policyText), '').policy.override_label;
  } catch (error) {
    if (error instanceof NoVerdictError) return undefined;
    throw error;
  }
}

/** Puts what was read through the API into the form that a check takes. */
export function sourcesOf(context: RunContext): Sources {
  const { inputs, facts } = context;
  const { defaultBranch } = facts;
  const [manifestFile = ''] = inputs.manifest;
  return {
    ...commonSources(context),
    manifestFile,
    head: { commit: facts.head.sha, text: facts.head.text, problem: null, file: null },
    base:
      facts.base === null
        ? null
        : { commit: facts.base.sha, text: facts.base.text, problem: facts.base.problem ?? null, file: null },
    policy: { ref: defaultBranch.name, sha: defaultBranch.sha, text: facts.policyText },
    lock: { file: inputs.lock, text: facts.lockfileText },
  };
}

/**
 * Does the same for one of several manifests. NoVerdictError (2) where its text at head or on the default branch is not
 * usable.
 */
export function sourcesOfOne(context: RunContext, manifest: ManifestFiles): Sources {
  const { facts } = context;
  const { head, base, defaultBranch } = facts;
  const { file, lockfile } = manifest;
  return {
    ...commonSources(context),
    manifestFile: file,
    head: { commit: head.sha, text: textOrAbsent(manifest.head, file, head.sha), problem: null, file: null },
    base:
      base === null
        ? null
        : {
            commit: base.sha,
            text: textIn(manifest.base),
            problem: manifest.base.state === 'unusable' ? manifest.base.reason : base.problem,
            file: null,
          },
    policy: {
      ref: defaultBranch.name,
      sha: defaultBranch.sha,
      text: textOrAbsent(manifest.policy, file, defaultBranch.sha),
    },
    lock: { file: lockfile, text: textOrAbsent(manifest.lock, lockfile, defaultBranch.sha) },
  };
}

function commonSources(context: RunContext) {
  const { pullRequest } = context.facts;
  return {
    change: changeKind(context),
    files: context.files,
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
