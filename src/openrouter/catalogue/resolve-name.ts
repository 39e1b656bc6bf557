import { closest } from '../../lib/text/closest.js';
import type { CatalogueModel } from './catalogue.js';
import { resolveModel, spellings } from './model-id.js';

/**
 * The catalogue's row for a name that makers and other tools use for a model.
 * - `exact`: OpenRouter accepts the name itself (an id, a canonical slug, an alias, any with dynamic suffixes).
 * - `resolved`: exactly one row fits; `how` says by which rule, worded to follow "is".
 * - `ambiguous`: several rows fit, and none is chosen.
 * - `unknown`: no row fits; `reason` says why where that is known.
 */
export type ResolvedName =
  | { readonly state: 'exact'; readonly id: string; readonly how: null }
  | { readonly state: 'resolved'; readonly id: string; readonly how: string }
  | { readonly state: 'ambiguous'; readonly candidates: readonly string[] }
  | { readonly state: 'unknown'; readonly reason: string | null };

type Models = ReadonlyMap<string, CatalogueModel>;

/** A longer text is no name of a model, and is not looked up. */
const LONGEST_NAME = 300;

/** Cache: recordings ask for the same few names many times. */
const indexes = new WeakMap<Models, Index>();

interface Index {
  /** Null until a name needs them: most names are ids. */
  rows: readonly Row[] | null;
  readonly answers: Map<string, ResolvedName>;
}

/** Finds the one row of the catalogue that a model's name stands for. Never throws, and never picks one of several. */
export function resolveName(name: string, models: Models): ResolvedName {
  const index: Index = indexes.get(models) ?? { rows: null, answers: new Map<string, ResolvedName>() };
  indexes.set(models, index);
  const known = index.answers.get(name);
  if (known !== undefined) return known;
  const answer = exactly(name, models) ?? resolve(name, models, (index.rows ??= rowsOf(models)));
  index.answers.set(name, answer);
  return answer;
}

/** Returns the catalogue id of a name; null where no row fits, and where several do. */
export function idOfName(name: string, models: Models): string | null {
  const resolved = resolveName(name, models);
  return resolved.state === 'exact' || resolved.state === 'resolved' ? resolved.id : null;
}

/**
 * Lists the catalogue ids that a recorded model may be declared by: its own, and that of its undated family, since a call of
 * `openai/gpt-4o-mini` is answered by `gpt-4o-mini-2024-07-18`. Empty where the name is not known.
 */
export function idsOfRecorded(name: string, models: Models): readonly string[] {
  const id = idOfName(name, models);
  if (id === null) return [];
  const own = nameOf(ownPart(id));
  const family = own.date === null ? null : idOfName(`${id.slice(0, id.indexOf('/'))}/${own.family}`, models);
  return family === null || family === id ? [id] : [id, family];
}

function exactly(name: string, models: Models): ResolvedName | null {
  const exact = resolveModel(name, models);
  return exact.state === 'resolved' ? { state: 'exact', id: exact.id, how: null } : null;
}

/** Resolves a name that OpenRouter does not accept itself. */
function resolve(name: string, models: Models, rows: readonly Row[]): ResolvedName {
  if (name.length > LONGEST_NAME || name.trim() === '') return { state: 'unknown', reason: null };
  if (/^ft:|:ft-|\.ft-/i.test(name)) {
    return { state: 'unknown', reason: 'it is a fine-tuned model, which the catalogue does not have' };
  }
  if (name.includes('@preset/')) {
    return { state: 'unknown', reason: 'it takes its model from a preset, which can be changed at OpenRouter' };
  }
  const { stem, suffix } = withoutVariant(withoutPrefixes(name.trim()));
  const found = fromStem(stem, models, rows);
  if (suffix === null || (found.state !== 'resolved' && found.state !== 'exact')) return found;
  const id = `${found.id}:${suffix}`;
  if (resolveModel(id, models).state !== 'resolved') return { state: 'unknown', reason: null };
  return { state: 'resolved', id, how: found.how ?? 'the same name without its prefix' };
}

/** Prefixes of gateways and clouds. They name a route, not a maker; an exact id such as openrouter/auto is found before. */
const ROUTES =
  /^(?:openrouter|litellm_proxy|azure|azure_ai|bedrock|bedrock_converse|converse|invoke|vertex_ai|vertex|gemini|models|publishers\/[a-z-]+\/models)[/:]/i;
