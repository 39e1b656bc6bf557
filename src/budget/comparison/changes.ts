import type { CallEstimate } from '../estimate.js';
import { partsProblem } from '../../manifest/checks.js';
import type { FileTokens, NamedCall } from '../../manifest/manifest.js';
import { tokenFamily, tokensOf } from '../../manifest/prompt-tokens/count-tokens.js';
import { TOKEN_PARTS } from '../../manifest/token-parts.js';
import { add, compare, isZero, negate, subtract, toNumber, type Decimal } from '../../lib/money/decimal.js';
import type { CallPair, Comparison } from './comparison.js';

/** What can move the cost of a call, in the order in which the parts of a change are priced and reported. */
export const CHANGE_KINDS = [
  'model',
  'requests',
  'tokens',
  'prompt_file',
  'rows',
  'price_terms',
  'added',
  'removed',
] as const;
type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One cause that moves the cost of one call, with its part of the call's delta. */
export interface Change {
  readonly suite: string;
  readonly call: string;
  /** The file that changed: of a prompt, or of rows. */
  readonly file: string | null;
  readonly what: ChangeKind;
  /** The field of `tokens`, or the fields of `price_terms`; null where `what` says all. */
  readonly part: string | null;
  /** A model's id, or a number of requests, tokens or rows; null where there was none, or where it cannot be counted. */
  readonly from: string | number | null;
  readonly to: string | number | null;
  /** US dollars; null where head or base of the call has no price. */
  readonly per_run: Decimal | null;
}

/** Prices one run of a call; null where it has no price. */
export type PriceOfRun = (call: NamedCall, requests: bigint) => Decimal | null;

/**
 * What moved the cost, call by call and cause by cause. The causes of a call are priced one after the other, each on top
 * of those before it, so that they add up to the call's delta exactly. A cause that does not move the cost is left out.
 */
export function changesOf(comparison: Comparison, priceOf: PriceOfRun): Change[] {
  if (comparison.base === null) return [];
  return comparison.suites.flatMap(({ name, head, base, calls }) => {
    const hasMoved = head !== null && base !== null && head.run !== base.run;
    return calls.flatMap((pair) =>
      (hasMoved ? movedCall(pair) : [pair]).flatMap((one) => changesOfCall(name, one, priceOf)),
    );
  });
}

/** A suite that runs in another kind than at base adds its calls to that kind, and takes them from the one before. */
function movedCall({ head, base }: CallPair): CallPair[] {
  const less = base?.per_run ?? null;
  return [
    ...(base === null ? [] : [{ status: 'removed' as const, head: null, base, delta: less && negate(less) }]),
    ...(head === null ? [] : [{ status: 'added' as const, head, base: null, delta: head.per_run }]),
  ];
}

function changesOfCall(suite: string, pair: CallPair, priceOf: PriceOfRun): Change[] {
  const { head, base, delta, status } = pair;
  if (status === 'unchanged' || (delta !== null && isZero(delta) && (head === null || base === null))) return [];
  const named = { suite, file: null, part: null, per_run: delta };
  if (base === null && head !== null) {
    const requests = Number(head.requests_per_run);
    return [{ ...named, call: head.call.display_name, what: 'added', from: null, to: requests }];
  }
  if (head === null && base !== null) {
    const requests = Number(base.requests_per_run);
    return [{ ...named, call: base.call.display_name, what: 'removed', from: requests, to: null }];
  }
  if (head === null || base === null) return [];
  if (isCounted(head) !== isCounted(base)) {
    const requests = (side: CallEstimate) => (isCounted(side) ? Number(side.requests_per_run) : null);
    return [{ ...named, call: head.call.display_name, what: 'requests', from: requests(base), to: requests(head) }];
  }
  const causes = causesOf(head, base);
  const moves =
    head.per_run === null || base.per_run === null
      ? causes
          .filter(({ what, part }) => what !== 'price_terms' || part !== null)
          .map((cause) => ({ cause, moved: null }))
      : priced(causes, stateOf(base), { from: base.per_run, to: head.per_run }, priceOf);
  return moves.map(({ cause: { what, file, part, from, to }, moved }) => {
    return { suite, call: head.call.display_name, file, what, part, from, to, per_run: moved };
  });
}

function isCounted({ call }: CallEstimate): boolean {
  return call.uncounted === undefined;
}

/** A call on its way from base to head: the parts of it that the causes change. */
interface State {
  readonly call: NamedCall;
  readonly requests: bigint;
  /** Tokens apart from those of files. */
  readonly prompt: number;
  readonly cached: number;
  readonly files: readonly FileTokens[];
}

interface Cause extends Pick<Change, 'what' | 'file' | 'part' | 'from' | 'to'> {
  readonly apply: (state: State) => State;
}

/**
 * Prices the causes in order. Where a state between base and head has no price of its own (the new model is not served by
 * the old provider, or the tokens do not fit yet), what comes later is added until it has one, the price terms first; the
 * whole step then counts as the first cause's.
 */
