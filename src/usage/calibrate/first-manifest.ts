import { type Estimate, estimateManifest } from '../../budget/estimate.js';
import { withoutFiles } from '../../manifest/manifest.js';
import { parseManifest } from '../../manifest/parse.js';
import { amount } from '../../manifest/scalars.js';
import { compare, decimal, isZero, multiply, round, sumOrNull, toText, type Decimal } from '../../lib/money/decimal.js';
import { configurationError } from '../../lib/errors/problem.js';
import { count, counted, money } from '../../lib/text/amount.js';
import { safeLine, logJson } from '../../lib/text/plain.js';
import type { UsageGroup } from '../read/aggregate.js';
import { isComplete, type Usage } from '../read/usage.js';
import { draftSuites, PLACES, type DraftCall, type DraftOptions, type DraftSuite } from './draft-calls.js';

/** A manifest made of recordings. */
export interface FirstManifest {
  /** A commented manifest that parses. */
  readonly text: string;
  readonly suites: number;
  readonly calls: number;
  /** Recorded requests that no call could be made of, in words. */
  readonly left_out: readonly string[];
}

/** The recordings, and how they become suites and calls. */
export interface FirstManifestInput extends DraftOptions {
  readonly usage: Usage;
}

/** What the limit of a new manifest leaves above the expected cost of a run: a quarter of it. */
export const HEADROOM = decimal('1.25');

/**
 * A first manifest from recordings: means as expected tokens, the 95th percentile as `max`, the longest answer as
 * `max_tokens`. Limits are at what a run was charged plus 25 %, at the catalogue's prices where that is more or nothing
 * is stated, so that the manifest passes its own check. Throws a NoVerdictError (2) where no recording states its model.
 */
export async function firstManifest({ usage, ...options }: FirstManifestInput): Promise<FirstManifest> {
  const { suites, withoutModel } = draftSuites(usage, options);
  if (suites.length === 0) throw configurationError('no recorded request states its model; a call needs one');
  const draft = manifestText(suites, usage, null);
  const estimate =
    options.catalogue === null
      ? null
      : estimateManifest(withoutFiles(await parseManifest(draft, 'recordings')), options.catalogue, null);
  return {
    text: manifestText(suites, usage, estimate),
    suites: suites.length,
    calls: suites.reduce((sum, { calls }) => sum + calls.length, 0),
    left_out: withoutModel.map(leftOut),
  };
}

function leftOut(group: UsageGroup): string {
  const place = [group.suite, group.call].filter((name) => name !== null).map((name) => safeLine(name));
  return `${place.join(' / ')}: ${counted(group.requests, 'request')} of a model that is not stated`;
}

function manifestText(suites: readonly DraftSuite[], usage: Usage, estimate: Estimate | null): string {
  const least = isComplete(usage) ? '' : 'at least ';
  const total = suites.flatMap(({ calls }) => calls);
  const unpriced = (estimate?.suites ?? []).flatMap(({ calls }) =>
    calls.filter(({ price }) => price.state === 'unpriced'),
  );
  const lines = [
    `# Made from ${least}${counted(usage.requests, 'recorded request')} of ${counted(Math.max(...suites.map(({ runs }) => runs)), 'run')}. Tokens are means per request; max is the 95th percentile.`,
    '# max_tokens is the longest answer recorded: put the cap there that the code sets.',
    '# What recordings do not tell and the worst case needs: retries, fallback_models.',
    'version: 1',
    '# runs_per_month: 600 # how often CI runs this; per_month limits need it',
    ...budgetLines(costOf(total), estimate?.totals.per_run ?? null, '', 'a run of all suites'),
    ...(unpriced.length === 0 ? [] : ['policy:', `  unpriced: warn # no price: ${modelsOf(unpriced)}`]),
    'suites:',
    ...suites.flatMap((suite) => {
      const estimated = estimate?.suites.find(({ name }) => name === suite.name)?.totals.per_run ?? null;
      return suiteLines(suite, estimated);
    }),
  ];
  return `${lines.join('\n')}\n`;
}