const REGION = /^[a-z]{2}(?:-gov)?-[a-z]+-\d\//i;
/** `projects/P/locations/L/publishers/google/models/NAME` and `arn:aws:bedrock:…/NAME` end with the name. */
const RESOURCE =
  /^(?:projects\/.*\/models\/|arn:aws[a-z-]*:bedrock:[^/]*:(?:foundation-model|inference-profile)\/)(?=[^/]+$)/i;
/** pydantic-ai and promptfoo write `openai:gpt-4o`, `openai:chat:gpt-4o`, `anthropic:messages:claude-…`. */
const MAKER_COLON = /^([a-z][a-z-]*):(?:(?:chat|messages|responses|completion|embeddings?):)?(?=[a-z~])/i;

function withoutPrefixes(name: string): string {
  let rest = name.replace(/\[1m\]$/, '').replace(RESOURCE, '');
  for (let before = ''; before !== rest;) {
    before = rest;
    rest = rest.replace(ROUTES, '').replace(REGION, '');
    const maker = MAKER_COLON.exec(rest)?.[1];
    if (maker !== undefined && authorsOf(maker) !== null) rest = rest.replace(MAKER_COLON, '$1/');
  }
  return rest;
}

/** Splits off `:free`, `:batch` and other variants, but not the version of a Bedrock id (`…-v1:0`). */
function withoutVariant(name: string): { readonly stem: string; readonly suffix: string | null } {
  const match = /^(.+?):([a-z][a-z-]*(?::[a-z][a-z-]*)*)$/i.exec(name);
  return match === null
    ? { stem: name, suffix: null }
    : { stem: match[1] ?? name, suffix: (match[2] ?? '').toLowerCase() };
}

/** Names of makers elsewhere, with the authors of their rows at OpenRouter. */
const AUTHORS: Readonly<Record<string, readonly string[]>> = {
  ai21: ['ai21'],
  alibaba: ['qwen', 'alibaba'],
  amazon: ['amazon'],
  anthropic: ['anthropic'],
  cohere: ['cohere'],
  cohereforai: ['cohere'],
  coherelabs: ['cohere'],
  dashscope: ['qwen', 'alibaba'],
  deepseek: ['deepseek'],
  'deepseek-ai': ['deepseek'],
  google: ['google'],
  meta: ['meta-llama', 'meta'],
  'meta-llama': ['meta-llama'],
  minimax: ['minimax'],
  minimaxai: ['minimax'],
  mistral: ['mistralai'],
  mistralai: ['mistralai'],
  moonshot: ['moonshotai'],
  moonshotai: ['moonshotai'],
  nvidia: ['nvidia'],
  openai: ['openai'],
  perplexity: ['perplexity'],
  qwen: ['qwen'],
  writer: ['writer'],
  'x-ai': ['x-ai'],
  xai: ['x-ai'],
  'z-ai': ['z-ai'],
  zai: ['z-ai'],
  'zai-org': ['z-ai'],
};

function authorsOf(maker: string): readonly string[] | null {
  const key = maker.toLowerCase();
  return Object.hasOwn(AUTHORS, key) ? (AUTHORS[key] ?? null) : null;
}

/** A region or `global` may come before the maker. Source: model ids of Amazon Bedrock's documentation, 2026-08. */
const BEDROCK =
  /^(?:(?:us|eu|apac|jp|au|ca|sa|me|af|il|global|us-gov|amer)\.)?(anthropic|openai|amazon|meta|mistral|cohere|deepseek|qwen|ai21|google|minimax|moonshot|moonshotai|nvidia|writer|zai)\.(?=[a-z])/i;
const BEDROCK_VERSION = /(?:-v\d+(?::\d+)?|-\d+:\d+|:\d+)(?::\d+k)?$/i;

interface Stem {
  /** Authors that a row may have; null: any. */
  readonly authors: readonly string[] | null;
  /** Spellings of the maker's own name, the most likely one first. */
  readonly names: readonly string[];
}

function fromStem(stem: string, models: Models, rows: readonly Row[]): ResolvedName {
  const exact = resolveModel(stem, models);
  if (exact.state === 'resolved') {
    return { state: 'resolved', id: exact.id, how: 'the same name without its prefix' };
  }
  const byHuggingFace = rows.filter((row) => row.hugging_face_id === stem.toLowerCase());
  if (byHuggingFace.length > 0) return oneOf(byHuggingFace, 'its Hugging Face id');
  const parsed = stemOf(stem, rows);
  if (parsed === null) return { state: 'unknown', reason: null };
  const { authors, names } = parsed;
  const open = authors === null ? rows : rows.filter((row) => authors.includes(row.author));
  for (const own of names) {
    const found = byOwnName(own, open);
    if (found !== null) return found;
  }
  return { state: 'unknown', reason: null };
}

