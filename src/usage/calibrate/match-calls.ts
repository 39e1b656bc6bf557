import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { CallEstimate, Estimate } from '../../budget/estimate.js';
import type { GroupKey } from '../read/exchange.js';
import { idsOfRecorded } from '../../openrouter/catalogue/resolve-name.js';
import { batchModel, fastModel } from '../../budget/pricing/price-recorded.js';

/** The call of the manifest that recorded requests belong to, or why there is none. */
export type Match =
  | { readonly state: 'call'; readonly suite: string; readonly index: number }
  /** No call of the manifest fits; its suite, where that is known. */
  | { readonly state: 'unknown'; readonly suite: string | null }
  | { readonly state: 'ambiguous'; readonly suite: string | null; readonly candidates: readonly string[] }
  /** A recording of a suite that `--suite` excludes. */
  | { readonly state: 'skipped' };

interface Candidate {
  readonly suite: string;
  readonly estimate: CallEstimate;
}

/** What a call that searches the web is called beside one that does not. */
const WITH_SEARCH = 'with search';

/** The name of a call with searches beside the call of that name; names have at most 64 characters. */
export function searchName(name: string): string {
  return `${name.slice(0, 63 - WITH_SEARCH.length).trimEnd()} ${WITH_SEARCH}`;
}

/**
 * Finds the call of a group of requests. Its suite is the one that the recording names, else `suite`, else the one that
 * goes by the file's name, else any. Within it the call goes by the name that the recording states, else by its model:
 * as declared, as resolved, its canonical slug, its undated family, its fallbacks. Of calls that are alike, those that
 * search the web take the requests that do.
 */
export function callMatcher(estimate: Estimate, catalogue: Catalogue, suite: string | null): (key: GroupKey) => Match {
  const all = estimate.suites.flatMap(({ name, calls }) => calls.map((call) => ({ suite: name, estimate: call })));
  const names = new Set(estimate.suites.map(({ name }) => name));
  return (key) => {
    const within = suiteOf(key, suite, names);
    if (within.state === 'skipped') return within;
    if (within.state === 'unknown') return { state: 'unknown', suite: null };
    const candidates = within.suite === null ? all : all.filter((one) => one.suite === within.suite);
    return inSuite(bySearches(key, chooseCall(key, candidates, catalogue)), within.suite, candidates);
  };
}

/** The choice as a match; where the candidates are all of one suite, that is the suite of what was not found too. */
function inSuite(chosen: readonly Candidate[], suite: string | null, candidates: readonly Candidate[]): Match {
  const [only, ...others] = chosen;
  const suites = new Set((chosen.length > 0 ? chosen : candidates).map((one) => one.suite));
  const common = suite ?? (suites.size === 1 ? ([...suites][0] ?? null) : null);
  if (only === undefined) return { state: 'unknown', suite: common };
  if (others.length === 0) return { state: 'call', suite: only.suite, index: only.estimate.call.index };
  const names = chosen.map((one) => `${one.suite} / ${one.estimate.call.display_name}`);
  return { state: 'ambiguous', suite: common, candidates: names };
}

type Within =
  | { readonly state: 'suite'; readonly suite: string | null }
  | { readonly state: 'skipped' }
  | { readonly state: 'unknown' };

function suiteOf(key: GroupKey, suite: string | null, names: ReadonlySet<string>): Within {
  if (key.suite !== null) {
    if (suite !== null && key.suite !== suite) return { state: 'skipped' };
    return names.has(key.suite) ? { state: 'suite', suite: key.suite } : { state: 'unknown' };
  }
  if (suite !== null) return { state: 'suite', suite };
  const byFile = nameOfFile(key.source);
  const byFolder = nameOfFile(key.source.slice(0, Math.max(key.source.lastIndexOf('/'), 0)));
  return { state: 'suite', suite: names.has(byFile) ? byFile : names.has(byFolder) ? byFolder : null };
}

/** Of calls that fit equally well, those whose declared searches fit; all of them where none does. */
function bySearches(key: GroupKey, chosen: readonly Candidate[]): readonly Candidate[] {
  if (chosen.length < 2) return chosen;
  const fitting = chosen.filter(({ estimate }) => estimate.call.web_searches > 0 === key.web_searches > 0);
  return fitting.length > 0 ? fitting : chosen;
}

