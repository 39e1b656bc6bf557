import { expiringModels } from '../openrouter/catalogue/model-warnings.js';
import { EXPIRES_SOON_DAYS } from './judge-manifests.js';
import { DEFAULT_CATALOGUE_URL } from '../lib/inputs.js';
import type { Catalogue } from '../openrouter/catalogue/catalogue.js';
import { uncoveredModels } from '../openrouter/catalogue/model-id.js';
import type { Comparison } from '../budget/comparison/comparison.js';
import { endpointCosts } from '../budget/pricing/price-call.js';
import type { CreditsReport } from '../budget/credits.js';
import type { Manifest, NamedCall } from '../manifest/manifest.js';
import { compare, decimal, divide, isZero, maximum, multiply, toText, type Decimal } from '../lib/money/decimal.js';
import type { Note } from '../lib/errors/problem.js';
import { counted } from '../lib/text/amount.js';
import { hasLabel, type Approvals, type Judgement } from '../budget/verdict/judge.js';
import type { Violation } from '../budget/verdict/violation.js';
import type { Sources } from './sources.js';

const WORKFLOWS = '.github/workflows/';

/** Notes on the files that the change touches: workflows, code behind suites. */
export async function changeNotes(
  sources: Sources,
  head: Manifest | null,
  comparison: Comparison | null,
): Promise<Note[]> {
  const changed = sources.changedFiles;
  if (changed === null) return [];
  const notes: Note[] = [];
  if (changed.paths.some((path) => path.startsWith(WORKFLOWS))) {
    notes.push({
      code: 'workflow_changed',
      message: `This change touches ${WORKFLOWS}, so it may change how this check itself runs.`,
    });
  }
  if (head !== null && comparison !== null && comparison.base !== null) {
    notes.push(...(await outdatedSuites(head, comparison, changed.paths)));
  }
  if (changed.paths.includes(sources.lock.file)) {
    notes.push({
      code: 'lock_changed',
      message: `This change touches the lockfile ${sources.lock.file}, which prices are compared with, and taken from where live prices cannot be had. The one on the default branch counts until this is merged.`,
    });
  }
  if (!changed.complete) {
    notes.push({
      code: 'changed_files_incomplete',
      message:
        changed.paths.length === 0
          ? 'GitHub did not list the changed files; notes on changed code may be missing.'
          : `Only the first ${changed.paths.length} changed files were looked at; notes on changed code may be missing.`,
    });
  }
  return notes;
}

/** One note for all suites whose code changed and whose numbers did not. */
async function outdatedSuites(
  head: Manifest,
  comparison: Comparison,
  changedFiles: readonly string[],
): Promise<Note[]> {
  // Most manifests name no code, and the engine that matches patterns of paths is large.
  if (head.suites.every(({ paths }) => paths === undefined)) return [];
  const { possiblyOutdated } = await import('../budget/comparison/changed-code.js');
  const suites = possiblyOutdated(head, comparison, changedFiles);
  const [first] = suites;
  if (first === undefined) return [];
  const behind = suites.length === 1 ? `suite ${first}` : `${suites.length} suites (${named(suites)})`;
  const message = `The code behind ${behind} changed and ${suites.length === 1 ? 'its' : 'their'} numbers did not: are they still right?`;
  return [{ code: 'possibly_outdated', message }];
}

/** `a, b, c, d, e, …`: at most five names in one note. */
function named(names: readonly string[]): string {
  return [...names.slice(0, MOST_NAMED), ...(names.length > MOST_NAMED ? ['…'] : [])].join(', ');
}

export function catalogueUrlNote(url: string): Note[] {
  if (url === DEFAULT_CATALOGUE_URL) return [];
  return [{ code: 'catalogue_url', message: `Prices come from ${url}, not from ${DEFAULT_CATALOGUE_URL}.` }];
}

/** A note if the override label is set, something fails, and no valid approval exists. */
export function overrideNotes(
  approvals: Approvals | null,
  label: string | undefined,
  violations: readonly Violation[],
): Note[] {
  if (approvals === null || label === undefined || !hasLabel(approvals, label)) return [];
  if (!violations.some(({ severity }) => severity === 'fail')) return [];
  const needed = 'an approving review of the head commit by somebody else who may push';
  return [{ code: 'override_without_approval', message: `The label ${label} overrides nothing without ${needed}.` }];
}

/** A note if there is a limit on an increase and no base to compare with. */
export function increaseNotes(isCompared: boolean, { limits }: Judgement): Note[] {
  if (!isCompared && limits.some(({ rule }) => rule === 'increase_per_run' || rule === 'increase_percent')) {
    return [{ code: 'base_missing', message: 'There is no base to compare with: increases are not judged.' }];
  }
  return [];
}

/** A note if head changes no call and would fail only because it lacks changes that the default branch has. */
export function outdatedNotes({ isOutdated }: Judgement): Note[] {
  if (!isOutdated) return [];
  const message =
    'No call changed here. What is broken is so because the branch lacks changes of the default branch: update the branch.';
  return [{ code: 'branch_outdated', message }];
}

