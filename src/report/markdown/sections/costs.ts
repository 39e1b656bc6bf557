import type { Report, ReportCall, ReportSuite } from '../../model/schema.js';
import {
  arithmeticOf,
  isZeroAmount,
  moneyOr,
  stateWord,
  tokensOf,
  unitPricesOf,
  usageFlaws,
  usageTitle,
  usedText,
} from '../../model/wording.js';
import { counted, money, signedMoney, percent } from '../../../lib/text/amount.js';
import { cell, codeBlock, inlineText, proseCell, prose } from '../../../lib/text/markdown.js';
import { folded, missingRows, tableHead, tableRow, type MarkdownContext, type Block, keptTogether } from '../blocks.js';

const TITLES = ['Suite, call, model', '>Requests, tokens in / out, $ per million', '>Per run'];

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
        rows: [...changed, ...unchanged].flatMap((suite) => [
          suiteLine(suite, report),
          ...suite.calls.map((call) => callLine(call, report)),
        ]),
        importance: 1,
        missing: missingRows(context, 'line'),
      },
      context,
    ),
  ];
}

/** How the cost of each call comes about, where the report has it: in code blocks, so that nothing is read as Markdown. */
export function arithmeticSection(report: Report, context: MarkdownContext): Block[] {
  const rows = report.suites.flatMap((suite) =>
    suite.calls.flatMap((call) => {
      const lines = arithmeticOf(call);
      return lines.length === 0 ? [] : [`\n${inlineText(`${suite.name} / ${call.name}`, 140)}\n\n${codeBlock(lines)}`];
    }),
  );
  if (rows.length === 0) return [];
  const missing = missingRows(context, 'call');
  return [folded({ title: 'How each cost comes about', rows, importance: 1, missing }, context)];
}

function suiteLine(suite: ReportSuite, report: Report): string {
  const { name, head, base, delta, status } = suite;
  const requests = head === null ? '' : `**${counted(head.requests_per_run, 'request')}**`;
  const cost = head === null ? '' : `**${moneyOr(head.per_run)}**`;
  return tableRow([
    `**${cell(name)}**`,
    requests,
    lines(cost, change(status, delta?.per_run ?? null, base?.per_run ?? null, report)),
  ]);
}

function callLine(call: ReportCall, report: Report): string {
  const name = call.name === call.model ? '' : cell(call.name, 64);
  const cost = call.head === null ? '' : moneyOr(call.head.per_run);
  return tableRow([
    lines(name, cell(call.model)),
    lines(call.head === null ? '' : counted(call.requests_per_run, 'request'), ...tokens(call), prices(call)),
    lines(cost, change(call.status, call.delta_per_run ?? null, call.base?.per_run ?? null, report)),
  ]);
}

/** Puts the parts of a cell one below the other, since a table must fit a phone. */
function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join('<br>');
}

/** How much the cost moved; empty where it did not, or where there is no base to compare with. */
function change(status: ReportSuite['status'], delta: string | null, before: string | null, report: Report): string {
  if (report.base === null) return '';
  switch (status) {
    case 'added':
      return 'new';
    case 'removed':
      return before === null ? 'removed' : `removed, was ${money(before)}`;
    case 'changed':
      return delta === null ? 'change not known' : isZeroAmount(delta) ? '' : signedMoney(delta);
    case 'unchanged':
      return '';
  }
}

function tokens(call: ReportCall): string[] {
  const known = tokensOf(call);
  if (known === null) return [];
  const source = call.token_source === undefined ? '' : proseCell(call.token_source, 40);
  return [`${known.prompt} / ${known.completion}`, known.cached === '' ? '' : `${known.cached} cached`, source];
}

function prices(call: ReportCall): string {
  const unitPrices = unitPricesOf(call);
  if (unitPrices !== null) return `${unitPrices.prompt} / ${unitPrices.completion}`;
  if (call.reason === null) return stateWord(call);
  return `${stateWord(call)}: ${proseCell(withoutModel(call.reason, call.model))}`;
}

/** `not in the catalogue` of `"acme/x" is not in the catalogue`: the model stands in the row already. */
function withoutModel(reason: string, model: string): string {
  const start = [`${model} is `, `"${model}" is `].find((each) => reason.startsWith(each)) ?? '';
  return reason.slice(start.length);
}

/** Compares the estimated cost of each suite with what it really used. */
export function usageSection(report: Report, context: MarkdownContext): Block[] {
  const { usage } = report;
  if (usage === undefined) return [];
  const rows = usage.suites.map((suite) =>
    tableRow([
      cell(suite.name),
      `${moneyOr(suite.estimated_per_run)} → ${usedText(suite)}`,
      suite.error_percent === null ? '' : keptTogether(percent(suite.error_percent)),
    ]),
  );
  const title = usageTitle(usage);
  const lead = tableHead(['Suite', '>Estimate → used', '>Error']);
  return [folded({ title, lead, rows, importance: 4, missing: missingRows(context, 'suite') }, context)];
}

/** The credits that remain. They are in the summary alone, since they differ from run to run. */
export function creditsSection({ credits }: Report, { isSummary }: MarkdownContext): Block[] {
  if (credits === undefined || !isSummary) return [];
  return [`**Credits.** ${credits.lines.map((line) => prose(line)).join(' ')}`];
}

/** The charges of recorded requests by OpenRouter, beside the estimate. */
export function chargesSection({ charges }: Report, context: MarkdownContext): Block[] {
  if (charges === undefined) return [];
  const rows = charges.map((line) => `- ${prose(line)}`);
  return [folded({ title: 'Exact charges', rows, importance: 2, missing: missingRows(context, 'charge') }, context)];
}

/** Says what is wrong with the recordings themselves. */
export function usageRemarks({ usage }: Report): Block[] {
  if (usage === undefined) return [];
  const remarks = usageFlaws(usage);
  return remarks.length === 0
    ? []
    : [`_${remarks.map((line) => prose(line)).join(' ')} \`llm-budget calibrate\` names them._`];
}
