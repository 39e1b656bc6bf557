import type { UsageReport } from '../../usage/calibrate/usage-report.js';
import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import type { Change } from '../../budget/comparison/changes.js';
import type { CallPair } from '../../budget/comparison/call-pairs.js';
import type { Comparison, Delta, RunPair, SuitePair } from '../../budget/comparison/comparison.js';
import type { CreditsReport } from '../../budget/credits.js';
import type { CallEstimate, Totals } from '../../budget/estimate.js';
import type { Locate, NamedCall, RowCount } from '../../manifest/manifest.js';
import { counted } from '../../lib/text/amount.js';
import { add, decimal, fromInteger, multiply, times, toText, type Decimal } from '../../lib/money/decimal.js';
import type { Note } from '../../lib/errors/problem.js';
import type { Judgement } from '../../budget/verdict/judge.js';
import type { NotApplied } from '../../budget/verdict/violation.js';
import type {
  PriceDrift,
  Report,
  ReportCall,
  ReportCallSide,
  ReportChange,
  ReportDelta,
  ReportRun,
  ReportSuggestion,
  ReportSuite,
  ReportTotals,
} from './schema.js';

/** The parts of a report; `comparison` is null where head has no manifest. */
export interface ReportParts {
  readonly manifest: string;
  readonly comparison: Comparison | null;
  /** Null where there is no base that can be read. */
  readonly base: Totals | null;
  readonly suites: readonly SuitePair[];
  /** The causes that moved the cost from base to head. */
  readonly changes: readonly Change[];
  /** Finds lines of head's manifest; null where there is none. */
  readonly locate: Locate | null;
  readonly judgement: Judgement;
  readonly catalogue: Catalogue;
  /** The age of the lockfile in days, with fractions; null for live prices. */
  readonly ageInDays: number | null;
  readonly drift: PriceDrift | null;
  readonly notes: readonly Note[];
  readonly policy: { readonly ref: string | null; readonly sha: string | null; readonly protected: boolean };
  readonly notApplied: readonly NotApplied[];
  readonly commits: { readonly head: string | null; readonly base: string | null };
  /** Percent that buying credits costs on top; undefined: no cash figures. */
  readonly creditFee: Decimal | undefined;
  /** How the prompt files of a call were counted. */
  readonly tokenSources: ReadonlyMap<NamedCall, string>;
  readonly credits: CreditsReport | null;
  readonly usage: UsageReport | null;
  /** The charges of recorded generations, a line each. */
  readonly charges: readonly string[];
  /** The suggestions, in the order to show them. */
  readonly suggestions: readonly ReportSuggestion[];
  /** Whether each call carries its arithmetic. */
  readonly explain: boolean;
}

/** The report document: exact decimal strings, nothing rounded but percentages. */
export function buildReport(parts: ReportParts): Report {
  const { comparison, judgement, catalogue } = parts;
  const totals = (value: Totals): ReportTotals => totalsOf(value, parts.creditFee);
  return {
    schema_version: 1,
    verdict: judgement.verdict,
    manifest: parts.manifest,
    prices: {
      source: catalogue.source,
      url: catalogue.url,
      fetched_at: catalogue.fetched_at,
      sha256: catalogue.sha256,
      ...(parts.ageInDays === null ? {} : { age_days: Math.floor(parts.ageInDays) }),
    },
    head: comparison === null ? NO_FIGURES : totals(comparison.shown.head),
    base: mapped(parts.base, totals),
    delta: mapped(comparison?.shown.delta, deltaOf),
    price_drift: parts.drift,
    coverage: comparison?.head.coverage ?? { priced: 0, free: 0, unpriced: 0 },
    suites: parts.suites.map((suite) => suiteOf(suite, parts)),
    changes: parts.changes.map(changeOf),
    ...(comparison === null || comparison.runs.length < 2
      ? {}
      : { runs: comparison.runs.map((run) => runOf(run, totals)) }),
    violations: [...judgement.violations],
    notes: [...parts.notes],
    policy: { ...parts.policy, not_applied: [...parts.notApplied] },
    override: judgement.override,
    limits: [...judgement.limits],
    suggestions: [...parts.suggestions],
    commits: parts.commits,
    ...(parts.credits === null ? {} : { credits: parts.credits }),
    ...(parts.usage === null ? {} : { usage: parts.usage }),
    ...(parts.charges.length === 0 ? {} : { charges: [...parts.charges] }),
  };
}

/** The figures of a head without a manifest: they are not known, which is not $0. */
const NO_FIGURES: ReportTotals = {
  per_run: null,
  priced_per_run: '0',
  floor_per_run: null,
  worst_case_per_run: null,
  per_month: null,
  requests_per_run: 0,
};

function totalsOf(totals: Totals, creditFee: Decimal | undefined): ReportTotals {
  return {
    per_run: text(totals.per_run),
    priced_per_run: toText(totals.priced_per_run),
    floor_per_run: text(totals.floor_per_run),
    worst_case_per_run: text(totals.worst_case_per_run),
    per_month: text(totals.per_month),
    requests_per_run: Number(totals.requests_per_run),
    ...(creditFee === undefined ? {} : { cash_per_run: text(cash(totals.per_run, creditFee)) }),
  };
}

/** Credits for a dollar cost a dollar and the fee: amount x (100 + fee) / 100. */
function cash(amount: Decimal | null, fee: Decimal): Decimal | null {
  return amount === null ? null : multiply(multiply(amount, add(fromInteger(100), fee)), decimal('0.01'));
}