/** Separates the maker from the name; null where the catalogue has no such maker. */
function stemOf(stem: string, rows: readonly Row[]): Stem | null {
  const bedrock = BEDROCK.exec(stem);
  if (bedrock !== null) {
    const rest = stem.slice(bedrock[0].length);
    // Amazon's own ids keep their version at OpenRouter: amazon/nova-lite-v1.
    return {
      authors: authorsOf(bedrock[1] ?? ''),
      names: [rest.replace(/:\d+(?::\d+k)?$/i, ''), rest.replace(BEDROCK_VERSION, '')],
    };
  }
  const slash = stem.indexOf('/');
  if (slash === -1) return { authors: null, names: [stem, ...withoutBedrockVersion(stem)] };
  const [maker, rest] = [stem.slice(0, slash).toLowerCase(), stem.slice(slash + 1)];
  if (rest === '' || rest.includes('/')) return null;
  const authors = authorsOf(maker) ?? (rows.some((row) => row.author === maker) ? [maker] : null);
  return authors === null ? null : { authors, names: [rest, ...withoutBedrockVersion(rest)] };
}

function withoutBedrockVersion(name: string): string[] {
  return BEDROCK_VERSION.test(name) && name.includes(':') ? [name.replace(BEDROCK_VERSION, '')] : [];
}

/** A row under all the names that it may be found by. Variants (`:free`) are found by their ids alone. */
interface Row {
  readonly id: string;
  readonly author: string;
  readonly isAlias: boolean;
  /** The own part of its id, of its canonical slug and of its Hugging Face id. */
  readonly names: readonly [Name, ...Name[]];
  readonly hugging_face_id: string | null;
}

/** A name in one spelling, the name without its date, and the date's digits. */
interface Name {
  readonly key: string;
  readonly family: string;
  readonly date: string | null;
}

function rowsOf(models: Models): Row[] {
  return [...models.values()]
    .filter(({ id }) => !id.includes(':') && id.includes('/'))
    .map(({ id, canonical_slug, hugging_face_id, alias_target }): Row => {
      const others = [canonical_slug, hugging_face_id].filter((name) => name !== null);
      return {
        id,
        author: id.slice(0, id.indexOf('/')).replace(/^~/, '').toLowerCase(),
        isAlias: alias_target !== null || id.startsWith('~'),
        names: [nameOf(ownPart(id)), ...others.map((name) => nameOf(ownPart(name)))],
        hugging_face_id: hugging_face_id?.toLowerCase() ?? null,
      };
    });
}

function ownPart(id: string): string {
  return id.slice(id.lastIndexOf('/') + 1);
}

/**
 * Tries, from the most to the least specific: the same name; the same date; the family without the date. At each step the
 * id counts before the canonical slug, and that before the Hugging Face id.
 */
function byOwnName(own: string, rows: readonly Row[]): ResolvedName | null {
  const name = nameOf(own);
  const same = firstMatch(rows, (one) => one.key === name.key);
  if (same !== null) return oneOf(same, 'the same model in another spelling');
  const models = rows.filter((row) => !row.isAlias);
  if (name.key.endsWith('-latest')) return latestOf(name.key.replace(/-latest$/, ''), models);
  if (name.date !== null) {
    const { date } = name;
    const sameDay = firstMatch(models, (one) => one.family === name.family && sameDate(one.date, date));
    if (sameDay !== null) return oneOf(sameDay, 'the same model with its date in another form');
  }
  // A month is a version of its own (mistral-small-2402): another month is another model with another price.
  if (name.date !== null && isMonth(name.date)) return null;
  const family = familyOf(name, models);
  if (family !== null) return oneOf(family, 'its family, which the catalogue lists without this date');
  return null;
}

const GOOGLE_VERSION = /(?<=[a-z])-?\d{3}$/;

/** Finds the rows of the family whose own id has no date. */
function familyOf(name: Name, rows: readonly Row[]): readonly Row[] | null {
  const undated = rows.filter((row) => row.names[0].date === null);
  return (
    firstMatch(undated, (one) => one.family === name.family) ??
    // Google numbers its stable versions: gemini-2.5-flash-lite-001.
    (GOOGLE_VERSION.test(name.key)
      ? firstMatch(
          undated.filter((row) => row.author === 'google'),
          (one) => one.key === name.key.replace(GOOGLE_VERSION, ''),
        )
      : null)
  );
}

