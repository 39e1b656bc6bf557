import { type DeclaredManifest, type NamedCall, isWithoutFiles } from '../manifest/manifest.js';
import { NoVerdictError, type Note } from '../lib/errors/problem.js';
import type { CountedManifest } from '../manifest/from-files/count-manifest.js';
import {
  type CountFault,
  type FileSet,
  type ListedPath,
  type Side,
  type Wanted,
  fileSet,
  noResults,
  whereOf,
} from '../manifest/from-files/file-set.js';
import { listed } from '../lib/text/amount.js';
import { loadCounter, type TokenCounter } from '../manifest/prompt-tokens/count-tokens.js';
import type { DeclaredManifests, Manifests } from './read-manifests.js';
import type { FileReader, SideFile } from './sources.js';

export interface CountedManifests {
  /** With the counts and tokens of their files. */
  readonly manifests: Manifests;
  /** How the prompts of a call were counted: `exact`, `about ±15 %`. */
  readonly tokenSources: ReadonlyMap<NamedCall, string>;
}

/** The largest sum of the data and prompt files of one side, in characters. */
const MAX_SIDE_LENGTH = 50_000_000;
/** A file can name further files. After so many rounds of reading, the chain is refused. */
const MOST_WAVES = 20;

/**
 * Fills in the numbers that come from files, at head, at base and on the default branch, from the files as they are at each
 * side. The tokenizer is loaded only where it is needed. A file of head that cannot be counted is a NoVerdictError (2), unless
 * the default branch has the same file: then its calls have no price. At another side it leaves the calls that need it
 * without a price. A side that cannot be read at all is a NoVerdictError, or an outage would lift a limit.
 */
export async function countFiles(manifests: DeclaredManifests, files: FileReader): Promise<CountedManifests> {
  const all = [manifests.head, manifests.base, manifests.defaultBranch].filter((manifest) => manifest !== null);
  const count = all.some(needsTokens) ? await loadCounter() : NO_TOKENS;
  const counter = sideCounter(files, count);
  const head = manifests.head === null ? null : await counter(manifests.head, 'head');
  const own = head?.counted.faults ?? [];
  if (own.some(({ file }) => file === null)) throw refusal(own);
  const base = manifests.base === null ? null : await counter(manifests.base, 'base');
  const defaultBranch =
    manifests.defaultBranch === null ? null : await counter(manifests.defaultBranch, 'default branch');
  const known = head === null ? [] : await refuseNewFaults(head, defaultBranch ?? base, files);
  const notes = [
    ...manifests.notes,
    ...faultNotes(known, 'head'),
    ...faultNotes(base?.counted.faults ?? [], 'base'),
    ...faultNotes(defaultBranch?.counted.faults ?? [], 'default branch'),
    ...[head, base, defaultBranch].flatMap((side) => side?.counted.notes ?? []),
  ];
  const others = {
    base: base?.counted.manifest ?? null,
    defaultBranch: defaultBranch?.counted.manifest ?? null,
    notes,
  };
  return {
    manifests:
      head === null
        ? { ...others, head: null, policyFile: requiredPolicy(manifests) }
        : { ...others, head: head.counted.manifest, policyFile: manifests.policyFile },
    tokenSources: new Map([head, base].flatMap((side) => [...(side?.counted.accuracy ?? [])])),
  };
}

/** Counts one manifest with the files of head. NoVerdictError (2) where one of them cannot be counted. */
export async function countHead(manifest: DeclaredManifest, files: FileReader): Promise<CountedManifest> {
  const count = needsTokens(manifest) ? await loadCounter() : NO_TOKENS;
  const { counted } = await sideCounter(files, count)(manifest, 'head');
  if (counted.faults.length > 0) throw refusal(counted.faults);
  return counted;
}

const NO_TOKENS: TokenCounter = () => 0;

function requiredPolicy(manifests: DeclaredManifests) {
  if (manifests.policyFile !== null) return manifests.policyFile;
  throw new Error('a check has a manifest at head, or one on the default branch');
}

interface CountedSide {
  readonly counted: CountedManifest;
  /** The files that were read, by path. */
  readonly read: ReadonlyMap<string, SideFile>;
}

/** Whether the tokenizer is needed to count a manifest. */
function needsTokens(manifest: DeclaredManifest): boolean {
  return manifest.suites.some(
    ({ promptfoo, calls }) =>
      promptfoo !== undefined || calls.some(({ prompt_files }) => (prompt_files ?? []).length > 0),
  );
}

/** Counts manifests of several sides; what depends on a text alone is computed once for all of them. */
function sideCounter(
  files: FileReader,
  count: TokenCounter,
): (manifest: DeclaredManifest, side: Side) => Promise<CountedSide> {
  const results = noResults();
  return async (manifest, side) => {
    if (isWithoutFiles(manifest)) return { counted: { manifest, ...NOTHING_COUNTED }, read: new Map() };
    // Most manifests name no files, and the readers of rows and of promptfoo configurations are large.
    const { countManifest } = await import('../manifest/from-files/count-manifest.js');
    const { value, read } = await withFiles(files, side, (set) => countManifest(manifest, set, side, count), results);
    return { counted: value, read };
  };
}

