import type { Manifest, NamedCall } from '../manifest/manifest.js';
import type { Note } from '../lib/errors/note.js';
import { NoVerdictError } from '../lib/errors/problem.js';
import { loadCounter } from '../manifest/prompt-tokens/count-tokens.js';
import type { TokenCounter } from '../manifest/prompt-tokens/count-tokens.js';
import { promptFilePaths, whereOf, withPromptFiles } from '../manifest/prompt-tokens/prompt-files.js';
import type { Side } from '../manifest/prompt-tokens/prompt-files.js';
import { countPromptTexts } from '../manifest/prompt-tokens/count-tokens.js';
import type { FileText } from '../lib/files/file-text.js';
import type { Manifests } from './read-manifests.js';
import type { PromptFileReader } from './sources.js';

export interface CountedManifests {
  /** With the tokens of their prompt files added. */
  readonly manifests: Manifests;
  /** How the prompt files of a call were counted: `exact`, `about ±15 %`. */
  readonly tokenSources: ReadonlyMap<NamedCall, string>;
}

/**
 * Adds the tokens of prompt files at head, at base and on the default branch, each side's files as they are there. The
 * tokenizer is loaded only where a manifest names such files. NoVerdictError (2) where one of head's cannot be counted,
 * and where a side cannot be read at all; another side's files that cannot be counted leave the increase unjudged, with a note.
 */
export async function countPromptFiles(manifests: Manifests, readFiles: PromptFileReader): Promise<CountedManifests> {
  const all = [manifests.head, manifests.base, manifests.defaultBranch];
  if (!all.some((manifest) => manifest !== null && namesPromptFiles(manifest))) {
    return { manifests, tokenSources: new Map() };
  }
  const count = await loadCounter();
  const head = manifests.head === null ? NOTHING : await countOf(manifests.head, 'head', readFiles, count);
  const base = await leniently(manifests.base, 'base', readFiles, count);
  const defaultBranch = await leniently(manifests.defaultBranch, 'default branch', readFiles, count);
  const others = {
    base: base.manifest,
    defaultBranch: defaultBranch.manifest,
    notes: [...manifests.notes, ...head.notes, ...base.notes, ...defaultBranch.notes],
  };
  return {
    manifests:
      head.manifest === null || manifests.head === null
        ? { ...manifests, ...others }
        : { ...manifests, ...others, head: head.manifest },
    tokenSources: new Map([...head.tokenSources, ...base.tokenSources]),
  };
}

interface Counted {
  readonly manifest: Manifest | null;
  readonly tokenSources: ReadonlyMap<NamedCall, string>;
  readonly notes: readonly Note[];
}

type PromptTexts = ReadonlyMap<string, FileText>;

const NOTHING: Counted = { manifest: null, tokenSources: new Map(), notes: [] };

function namesPromptFiles(manifest: Manifest): boolean {
  return manifest.suites.some((suite) => suite.calls.some((call) => (call.prompt_files ?? []).length > 0));
}

async function countOf(
  manifest: Manifest,
  side: Side,
  readFiles: PromptFileReader,
  count: TokenCounter,
): Promise<Counted> {
  return counted(manifest, side, await textsOf(promptFilePaths(manifest), side, readFiles), count);
}

async function textsOf(paths: readonly string[], side: Side, readFiles: PromptFileReader): Promise<PromptTexts> {
  return paths.length === 0 ? new Map() : await readFiles(side, paths);
}

function counted(manifest: Manifest, side: Side, texts: PromptTexts, count: TokenCounter): Counted {
  const result = withPromptFiles(manifest, countPromptTexts(texts, count), side);
  return { manifest: result.manifest, tokenSources: result.accuracy, notes: result.notes };
}

/** What is wrong with the files is forgiven; that they could not be read is not, or an outage would lift a limit. */
async function leniently(
  manifest: Manifest | null,
  side: Side,
  readFiles: PromptFileReader,
  count: TokenCounter,
): Promise<Counted> {
  if (manifest === null) return NOTHING;
  const paths = forgiving(side, () => promptFilePaths(manifest));
  if (paths.done === null) return { ...NOTHING, notes: [paths.note] };
  const texts = await textsOf(paths.done, side, readFiles);
  const result = forgiving(side, () => counted(manifest, side, texts, count));
  return result.done ?? { ...NOTHING, notes: [result.note] };
}

type Forgiven<T> = { readonly done: T } | { readonly done: null; readonly note: Note };

function forgiving<T>(side: Side, step: () => T): Forgiven<T> {
  try {
    return { done: step() };
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    const why = error.problems[0]?.message ?? 'they are not usable';
    const message = `The prompt files ${whereOf(side)} cannot be counted, so increases are not judged against it: ${why}`;
    return {
      done: null,
      note: { code: side === 'default branch' ? 'default_branch_invalid' : 'base_invalid', message },
    };
  }
}
