import type { Manifest, NamedCall } from '../manifest/manifest.js';
import { NoVerdictError } from '../problems/problem.js';
import type { Note } from '../report/schema.js';
import { loadCounter } from '../tokens/count-tokens.js';
import type { TokenCounter } from '../tokens/count-tokens.js';
import { promptFilePaths, withPromptFiles } from '../tokens/prompt-files.js';
import { countPromptTexts } from '../tokens/prompt-texts.js';
import type { Manifests } from './read-manifests.js';
import type { PromptFileReader, Side } from './sources.js';

export interface CountedManifests {
  /** With the tokens of their prompt files added. */
  readonly manifests: Manifests;
  /** How the prompt files of a call were counted: `exact`, `about ±15 %`. */
  readonly tokenSources: ReadonlyMap<NamedCall, string>;
}

/**
 * Adds the tokens of prompt files at head, at base and on the default branch, each side's files as they are there. The
 * tokenizer is loaded only where a manifest names such files. NoVerdictError (2) where one of head's cannot be counted;
 * at base that leaves the increase unjudged, with a note.
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
  const paths = promptFilePaths(manifest);
  const texts = paths.length === 0 ? new Map() : await readFiles(side, paths);
  const counted = withPromptFiles(manifest, countPromptTexts(texts, count), side === 'head' ? 'head' : 'base');
  return { manifest: counted.manifest, tokenSources: counted.accuracy, notes: counted.notes };
}

async function leniently(
  manifest: Manifest | null,
  side: Side,
  readFiles: PromptFileReader,
  count: TokenCounter,
): Promise<Counted> {
  if (manifest === null) return NOTHING;
  try {
    return await countOf(manifest, side, readFiles, count);
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    const why = error.problems[0]?.message ?? 'they cannot be read';
    const message = `The prompt files at ${side} cannot be counted, so increases are not judged against it: ${why}`;
    return { ...NOTHING, notes: [{ code: 'base_invalid', message }] };
  }
}
