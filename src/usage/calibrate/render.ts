import { compare, toText, type Decimal } from '../../lib/money/decimal.js';
import { columns, type Column } from '../../lib/text/columns.js';
import { count, counted, money, percent } from '../../lib/text/amount.js';
import { safeLine } from '../../lib/text/plain.js';
import { isComplete, noteLine, type Usage } from '../read/usage.js';
import type { UsageGroup } from '../read/aggregate.js';
import { chargedAgainstList } from './comparison.js';
import type {
  CallUsage,
  Figure,
  MeasuredCall,
  NumberOrRange,
  SuiteUsage,
  UnpricedUsage,
  UsageComparison,
} from './comparison.js';

const HEADS: readonly Column[] = [
  { title: 'call', align: 'left', isElastic: true },
  { title: 'requests/run', align: 'right' },
  { title: 'prompt', align: 'right' },
  { title: 'completion', align: 'right' },
  { title: 'cached', align: 'right' },
  { title: 'cost/run', align: 'right' },
];

/** The comparison for a person: what is declared and what was measured, call by call; then what has no counterpart. */
export function renderComparison(comparison: UsageComparison, usage: Usage, width: number): string {
  const lines = [
    readLine(usage, comparison.runs),
    ...comparison.suites.flatMap((suite) => suiteLines(suite, comparison.is_complete, width)),
    ...aboveListLines(comparison.suites),
    ...comparison.unknown.map((group) => `In use, not in the manifest: ${groupText(group)}`),
    ...comparison.ambiguous.map(
      ({ group, candidates }) =>
        `In use by several calls: ${groupText(group)} may be ${candidates.map((name) => safeLine(name)).join(' or ')}`,
    ),
    ...usage.notes.map((note) => `Note: ${noteLine(note)}`),
  ];
  return `${lines.join('\n')}\n`;
}

function readLine(usage: Usage, runs: number): string {
  const { without_usage, not_understood } = usage.exchanges;
  const parts = [
    `${isComplete(usage) ? '' : 'at least '}${counted(usage.requests, 'request')} of ${counted(runs, 'run')} in ${counted(usage.files.length, 'file')}`,
    usage.repeated > 0 ? `${count(usage.repeated)} repeated` : null,
    usage.sums > 0 ? `${counted(usage.sums, 'sum')} left out` : null,
    without_usage > 0 ? `${count(without_usage)} without usage` : null,
    not_understood > 0 ? `${count(not_understood)} not understood` : null,
  ];
  return parts.filter((part) => part !== null).join('; ');
}

function suiteLines(suite: SuiteUsage, isExact: boolean, width: number): string[] {
  const head = `\n${safeLine(suite.name)}: ${suiteSentence(suite, isExact)}`;
  if (!suite.recorded) return [head];
  const rows = suite.calls.flatMap(callRows);
  const notes = suite.calls.flatMap(({ name, measured }) =>
    measured === null ? [] : noteLines(measured).map((note) => `  ${safeLine(name)}: ${note}`),
  );
  return [head, ...columns(HEADS, rows, width), ...notes];
}

function suiteSentence(suite: SuiteUsage, isExact: boolean): string {
  if (!suite.recorded) return 'nothing was recorded';
  const used = usedText(suite, isExact);
  if (!suite.is_matched) return `${used}, by none of its calls`;
  if (suite.estimated_per_run === null) return `${used}, not estimated`;
  const seen =
    suite.seen_calls < suite.calls.length ? ` for the ${suite.seen_calls} of ${suite.calls.length} calls seen` : '';
  return `${used}, estimated ${money(suite.estimated_per_run)}${seen}${errorText(suite)}`;
}

/** `used at least $0.12 a run (no price: judge of acme/new, 3 requests)`. */
function usedText({ priced_per_run: priced, unpriced }: SuiteUsage, isExact: boolean): string {
  const missing = unpriced.length === 0 ? '' : ` (no price: ${unpriced.map(unpricedText).join('; ')})`;
  if (priced === null) return `used at an unknown price${missing}`;
  return `used ${isExact && unpriced.length === 0 ? '' : 'at least '}${money(priced)} a run${missing}`;
}

/** `judge of acme/new, 3 requests`. */
export function unpricedText({ call, model, requests }: UnpricedUsage): string {
  const name = [call === model ? null : call, model ?? 'a model that is not stated'].filter((part) => part !== null);
  return `${name.map((part) => safeLine(part)).join(' of ')}, ${counted(requests, 'request')}`;
}

