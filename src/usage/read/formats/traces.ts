import type { Accounts, Context } from '../exchange.js';
import { isRecord, listAt, nameAt, recordAt, recordedTime, type JsonRecord } from '../json-value.js';
import { readSpanAttributes, SPAN_ATTRIBUTE } from './span-usage.js';

/**
 * Traces as exporters write them: OTLP/JSON (https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding), the
 * console exporter and `to_json()` of the Python SDK, Phoenix and Logfire (a span an object, with plain attributes),
 * and Jaeger (https://www.jaegertracing.io/docs/latest/apis/).
 */
export function readTraces(record: JsonRecord, context: Context, accounts: Accounts): void {
  for (const resourceSpans of listAt(record, 'resourceSpans').filter(isRecord)) {
    const resource = attributes(recordAt(resourceSpans, 'resource') ?? {});
    const scopes = [...listAt(resourceSpans, 'scopeSpans'), ...listAt(resourceSpans, 'instrumentationLibrarySpans')];
    for (const span of scopes.filter(isRecord).flatMap((scope) => listAt(scope, 'spans'))) {
      if (isRecord(span)) readOtlpSpan(span, resource, context, accounts);
    }
  }
}

/** OTLP requires both ids, and calls one of zeros alone invalid (trace.proto of opentelemetry-proto 1). */
const NO_ID = /^(?:0{16}|0{32})$/;

function spanIdAt(span: JsonRecord, keys: readonly string[]): string | null {
  const id = keys.map((key) => nameAt(span, key)).find((name) => name !== null) ?? null;
  return id === null || NO_ID.test(id) ? null : id;
}

function readOtlpSpan(span: JsonRecord, resource: JsonRecord, context: Context, accounts: Accounts): void {
  const started = Number(span.startTimeUnixNano ?? 0) / 1e6;
  const place = {
    // The ids of spans whose trace is not stated may have been given anew in every file.
    trace: spanIdAt(span, ['traceId']) ?? context.file.name,
    span: spanIdAt(span, ['spanId']),
    parent: spanIdAt(span, ['parentSpanId']),
  };
  const within = { ...context, time: started > 0 ? Math.round(started) : context.time };
  readSpanAttributes(attributes(span), resource, place, within, accounts);
}

/** A span with an object of plain attributes, flat or nested, or with keys such as "attributes.llm.token_count.prompt". */
export function isPlainSpan(record: JsonRecord): boolean {
  const stated = recordAt(record, 'attributes') ?? recordAt(record, 'tags');
  if (stated === null) return false;
  const context = recordAt(record, 'context') ?? recordAt(record, 'span_context') ?? record;
  return (
    ['span_id', 'spanId', 'trace_id', 'traceId'].some((key) => context[key] !== undefined) ||
    Object.keys(stated).some((key) => SPAN_ATTRIBUTE.test(key))
  );
}

export function readPlainSpan(span: JsonRecord, context: Context, accounts: Accounts): void {
  const ids = recordAt(span, 'context') ?? recordAt(span, 'span_context') ?? span;
  const place = {
    trace: spanIdAt(ids, ['trace_id', 'traceId']) ?? context.file.name,
    span: spanIdAt(ids, ['span_id', 'spanId', 'id']),
    parent: spanIdAt(span, ['parent_id', 'parent_span_id', 'parentSpanId', 'parentId']),
  };
  const stated = plainAttributes(recordAt(span, 'attributes') ?? recordAt(span, 'tags') ?? {});
  const resource = plainAttributes(recordAt(recordAt(span, 'resource') ?? {}, 'attributes') ?? {});
  const time = recordedTime(span.start_time ?? span.startTime ?? span.start_timestamp) ?? context.time;
  readSpanAttributes(stated, resource, place, { ...context, time }, accounts);
}

/** A row of a table of spans, as Phoenix exports them. */
export function isSpanRow(record: JsonRecord): boolean {
  return Object.keys(record).some((key) => key.startsWith('attributes.') && SPAN_ATTRIBUTE.test(key.slice(11)));
}

export function readSpanRow(row: JsonRecord, context: Context, accounts: Accounts): void {
  const stated = Object.entries(row).map(([key, value]) => [key.replace(/^attributes\./, ''), value] as const);
  const place = {
    trace: spanIdAt(row, ['context.trace_id', 'trace_id']) ?? context.file.name,
    span: spanIdAt(row, ['context.span_id', 'span_id']),
    parent: spanIdAt(row, ['parent_id', 'parent_span_id']),
  };
  readSpanAttributes(plainAttributes(Object.fromEntries(stated)), {}, place, context, accounts);
}

export function isJaegerSpan(record: JsonRecord): boolean {
  return typeof record.traceID === 'string' && typeof record.spanID === 'string';
}

export function readJaegerSpan(span: JsonRecord, context: Context, accounts: Accounts): void {
  const above = listAt(span, 'references').find((reference) => isRecord(reference) && reference.refType === 'CHILD_OF');
  const tags = listAt(span, 'tags')
    .filter(isRecord)
    .flatMap((tag) => {
      const key = nameAt(tag, 'key');
      return key === null ? [] : [[key, tag.value] as const];
    });
  const place = {
    trace: nameAt(span, 'traceID') ?? context.file.name,
    span: nameAt(span, 'spanID'),
    parent: isRecord(above) ? nameAt(above, 'spanID') : nameAt(span, 'parentSpanID'),
  };
  readSpanAttributes(plainAttributes(Object.fromEntries(tags)), {}, place, context, accounts);
}

/** The attributes by key, as plain values; 64-bit integers are texts in OTLP/JSON. */
function attributes(owner: JsonRecord): JsonRecord {
  const values = new Map<string, unknown>();
  for (const attribute of listAt(owner, 'attributes').filter(isRecord)) {
    const key = nameAt(attribute, 'key');
    const value = recordAt(attribute, 'value');
    if (key === null || value === null || !SPAN_ATTRIBUTE.test(key)) continue;
    values.set(key, value.stringValue ?? integer(value.intValue) ?? value.doubleValue);
  }
  return Object.fromEntries(values);
}

function integer(value: unknown): unknown {
  return typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
}

/** No convention nests deeper. */
const DEEPEST_ATTRIBUTE = 5;

/** Attributes by their whole key, whether they are kept flat or nested; numbers that are kept as text are numbers. */
function plainAttributes(stated: JsonRecord): JsonRecord {
  const values = new Map<string, unknown>();
  const collect = (record: JsonRecord, before: string, depth: number): void => {
    for (const [key, value] of Object.entries(record)) {
      const whole = before + key;
      if (isRecord(value) && depth < DEEPEST_ATTRIBUTE) collect(value, `${whole}.`, depth + 1);
      else if (SPAN_ATTRIBUTE.test(whole)) values.set(whole, /model|\.id$/.test(whole) ? value : integer(value));
    }
  };
  collect(stated, '', 0);
  return Object.fromEntries(values);
}