function runOf(run: RunPair, totals: (value: Totals) => ReportTotals): ReportRun {
  return {
    name: run.name,
    runs_per_month: run.runs_per_month,
    suites: [...run.suites],
    head: mapped(run.head, totals),
    base: mapped(run.base, totals),
    delta: mapped(run.delta, deltaOf),
  };
}

function deltaOf(delta: Delta): ReportDelta {
  return {
    per_run: text(delta.per_run),
    percent: delta.percent === null ? null : toText(delta.percent, 2),
    per_month: text(delta.per_month),
  };
}

function suiteOf(pair: SuitePair, parts: ReportParts): ReportSuite {
  return {
    name: pair.name,
    status: pair.status,
    head: mapped(pair.head, (head) => totalsOf(head.totals, parts.creditFee)),
    base: mapped(pair.base, (base) => totalsOf(base.totals, parts.creditFee)),
    delta: mapped(pair.delta, deltaOf),
    line: lineOf(parts.locate, pair.head === null ? null : ['suites', pair.name]),
    ...runOfSuite(pair),
    runs_per_month: (pair.head ?? pair.base)?.runs_per_month ?? null,
    calls: pair.calls.flatMap((call) => callOf(call, pair.name, parts)),
  };
}

function runOfSuite({ head, base }: SuitePair): { run?: string } {
  const run = (head ?? base)?.run;
  return run === undefined ? {} : { run };
}

function callOf(pair: CallPair, suite: string, { locate, explain, tokenSources }: ReportParts): ReportCall[] {
  const shown = pair.head ?? pair.base;
  if (shown === null) return [];
  const { call, price } = shown;
  const tokenSource = tokenSources.get(call);
  const path = pair.head === null ? null : ['suites', suite, 'calls', pair.head.call.index];
  const row: ReportCall = {
    name: call.display_name,
    model: call.model,
    status: pair.status,
    state: price.state,
    reason: price.reason,
    capped: price.capped,
    requests_per_run: Number(shown.requests_per_run),
    attempts_per_request: toText(add(fromInteger(1), call.retries.expected)),
    head: mapped(pair.head, sideOf),
    base: mapped(pair.base, sideOf),
    delta_per_run: text(pair.delta),
    line: lineOf(locate, path),
    prompt_tokens: call.prompt_tokens?.expected ?? 0,
    completion_tokens: call.completion_tokens.expected,
    cached_tokens: call.cached_tokens.expected,
    max_tokens: call.max_tokens ?? null,
    resolved_model: price.resolved_model,
    prompt_price: perMillion(price.prompt_price),
    completion_price: perMillion(price.completion_price),
  };
  // Not as spreads behind so many fields: Node 20 makes a hidden class of its own for each object that has some.
  if (tokenSource !== undefined) row.token_source = tokenSource;
  if (call.row_count !== undefined) row.count_source = countSource(call.row_count);
  if (explain) {
    row.arithmetic = [...countLines(call), ...price.details().arithmetic];
    row.worst_case_arithmetic = worstLines(shown);
  }
  return [row];
}

/** `evals/cases.jsonl: 170 rows`, with the times that each is asked. */
function countSource({ path, rows, times, unit = 'row' }: RowCount): string {
  return `${path}: ${counted(rows, unit)}${times === 1 ? '' : ` x ${times}`}`;
}

/** The arithmetic of a count that comes from files. */
function countLines({ row_count: rows, count, promptfoo }: NamedCall): string[] {
  if (rows === undefined) return [];
  const from = promptfoo === undefined ? '' : `, as ${promptfoo.config} asks ${promptfoo.provider}`;
  return [`count: ${countSource(rows)} = ${counted(count, 'request')}${from}`];
}

/** The arithmetic of the worst case: the request that costs most, then all attempts of a run. */
function worstLines({ call, price, requests_per_run: requests, worst_case_per_run: worst }: CallEstimate): string[] {
  const lines = price.details().worst_case_arithmetic;
  if (worst === null || price.worst_case === null || lines.length === 0) return [];
  const { expected, max } = call.retries;
  const attempts = toText(add(fromInteger(1), max ?? expected));
  const tries = attempts === '1' ? '' : ` x ${attempts} attempts`;
  return [...lines, `${requests.toString()} requests${tries} x ${toText(price.worst_case)} = ${toText(worst)}`];
}

function sideOf(estimate: CallEstimate): ReportCallSide {
  const { call, price } = estimate;
  return {
    per_run: text(estimate.per_run),
    per_request: text(price.expected),
    floor_per_run: text(estimate.floor_per_run),
    worst_case_per_run: text(estimate.worst_case_per_run),
    model: call.model,
    requests_per_run: Number(estimate.requests_per_run),
    prompt_tokens: call.prompt_tokens?.expected ?? 0,
    completion_tokens: call.completion_tokens.expected,
    cached_tokens: call.cached_tokens.expected,
  };
}

function changeOf({ per_run: moved, ...change }: Change): ReportChange {
  return { ...change, per_run: text(moved) };
}

function lineOf(locate: Locate | null, path: readonly (string | number)[] | null): number | null {
  return locate === null || path === null ? null : locate(path).line;
}

function perMillion(price: Decimal | null): string | null {
  return text(price === null ? null : times(price, 1_000_000));
}

function mapped<T, R>(value: T | null | undefined, map: (value: T) => R): R | null {
  return value === null || value === undefined ? null : map(value);
}

function text(value: Decimal | null): string | null {
  return value === null ? null : toText(value);
}
