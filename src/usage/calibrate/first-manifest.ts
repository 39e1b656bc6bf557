import type { Catalogue } from '../../openrouter/catalogue/catalogue.js';
import { amount } from '../../manifest/scalars.js';
import {
  decimal,
  divide,
  fromInteger,
  isZero,
  multiply,
  round,
  sumOrNull,
  toText,
  type Decimal,
} from '../../lib/money/decimal.js';
import { configurationError } from '../../lib/errors/problem.js';
import { count, counted, money } from '../../lib/text/amount.js';
import { logJson } from '../../lib/text/log.js';
import { safeLine } from '../../lib/text/plain.js';
import { aggregate, type UsageGroup } from '../read/aggregate.js';
import type { Usage } from '../read/usage.js';
import { catalogueId } from './call-key.js';
import { meanRequest, type MeanRequest } from './means.js';
import { fittingName, freeName, suitesOfFiles } from './suite-names.js';

export interface FirstManifest {
  /** A commented manifest that parses. */
  readonly text: string;
  readonly suites: number;
  readonly calls: number;
  /** Recorded requests that no call could be made of, in words. */
  readonly left_out: readonly string[];
}

export interface FirstManifestInput {
  readonly usage: Usage;
  /** For the ids of the models; null: as recorded. */
  readonly catalogue: Catalogue | null;
  /** How many runs were recorded; at least 1. */
  readonly runs: number;
}

/** What the limit of a new manifest leaves above the expected cost of a run: a quarter of it. */
export const HEADROOM = decimal('1.25');
/** Digits after the point; the manifest takes no more. */
const PLACES = 12;

interface DraftCall {
  readonly name: string | null;
  readonly model: string;
  readonly count: number;
  readonly mean: MeanRequest;
  readonly cost: Decimal | null;
  readonly requests: number;
}

interface DraftSuite {
  readonly name: string;
  readonly calls: readonly DraftCall[];
}

/**
 * A first manifest from recordings: suites by the name that recordings state, else by file; calls by model and name;
 * means as expected tokens, the 95th percentile as `max`; limits at the measured cost of a run plus 25 %. Throws a
 * NoVerdictError (2) where no recording states its model.
 */
export function firstManifest({ usage, catalogue, runs }: FirstManifestInput): FirstManifest {
  const byFile = suitesOfFiles([...new Set(usage.rows.groups().map(({ source }) => source))]);
  const groups = aggregate(usage.rows, (key) => ({
    ...key,
    source: '',
    suite: (key.suite === null ? null : fittingName(key.suite)) ?? byFile.get(key.source) ?? 'recordings',
    call: key.call === null ? null : fittingName(key.call),
    model: key.model === null ? null : modelId(key.model, catalogue),
  }));
  const named = groups.filter((group) => group.model !== null);
  if (named.length === 0) throw configurationError('no recorded request states its model; a call needs one');
  const suites = [...new Set(named.map(({ suite }) => suite))].map((name) => ({
    name,
    calls: draftCalls(
      named.filter((group) => group.suite === name),
      runs,
    ),
  }));
  return {
    text: manifestText(suites, usage, runs),
    suites: suites.length,
    calls: named.length,
    left_out: groups.filter((group) => group.model === null).map(leftOut),
  };
}

function modelId(recorded: string, catalogue: Catalogue | null): string {
  return (catalogue === null ? null : catalogueId(recorded, catalogue.models)) ?? recorded;
}

function leftOut(group: UsageGroup): string {
  const place = [group.suite, group.call].filter((name) => name !== null).map((name) => safeLine(name));
  return `${place.join(' / ')}: ${counted(group.requests, 'request')} of a model that is not stated`;
}

function draftCalls(groups: readonly UsageGroup[], runs: number): DraftCall[] {
  const taken = new Set<string>();
  return groups.map((group) => {
    const model = group.model ?? '';
    const sharesName = groups.filter((other) => other.call === group.call).length > 1;
    const wanted =
      group.call === null ? null : sharesName ? (fittingName(`${group.call} ${model}`) ?? group.call) : group.call;
    const name = wanted === null ? null : freeName(wanted, taken);
    taken.add(name ?? model);
    return {
      name,
      model,
      count: Math.max(Math.round(group.requests / runs), 1),
      mean: meanRequest(group),
      cost: group.cost === null ? null : divide(group.cost, fromInteger(runs), Math.max(group.cost.scale, PLACES)),
      requests: group.requests,
    };
  });
}

function manifestText(suites: readonly DraftSuite[], usage: Usage, runs: number): string {
  const total = costOf(suites.flatMap(({ calls }) => calls));
  const lines = [
    `# Made from ${counted(usage.exchanges.read, 'recorded request')} of ${counted(runs, 'run')}. Tokens are means per request; max is the 95th percentile.`,
    '# What recordings do not tell and the worst case needs: max_tokens, retries, fallback_models.',
    'version: 1',
    '# runs_per_month: 600 # how often CI runs this; per_month limits need it',
    ...budgetLines(total, '', 'a run of all suites'),
    'suites:',
    ...suites.flatMap(suiteLines),
  ];
  return `${lines.join('\n')}\n`;
}

function costOf(calls: readonly DraftCall[]): Decimal | null {
  return sumOrNull(calls.map(({ cost }) => cost));
}

/**
 * A cost of zero gets no limit: free models would break it with their first cent. Nor does one so large that the
 * manifest cannot state it.
 */
function budgetLines(cost: Decimal | null, indent: string, what: string): string[] {
  if (cost === null) return [`${indent}# no limit: the recordings do not state what ${what} costs`];
  const limit = round(multiply(cost, HEADROOM), PLACES);
  if (isZero(limit) || !amount.safeParse(toText(limit)).success) return [];
  return [`${indent}budget:`, `${indent}  per_run: ${toText(limit)} # measured ${money(cost)} for ${what}, plus 25 %`];
}

function suiteLines({ name, calls }: DraftSuite): string[] {
  return [
    `  ${scalar(name)}:`,
    ...budgetLines(costOf(calls), '    ', 'a run'),
    '    calls:',
    ...calls.flatMap(callLines),
  ];
}

function callLines(call: DraftCall): string[] {
  const { tokens, max, web_searches } = call.mean;
  const cost = call.cost === null ? 'at no stated cost' : `${money(call.cost)} a run`;
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
    `count: ${call.count} # ${count(call.requests)} recorded, ${cost}`,
    `prompt_tokens: ${range(tokens.prompt, max.prompt)}`,
    `completion_tokens: ${range(tokens.completion, max.completion)}`,
    ...parts.filter(([, value]) => value > 0).map(([key, value]) => `${key}: ${value}`),
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
