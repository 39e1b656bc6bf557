import type { z } from 'zod';
import { MAX_MANIFEST_BYTES } from '../../manifest/yaml-scan.js';
import { isLfsPointer } from '../../lib/files/file-text.js';
import { HttpFailure } from '../../lib/http/failure.js';
import { shaped } from '../../lib/http/request.js';
import { configurationError } from '../../lib/errors/problem.js';
import { MAX_PROMPT_FILES } from '../../manifest/prompt-tokens/prompt-files.js';
import type { GitHubClient } from './client.js';
import { type Entry, entryIdSchema, entrySchema, filesAtSchema, filesQuery } from './queries.js';
import { unreadable } from './refusal.js';

/** A file of a commit, as the API has it, made into text or into the reason why it is none. */

/** Of git's file modes (the type is in the upper bits, as in st_mode), those that are no plain file. */
const MODE_TYPE = 0o170000;
const NO_PLAIN_FILE: ReadonlyMap<number, string> = new Map([
  [0o120000, 'a symbolic link'],
  [0o160000, 'a submodule'],
  [0o040000, 'a directory'],
]);

export type FileText =
  | { readonly text: string; readonly problem: null }
  /** In words that go on after the file's name: "is a symbolic link; ...". */
  | { readonly text: null; readonly problem: string };

function problem(words: string): FileText {
  return { text: null, problem: words };
}

export function textOf(entry: Entry): FileText {
  const kind = NO_PLAIN_FILE.get(entry.mode & MODE_TYPE);
  if (kind !== undefined) return problem(`is ${kind}; it has to be a plain file`);
  const blob = entry.object;
  if (blob?.__typename !== 'Blob' || blob.byteSize === undefined) return problem('is not a file');
  if (blob.byteSize > MAX_MANIFEST_BYTES) {
    return problem(`has ${blob.byteSize} bytes; at most ${MAX_MANIFEST_BYTES} are read`);
  }
  const { text } = blob;
  if (blob.isBinary === true || text === null || text === undefined)
    return problem('is binary; it has to be UTF-8 text');
  if (blob.isTruncated !== false) return problem('was cut short by the API');
  if (isLfsPointer(text)) return problem('is a Git LFS pointer; the file has to be in the repository itself');
  return { text, problem: null };
}

/** What became of one file at a commit; `reason` goes on after its name: "is a symbolic link; ...". */
export type FileAt =
  /** `oid` is the blob's object id: equal ids are equal bytes. */
  | { readonly state: 'text'; readonly text: string; readonly oid: string }
  | { readonly state: 'missing' }
  | { readonly state: 'unusable'; readonly reason: string };

const FILES_AT_ONCE = 40;
const IDS_AT_ONCE = 200;

/**
 * Files at one commit, by path, at most 200. Texts that are known by their object id (from another commit) are not
 * fetched again. Throws NoVerdictError 2 where GitHub cannot be read.
 */
export async function readFilesAt(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
  known: ReadonlyMap<string, string> = new Map(),
): Promise<ReadonlyMap<string, FileAt>> {
  const wanted = [...new Set(paths)];
  if (wanted.length > MAX_PROMPT_FILES) {
    throw configurationError(`${wanted.length} files are named in the manifest; at most ${MAX_PROMPT_FILES} are read`);
  }
  try {
    const found = known.size === 0 ? new Map<string, FileAt>() : await readKnown(client, commit, wanted, known);
    const rest = wanted.filter((path) => !found.has(path));
    for (const [path, value] of await readPortions(client, commit, rest, FILES_AT_ONCE, true)) {
      found.set(path, value === null ? { state: 'missing' } : fileOf(shaped(entrySchema, value)));
    }
    return new Map(wanted.map((path) => [path, found.get(path) ?? { state: 'missing' }]));
  } catch (error) {
    throw unreadable(`Files at commit ${commit}`, error);
  }
}

/** The files whose bytes are known already, and those that are not there. */
async function readKnown(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
  known: ReadonlyMap<string, string>,
): Promise<Map<string, FileAt>> {
  const found = new Map<string, FileAt>();
  for (const [path, value] of await readPortions(client, commit, paths, IDS_AT_ONCE, false)) {
    if (value === null) found.set(path, { state: 'missing' });
    const oid = value === null ? null : shaped(entryIdSchema, value).oid;
    const text = oid === null ? undefined : known.get(oid);
    if (oid !== null && text !== undefined) found.set(path, { state: 'text', text, oid });
  }
  return found;
}

function fileOf(entry: z.infer<typeof entrySchema>): FileAt {
  const { text, problem } = textOf(entry);
  return problem === null ? { state: 'text', text, oid: entry.oid } : { state: 'unusable', reason: problem };
}

/** By path, null where there is no such file. */
type Portion = readonly (readonly [string, unknown])[];

async function readPortions(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
  size: number,
  withTexts: boolean,
): Promise<Portion> {
  const portions: Portion[] = [];
  for (let start = 0; start < paths.length; start += size) {
    portions.push(await readPortion(client, commit, paths.slice(start, start + size), withTexts));
  }
  return portions.flat();
}

/** An answer that is too large is asked for again in halves. */
async function readPortion(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
  withTexts: boolean,
): Promise<Portion> {
  try {
    return await ask(client, commit, paths, withTexts);
  } catch (error) {
    const tooLarge = error instanceof HttpFailure && error.kind === 'too_large';
    if (!tooLarge || paths.length === 1) throw error;
    const middle = Math.ceil(paths.length / 2);
    const first = await readPortion(client, commit, paths.slice(0, middle), withTexts);
    return [...first, ...(await readPortion(client, commit, paths.slice(middle), withTexts))];
  }
}

async function ask(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
  withTexts: boolean,
): Promise<Portion> {
  const variables = { commit, ...Object.fromEntries(paths.map((path, index) => [`p${index}`, path])) };
  const { data } = await client.queryWith(filesQuery(paths.length, withTexts), variables, filesAtSchema, (error) => {
    return error.type === 'NOT_FOUND' && /^f\d+$/.test(String(error.path.at(-1)));
  });
  const object = data.repository.object;
  if (object?.__typename !== 'Commit') throw configurationError(`The commit ${commit} is not in the repository`);
  const files = new Map(Object.entries(object));
  return paths.map((path, index) => [path, files.get(`f${index}`)] as const);
}