function priced(
  causes: readonly Cause[],
  base: State,
  perRun: { readonly from: Decimal; readonly to: Decimal },
  priceOf: PriceOfRun,
): { readonly cause: Cause; readonly moved: Decimal }[] {
  const waiting = [...causes];
  const moves: { readonly cause: Cause; readonly moved: Decimal }[] = [];
  const start = costOf(base, priceOf) ?? perRun.from;
  // What an estimate has beside the price of the call itself (free requests above a day's number) moves with the last step.
  const end = add(start, subtract(perRun.to, perRun.from));
  const costAt = (state: State) => (waiting.length === 0 ? end : costOf(state, priceOf));
  let state = base;
  let cost = start;
  for (let cause = waiting.shift(); cause !== undefined; cause = waiting.shift()) {
    state = cause.apply(state);
    let next = costAt(state);
    while (next === null) {
      const later = takeFirst(waiting, ['price_terms', 'tokens', 'prompt_file', 'requests', 'rows']);
      if (later === null) break;
      state = later.apply(state);
      next = costAt(state);
    }
    moves.push({ cause, moved: subtract(next ?? end, cost) });
    cost = next ?? end;
  }
  return moves.filter(({ moved }) => !isZero(moved));
}

function takeFirst(causes: Cause[], kinds: readonly ChangeKind[]): Cause | null {
  for (const kind of kinds) {
    const index = causes.findIndex(({ what }) => what === kind);
    if (index !== -1) return causes.splice(index, 1)[0] ?? null;
  }
  return null;
}

function costOf(state: State, priceOf: PriceOfRun): Decimal | null {
  const call = callOf(state);
  return partsProblem(call) === null ? priceOf(call, state.requests) : null;
}

function callOf({
  call,
  prompt,
  cached,
  files,
}: State): NamedCall & { readonly prompt_tokens: { expected: number; max: null } } {
  return {
    ...call,
    prompt_tokens: { expected: prompt + tokensOfFiles(call.model, files), max: null },
    cached_tokens: { expected: cached + cachedOfFiles(call.model, files), max: null },
  };
}

function stateOf({ call, requests_per_run: requests }: CallEstimate): State {
  const files = call.file_tokens ?? [];
  return {
    call,
    requests,
    prompt: (call.prompt_tokens?.expected ?? 0) - tokensOfFiles(call.model, files),
    cached: call.cached_tokens.expected - cachedOfFiles(call.model, files),
    files,
  };
}

function tokensOfFiles(model: string, files: readonly FileTokens[]): number {
  if (files.length === 0) return 0;
  const family = tokenFamily(model);
  return files.reduce((total, { o200k }) => total + tokensOf(family, o200k), 0);
}

function cachedOfFiles(model: string, files: readonly FileTokens[]): number {
  return tokensOfFiles(
    model,
    files.filter(({ cached }) => cached),
  );
}

function causesOf(head: CallEstimate, base: CallEstimate): Cause[] {
  const [to, from] = [stateOf(head), stateOf(base)];
  return [
    ...modelCause(to, from),
    ...requestCause(to, from),
    ...tokenCauses(to, from),
    ...fileCauses(to, from),
    ...rowCause(to, from),
    ...termsCause(to, from),
  ];
}

function modelCause({ call: { model } }: State, { call }: State): Cause[] {
  if (model === call.model) return [];
  const apply = (state: State): State => ({ ...state, call: { ...state.call, model } });
  return [{ what: 'model', file: null, part: null, from: call.model, to: model, apply }];
}

/** Repeats, counts and times: requests apart from the number of rows, where both sides count the rows of one file. */
function requestCause(to: State, from: State): Cause[] {
  const target = sameRows(to, from) ? perRow(to) * rowsOf(from) : to.requests;
  if (target === from.requests) return [];
  const apply = (state: State): State => ({ ...state, requests: target });
  return [{ what: 'requests', file: null, part: null, from: Number(from.requests), to: Number(target), apply }];
}

function rowCause(to: State, from: State): Cause[] {
  const rows = to.call.row_count;
  if (rows === undefined || !sameRows(to, from) || rowsOf(to) === rowsOf(from)) return [];
  const apply = (state: State): State => ({ ...state, requests: to.requests });
  return [{ what: 'rows', file: rows.path, part: null, from: Number(rowsOf(from)), to: rows.rows, apply }];
}

function sameRows({ call: { row_count: to } }: State, { call: { row_count: from } }: State): boolean {
  return to !== undefined && to.rows > 0 && to.path === from?.path;
}

function rowsOf({ call }: State): bigint {
  return BigInt(call.row_count?.rows ?? 0);
}

/** Requests for each row: repeat x times. */
function perRow(state: State): bigint {
  const rows = rowsOf(state);
  return rows === 0n ? 0n : state.requests / rows;
}

