import { filesInMemory } from './files-in-memory.js';
import type { ManifestSource, PolicySource, Sources } from '../../src/check/sources.js';

/** What a check gathered, for tests of the story: every builder takes what a test is about and fills in the rest. */

export const FILE = 'llm-budget.yml';

/** A check of prices alone: without an account, recorded usage or arithmetic. */
export const PLAIN_CHECK = { at: null, explain: false, account: null, apiKey: null, usage: null, usageNotes: [] };

/** A manifest as it was found in the workspace; null: there is none. */
export function found(text: string | null, fields: Partial<ManifestSource> = {}): ManifestSource {
  return { commit: null, text, problem: null, file: null, ...fields };
}

/** The manifest of the default branch `main`. */
export function onMain(text: string | null): PolicySource {
  return { ref: 'main', sha: 'abcdef0'.padEnd(40, '0'), text };
}

/** No base, no policy, no lock, no prompt files, no pull request; base excuses where there is one. */
export function sources(fields: Partial<Sources> = {}): Sources {
  return {
    manifestFile: FILE,
    head: found(null),
    base: null,
    policy: null,
    change: 'default_branch',
    files: filesInMemory({}).reader,
    lock: { file: 'llm-budget.lock.json', text: null },
    approvals: null,
    changedFiles: null,
    notes: [],
    ...fields,
  };
}
