import { lockfileAgeDays } from '../openrouter/catalogue/catalogue.js';
import type { StartedModels } from '../openrouter/catalogue/start-models.js';
import { obtainCatalogue } from '../openrouter/catalogue/source.js';
import { creditsReport, runNeeds } from '../budget/credits.js';
import type { AccountClient } from '../openrouter/account/account-client.js';
import { fetchCredits } from '../openrouter/account/credits.js';
import type { Network } from '../lib/http/network.js';
import { type Manifest, modelsDeclared } from '../manifest/manifest.js';
import type { Note } from '../lib/errors/problem.js';
import { buildReport } from '../report/model/build.js';
import type { Report } from '../report/model/schema.js';
import type { Usage } from '../usage/read/usage.js';
import { countFiles } from './count-files.js';
import { judgeManifests } from './judge-manifests.js';
import {
  catalogueUrlNote,
  changeNotes,
  creditNotes,
  distinctNotes,
  driftNotes,
  expiringNotes,
  increaseNotes,
  lockNotes,
  mixedRunsNotes,
  outdatedNotes,
  overrideNotes,
  priceNotes,
  rangeNotes,
} from './notes.js';
import type { Checked, UsageShown } from './recorded-usage.js';
import { withCatalogueIds } from './resolve-models.js';
import { readManifests, type Manifests } from './read-manifests.js';
import type { Sources } from './sources.js';

export interface CheckOptions {
  readonly catalogueUrl: URL;
  /** True: prices come from the lockfile, and the catalogue is not asked. */
  readonly offline: boolean;
  /** The instant that hour-dependent prices are taken at; null: their most expensive hour. */
  readonly at: Date | null;
  readonly explain: boolean;
  /** Asks for the remaining credits; null without a key. */
  readonly account: AccountClient | null;
  /** A key for a catalogue that refuses lists of endpoints without one; null without a key. */
  readonly apiKey: string | null;
  /** The catalogue's list of models where it was requested before the sources were read. */
  readonly models?: Promise<StartedModels>;
  /** Recorded usage; null without recordings. */
  readonly usage: Usage | null;
  /** What is wrong with the recordings. It does not change the verdict. */
  readonly usageNotes: readonly Note[];
}

/**
 * The main job, for the action and the command line alike: reads the manifests, prices them from one catalogue, compares
 * head with base, judges head by the policy and builds the report. Throws a NoVerdictError (exit code 2 or 3) if there
 * can be no verdict.
 */
export async function check(sources: Sources, options: CheckOptions, effects: Network): Promise<Report> {
  // 1. The manifests of head, base and the default branch, with the numbers that come from files.
  const counted = await countFiles(await readManifests(sources), sources.files);
  const namesInUse = modelsDeclared(sidesOf(counted.manifests));

  // 2. Prices, live or from the lockfile, and the remaining credits.
  const policy = counted.manifests.policyFile?.policy ?? counted.manifests.head?.policy;
  const order = {
    url: options.catalogueUrl,
    lock: sources.lock,
    offline: options.offline,
    idsInUse: namesInUse,
    apiKey: options.apiKey,
    ...(options.models === undefined ? {} : { models: options.models }),
    ...(policy === undefined ? {} : { maxLockfileAgeDays: policy.max_price_age_days }),
  };
  const [prices, credits] = await Promise.all([
    obtainCatalogue(order, effects),
    options.account === null ? null : fetchCredits(options.account),
  ]);
  const { catalogue } = prices;
  const now = new Date(effects.now());
  const { manifests, tokenSources } = withCatalogueIds(counted, catalogue.models);
  const idsInUse = modelsDeclared(sidesOf(manifests));
  const ageInDays = catalogue.source === 'lock' ? lockfileAgeDays(catalogue, effects.now()) : null;

  // 3. Estimates, comparison and judgement.
  const time = { at: options.at, ageInDays, standsIn: prices.standsIn, now };
  const judged = judgeManifests(manifests, sources, { ...prices, credits }, time);
  const { comparison, judgement } = judged;

  // 4. Recorded usage beside the estimate.
  const { at, account } = options;
  const recorded = await recordedUsage(options.usage, {
    head: manifests.head,
    comparison,
    catalogue,
    at,
    account,
    credits,
  });

  // 5. The report.
  const creditsShown = credits && creditsReport(credits, comparison && runNeeds(comparison.head));
  const before = manifests.defaultBranch ?? manifests.base;
  const isCompared = sources.base !== null || manifests.defaultBranch !== null;
  return buildReport({
    ...judged,
    manifest: sources.manifestFile,
    locate: manifests.head?.locate ?? null,
    catalogue,
    ageInDays,
    notes: distinctNotes([
      ...sources.notes,
      ...manifests.notes,
      ...catalogueUrlNote(catalogue.url),
      ...prices.notes,
      ...lockNotes(catalogue, idsInUse),
      ...driftNotes(judged.unlocked, before === null ? null : modelsDeclared([before])),
      ...priceNotes(comparison),
      ...rangeNotes(comparison, catalogue, at),
      ...expiringNotes(comparison, catalogue, now),
      ...creditNotes(creditsShown),
      ...options.usageNotes,
      ...(await changeNotes(sources, manifests.head, comparison)),
      ...outdatedNotes(judgement),
      ...mixedRunsNotes(comparison),
      ...increaseNotes(isCompared, judgement),
      ...overrideNotes(sources.approvals, judged.policyApplied.override_label, judgement.violations),
    ]),
    policy: {
      ref: sources.policy?.ref ?? null,
      sha: sources.policy?.sha ?? null,
      protected: manifests.policyFile !== null,
    },
    commits: { head: sources.head.commit, base: sources.base?.commit ?? null },
    creditFee: judged.policyApplied.credit_fee,
    explain: options.explain,
    tokenSources,
    credits: creditsShown,
    ...recorded,
  });
}

/** Few checks have recordings, and the code that compares them with the estimate is large, so it is loaded only for them. */
async function recordedUsage(usage: Usage | null, checked: Checked): Promise<UsageShown> {
  if (usage === null) return { usage: null, charges: [] };
  const { usageShown } = await import('./recorded-usage.js');
  return await usageShown(usage, checked);
}

function sidesOf({ head, base, defaultBranch }: Manifests): readonly (Manifest | null)[] {
  return [head, base, defaultBranch];
}
