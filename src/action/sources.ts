import type { Sources } from '../check/sources.js';
import type { Desk } from './desk.js';

/** What was read through the API, in the form that a check takes. */
export function sourcesOf({ inputs, facts }: Desk): Sources {
  const { defaultBranch, pullRequest } = facts;
  return {
    manifestFile: inputs.manifest,
    head: { commit: facts.head.sha, text: facts.head.text, problem: null },
    base:
      facts.base === null
        ? null
        : { commit: facts.base.sha, text: facts.base.text, problem: facts.base.problem ?? null },
    policy: { ref: defaultBranch.name, sha: defaultBranch.sha, text: facts.policyText },
    baseExcuses: facts.baseIsDefaultBranch,
    lock: facts.lockText === null ? null : { file: inputs.lock, text: facts.lockText },
    approvals: pullRequest === null ? null : { labels: pullRequest.labels, approvedBy: pullRequest.approvals },
    changedFiles: pullRequest?.changedFiles ?? null,
  };
}