function modelsOf(calls: readonly { readonly call: { readonly model: string } }[]): string {
  return logJson(safeLine([...new Set(calls.map(({ call }) => call.model))].join(', ')));
}

function costOf(calls: readonly DraftCall[]): Decimal | null {
  return sumOrNull(calls.map((call) => (call.unmeasured > 0 ? null : call.cost)));
}

/**
 * The larger of what was charged and what the catalogue says, so that the estimate is within the limit. A cost of zero
 * gets no limit: free models would break it with their first cent. Nor does one that the manifest cannot state.
 */
function budgetLines(charged: Decimal | null, estimated: Decimal | null, indent: string, what: string): string[] {
  const isCharged = charged !== null && (estimated === null || compare(charged, estimated) >= 0);
  const cost = isCharged ? charged : estimated;
  if (cost === null) return [`${indent}# no limit: neither the recordings nor the catalogue say what ${what} costs`];
  const limit = round(multiply(cost, HEADROOM), PLACES);
  if (isZero(limit) || !amount.safeParse(toText(limit)).success) return [];
  const source = isCharged ? `measured ${money(cost)} for ${what}` : `${money(cost)} for ${what} at catalogue prices`;
  return [`${indent}budget:`, `${indent}  per_run: ${toText(limit)} # ${source}, plus 25 %`];
}

function suiteLines({ name, calls }: DraftSuite, estimated: Decimal | null): string[] {
  return [
    `  ${scalar(name)}:`,
    ...budgetLines(costOf(calls), estimated, '    ', 'a run'),
    '    calls:',
    ...calls.flatMap(callLines),
  ];
}

function callLines(call: DraftCall): string[] {
  const { tokens, max, web_searches } = call.mean;
  const cost = call.cost === null ? 'at no stated cost' : `${money(call.cost)} a run`;
  const cut = call.unmeasured === 0 ? '' : `, ${count(call.unmeasured)} of them without usage`;
  const parts: readonly (readonly [string, number])[] = [
    ['cached_tokens', tokens.cached],
    ['cache_write_tokens', tokens.written],
    ['audio_tokens', tokens.audio],
    ['reasoning_tokens', tokens.reasoning],
    ['image_output_tokens', tokens.image_output],
    ['audio_output_tokens', tokens.audio_output],
    ['web_searches', web_searches],
  ];
  const fields = [
    ...(call.name === null ? [] : [`name: ${scalar(call.name)}`]),
    `model: ${scalar(call.model)}`,
    `count: ${call.count} # ${count(call.requests)} recorded${cut}, ${cost}`,
    `prompt_tokens: ${range(tokens.prompt, max.prompt)}`,
    `completion_tokens: ${range(tokens.completion, max.completion)}`,
    ...(call.longest_answer === null ? [] : [`max_tokens: ${call.longest_answer}`]),
    ...parts.filter(([, value]) => value > 0).map(([key, value]) => `${key}: ${value}`),
    ...(call.kept_an_hour ? ['cache_ttl: 1h'] : []),
    ...(call.service_tier === null ? [] : [`service_tier: ${call.service_tier}`]),
  ];
  return fields.map((field, index) => `      ${index === 0 ? '- ' : '  '}${field}`);
}

function range(mean: number, max: number): string {
  return max > mean ? `{expected: ${mean}, max: ${max}}` : String(mean);
}

const PLAIN = /^[A-Za-z][A-Za-z0-9._/+-]*(?: [A-Za-z0-9._/+-]+)*$/;
const NOT_TEXT = /^(?:true|false|null|yes|no|on|off|y|n)$/i;

/** Text as YAML takes it for text, in quotes as in JSON where needed; on stdout it starts no runner command. */
export function scalar(text: string): string {
  return PLAIN.test(text) && !NOT_TEXT.test(text) ? text : logJson(JSON.stringify(text));
}
