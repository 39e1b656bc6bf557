import type { Report, ReportCall } from '../model/schema.js';
import { moneyOr, stateWord, tokensOf, unitPricesOf } from '../model/wording.js';
import { counted } from '../../lib/text/amount.js';
import { logLine } from '../../lib/text/log.js';
import type { Paint } from './colour.js';

/** How the cost of each call comes about, call by call. */
export function explanation(report: Report, paint: Paint): string[] {
  return report.suites
    .filter((suite) => suite.head !== null)
    .flatMap((suite) => [
      paint('bold', logLine(suite.name)),
      ...suite.calls.flatMap((call) => (call.head === null ? [] : callLines(call))),
    ]);
}

function callLines(call: ReportCall): string[] {
  const model = call.name === call.model ? '' : ` (${logLine(call.model)})`;
  const cost = moneyOr(call.head?.per_run);
  const [tokens, prices] = [tokensOf(call), unitPricesOf(call)];
  const facts = [
    counted(call.requests_per_run, 'request'),
    ...(tokens === null ? [] : [`${tokens.prompt} in, ${tokens.completion} out`]),
    prices === null ? stateWord(call) : `${prices.prompt} in, ${prices.completion} out per million`,
  ].join('; ');
  return [
    `  ${logLine(call.name)}${model}: ${cost} per run`,
    `    ${facts}${call.reason === null ? '' : `: ${logLine(call.reason)}`}`,
    ...(call.arithmetic ?? []).map((line) => `    ${logLine(line)}`),
    ...runLine(call),
  ];
}

/** From a request to a run: `360 requests x 1.02 attempts x 0.0066 = 2.42352`. */
function runLine({ head, requests_per_run: requests, attempts_per_request: attempts }: ReportCall): string[] {
  const perRequest = head?.per_request ?? null;
  if (perRequest === null || attempts === undefined) return [];
  const tries = attempts === '1' ? '' : ` x ${attempts} attempts`;
  return [`    ${requests} requests${tries} x ${perRequest} = ${head?.per_run ?? ''}`];
}
