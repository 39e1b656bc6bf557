import { lockAgeDays } from '../catalogue/lock.js';
import { obtainCatalogue } from '../catalogue/source.js';
import type { RetryEffects } from '../http/retry.js';
import type { Manifest } from '../manifest/manifest.js';
import { buildReport } from '../report/build.js';
import type { Report } from '../report/schema.js';
import { judgeManifests } from './judge-manifests.js';
import { catalogueUrlNote, changeNotes, priceNotes } from './notes.js';
import { readManifests } from './read-manifests.js';
import type { Sources } from './sources.js';

export interface CheckOptions {
  readonly catalogueUrl: URL;
  /** Use the lock without asking the catalogue. */
  readonly offline: boolean;
  /** The instant that hour-dependent prices are taken at; null: their dearest hour. */
  readonly at: Date | null;
  readonly explain: boolean;
}

/**
 * The whole story, the same behind both doors: read the manifests, price them from one catalogue, hold head against
 * base, judge by the policy, report. Throws a NoVerdictError where there can be no verdict.
 */
export async function check(sources: Sources, options: CheckOptions, effects: RetryEffects): Promise<Report> {
  const manifests = readManifests(sources);
  const prices = await obtainCatalogue(
    {
      url: options.catalogueUrl,
      lockText: sources.lock,
      offline: options.offline,
      idsInUse: modelsDeclared([manifests.head, manifests.base, manifests.defaultBranch]),
    },
    effects,
  );
  const ageInDays = prices.catalogue.source === 'lock' ? lockAgeDays(prices.catalogue, effects.now()) : null;
  const judged = judgeManifests(manifests, sources, prices, { at: options.at, ageInDays });
  const { comparison } = judged;
  return buildReport({
    ...judged,
    manifest: sources.manifestFile,
    locate: manifests.head?.locate ?? null,
    catalogue: prices.catalogue,
    ageInDays,
    notes: [
      ...manifests.notes,
      ...catalogueUrlNote(prices.catalogue.url),
      ...prices.notes,
      ...priceNotes(comparison),
      ...changeNotes(sources, manifests.head, comparison),
    ],
    policy: {
      ref: sources.policy?.ref ?? null,
      sha: sources.policy?.sha ?? null,
      protected: manifests.policyFile !== null,
    },
    commits: { head: sources.head.commit, base: sources.base?.commit ?? null },
    explain: options.explain,
  });
}

/** Every model that a price is needed for, fallbacks included, in order of first use. */
export function modelsDeclared(manifests: readonly (Manifest | null)[]): string[] {
  const calls = manifests.flatMap((manifest) => manifest?.suites.flatMap((suite) => suite.calls) ?? []);
  return [...new Set(calls.flatMap((call) => [call.model, ...call.fallback_models]))];
}
