import { buildRow, contextWithin, type Accounts, type Context, type Search } from '../exchange.js';
import {
  costAt,
  countAt,
  countOrNull,
  noFindings,
  type Findings,
  isRecord,
  listAt,
  nameAt,
  recordAt,
  type JsonRecord,
} from '../json-value.js';
import { someTokens } from '../tokens.js';
import { isCode } from '../../../manifest/scalars.js';
import type { TokenCounts } from '../../../manifest/token-parts.js';

/**
 * promptfoo's JSON and JSONL output (`EvaluateResult` of promptfoo 0.121,
 * https://www.promptfoo.dev/docs/configuration/reference/#evaluateresult): the tokens of the tested model and, apart,
 * those of the model that graded it.
 */
const GRADER = 'grader';

export function isResult(record: JsonRecord): boolean {
  return (
    (isRecord(record.response) || isRecord(record.gradingResult)) &&
    (isRecord(record.provider) || typeof record.provider === 'string') &&
    (record.testIdx !== undefined || record.testCase !== undefined || record.success !== undefined)
  );
}

/** The whole evaluation: its table, prompts and statistics repeat the sums of its results. */
export function isSummary(record: JsonRecord): boolean {
  return Array.isArray(record.results) && (isRecord(record.stats) || record.version !== undefined);
}

export function readSummary(summary: JsonRecord, context: Context, _accounts: Accounts, search: Search): void {
  search(summary.results, context);
}

export function readResult(result: JsonRecord, context: Context, accounts: Accounts): void {
  const within = contextWithin(result, context);
  const response = recordAt(result, 'response');
  const usage = response === null ? null : recordAt(response, 'tokenUsage');
  const before = accounts.found();
  if (usage !== null) {
    const cost = response?.cost === undefined || response.cost === 0 ? null : response.cost;
    const isCached = response?.cached === true;
    const model = modelOf(result.provider) ?? nameAt(recordAt(response ?? {}, 'metadata') ?? {}, 'model');
    handOver(usage, isCached, { id: result.id, call: null, model, cost }, within, accounts);
  }
  gradings(result).forEach(({ graded, model }, at) => {
    const id = typeof result.id === 'string' ? `${result.id}:${GRADER}${at === 0 ? '' : ` ${at}`}` : undefined;
    handOver(graded, false, { id, call: GRADER, model, cost: null }, within, accounts);
  });
  if (accounts.found() > before) return;
  const reason = typeof result.error === 'string' ? 'a result with an error' : 'a result without usage';
  accounts.without(reason, within);
}

interface Grading {
  readonly graded: JsonRecord;
  readonly model: string | null;
}

/**
 * What each assertion's grader used, which has the cached tokens that the sum over them lacks; the sum where it has more
 * requests or tokens than they explain. promptfoo lists the assertions of a set within the set and, again, beside it.
 */
function gradings(result: JsonRecord): readonly Grading[] {
  const grading = recordAt(result, 'gradingResult');
  const whole = grading === null ? null : recordAt(grading, 'tokensUsed');
  if (grading === null || whole === null) return [];
  const results = listAt(grading, 'componentResults').filter(isRecord);
  const parts = results.flatMap((component) => {
    const graded = Array.isArray(component.componentResults) ? null : recordAt(component, 'tokensUsed');
    const model = modelOf(recordAt(component, 'assertion')?.provider) ?? graderModel(result);
    return graded === null ? [] : [{ graded, model }];
  });
  const isExplained = ['prompt', 'completion', 'numRequests'].every((key) => {
    const sum = parts.reduce((total, { graded }) => total + countAt(graded, [key], noFindings()), 0);
    return sum === countAt(whole, [key], noFindings());
  });
  return isExplained && parts.length > 0 ? parts : [{ graded: whole, model: graderModel(result) }];
}

interface Answer {
  readonly id: unknown;
  readonly call: string | null;
  readonly model: string | null;
  readonly cost: unknown;
}

/** An answer from promptfoo's cache states `cached` and neither prompt nor completion: it was not spent. */
function handOver(usage: JsonRecord, isCached: boolean, answer: Answer, context: Context, accounts: Accounts): void {
  const findings = noFindings();
  const tokens = answerTokens(usage, findings);
  const isSpent = tokens.prompt + tokens.completion > 0;
  if (findings.problems.length === 0 && (isCached || !isSpent)) {
    if (isCached || countAt(usage, ['cached'], noFindings()) > 0) accounts.without('cached answer', context);
    return;
  }
  const requests = countOrNull(usage, ['numRequests'], findings) ?? 1;
  const row = buildRow(context, {
    call: answer.call,
    model: answer.model,
    requests: requests > 0 ? requests : 1,
    tokens,
    estimate: costAt({ cost: answer.cost }, 'cost', findings),
    id: typeof answer.id === 'string' ? answer.id : null,
  });
  accounts.read(row, findings, context);
}

/** promptfoo hands on the provider's own prompt count; where its cached part is more, that was Anthropic's. */
function answerTokens(usage: JsonRecord, findings: Findings): TokenCounts {
  const details = recordAt(usage, 'completionDetails');
  const stated = countAt(usage, ['prompt'], findings);
  const cached = countAt(details, ['cacheReadInputTokens'], findings);
  const written = countAt(details, ['cacheCreationInputTokens'], findings);
  return someTokens({
    prompt: Math.max(cached, written) > stated ? stated + cached + written : stated,
    completion: countAt(usage, ['completion'], findings),
    cached,
    written,
    reasoning: countAt(details, ['reasoning'], findings),
  });
}

const OWN_ID = /^[\w.-]{1,64}\/[\w.-]{1,128}$/;

const TRANSPORTS: ReadonlySet<string> = new Set([
  'chat',
  'completion',
  'responses',
  'messages',
  'embedding',
  'embeddings',
  'realtime',
]);

/**
 * Providers that are defined by code or by an address: which model they ask is not stated
 * (https://www.promptfoo.dev/docs/providers/).
 */
const BY_CODE: ReadonlySet<string> = new Set([
  'exec',
  'file',
  'golang',
  'http',
  'https',
  'package',
  'python',
  'ruby',
  'webhook',
  'ws',
  'wss',
]);

/**
 * `openrouter:openai/gpt-5-mini`, `openai:chat:gpt-5-mini`, `anthropic:messages:claude-...`: the model's own id. A
 * provider of one's own may have a model's id, `openai/gpt-5-mini`, for its own.
 */
function modelOf(provider: unknown): string | null {
  const id = isRecord(provider) ? nameAt(provider, 'id') : provider;
  if (typeof id !== 'string') return null;
  const [kind = '', ...rest] = id.split(':');
  if (BY_CODE.has(kind) || isCode(id)) return null;
  if (rest.length === 0) return OWN_ID.test(id) ? id : null;
  const model = rest[0] !== undefined && TRANSPORTS.has(rest[0]) ? rest.slice(1) : rest;
  return model.length === 0 ? null : model.join(':');
}

/** The grader is named by the test or by an assertion of it; promptfoo's own default is not stated in its output. */
function graderModel(result: JsonRecord): string | null {
  const test = recordAt(result, 'testCase');
  if (test === null) return null;
  const asserts = listAt(test, 'assert').filter(isRecord);
  const named = [...asserts.map((one) => one.provider), recordAt(test, 'options')?.provider];
  return named.map(modelOf).find((model) => model !== null) ?? null;
}
