import type { Report, ReportCall } from '../model/schema.js';
import { arithmeticOf, moneyOr, stateWord, tokensOf, unitPricesOf } from '../model/wording.js';
import { counted } from '../../lib/text/amount.js';
import { logLine } from '../../lib/text/log.js';
import { wrapped } from '../../lib/text/columns.js';
import type { Style } from './style.js';

/** How the cost of each call comes about, call by call. */
export function explanation(report: Report, { paint, width }: Style): string[] {
  return report.suites
    .filter((suite) => suite.head !== null)
    .flatMap((suite) => [
      paint('bold', logLine(suite.name)),
      ...suite.calls.flatMap((call) => (call.head === null ? [] : callLines(call, width))),
    ]);
}

function callLines(call: ReportCall, width: number | null): string[] {
  const model = call.name === call.model ? '' : ` (${logLine(call.model)})`;
  const cost = moneyOr(call.head?.per_run);
  const [tokens, prices] = [tokensOf(call), unitPricesOf(call)];
  const facts = [
    counted(call.requests_per_run, 'request'),
    ...(tokens === null
      ? []
      : [`${tokens.prompt}${tokens.cached === '' ? '' : ` (${tokens.cached} cached)`} in, ${tokens.completion} out`]),
    prices === null ? stateWord(call) : `${prices.prompt} in, ${prices.completion} out per million`,
  ].join('; ');
  const below = [
    `${facts}${call.reason === null ? '' : `: ${logLine(call.reason)}`}`,
    ...arithmeticOf(call).map((line) => logLine(line)),
  ];
  return [
    ...wrapped('  ', `${logLine(call.name)}${model}: ${cost} per run`, width),
    ...below.flatMap((line) => wrapped('    ', line, width)),
  ];
}
