import type { PromptFileReader, Sources } from '../check/sources.js';
import { readFilesAt } from './github/read-files.js';
import type { RunContext } from './run-context.js';

/** What was read through the API, in the form that a check takes. */
export function sourcesOf(context: RunContext): Sources {
  const { inputs, facts } = context;
  const { defaultBranch, pullRequest } = facts;
  return {
    manifestFile: inputs.manifest,
    head: { commit: facts.head.sha, text: facts.head.text, problem: null, file: null },
    base:
      facts.base === null
        ? null
        : { commit: facts.base.sha, text: facts.base.text, problem: facts.base.problem ?? null, file: null },
    policy: { ref: defaultBranch.name, sha: defaultBranch.sha, text: facts.policyText },
    baseExcuses: facts.baseIsDefaultBranch,
    readPromptFiles: promptFileReader(context),
    lock: { file: inputs.lock, text: facts.lockText },
    approvals: pullRequest === null ? null : { labels: pullRequest.labels, approvedBy: pullRequest.approvals },
    changedFiles: pullRequest?.changedFiles ?? null,
  };
}

/** Through the API at each side's commit; what head has already is not fetched again for the others. */
function promptFileReader({ client, facts }: RunContext): PromptFileReader {
  const commits = { head: facts.head.sha, base: facts.base?.sha ?? null, 'default branch': facts.defaultBranch.sha };
  const known = new Map<string, string>();
  return async (side, paths) => {
    const commit = commits[side];
    if (commit === null) return new Map();
    const files = await readFilesAt(client, commit, paths, known);
    for (const file of files.values()) if (file.state === 'text') known.set(file.oid, file.text);
    return files;
  };
}