/**
 * A field of tokens is a cause of its own. Parts that shrink come before their whole, parts that grow after it, so that no
 * state on the way has parts that exceed their whole.
 */
function tokenCauses(to: State, from: State): Cause[] {
  const moves = tokenMoves(to, from);
  const shrinking = moves.filter((move) => move.isPart && move.to < move.from);
  return [...shrinking, ...moves.filter((move) => !shrinking.includes(move))].map((move) => ({
    what: 'tokens',
    file: null,
    part: move.field,
    from: move.from,
    to: move.to,
    apply: move.apply,
  }));
}

interface TokenMove {
  readonly field: string;
  readonly isPart: boolean;
  readonly from: number;
  readonly to: number;
  readonly apply: (state: State) => State;
}

/** The fields that differ. */
function tokenMoves(to: State, from: State): TokenMove[] {
  const tokens = TOKEN_PARTS.flatMap(({ field, within }): TokenMove[] => {
    const [before, after] = [amountIn(from, field), amountIn(to, field)];
    return before === after
      ? []
      : [{ field, isPart: within !== null, from: before, to: after, apply: (state) => withTokens(state, to, field) }];
  });
  const units = (['images', 'web_searches', 'pdf_pages'] as const).flatMap((field): TokenMove[] => {
    const [before, after] = [from.call[field], to.call[field]];
    const apply = (state: State): State => ({ ...state, call: { ...state.call, [field]: after } });
    return before === after ? [] : [{ field, isPart: false, from: before, to: after, apply }];
  });
  return [...tokens, ...units];
}

type TokenField = (typeof TOKEN_PARTS)[number]['field'];

/** Tokens apart from those of files. */
function amountIn(state: State, field: TokenField): number {
  if (field === 'prompt_tokens') return state.prompt;
  return field === 'cached_tokens' ? state.cached : state.call[field].expected;
}

function withTokens(state: State, { call, prompt, cached }: State, field: TokenField): State {
  if (field === 'prompt_tokens') return { ...state, prompt };
  return field === 'cached_tokens' ? { ...state, cached } : { ...state, call: { ...state.call, [field]: call[field] } };
}

/** Each file whose tokens differ; those of base are counted for head's model, so that a new model is no change of a file. */
function fileCauses(to: State, from: State): Cause[] {
  const paths = new Set([...from.files, ...to.files].map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const [after, before] = [ofPath(to, path), ofPath(from, path)];
    if (sameFile(after, before)) return [];
    const apply = (state: State): State => ({
      ...state,
      files: [...state.files.filter((file) => file.path !== path), ...after],
    });
    const { model } = to.call;
    return [
      {
        what: 'prompt_file',
        file: path,
        part: null,
        from: before.length === 0 ? null : tokensOfFiles(model, before),
        to: after.length === 0 ? null : tokensOfFiles(model, after),
        apply,
      },
    ];
  });
}

function ofPath({ files }: State, path: string): FileTokens[] {
  return files.filter((file) => file.path === path);
}

function sameFile(a: readonly FileTokens[], b: readonly FileTokens[]): boolean {
  const total = (files: readonly FileTokens[]) => files.reduce((sum, { o200k }) => sum + o200k, 0);
  const cached = (files: readonly FileTokens[]) => total(files.filter((file) => file.cached));
  return a.length === b.length && total(a) === total(b) && cached(a) === cached(b);
}

const TERMS = ['retries', 'provider', 'service_tier', 'cache_ttl', 'fallback_models', 'max_tokens'] as const;

/** All that is left: what moves the price of a token or the number of attempts. */
function termsCause(to: State, from: State): Cause[] {
  const moved = TERMS.filter(
    (term) => to.call[term] !== from.call[term] && textOf(to.call[term]) !== textOf(from.call[term]),
  );
  const retries = moved.length === 1 && moved[0] === 'retries';
  const { expected: after } = to.call.retries;
  const { expected: before } = from.call.retries;
  const numbers = retries && compare(after, before) !== 0;
  return [
    {
      what: 'price_terms',
      file: null,
      part: moved.length === 0 ? null : moved.join(', '),
      from: numbers ? toNumber(before) : null,
      to: numbers ? toNumber(after) : null,
      apply: (state) => ({ ...state, call: { ...to.call, ...statedAmounts(state.call) } }),
    },
  ];
}

/** What other causes change: the model, and tokens and units of a request. */
function statedAmounts(call: NamedCall) {
  const { model, completion_tokens, cache_write_tokens, audio_tokens, image_output_tokens } = call;
  const { reasoning_tokens, audio_output_tokens, images, web_searches, pdf_pages } = call;
  const tokens = { completion_tokens, cache_write_tokens, audio_tokens, image_output_tokens, audio_output_tokens };
  return { model, ...tokens, reasoning_tokens, images, web_searches, pdf_pages };
}

function textOf(value: unknown): string {
  return JSON.stringify(value ?? null, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}