/** A price that differs is no error of the tokens. */
function errorText({ error_percent, token_error_percent }: SuiteUsage): string {
  if (token_error_percent === null) return '';
  const byTokens = percent(token_error_percent);
  if (error_percent === null || percent(error_percent) === byTokens) return ` (${byTokens})`;
  return ` (${byTokens} by tokens, ${percent(error_percent)} with the price that was charged)`;
}

function callRows(call: CallUsage): string[][] {
  const { measured } = call;
  if (measured === null) return [[safeLine(call.name), 'never seen', '', '', '', amount(call.estimated_per_run)]];
  const figures = [measured.requests, measured.prompt, measured.completion, measured.cached];
  return [
    [safeLine(call.name), ...figures.map((figure) => plain(figure.declared)), amount(call.estimated_per_run)],
    ['  measured', ...figures.map((figure) => plain(figure.measured)), amount(measured.used_per_run)],
    ['  difference', ...figures.map(difference), measured.cost_percent === null ? '' : percent(measured.cost_percent)],
    ...proposalRow(measured),
  ];
}

/** The proposed values, under the figures they replace. */
function proposalRow({ proposals }: MeasuredCall): string[][] {
  const proposed = (field: string): string => {
    const to = proposals.find((proposal) => proposal.field === field)?.to;
    return to === undefined ? '' : valueText(to);
  };
  const cells = IN_TABLE.map(proposed);
  return cells.every((cell) => cell === '') ? [] : [['  proposed', ...cells, '']];
}

const IN_TABLE = ['count', 'prompt_tokens', 'completion_tokens', 'cached_tokens'];

function valueText(value: NumberOrRange | string): string {
  if (typeof value === 'string') return value;
  return value.max === null ? count(value.expected) : `${count(value.expected)}, max ${count(value.max)}`;
}

function noteLines(measured: MeasuredCall): string[] {
  const other = measured.proposals.filter(({ field }) => !IN_TABLE.includes(field));
  const apart = measured.split === null ? [] : ['some requests search the web, others do not: two calls are proposed'];
  return [
    ...measured.notes,
    ...apart,
    ...other.map(({ field, from, to }) => `${field} ${valueText(from)} -> ${valueText(to)}`),
    ...priceLines(measured),
    ...(measured.own_key > 0
      ? [`${counted(measured.own_key, 'request')} went through an own provider key; shown at list price`]
      : []),
    ...(measured.without_cost > 0
      ? [`${counted(measured.without_cost, 'request')} without a stated cost, priced from the catalogue`]
      : []),
  ];
}

/** Fees of tools are shown apart from the price of tokens. */
function priceLines({ price }: MeasuredCall): string[] {
  if (price === null) return [];
  const difference = price.percent === null ? '' : ` (${percent(price.percent)})`;
  if (price.fees !== null || price.web_searches > 0) {
    const fees = price.fees === null ? '' : `, ${money(price.fees)} of it for tools`;
    const searches = counted(price.web_searches, 'web search', 'web searches');
    return [
      `tokens and ${searches} were charged ${money(price.charged)}${fees}; the catalogue says ${money(price.catalogue)}${difference}`,
    ];
  }
  return [
    `the price differs: the recorded tokens were charged ${money(price.charged)}, the catalogue says ` +
      `${money(price.catalogue)}${difference}`,
  ];
}

/** The models that were charged above their listed price, and what decides it. */
function aboveListLines(suites: readonly SuiteUsage[]): string[] {
  return chargedAgainstList(suites)
    .filter(({ charged, listed }) => compare(charged, listed) > 0)
    .map(
      ({ model, ratio }) =>
        `${safeLine(model)}: charged ${toText(ratio, 2)}x the listed price where it differs. ` +
        'A call that sets `provider.order`, `sort` or `max_price` decides who serves it, and so its price.',
    );
}

function groupText(group: UsageGroup): string {
  const names = [group.suite, group.call, group.model ?? 'a model that is not stated'];
  const name = names.filter((part) => part !== null).map((part) => safeLine(part));
  return `${name.join(' / ')}, ${counted(group.requests, 'request')}`;
}

function plain(value: Decimal): string {
  const [whole = '', fraction] = toText(value).split('.');
  return `${count(Number(whole))}${fraction === undefined ? '' : `.${fraction}`}`;
}

function difference(figure: Figure): string {
  if (figure.percent === null) return 'new';
  return compare(figure.declared, figure.measured) === 0 ? '' : percent(figure.percent);
}

function amount(value: Decimal | null): string {
  return value === null ? 'unknown' : money(value);
}
