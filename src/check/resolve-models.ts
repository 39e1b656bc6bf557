import type { Manifest, NamedCall } from '../manifest/manifest.js';
import type { Note } from '../lib/errors/problem.js';
import type { CatalogueModel } from '../openrouter/catalogue/catalogue.js';
import { resolveName } from '../openrouter/catalogue/resolve-name.js';
import type { CountedManifests } from './count-files.js';

type Models = ReadonlyMap<string, CatalogueModel>;

/**
 * Replaces the names of models in calls of promptfoo configurations, which are those of their makers, by the catalogue's ids,
 * with a note for each. A name that fits no row, or several, stays and has no price.
 */
export function withCatalogueIds(counted: CountedManifests, models: Models): CountedManifests {
  const { manifests } = counted;
  const notes: Note[] = [];
  const tokenSources = new Map(counted.tokenSources);
  const resolve = (manifest: Manifest): Manifest => {
    const resolved = resolvedManifest(manifest, models);
    notes.push(...resolved.notes);
    for (const [call, before] of resolved.replaced) {
      const source = counted.tokenSources.get(before);
      if (source !== undefined) tokenSources.set(call, source);
    }
    return resolved.manifest;
  };
  const base = manifests.base === null ? null : resolve(manifests.base);
  const defaultBranch = manifests.defaultBranch === null ? null : resolve(manifests.defaultBranch);
  if (manifests.head === null) {
    return { manifests: { ...manifests, base, defaultBranch, notes: [...manifests.notes, ...notes] }, tokenSources };
  }
  const head = resolve(manifests.head);
  return {
    manifests: { ...manifests, head, base, defaultBranch, notes: [...manifests.notes, ...notes] },
    tokenSources,
  };
}

interface ResolvedManifest {
  readonly manifest: Manifest;
  /** The calls whose model was found under another name, and what they were before. */
  readonly replaced: ReadonlyMap<NamedCall, NamedCall>;
  readonly notes: readonly Note[];
}

/** Does the same for one manifest. */
export function resolvedManifest(manifest: Manifest, models: Models): ResolvedManifest {
  const replaced = new Map<NamedCall, NamedCall>();
  const sentences = new Set<string>();
  const suites = manifest.suites.map((suite) => ({
    ...suite,
    calls: suite.calls.map((call) => {
      if (call.promptfoo === undefined || call.uncounted !== undefined) return call;
      const { provider, config } = call.promptfoo;
      const name = resolveName(call.model, models);
      if (name.state === 'exact') return call;
      if (name.state !== 'resolved') {
        const id = name.state === 'ambiguous' ? name.candidates.join(' or ') : 'ID';
        const entry = `promptfoo: {models: {${JSON.stringify(provider)}: ${id}}}`;
        // The grader of the manifest itself is named by an id there already.
        if (provider !== call.model)
          sentences.add(
            `${provider} in ${config} fits no single model of the catalogue: name it in the manifest, ${entry}.`,
          );
        return call;
      }
      const resolved = { ...call, model: name.id };
      replaced.set(resolved, call);
      sentences.add(`${provider} in ${config} is priced as ${name.id}.`);
      return resolved;
    }),
  }));
  const notes = [...sentences].map((message): Note => ({ code: 'promptfoo', message }));
  return { manifest: replaced.size === 0 ? manifest : { ...manifest, suites }, replaced, notes };
}
