import type { DeclaredManifest, DeclaredSuite, Manifest, PolicyFile } from '../manifest/manifest.js';
import { manifestFrom, policyFrom } from '../manifest/parse.js';
import { type YamlFile, readYaml } from '../manifest/yaml-tree.js';
import { configurationError, NoVerdictError, problem, type Note } from '../lib/errors/problem.js';
import { isTip, type ManifestSource, type PolicySource, type Sources } from './sources.js';

interface Others<M> {
  readonly base: M | null;
  /** The default branch's whole manifest; null if base is that very commit, or head is on the default branch already. */
  readonly defaultBranch: M | null;
  readonly notes: readonly Note[];
}

/** Head has a manifest; the default branch may have none. */
interface WithHead<M> extends Others<M> {
  readonly head: M;
  readonly policyFile: PolicyFile | null;
}

/** The default branch has a manifest and head has none. */
interface WithoutHead<M> extends Others<M> {
  readonly head: null;
  readonly policyFile: PolicyFile;
}

/** Before their files are counted. */
export type DeclaredManifests = WithHead<DeclaredManifest> | WithoutHead<DeclaredManifest>;
export type ManifestsWithHead = WithHead<Manifest>;
export type Manifests = WithHead<Manifest> | WithoutHead<Manifest>;

/**
 * Parses the manifests of head, base and the default branch. Head and the policy must be valid, or there is no verdict. A
 * base that is not valid leaves increases unjudged, with a note.
 */
export async function readManifests(sources: Sources): Promise<DeclaredManifests> {
  const yamlOf = oncePerText();
  const policyFile = await readPolicy(sources.policy, sources.manifestFile, yamlOf);
  const base = await readBase(sources.base, sources.manifestFile, yamlOf);
  const defaultBranch =
    sources.change === 'default_branch' || isTip(sources)
      ? NOT_READ
      : await readDefaultBranch(sources.policy, sources.manifestFile, yamlOf);
  const others: Others<DeclaredManifest> = {
    base: base.manifest,
    defaultBranch: defaultBranch.manifest,
    notes: [...base.notes, ...defaultBranch.notes],
  };
  if (sources.head.text !== null) {
    const head = manifestFrom(await yamlOf(sources.head.text), sources.manifestFile);
    return { ...others, head, policyFile, notes: [...others.notes, ...requestNotes(head)] };
  }
  if (policyFile === null) throw noManifest(sources);
  return { ...others, head: null, policyFile };
}

/** A manifest without any request costs nothing, whatever its limits: a count that was never filled in looks like this. */
function requestNotes(head: DeclaredManifest): Note[] {
  const hasRequest = ({ repeat, promptfoo, calls }: DeclaredSuite): boolean =>
    repeat > 0 && (promptfoo !== undefined || calls.some(({ count }) => typeof count !== 'number' || count > 0));
  if (head.suites.some(hasRequest)) return [];
  const message = `${head.file} has no request: every count is 0, or the repeat of its suite is. It is estimated at $0.`;
  return [{ code: 'no_requests', message }];
}

type YamlOf = (text: string) => Promise<YamlFile>;

/** A cache: the three manifests are usually identical, and parsing is the slow part. */
function oncePerText(): YamlOf {
  const files = new Map<string, Promise<YamlFile>>();
  return (text) => {
    const file = files.get(text) ?? readYaml(text);
    files.set(text, file);
    return file;
  };
}

interface Read {
  readonly manifest: DeclaredManifest | null;
  readonly notes: readonly Note[];
}

const NOT_READ: Read = { manifest: null, notes: [] };

function noManifest({ manifestFile, head }: Sources): NoVerdictError {
  const where = head.commit === null ? '' : ` at ${head.commit.slice(0, 7)}`;
  return configurationError(
    `There is no ${manifestFile}${where}. Write one (\`llm-budget init\` does), or name the path where it is.`,
    { file: manifestFile },
  );
}

async function readPolicy(policy: PolicySource | null, file: string, yamlOf: YamlOf): Promise<PolicyFile | null> {
  if (policy === null) return null;
  if (policy.text === null) return null;
  try {
    return policyFrom(await yamlOf(policy.text), file);
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    const where = `The policy on ${policy.ref} (${policy.sha.slice(0, 7)}) cannot be read, so nothing can be judged.`;
    const remedy = 'Somebody who may bypass this check has to merge the repair.';
    // Named in words: a file and line of the report are those of head, which may have mended it.
    throw new NoVerdictError(2, [
      problem(`${where} ${remedy}`),
      ...error.problems.map(({ message, line, column }) =>
        problem(`${file}:${line ?? 1}:${column ?? 1} on ${policy.ref}: ${message}`),
      ),
    ]);
  }
}

async function readBase(base: ManifestSource | null, manifest: string, yamlOf: YamlOf): Promise<Read> {
  if (base === null) return NOT_READ;
  const file = base.file ?? manifest;
  const where = base.commit === null ? 'base' : `base (${base.commit.slice(0, 7)})`;
  if (base.text === null) {
    const why = base.problem === null ? `There is no ${file} at ${where}` : `${file} at ${where}: ${base.problem}`;
    return { manifest: null, notes: [{ code: 'base_missing', message: `${why}: increases are not judged.` }] };
  }
  return parseLeniently(await yamlOf(base.text), file, (why) => ({
    code: 'base_invalid',
    message: `${file} at ${where} is not valid, so increases are not judged: ${why}`,
  }));
}

async function readDefaultBranch(policy: PolicySource | null, file: string, yamlOf: YamlOf): Promise<Read> {
  if (policy === null) return NOT_READ;
  if (policy.text === null) return NOT_READ;
  return parseLeniently(await yamlOf(policy.text), file, (why) => ({
    code: 'default_branch_invalid',
    message: `${file} on ${policy.ref} is not valid, so increases are not judged against it: ${why}`,
  }));
}

function parseLeniently(yaml: YamlFile, file: string, noteOf: (why: string) => Note): Read {
  try {
    return { manifest: manifestFrom(yaml, file), notes: [] };
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    return { manifest: null, notes: [noteOf(error.problems[0]?.message ?? 'it cannot be parsed')] };
  }
}
