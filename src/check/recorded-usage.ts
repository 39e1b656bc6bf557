import type { Comparison } from '../budget/comparison/comparison.js';
import { NoVerdictError } from '../lib/errors/problem.js';
import type { Manifest } from '../manifest/manifest.js';
import type { AccountClient } from '../openrouter/account/account-client.js';
import type { Credits } from '../openrouter/account/credits.js';
import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { compareUsage } from '../usage/calibrate/compare-usage.js';
import { usageReport, type UsageReport } from '../usage/calibrate/usage-report.js';
import { chargesOf } from '../usage/charges/charges.js';
import type { Usage } from '../usage/read/usage.js';

/** The parts of a check that recorded usage is compared with. */
export interface Checked {
  /** Null where head has no manifest; the comparison is null too then. */
  readonly head: Manifest | null;
  readonly comparison: Comparison | null;
  readonly catalogue: Catalogue;
  /** The instant that hour-dependent prices are taken at; null: their most expensive hour. */
  readonly at: Date | null;
  readonly account: AccountClient | null;
  readonly credits: Credits | null;
}

/** What the report has of recorded usage: the comparison with the estimate, and the charges in sentences. */
export interface UsageShown {
  readonly usage: UsageReport | null;
  readonly charges: readonly string[];
}

/** Holds recorded usage beside the estimate of head, and asks for the charges of recorded generations where there is a key. */
export async function usageShown(usage: Usage, checked: Checked): Promise<UsageShown> {
  return { usage: comparedWithHead(usage, checked), charges: await chargesShown(usage, checked) };
}

/** A recording that names no run of a recorder is of one run. */
function comparedWithHead(usage: Usage, { head, comparison, catalogue, at }: Checked): UsageReport | null {
  if (head === null || comparison === null) return null;
  const estimate = comparison.head;
  const compared = compareUsage({ manifest: head, estimate, catalogue, at, usage, runs: null, suite: null });
  return usageReport(compared, usage);
}

/** If the key is refused, the credits report it, and nothing is added here. */
async function chargesShown(usage: Usage, { catalogue, account, credits }: Checked): Promise<readonly string[]> {
  if (account === null || credits?.state === 'refused') return [];
  try {
    return await chargesOf(usage, catalogue, account);
  } catch (error) {
    if (error instanceof NoVerdictError) return error.problems.map(({ message }) => message);
    throw error;
  }
}
