import { z } from 'zod';
import type { FileReader, ListedFile, SideFile } from '../../check/sources.js';
import { decodeText, isLfsPointer, type FileText, type ReadLimits } from '../../lib/files/read-file.js';
import { shaped } from '../../lib/http/request.js';
import { configurationError } from '../../lib/errors/problem.js';
import type { Side } from '../../manifest/from-files/file-set.js';
import type { GitHubClient } from './client.js';
import { type Entry, entryIdSchema, entrySchema, filesAtSchema, filesQuery } from './queries.js';
import { isTooMuch, unreadable } from './refusal.js';

/** Files of the repository at a commit, through GraphQL where they are small and as raw git objects where they are not. */

/** The type of a git file mode is in its upper bits, as in st_mode. */
const MODE_TYPE = 0o170000;
const OTHER_THAN_FILES: ReadonlyMap<number, string> = new Map([
  [0o120000, 'a symbolic link'],
  [0o160000, 'a submodule'],
  [0o040000, 'a directory'],
]);

/** GitHub cuts the text of a blob after 512,000 bytes; larger ones are read as git objects. */
const LARGEST_TEXT = 500_000;

const MISSING = { state: 'missing', oid: null } as const;

function unusable(reason: string, oid: string): SideFile {
  return { state: 'unusable', reason, oid };
}

/**
 * Reads an entry of a commit's tree as text. Null where the text has to be fetched as a git object. The reason goes on
 * after the file's name: "is a symbolic link; ...".
 */
function textIn(entry: Entry, { maxBytes }: ReadLimits): SideFile | null {
  const { oid, object: blob } = entry;
  const kind = OTHER_THAN_FILES.get(entry.mode & MODE_TYPE);
  if (kind !== undefined) return unusable(`is ${kind}; it has to be a plain file`, oid);
  if (blob?.__typename !== 'Blob' || blob.byteSize === undefined) return unusable('is not a file', oid);
  if (blob.byteSize > maxBytes) return unusable(`has ${blob.byteSize} bytes; at most ${maxBytes} are read`, oid);
  if (blob.isBinary === true) return unusable('is binary; it has to be UTF-8 text', oid);
  if (blob.byteSize > LARGEST_TEXT || blob.isTruncated !== false) return null;
  if (blob.text === null || blob.text === undefined) return unusable('is binary; it has to be UTF-8 text', oid);
  return withoutPointers({ state: 'text', text: blob.text }, oid);
}

function withoutPointers(file: FileText, oid: string): SideFile {
  if (file.state === 'text' && isLfsPointer(file.text)) {
    return unusable('is a Git LFS pointer; the file has to be in the repository itself', oid);
  }
  return { ...file, oid };
}

/** Reads the text of a file that came with a larger answer, such as a manifest; one that would need a further request is refused. */
export function textOf(entry: Entry, limits: ReadLimits): SideFile {
  return textIn(entry, limits) ?? unusable('was cut short by the API', entry.oid);
}

const FILES_AT_ONCE = 40;
const IDS_AT_ONCE = 200;
const MOST_FILES = 1000;

export interface ReadOptions extends ReadLimits {
  /** Contents by object id, from other commits. They are not fetched again, and what is read is added. */
  readonly known?: Map<string, SideFile>;
}

/**
 * Reads files at one commit, by path, at most 1,000 of them. Throws NoVerdictError (2) where GitHub cannot be read.
 */
export async function readFilesAt(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
  { maxBytes, known = new Map() }: ReadOptions,
): Promise<ReadonlyMap<string, SideFile>> {
  const wanted = [...new Set(paths)];
  if (wanted.length > MOST_FILES) {
    throw configurationError(`${wanted.length} files would be read; at most ${MOST_FILES} are accepted`);
  }
  try {
    const found = known.size === 0 ? new Map<string, SideFile>() : await readKnown(client, commit, wanted, known);
    const rest = wanted.filter((path) => !found.has(path));
    for (const [path, value] of await readPortions(client, commit, rest, FILES_AT_ONCE, true)) {
      if (value === null) found.set(path, MISSING);
      else found.set(path, await fileOf(client, shaped(entrySchema, value), maxBytes, known));
    }
    return new Map(wanted.map((path) => [path, found.get(path) ?? MISSING]));
  } catch (error) {
    throw unreadable(`Files at commit ${commit}`, error);
  }
}

