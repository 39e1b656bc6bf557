import { resolve } from 'node:path';
import type { ChangeTarget } from '../budget/verdict/baseline.js';
import type { ManifestSource, PolicySource, Sources } from '../check/sources.js';
import { MAX_MANIFEST_BYTES } from '../manifest/yaml-scan.js';
import { filesOnDisk } from './files-on-disk.js';
import { configurationError, NoVerdictError } from '../lib/errors/problem.js';
import { mergeBase, readAtRef } from '../lib/files/git.js';
import { readFileText, readOptionalFile } from '../lib/files/read-file.js';

export const DEFAULT_MANIFEST = 'llm-budget.yml';
export const DEFAULT_LOCK = 'llm-budget.lock.json';

export const MANIFEST_LIMITS = { maxBytes: MAX_MANIFEST_BYTES };
export const LOCK_LIMITS = { maxBytes: 8 * 1024 * 1024 };

/** Reads the manifest that a command works on; NoVerdictError (2) that says how to get one where it is missing. */
export async function readManifestText(file: string, cwd: string): Promise<string> {
  const text = await readOptionalFile(file, cwd, MANIFEST_LIMITS);
  if (text !== null) return text;
  throw configurationError(`There is no ${file}; \`llm-budget init\` writes one, or name the path where it is.`, {
    file,
  });
}

export interface SourceNames {
  readonly manifest: string;
  /** A file, or a git ref where no file has that name. */
  readonly base: string | null;
  readonly policy: string | null;
  readonly lock: string;
}

/** Reads the sources of a check: files of the working tree, and git refs for base and policy. */
export async function gatherSources(names: SourceNames, cwd: string): Promise<Sources> {
  const text = await readOptionalFile(names.manifest, cwd, MANIFEST_LIMITS);
  const lock = await readOptionalFile(names.lock, cwd, LOCK_LIMITS);
  const base = names.base === null ? null : await readBase(names.base, names.manifest, cwd);
  const policy = names.policy === null ? null : await readPolicy(names.policy, names.manifest, cwd);
  return {
    manifestFile: names.manifest,
    head: { commit: null, text, problem: null, file: null },
    base,
    files: filesOnDisk(cwd, { base: base?.commit ?? null, 'default branch': policy?.sha ?? null }),
    policy,
    change: await changeKind(base, policy, cwd),
    lock: { file: names.lock, text: lock },
    approvals: null,
    changedFiles: null,
    notes: [],
  };
}

async function readBase(base: string, manifest: string, cwd: string): Promise<ManifestSource> {
  const file = await readFileText(resolve(cwd, base), MANIFEST_LIMITS);
  if (file.state === 'text') return { commit: null, text: file.text, problem: null, file: base };
  try {
    const { sha, text } = await readAtRef(cwd, base, manifest, MANIFEST_LIMITS);
    return { commit: sha, text, problem: null, file: null };
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    const [first] = error.problems;
    const message = `--base ${JSON.stringify(base)} is neither a readable file nor a usable git ref: ${first?.message ?? ''}`;
    throw new NoVerdictError(2, [{ message, file: null, line: null, column: null }]);
  }
}

async function readPolicy(ref: string, manifest: string, cwd: string): Promise<PolicySource> {
  const { sha, text } = await readAtRef(cwd, ref, manifest, MANIFEST_LIMITS);
  return { ref, sha, text };
}

/**
 * As in the action: a change to the branch that the policy comes from if base is on that branch. Without `--policy`,
 * base is the user's choice.
 */
async function changeKind(
  base: ManifestSource | null,
  policy: PolicySource | null,
  cwd: string,
): Promise<ChangeTarget> {
  if (base === null || policy === null) return 'default_branch';
  const isOnBranch = base.commit !== null && (await mergeBase(cwd, base.commit, policy.sha)) === base.commit;
  return isOnBranch ? 'pull_request' : 'other_branch';
}
