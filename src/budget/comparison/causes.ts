import type { CallEstimate } from '../estimate.js';
import type { FileTokens, NamedCall } from '../../manifest/manifest.js';
import { tokenFamily, tokensOf } from '../../manifest/prompt-tokens/count-tokens.js';
import { TOKEN_PARTS } from '../../manifest/token-parts.js';
import { compare, toNumber } from '../../lib/money/decimal.js';

/** The kinds of causes that move the cost of a call, in the order in which they are priced and reported. */
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
export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** One cause as it is reported. */
export interface CauseFacts {
  readonly what: ChangeKind;
  /** The file that changed: of a prompt, or of rows. */
  readonly file: string | null;
  /** The field of `tokens`, or the fields of `price_terms`; null for the other kinds. */
  readonly part: string | null;
  /** A model's id, or a number of requests, tokens or rows; null where there was none, or where it cannot be counted. */
  readonly from: string | number | null;
  readonly to: string | number | null;
}

export interface Cause extends CauseFacts {
  readonly apply: (state: CallState) => CallState;
}

/** The call of base after some of the causes were applied to it: the parts that the causes change. */
export interface CallState {
  readonly call: NamedCall;
  readonly requests: bigint;
  /** Tokens apart from those of files. */
  readonly prompt: number;
  readonly cached: number;
  readonly files: readonly FileTokens[];
}

/** The call of a state, to be priced: its tokens are those of its files and the others. */
export function callOf({
  call,
  prompt,
  cached,
  files,
}: CallState): NamedCall & { readonly prompt_tokens: { expected: number; max: null } } {
  return {
    ...call,
    prompt_tokens: { expected: prompt + tokensOfFiles(call.model, files), max: null },
    cached_tokens: { expected: cached + cachedOfFiles(call.model, files), max: null },
  };
}

/** The state of a call to which no cause was applied. */
export function stateOf({ call, requests_per_run: requests }: CallEstimate): CallState {
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

/**
 * Lists the causes that move the cost of the call from base to head, in the order of CHANGE_KINDS. Applied one after the other
 * they turn the call of base into that of head.
 */
export function causesOf(head: CallEstimate, base: CallEstimate): Cause[] {
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

function modelCause({ call: { model } }: CallState, { call }: CallState): Cause[] {
  if (model === call.model) return [];
  const apply = (state: CallState): CallState => ({ ...state, call: { ...state.call, model } });
  return [{ what: 'model', file: null, part: null, from: call.model, to: model, apply }];
}

/** Repeats, counts and times: requests apart from the number of rows, where both sides count the rows of one file. */
function requestCause(to: CallState, from: CallState): Cause[] {
  const target = sameRows(to, from) ? perRow(to) * rowsOf(from) : to.requests;
  if (target === from.requests) return [];
  const apply = (state: CallState): CallState => ({ ...state, requests: target });
  return [{ what: 'requests', file: null, part: null, from: Number(from.requests), to: Number(target), apply }];
}

function rowCause(to: CallState, from: CallState): Cause[] {
  const rows = to.call.row_count;
  if (rows === undefined || !sameRows(to, from) || rowsOf(to) === rowsOf(from)) return [];
  const apply = (state: CallState): CallState => ({ ...state, requests: to.requests });
  return [{ what: 'rows', file: rows.path, part: null, from: Number(rowsOf(from)), to: rows.rows, apply }];
}

function sameRows({ call: { row_count: to } }: CallState, { call: { row_count: from } }: CallState): boolean {
  return to !== undefined && to.rows > 0 && to.path === from?.path;
}

function rowsOf({ call }: CallState): bigint {
  return BigInt(call.row_count?.rows ?? 0);
}

/** Requests for each row: repeat x times. */
function perRow(state: CallState): bigint {
  const rows = rowsOf(state);
  return rows === 0n ? 0n : state.requests / rows;
}

/**
 * A field of tokens is a cause of its own. Parts that shrink come before their whole, parts that grow after it, so that no
 * state on the way has parts that exceed their whole.
 */
function tokenCauses(to: CallState, from: CallState): Cause[] {
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
  readonly apply: (state: CallState) => CallState;
}

/** The fields that differ. */
function tokenMoves(to: CallState, from: CallState): TokenMove[] {
  const tokens = TOKEN_PARTS.flatMap(({ field, within }): TokenMove[] => {
    const [before, after] = [amountIn(from, field), amountIn(to, field)];
    return before === after
      ? []
      : [{ field, isPart: within !== null, from: before, to: after, apply: (state) => withTokens(state, to, field) }];
  });
  const units = (['images', 'web_searches', 'pdf_pages'] as const).flatMap((field): TokenMove[] => {
    const [before, after] = [from.call[field], to.call[field]];
    const apply = (state: CallState): CallState => ({ ...state, call: { ...state.call, [field]: after } });
    return before === after ? [] : [{ field, isPart: false, from: before, to: after, apply }];
  });
  return [...tokens, ...units];
}

type TokenField = (typeof TOKEN_PARTS)[number]['field'];

/** Tokens apart from those of files. */
function amountIn(state: CallState, field: TokenField): number {
  if (field === 'prompt_tokens') return state.prompt;
  return field === 'cached_tokens' ? state.cached : state.call[field].expected;
}

function withTokens(state: CallState, { call, prompt, cached }: CallState, field: TokenField): CallState {
  if (field === 'prompt_tokens') return { ...state, prompt };
  return field === 'cached_tokens' ? { ...state, cached } : { ...state, call: { ...state.call, [field]: call[field] } };
}

/** Each file whose tokens differ; those of base are counted for head's model, so that a new model is no change of a file. */
function fileCauses(to: CallState, from: CallState): Cause[] {
  const paths = new Set([...from.files, ...to.files].map(({ path }) => path));
  return [...paths].flatMap((path) => {
    const [after, before] = [ofPath(to, path), ofPath(from, path)];
    if (sameFile(after, before)) return [];
    const apply = (state: CallState): CallState => ({
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

function ofPath({ files }: CallState, path: string): FileTokens[] {
  return files.filter((file) => file.path === path);
}

function sameFile(a: readonly FileTokens[], b: readonly FileTokens[]): boolean {
  const total = (files: readonly FileTokens[]) => files.reduce((sum, { o200k }) => sum + o200k, 0);
  const cached = (files: readonly FileTokens[]) => total(files.filter((file) => file.cached));
  return a.length === b.length && total(a) === total(b) && cached(a) === cached(b);
}

const TERMS = ['retries', 'provider', 'service_tier', 'cache_ttl', 'fallback_models', 'max_tokens'] as const;

/** The last cause: every other field that moves the price of a token or the number of attempts. */
function termsCause(to: CallState, from: CallState): Cause[] {
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

/** The fields that other causes change: the model, and the tokens and units of a request. */
function statedAmounts(call: NamedCall) {
  const { model, completion_tokens, cache_write_tokens, audio_tokens, image_output_tokens } = call;
  const { reasoning_tokens, audio_output_tokens, images, web_searches, pdf_pages } = call;
  const tokens = { completion_tokens, cache_write_tokens, audio_tokens, image_output_tokens, audio_output_tokens };
  return { model, ...tokens, reasoning_tokens, images, web_searches, pdf_pages };
}

function textOf(value: unknown): string {
  return JSON.stringify(value ?? null, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
}
