import { compareUsage } from '../usage/calibrate/compare-usage.js';
import { usageReport } from '../usage/calibrate/usage-report.js';
import type { UsageReport } from '../usage/calibrate/usage-report.js';
import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { lockAgeDays } from '../openrouter/catalogue/lock.js';
import { obtainCatalogue } from '../openrouter/catalogue/source.js';
import type { Comparison } from '../budget/comparison/comparison.js';
import type { AccountClient } from '../openrouter/account/account-client.js';
import { fetchCredits } from '../openrouter/account/credits.js';
import type { Credits } from '../openrouter/account/credits.js';
import type { Network } from '../lib/http/network.js';
import type { Manifest } from '../manifest/manifest.js';
import { NoVerdictError } from '../lib/errors/problem.js';
import { buildReport } from '../report/model/build.js';
import type { Report } from '../report/model/schema.js';
import type { Usage } from '../usage/read/read-usage.js';
import { advise } from './advice.js';
import { chargesOf } from '../usage/charges/recorded-charges.js';
import { countPromptFiles } from './count-prompts.js';
import { creditNotes, creditsShown } from './judge-credits.js';
import { judgeManifests } from './judge-manifests.js';
import {
  catalogueUrlNote,
  changeNotes,
  distinctNotes,
  driftNotes,
  floorNotes,
  increaseNotes,
  lockNotes,
  overrideNotes,
  priceNotes,
} from './notes.js';
import { readManifests } from './read-manifests.js';
import type { Manifests } from './read-manifests.js';
import type { Sources } from './sources.js';

export interface CheckOptions {
  readonly catalogueUrl: URL;
  /** Use the lock without asking the catalogue. */
  readonly offline: boolean;
  /** The instant that hour-dependent prices are taken at; null: their dearest hour. */
  readonly at: Date | null;
  readonly explain: boolean;
  /** Asks for the credits that remain; null without a key. */
  readonly account: AccountClient | null;
  /** What was really used; null where nothing says. */
  readonly usage: Usage | null;
}

/**
 * The whole story, the same behind both doors: read the manifests, price them from one catalogue, hold head against
 * base, judge by the policy, report. Throws a NoVerdictError where there can be no verdict.
 */
export async function check(sources: Sources, options: CheckOptions, effects: Network): Promise<Report> {
  const { manifests, tokenSources } = await countPromptFiles(readManifests(sources), sources.readPromptFiles);
  const idsInUse = modelsDeclared([manifests.head, manifests.base, manifests.defaultBranch]);
  const [prices, credits] = await Promise.all([
    obtainCatalogue(
      {
        url: options.catalogueUrl,
        lock: sources.lock,
        offline: options.offline,
        idsInUse,
      },
      effects,
    ),
    options.account === null ? null : fetchCredits(options.account),
  ]);
  const ageInDays = prices.catalogue.source === 'lock' ? lockAgeDays(prices.catalogue, effects.now()) : null;
  const judged = judgeManifests(manifests, sources, { ...prices, credits }, { at: options.at, ageInDays });
  const { comparison } = judged;
  const before = manifests.defaultBranch ?? manifests.base;
  const creditsInReport = creditsShown(credits, comparison?.head ?? null);
  return buildReport({
    ...judged,
    ...advise(judged.judgement, comparison, prices.catalogue, options.at),
    manifest: sources.manifestFile,
    locate: manifests.head?.locate ?? null,
    catalogue: prices.catalogue,
    ageInDays,
    notes: distinctNotes([
      ...manifests.notes,
      ...catalogueUrlNote(prices.catalogue.url),
      ...prices.notes,
      ...lockNotes(prices.catalogue, idsInUse),
      ...driftNotes(judged.unlocked, before === null ? null : modelsDeclared([before])),
      ...priceNotes(comparison),
      ...floorNotes(comparison),
      ...creditNotes(creditsInReport),
      ...changeNotes(sources, manifests.head, comparison),
      ...increaseNotes(sources.base !== null || manifests.defaultBranch !== null, judged.judgement),
      ...overrideNotes(sources.approvals, judged.rules.override_label, judged.judgement.violations),
    ]),
    policy: {
      ref: sources.policy?.ref ?? null,
      sha: sources.policy?.sha ?? null,
      protected: manifests.policyFile !== null,
    },
    commits: { head: sources.head.commit, base: sources.base?.commit ?? null },
    creditFee: judged.rules.credit_fee,
    explain: options.explain,
    tokenSources,
    credits: creditsInReport,
    charges: await chargesShown(options, prices.catalogue, credits),
    usage: usageShown(options.usage, manifests, comparison, prices.catalogue, options.at),
  });
}

/** What was estimated against what was used, as one run of it. */
function usageShown(
  usage: Usage | null,
  { head }: Manifests,
  comparison: Comparison | null,
  catalogue: Catalogue,
  at: Date | null,
): UsageReport | null {
  if (usage === null || head === null || comparison === null) return null;
  const estimate = comparison.head;
  const compared = compareUsage({ manifest: head, estimate, catalogue, at, usage: usage.table, runs: 1, suite: null });
  return usageReport(compared, usage);
}

/** What recorded generations were charged. A key that is refused is said once: by the credits, else here. */
async function chargesShown(
  { usage, account }: CheckOptions,
  catalogue: Catalogue,
  credits: Credits | null,
): Promise<readonly string[]> {
  if (usage === null || account === null || credits?.state === 'refused') return [];
  try {
    return await chargesOf(usage, catalogue, account);
  } catch (error) {
    if (error instanceof NoVerdictError) return error.problems.map(({ message }) => message);
    throw error;
  }
}

/** Every model that a price is needed for, fallbacks included, in order of first use. */
export function modelsDeclared(manifests: readonly (Manifest | null)[]): string[] {
  const calls = manifests.flatMap((manifest) => manifest?.suites.flatMap((suite) => suite.calls) ?? []);
  return [...new Set(calls.flatMap((call) => [call.model, ...call.fallback_models]))];
}