async function fileOf(
  client: GitHubClient,
  entry: Entry,
  maxBytes: number,
  known: Map<string, SideFile>,
): Promise<SideFile> {
  const before = known.get(entry.oid);
  if (before !== undefined) return before;
  const file = textIn(entry, { maxBytes }) ?? (await readBlob(client, entry.oid, maxBytes));
  if (file.state === 'text') known.set(entry.oid, file);
  return file;
}

async function readBlob(client: GitHubClient, oid: string, maxBytes: number): Promise<SideFile> {
  return withoutPointers(decodeText(await client.blob(oid, maxBytes)), oid);
}

/** Finds the files whose content is known already, and those that do not exist. */
async function readKnown(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
  known: ReadonlyMap<string, SideFile>,
): Promise<Map<string, SideFile>> {
  const found = new Map<string, SideFile>();
  for (const [path, value] of await readPortions(client, commit, paths, IDS_AT_ONCE, false)) {
    if (value === null) found.set(path, MISSING);
    const file = value === null ? undefined : known.get(shaped(entryIdSchema, value).oid);
    if (file !== undefined) found.set(path, file);
  }
  return found;
}

/** Values by path; null where there is no such file. */
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

/** Requests half as many files at a time where the answer is too large, or too much for GitHub. */
async function readPortion(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
  withTexts: boolean,
): Promise<Portion> {
  try {
    return await ask(client, commit, paths, withTexts);
  } catch (error) {
    if (!isTooMuch(error) || paths.length === 1) throw error;
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
  return paths.map((path, index) => [path, files.get(`f${index}`) ?? null] as const);
}

/** https://docs.github.com/en/rest/git/trees: 100,000 entries or 7 MB, then `truncated`. */
const treeSchema = z.object({
  truncated: z.boolean(),
  tree: z.array(z.object({ path: z.string(), mode: z.string(), type: z.string(), sha: z.string() })),
});

/** Lists the files and links in a commit's tree. NoVerdictError (2) where GitHub cuts the list, or cannot be read. */
async function listFilesAt(client: GitHubClient, commit: string): Promise<readonly ListedFile[]> {
  const route = 'GET /repos/{owner}/{repo}/git/trees/{tree_sha}';
  const { truncated, tree } = await client
    .request(route, { tree_sha: commit, recursive: '1' }, treeSchema)
    .catch((error: unknown) => {
      throw unreadable(`The list of files at commit ${commit}`, error);
    });
  if (truncated) {
    throw configurationError(
      `The commit ${commit} has more files than GitHub lists, so a pattern cannot be expanded; name the files one by one`,
    );
  }
  return tree
    .filter(({ type }) => type === 'blob')
    .map(({ path, mode, sha }) => ({ path, oid: sha, isLink: mode === '120000' }));
}

/** Reads files at each side's commit through the API; null is a side without a commit. */
export function fileReader(client: GitHubClient, commits: Readonly<Record<Side, string | null>>): FileReader {
  const known = new Map<string, SideFile>();
  const lists = new Map<string, Promise<readonly ListedFile[]>>();
  return {
    read: async (side, paths, limits) => {
      const commit = commits[side];
      if (commit === null || paths.length === 0) return new Map(paths.map((path) => [path, MISSING]));
      return await readFilesAt(client, commit, paths, { ...limits, known });
    },
    list: async (side) => {
      const commit = commits[side];
      if (commit === null) return [];
      const list = lists.get(commit) ?? listFilesAt(client, commit);
      lists.set(commit, list);
      return await list;
    },
  };
}