/** One call, or several that fit equally well, or none. */
function chooseCall(key: GroupKey, candidates: readonly Candidate[], catalogue: Catalogue): readonly Candidate[] {
  const { call } = key;
  const names = call === null ? [] : [call, searchName(call)];
  const byName = candidates.filter(({ estimate }) => names.includes(estimate.call.display_name));
  if (byName.length > 0) {
    const ofItsModel = ofModel(key, byName, catalogue);
    // By its name alone where no model fits: the code may have changed its model.
    return ofItsModel.length > 0 ? ofItsModel : byName;
  }
  // A name that the manifest lacks may stand in front of a model's, or for a call that has no name of its own.
  const open =
    call === null
      ? candidates
      : candidates.filter(
          ({ estimate: { call: declared } }) =>
            declared.name === undefined || declared.display_name.startsWith(`${call} `),
        );
  return ofModel(key, open, catalogue);
}

/** Calls of the model itself before those that have it as a fallback, exact ids before like words. */
function ofModel(key: GroupKey, candidates: readonly Candidate[], catalogue: Catalogue): readonly Candidate[] {
  if (key.model === null) return [];
  const fast = key.tier === 'fast' ? candidatesOf(fastModel(key.model), candidates, catalogue) : [];
  return fast.length > 0 ? fast : candidatesOf(key.model, candidates, catalogue);
}

function candidatesOf(model: string, candidates: readonly Candidate[], catalogue: Catalogue): readonly Candidate[] {
  const ids = idsOfRecorded(model, catalogue.models);
  const own = (one: Candidate): readonly string[] => one.estimate.price.known_as[0]?.names ?? [];
  const any = (one: Candidate): readonly string[] => one.estimate.price.known_as.flatMap((known) => known.names);
  const rules: readonly ((one: Candidate) => boolean)[] = [
    (one) => one.estimate.call.model === model,
    ...ids.map((id) => (one: Candidate) => own(one).some((name) => name === id || name === model)),
    // What is served as a batch is recorded by the name of the model.
    ...ids.map((id) => (one: Candidate) => own(one).includes(batchModel(id))),
    (one) => any(one).some((name) => name === model || ids.includes(name)),
  ];
  for (const rule of rules) {
    const found = candidates.filter(rule);
    if (found.length > 0) return found;
  }
  return [];
}

/** Suites that a recording does not name go by its file. */

const LONGEST_NAME = 64;

/** A file's name without folders and extensions, as a suite or call may be called; "recordings" where nothing is left. */
function nameOfFile(file: string): string {
  const base = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return fittingName(base.replace(/(?:\.(?:jsonl?|ndjson|ya?ml|har|gz|txt|log))+$/i, '')) ?? 'recordings';
}

/** The text as a name of the manifest: its characters, its first one, its length; null where nothing is left. */
export function fittingName(text: string): string | null {
  const name = text
    .replace(/[^A-Za-z0-9 ._/:@+-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, LONGEST_NAME)
    .trim();
  return name === '' ? null : name;
}

/** The name, with a number behind it where it is taken. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    const name = `${wanted.slice(0, LONGEST_NAME - 1 - String(number).length)}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** Recorders of cassettes write a file for each test. */
const CASSETTE = /\.(?:ya?ml|har)(?:\.gz)?$/i;

/**
 * Each file's suite: by its name, or by its path where two files share the name. Where each of several files of a folder
 * is one test, as cassettes are, the folder is the suite.
 */
export function suitesOfFiles(files: readonly string[]): ReadonlyMap<string, string> {
  const places = new Map(files.map((file) => [file, placeOf(file, files)]));
  const distinct = [...new Set(places.values())];
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const place of distinct) {
    const shared = distinct.filter((other) => nameOfFile(other) === nameOfFile(place)).length > 1;
    const name = freeName(shared ? (fittingName(place) ?? 'recordings') : nameOfFile(place), taken);
    taken.add(name);
    names.set(place, name);
  }
  return new Map([...places].map(([file, place]) => [file, names.get(place) ?? 'recordings']));
}

/** The file, or the folder of a file that is one test among others. */
function placeOf(file: string, files: readonly string[]): string {
  const folder = folderOf(file);
  const isOneTest = CASSETTE.test(file) && folder !== '';
  const others = files.filter((other) => folderOf(other) === folder);
  return isOneTest && others.length > 1 && others.every((other) => CASSETTE.test(other)) ? folder : file;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), 0));
}