/** Resolves `-latest`, the newest version of a family. It is known only where the catalogue has a single version. */
function latestOf(family: string, rows: readonly Row[]): ResolvedName | null {
  // A number behind the family is a version too: mistral-small-2603 and mistral-small-3.2 are two of mistral-small.
  const found = rows.filter(
    ({ names: [own] }) => own.key.startsWith(family) && /^(?:-?\d.*)?$/.test(own.key.slice(family.length)),
  );
  return found.length === 0 ? null : oneOf(found, 'the only version of this family in the catalogue');
}

function firstMatch(rows: readonly Row[], fits: (name: Name) => boolean): readonly Row[] | null {
  for (const level of [0, 1, 2]) {
    const found = rows.filter((row) => {
      const name = row.names[level];
      return name !== undefined && fits(name);
    });
    if (found.length > 0) return found;
  }
  return null;
}

function oneOf(rows: readonly Row[], how: string): ResolvedName {
  const [only, ...others] = rows;
  if (only !== undefined && others.length === 0) return { state: 'resolved', id: only.id, how };
  return { state: 'ambiguous', candidates: rows.map((row) => row.id).sort() };
}

/**
 * Brings a name to one spelling: lower case, `-` for dots, underscores, blanks and `@`, nothing between letters and the
 * number behind
 * them (Llama-3.3 and llama3-3 are one).
 */
function nameOf(own: string): Name {
  const key = own
    .toLowerCase()
    .replace(/@(?:default|latest)$/, '')
    .replace(/[._\s@-]+/g, '-')
    .replace(/([a-z])-(?=\d)/g, '$1')
    // Azure writes no dots.
    .replace(/^gpt35(?=-turbo)/, 'gpt3-5');
  const date = dateIn(key);
  return { key, family: date === null ? key : date.rest, date: date?.digits ?? null };
}

/** A date at the end of a name: 2025-08-07, 20250807, 08-2024, 2025-08, 04-28, 0613, 2512. */
const DATE =
  /-?(?<![\d])(20[2-3]\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])-20[2-3]\d|20[2-3]\d-(?:0[1-9]|1[0-2])|(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])|2[3-9](?:0[1-9]|1[0-2]))$/;

function dateIn(key: string): { readonly rest: string; readonly digits: string } | null {
  const match = DATE.exec(key);
  const digits = match?.[1]?.replaceAll('-', '') ?? '';
  if (match === null || match.index === 0) return null;
  const monthFirst = /^(\d{2})(20\d{2})$/.exec(digits);
  const ordered = /^(?:0[1-9]|1[0-2])-20/.test(match[1] ?? '') && monthFirst !== null;
  return { rest: key.slice(0, match.index), digits: ordered ? `${monthFirst[2] ?? ''}${monthFirst[1] ?? ''}` : digits };
}

function isMonth(date: string): boolean {
  return date.length === 6 || (date.length === 4 && /^2[3-9]/.test(date));
}

/** Tells whether two dates agree in the digits that both have: 20250807 and 0807 are one day, 202512 and 2512 one month. */
function sameDate(a: string | null, b: string): boolean {
  return a !== null && (a.endsWith(b) || b.endsWith(a));
}

/**
 * Adds to the reason why a manifest's model has no price the id to write: the one that its name stands for, all where there
 * are several, else the id that is spelled most alike.
 */
export function withSuggestion(declared: string, reason: string, models: Models): string {
  const name = resolveName(declared, models);
  if (name.state === 'ambiguous') return `${reason}; it may be ${name.candidates.map((id) => `"${id}"`).join(' or ')}`;
  if (name.state === 'unknown' && name.reason !== null) return `${reason}: ${name.reason}`;
  const id = name.state === 'unknown' ? closest(spellings(declared).at(-1) ?? declared, models.keys()) : name.id;
  return id === null ? reason : `${reason}; did you mean "${id}"?`;
}

/**
 * Lists the catalogue ids whose endpoints are needed for these declared or recorded names, in the order of first use; of an
 * alias its target's. Names without a single row are left out: they have no endpoints.
 */
export function modelsInUse(names: Iterable<string>, models: Models): string[] {
  const used = new Set<string>();
  for (const name of names) {
    const resolution = resolveModel(idOfName(name, models) ?? name, models);
    if (resolution.state === 'resolved') used.add(resolution.id);
  }
  return [...used];
}
