import type { Report, ReportCall, ReportSuite } from '../../report/schema.js';
import { moneyOr, stateWord, tokensOf, unitPricesOf } from '../../report/wording.js';
import type { InAndOut } from '../../report/wording.js';
import { count, counted } from '../../text/amount.js';
import type { Block } from '../../text/fit.js';
import { cell, proseCell } from '../../text/markdown.js';
import type { MarkdownContext } from '../context.js';
import { missingRows } from '../context.js';
import { folded } from './folded.js';
import { tableHead, tableRow, unbroken } from './table.js';

const TITLES = ['Suite, call', 'Model', '>Requests', '>Tokens in / out', '>Per million in / out', '>Per run'];

/** Every call with what its cost is made of; the changed suites first, so that their rows are dropped last. */
export function callsSection(report: Report, context: MarkdownContext): Block[] {
  const calls = report.suites.reduce((total, suite) => total + suite.calls.length, 0);
  if (calls === 0) return [];
  const changed = report.suites.filter((suite) => suite.status !== 'unchanged');
  const unchanged = report.suites.filter((suite) => suite.status === 'unchanged');
  return [
    folded(
      {
        title: `${counted(calls, 'call')}: models, requests, tokens and prices`,
        lead: tableHead(TITLES),
        rows: [...changed, ...unchanged].flatMap((suite) => [suiteLine(suite), ...suite.calls.map(callLine)]),
        importance: 1,
        missing: missingRows(context, 'line'),
      },
      context,
    ),
  ];
}

function suiteLine(suite: ReportSuite): string {
  const requests = suite.head === null ? '' : `**${count(suite.head.requests_per_run)}**`;
  const cost = suite.head === null ? 'removed' : moneyOr(suite.head.per_run);
  return tableRow([`**${cell(suite.name)}**`, '', requests, '', '', `**${cost}**`]);
}

function callLine(call: ReportCall): string {
  const name = call.name === call.model ? '' : cell(call.name, 64);
  const status = call.status === 'added' ? ' new' : call.status === 'removed' ? ' removed' : '';
  return tableRow([
    `${name}${status}`.trim(),
    cell(call.model),
    call.head === null ? '' : count(call.requests_per_run),
    tokens(call),
    prices(call),
    call.head === null ? 'removed' : moneyOr(call.head.per_run),
  ]);
}

function tokens(call: ReportCall): string {
  const source = call.token_source === undefined ? '' : ` (${proseCell(call.token_source, 40)})`;
  return `${inAndOut(tokensOf(call))}${source}`;
}

function prices(call: ReportCall): string {
  const prices = unitPricesOf(call);
  if (prices !== null) return inAndOut(prices);
  return call.reason === null ? stateWord(call) : `${stateWord(call)}: ${proseCell(call.reason)}`;
}

function inAndOut(parts: InAndOut | null): string {
  return parts === null ? '' : unbroken(`${parts.prompt} / ${parts.completion}`);
}
