import { HttpFailure } from '../http/failure.js';
import { configurationError } from '../problems/problem.js';
import type { GitHubClient } from './client.js';
import { entrySchema, textOf } from './entry.js';
import { filesQuery } from './queries.js';
import { filesAtSchema } from './repository-answer.js';
import { unreadable } from './unreadable.js';

export interface FileAt {
  readonly text: string;
  /** The blob's object id: equal ids are equal bytes. */
  readonly oid: string;
}

/** The most files that a run reads beside the manifests. */
export const MAX_FILES = 200;
const FILES_AT_ONCE = 40;

/**
 * Files at one commit, by path; a path that is not there maps to null. At most 200. Throws NoVerdictError 2 for what is
 * not a plain text file of at most 500,000 bytes, and where GitHub cannot be read.
 */
export async function readFilesAt(
  client: GitHubClient,
  commit: string,
  paths: readonly string[],
): Promise<ReadonlyMap<string, FileAt | null>> {
  const wanted = [...new Set(paths)];
  if (wanted.length > MAX_FILES) {
    throw configurationError(`${wanted.length} files are named in the manifest; at most ${MAX_FILES} are read`);
  }
  const found = new Map<string, FileAt | null>();
  try {
    for (let start = 0; start < wanted.length; start += FILES_AT_ONCE) {
      const portion = await readPortion(client, commit, wanted.slice(start, start + FILES_AT_ONCE));
      for (const [path, file] of portion) found.set(path, file);
    }
  } catch (error) {
    throw unreadable(`Files at commit ${commit}`, error);
  }
  return found;
}

type Portion = readonly (readonly [string, FileAt | null])[];

/** An answer that is too large is asked for again in halves. */
async function readPortion(client: GitHubClient, commit: string, paths: readonly string[]): Promise<Portion> {
  try {
    return await ask(client, commit, paths);
  } catch (error) {
    const tooLarge = error instanceof HttpFailure && error.kind === 'too_large';
    if (!tooLarge || paths.length === 1) throw error;
    const middle = Math.ceil(paths.length / 2);
    const first = await readPortion(client, commit, paths.slice(0, middle));
    return [...first, ...(await readPortion(client, commit, paths.slice(middle)))];
  }
}

async function ask(client: GitHubClient, commit: string, paths: readonly string[]): Promise<Portion> {
  const variables = { commit, ...Object.fromEntries(paths.map((path, index) => [`p${index}`, path])) };
  const { data } = await client.queryWith(filesQuery(paths.length), variables, filesAtSchema, (error) => {
    return error.type === 'NOT_FOUND' && /^f\d+$/.test(String(error.path.at(-1)));
  });
  const object = data.repository.object;
  if (object?.__typename !== 'Commit') throw configurationError(`The commit ${commit} is not in the repository`);
  const files = new Map(Object.entries(object));
  return paths.map((path, index) => {
    const value = files.get(`f${index}`);
    if (value === null) return [path, null] as const;
    const entry = entrySchema.safeParse(value);
    if (!entry.success) {
      throw new HttpFailure('sent JSON that is not what was asked for', { kind: 'shape', transient: false });
    }
    const { text, problem } = textOf(entry.data);
    if (problem !== null) {
      throw configurationError(`${JSON.stringify(path)} at commit ${commit} ${problem}`, { file: path });
    }
    return [path, { text, oid: entry.data.oid }] as const;
  });
}