const NOTHING_COUNTED = { accuracy: new Map<NamedCall, string>(), notes: [], faults: [] };

/**
 * Calls `compute` with the files of one side. Files that it asks for are read, and it is called again, until it asks for no
 * more: one file can name others.
 */
export async function withFiles<T>(
  files: FileReader,
  side: Side,
  compute: (files: FileSet) => T,
  results = noResults(),
): Promise<{ readonly value: T; readonly read: ReadonlyMap<string, SideFile> }> {
  const read = new Map<string, SideFile>();
  let listed: readonly ListedPath[] | null = null;
  let length = 0;
  for (let wave = 0; ; wave += 1) {
    const wanted: Wanted = { paths: new Map(), list: false };
    const value = compute(fileSet(read, listed, wanted, results));
    if (wanted.paths.size === 0 && !wanted.list) return { value, read };
    if (wanted.list) listed = await files.list(side);
    if (wave >= MOST_WAVES) {
      for (const path of wanted.paths.keys()) read.set(path, { ...TOO_FAR, oid: null });
      continue;
    }
    for (const [path, file] of await readWanted(files, side, wanted.paths)) {
      length += file.state === 'text' ? file.text.length : 0;
      read.set(path, length > MAX_SIDE_LENGTH && file.state === 'text' ? { ...TOO_MUCH, oid: file.oid } : file);
    }
  }
}

const TOO_MUCH = {
  state: 'unusable',
  reason: 'is too much: the files of one side are read up to 50 MB in all',
} as const;

const TOO_FAR = {
  state: 'unusable',
  reason: `is named by a chain of more than ${MOST_WAVES} files, each by the one before`,
} as const;

async function readWanted(
  files: FileReader,
  side: Side,
  wanted: ReadonlyMap<string, number>,
): Promise<ReadonlyMap<string, SideFile>> {
  const read = new Map<string, SideFile>();
  for (const maxBytes of new Set(wanted.values())) {
    const paths = [...wanted].filter(([, most]) => most === maxBytes).map(([path]) => path);
    for (const [path, file] of await files.read(side, paths, { maxBytes })) read.set(path, file);
  }
  // A reader that leaves a file out would be called for it without end.
  for (const path of wanted.keys()) if (!read.has(path)) read.set(path, { state: 'missing', oid: null });
  return read;
}

/** Throws for the faults that this change brings; returns those that the default branch has too. */
async function refuseNewFaults(
  { counted, read }: CountedSide,
  other: CountedSide | null,
  files: FileReader,
): Promise<readonly CountFault[]> {
  const { faults } = counted;
  if (faults.length === 0) return [];
  const paths = [...new Set(faults.flatMap(({ file }) => (file !== null && read.has(file) ? [file] : [])))];
  // Of the default branch's files their ids are enough.
  const there = await files.read('default branch', paths, { maxBytes: 0 });
  const isSame = (file: string): boolean => {
    const oid = read.get(file)?.oid ?? null;
    return oid !== null && oid === there.get(file)?.oid;
  };
  const isKnown = ({ file, reason }: CountFault): boolean => {
    if (file === null) return false;
    if (read.get(file)?.state === 'missing') return other?.read.get(file)?.state === 'missing';
    const isFaultThere = other?.counted.faults.some((fault) => fault.file === file && fault.reason === reason) ?? false;
    // A pattern and code are not read. A file that counts on the default branch as it is has no fault of its own.
    if ((read.get(file)?.oid ?? null) === null) return isFaultThere;
    return isSame(file) && (isFaultThere || other?.read.has(file) !== true);
  };
  const isNew = faults.filter((fault) => !isKnown(fault));
  if (isNew.length > 0) throw refusal(isNew);
  return faults;
}

function refusal(faults: readonly CountFault[]): NoVerdictError {
  return new NoVerdictError(
    2,
    faults.map(({ problem }) => problem),
  );
}

/** One sentence, however many files and calls it is about. */
function faultNotes(faults: readonly CountFault[], side: Side): Note[] {
  const messages = [...new Set(faults.map(({ problem }) => problem.message))];
  if (messages.length === 0) return [];
  const [first = ''] = messages;
  const isOne = messages.length === 1;
  const reason = isOne ? first : `${messages.length} files cannot be counted: ${listed(messages)}`;
  const [same, its, their] = isOne ? ['the same file', 'its', 'their'] : ['the same files', 'their', 'the'];
  const what =
    side === 'head'
      ? `the default branch has ${same}, so ${its} calls have no price`
      : `${its} calls have no price ${whereOf(side)}, so ${their} increase is not judged`;
  return [{ code: 'files_not_counted', message: `${reason}; ${what}.` }];
}