/** A note for each kind of run whose suites run differently often: a sum per run then never occurs as one run. */
export function mixedRunsNotes(comparison: Comparison | null): Note[] {
  const suites = comparison?.head.suites ?? [];
  return [...new Set(suites.map(({ run }) => run))].flatMap((run) => {
    const runs = suites.filter((suite) => suite.run === run);
    if (new Set(runs.map((suite) => suite.runs_per_month)).size < 2) return [];
    const some = named(runs.map(({ name, runs_per_month: times }) => `${name} ${times ?? 'unknown'}`));
    const message = `Suites of the kind ${run} have different runs per month (${some}), so they do not always run together: give those that run apart a kind of their own under runs.`;
    return [{ code: 'mixed_runs', message }];
  });
}

/** Names in one note. */
const MOST_NAMED = 5;

/** Each note once, in order: head, base and the default branch often have the same ones. */
export function distinctNotes(notes: readonly Note[]): Note[] {
  return [...new Map(notes.map((note) => [JSON.stringify([note.code, note.message]), note])).values()];
}

/** A note is given where the most expensive endpoint charges more than this many times what the cheapest does. */
const WIDE_RANGE = decimal('1.5');

/**
 * One note on the models of head whose endpoints of the default tier charge very different prices for the declared tokens,
 * the widest range first.
 */
export function rangeNotes(comparison: Comparison | null, catalogue: Catalogue, at: Date | null): Note[] {
  const widest = new Map<string, Decimal>();
  for (const { call, price } of comparison?.head.suites.flatMap(({ calls }) => calls) ?? []) {
    const { resolved_model: id } = price;
    const costs = price.state === 'unpriced' ? null : endpointCosts(call, catalogue, at);
    if (id === null || costs === null || isZero(costs.least)) continue;
    if (compare(costs.most, multiply(costs.least, WIDE_RANGE)) <= 0) continue;
    const times = divide(costs.most, costs.least, 2);
    widest.set(id, maximum(widest.get(id) ?? times, times));
  }
  const ranges = [...widest].toSorted(([, a], [, b]) => compare(b, a));
  const [first] = ranges;
  if (first === undefined) return [];
  const remedy = 'provider.order, sort or max_price decides which endpoint serves';
  const [model, most] = first;
  const message =
    ranges.length === 1
      ? `The most expensive endpoint of ${model} charges ${toText(most, 2)} times as much for these tokens as the cheapest: ${remedy}.`
      : `The most expensive endpoints of ${ranges.length} models charge far more for these tokens than the cheapest (${named(ranges.map(([id, times]) => `${id} ${toText(times, 2)} times`))}): ${remedy}.`;
  return [{ code: 'price_range', message }];
}

/** A model that is withdrawn within so many days is a note. */
const EXPIRES_DAYS = 30;

/** A note for each model of head that is withdrawn within a month; one that is withdrawn within a week is a warning. */
export function expiringNotes(comparison: Comparison | null, catalogue: Catalogue, now: Date): Note[] {
  const calls = comparison?.head.suites.flatMap((suite) => suite.calls) ?? [];
  const inUse = new Set(calls.flatMap(({ price }) => price.known_as.flatMap(({ names }) => names)));
  const soon = new Set(expiringModels(catalogue, now, EXPIRES_SOON_DAYS).map(({ model }) => model));
  return expiringModels(catalogue, now, EXPIRES_DAYS)
    .filter(({ model }) => inUse.has(model) && !soon.has(model))
    .map(({ model, date }) => ({
      code: 'expiring_model',
      message: `${model} is withdrawn on ${date}: move to another model before that day.`,
    }));
}

/** A note if prices come from a lockfile that lacks models in use. */
export function lockNotes(catalogue: Catalogue, idsInUse: readonly string[]): Note[] {
  if (catalogue.source !== 'lock') return [];
  const missing = uncoveredModels(catalogue, idsInUse);
  if (missing.length === 0) return [];
  const message = `The lockfile does not hold all of ${missing.join(', ')}; \`llm-budget lock\` writes it again.`;
  return [{ code: 'lock_incomplete', message }];
}

/**
 * A note on the calls that the drift leaves out because the lockfile has no price for them. `idsBefore` are the models of
 * base or the default branch: a model that the change adds is in no lockfile yet. Null: not known, so all calls count.
 */
export function driftNotes(unlocked: readonly NamedCall[], idsBefore: readonly string[] | null): Note[] {
  const before = idsBefore === null ? null : new Set(idsBefore);
  const missing = unlocked.filter(({ model }) => before === null || before.has(model));
  if (missing.length === 0) return [];
  const left = `The lockfile has no price for ${counted(missing.length, 'call')}, which the price drift leaves out`;
  return [{ code: 'drift_incomplete', message: `${left}; \`llm-budget lock\` writes it again.` }];
}

/** The notes on the prices of single calls, once each: an alias that may move, an id reached by its slug. */
export function priceNotes(comparison: Comparison | null): Note[] {
  const calls = comparison?.head.suites.flatMap((suite) => suite.calls) ?? [];
  const messages = new Set(calls.flatMap((call) => call.price.notes));
  return [...messages].map((message) => ({ code: 'price', message }));
}

/** If the key is refused or the account cannot be read, the verdict does not change and the report notes it. */
export function creditNotes(credits: CreditsReport | null): Note[] {
  if (credits === null || credits.state === 'known' || credits.state === 'exhausted') return [];
  return credits.lines.map((message) => ({ code: 'credits_unknown', message }));
}
