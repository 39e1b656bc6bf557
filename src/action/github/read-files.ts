import type { z } from 'zod';
import { HttpFailure } from '../../lib/http/failure.js';
import { shaped } from '../../lib/http/request.js';
import { configurationError } from '../../lib/errors/problem.js';
import { MAX_PROMPT_FILES } from '../../manifest/prompt-tokens/prompt-files.js';
import type { GitHubClient } from './client.js';
import { entryIdSchema, entrySchema, textOf } from './entry.js';
import { filesQuery } from './queries.js';
import { filesAtSchema } from './repository-answer.js';
import { unreadable } from './unreadable.js';

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
