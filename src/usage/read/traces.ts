import { checkParts, costAt, countAt, type Faults } from './counts.js';
import { isRecord, listAt, nameAt, recordAt, type JsonRecord } from './json-value.js';
import type { Surroundings } from './response-usage.js';
import type { UsageSink } from './sink.js';
import type { TokenCounts } from '../../manifest/token-parts.js';
import type { UsageRow } from './usage-row.js';

/**
 * Traces in OTLP/JSON with `gen_ai.*` attributes: the names of the OpenTelemetry semantic conventions of 2026-07, and
 * those that came before (`prompt_tokens`, `cache_read_input_tokens` and the like), which instrumentations still send.
 */

const PROMPT = ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'];
const COMPLETION = ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'];
const CACHED = [
  'gen_ai.usage.cache_read.input_tokens',
  'gen_ai.usage.cache_read_input_tokens',
  'gen_ai.usage.cached_input_tokens',
  'gen_ai.usage.input_tokens.cached',
];
const WRITTEN = [
  'gen_ai.usage.cache_creation.input_tokens',
  'gen_ai.usage.cache_creation_input_tokens',
  'gen_ai.usage.cache_write_input_tokens',
  'gen_ai.usage.cache_write.input_tokens',
];
const REASONING = [
  'gen_ai.usage.reasoning.output_tokens',
  'gen_ai.usage.reasoning_tokens',
  'gen_ai.usage.output_tokens.reasoning',
];
const COST = ['gen_ai.usage.cost', 'gen_ai.usage.total_cost'];

export function isTraceExport(record: JsonRecord): boolean {
  return Array.isArray(record.resourceSpans);
}

/** Suites and calls are named by the attributes `llm_budget.suite` and `llm_budget.call` of a span or its resource. */
export function readTraces(record: JsonRecord, around: Surroundings, sink: UsageSink): void {
  for (const resourceSpans of listAt(record, 'resourceSpans').filter(isRecord)) {
    const resource = attributes(recordAt(resourceSpans, 'resource') ?? {});
    const scopes = [...listAt(resourceSpans, 'scopeSpans'), ...listAt(resourceSpans, 'instrumentationLibrarySpans')];
    for (const span of scopes.filter(isRecord).flatMap((scope) => listAt(scope, 'spans'))) {
      if (isRecord(span)) readSpan(span, resource, around, sink);
    }
  }
}

/** OTLP requires both ids, and calls one of zeros alone invalid (trace.proto of opentelemetry-proto 1). */
const NO_ID = /^(?:0{16}|0{32})$/;

function spanIdAt(span: JsonRecord, key: string): string | null {
  const id = nameAt(span, key);
  return id === null || NO_ID.test(id) ? null : id;
}

function readSpan(span: JsonRecord, resource: JsonRecord, around: Surroundings, sink: UsageSink): void {
  // The ids of spans whose trace is not stated may have been given anew in every file.
  const trace = spanIdAt(span, 'traceId') ?? around.source;
  const id = spanIdAt(span, 'spanId');
  const parent = spanIdAt(span, 'parentSpanId');
  const stated = attributes(span);
  const hasUsage = [...PROMPT, ...COMPLETION].some((key) => stated[key] !== undefined);
  const faults: Faults = [];
  const row = hasUsage ? spanRow(span, stated, resource, around, faults) : null;
  if (faults.length > 0) sink.fault(faults.join('; '));
  sink.span({ trace, span: id, parent, row: faults.length > 0 ? null : row });
}

function spanRow(
  span: JsonRecord,
  stated: JsonRecord,
  resource: JsonRecord,
  around: Surroundings,
  faults: Faults,
): UsageRow {
  const tokens = spanTokens(stated, faults);
  checkParts(tokens, faults);
  const started = Number(span.startTimeUnixNano ?? 0) / 1e6;
  return {
    suite: nameAt(stated, 'llm_budget.suite') ?? nameAt(resource, 'llm_budget.suite') ?? around.suite,
    call: nameAt(stated, 'llm_budget.call') ?? around.call,
    model: nameAt(stated, 'gen_ai.response.model') ?? nameAt(stated, 'gen_ai.request.model') ?? around.model,
    tokens,
    web_searches: 0,
    cost: COST.map((key) => costAt(stated, key, faults)).find((cost) => cost !== null) ?? null,
    list_cost: null,
    own_key: false,
    id: nameAt(stated, 'gen_ai.response.id'),
    time: started > 0 ? Math.round(started) : around.time,
    source: around.source,
  };
}

/** The convention counts cached tokens inside the input; where they are more than it, it was Anthropic's own number. */
function spanTokens(stated: JsonRecord, faults: Faults): TokenCounts {
  const input = countAt(stated, PROMPT, faults);
  const cached = countAt(stated, CACHED, faults);
  const written = countAt(stated, WRITTEN, faults);
  return {
    prompt: Math.max(cached, written) > input ? input + cached + written : input,
    completion: countAt(stated, COMPLETION, faults),
    cached,
    written,
    reasoning: countAt(stated, REASONING, faults),
    audio: 0,
    image_output: 0,
    audio_output: 0,
  };
}

/** The attributes by key, as plain values; 64-bit integers are texts in OTLP/JSON. */
function attributes(owner: JsonRecord): JsonRecord {
  const values = new Map<string, unknown>();
  for (const attribute of listAt(owner, 'attributes').filter(isRecord)) {
    const key = nameAt(attribute, 'key');
    const value = recordAt(attribute, 'value');
    if (key === null || value === null || !/^(?:gen_ai|llm_budget)\./.test(key)) continue;
    values.set(key, value.stringValue ?? integer(value.intValue) ?? value.doubleValue);
  }
  return Object.fromEntries(values);
}

function integer(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}
