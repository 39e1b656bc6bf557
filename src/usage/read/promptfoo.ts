import { costAt, countAt, type Faults } from './counts.js';
import { isRecord, listAt, nameAt, recordAt, type JsonRecord } from './json-value.js';
import { reading, type Surroundings } from './response-usage.js';
import type { UsageSink } from './sink.js';
import type { TokenCounts } from '../../manifest/token-parts.js';

/**
 * One result of promptfoo's JSON or JSONL output (its `EvaluateResult`, promptfoo 0.118): the tokens of the tested
 * model and, apart, those of the model that graded it.
 */

const GRADER = 'grader';

export function isPromptfooResult(record: JsonRecord): boolean {
  return (
    (isRecord(record.response) || isRecord(record.gradingResult)) &&
    (isRecord(record.provider) || typeof record.provider === 'string') &&
    (record.testIdx !== undefined || record.testCase !== undefined || record.success !== undefined)
  );
}

export function readPromptfooResult(result: JsonRecord, around: Surroundings, sink: UsageSink): void {
  const response = recordAt(result, 'response');
  const usage = response === null ? null : recordAt(response, 'tokenUsage');
  if (usage !== null) {
    const cost = response?.cost === undefined || response.cost === 0 ? null : response.cost;
    const provider = modelOf(result.provider);
    hand(usage, response?.cached === true, { id: result.id, call: null, model: provider, cost }, around, sink);
  }
  const grading = recordAt(result, 'gradingResult');
  const graded = grading === null ? null : recordAt(grading, 'tokensUsed');
  if (graded === null) return;
  const id = typeof result.id === 'string' ? `${result.id}:${GRADER}` : undefined;
  hand(graded, false, { id, call: GRADER, model: graderModel(result), cost: null }, around, sink);
}

interface Answer {
  readonly id: unknown;
  readonly call: string | null;
  readonly model: string | null;
  readonly cost: unknown;
}

/** An answer from promptfoo's cache states `cached` and neither prompt nor completion: it was not spent. */
function hand(usage: JsonRecord, cached: boolean, answer: Answer, around: Surroundings, sink: UsageSink): void {
  const faults: Faults = [];
  const tokens = answerTokens(usage, faults);
  const spent = tokens.prompt + tokens.completion > 0;
  if (faults.length === 0 && (cached || !spent)) {
    if (cached || countAt(usage, ['cached'], []) > 0) sink.notSpent();
    return;
  }
  const row = {
    suite: around.suite,
    call: answer.call ?? around.call,
    model: answer.model,
    tokens,
    web_searches: 0,
    cost: costAt({ cost: answer.cost }, 'cost', faults),
    list_cost: null,
    own_key: false,
    id: typeof answer.id === 'string' ? answer.id : null,
    time: around.time,
    source: around.source,
  };
  const found = reading(row, faults);
  if (found.state === 'row') sink.row(found.row);
  else sink.fault(found.message);
}

/** promptfoo hands on the provider's own prompt count; where its cached part is more, that was Anthropic's. */
function answerTokens(usage: JsonRecord, faults: Faults): TokenCounts {
  const details = recordAt(usage, 'completionDetails');
  const stated = countAt(usage, ['prompt'], faults);
  const cached = countAt(details, ['cacheReadInputTokens'], faults);
  const written = countAt(details, ['cacheCreationInputTokens'], faults);
  return {
    prompt: Math.max(cached, written) > stated ? stated + cached + written : stated,
    completion: countAt(usage, ['completion'], faults),
    cached,
    written,
    reasoning: countAt(details, ['reasoning'], faults),
    audio: 0,
    image_output: 0,
    audio_output: 0,
  };
}

const TRANSPORTS: ReadonlySet<string> = new Set([
  'chat',
  'completion',
  'responses',
  'messages',
  'embedding',
  'embeddings',
  'realtime',
]);

/** `openrouter:openai/gpt-5-mini`, `openai:chat:gpt-5-mini`, `anthropic:messages:claude-...`: the model's own id. */
function modelOf(provider: unknown): string | null {
  const id = isRecord(provider) ? nameAt(provider, 'id') : provider;
  if (typeof id !== 'string') return null;
  const [, ...rest] = id.split(':');
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
