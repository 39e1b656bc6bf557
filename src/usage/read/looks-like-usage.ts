import { isRecord, type JsonRecord } from './json-value.js';

/**
 * Keys under which tools state what was used. A limit (`max_tokens`), a price or a budget is none of them. Known
 * formats are read before; these keys show that a record has usage in an unknown format.
 */
const COUNTS =
  /^(?:[a-z]+\.)*(?:(?:num|n|total|sum)_?)?(?:input|output|prompt|completion|total|cached?|cache_?(?:read|write|creation)|reasoning|thinking|candidates?|response|thoughts?|generated|generation|context|billed|consumed|used|request|llm|model|embedding)_?(?:input|output|prompt|completion)?_?(?:text|audio|image)?_?tokens?(?:_?(?:count|usage|used|total|consumed))?$/;
const TOKENS_FIRST =
  /^(?:[a-z]+\.)*(?:n_?|num_?)?tokens?_?(?:count|usage|used|consumed|total|in|out|input|output|prompt|completion|generated|spent)(?:_?(?:total|count))?(?:\.[a-z_.]+)?$/;
const OTHERS =
  /^(?:spend|billed_?units|llm\.token_count\.[a-z_.]+|(?:gen_ai|ai|llm)\.usage\.[a-z_.]+|prompt_eval_count|eval_count|usage_?metadata|token_?usage|tokens?_?usages?)$/;
const NOT_USED =
  /max|limit|budget|remaining|price|cost_per|threshold|window|length|quota|allow|reserve|min_|avg|mean|median|p\d\d|per_/;

const known = new Map<string, boolean>();

/** What in a record looks like usage, as "KEY in no known form"; null where nothing does. */
export function looksLikeUsage(record: JsonRecord): string | null {
  for (const key in record) {
    if (key.length > 60 || !namesUsage(key)) continue;
    if (isPositive(record[key]) || hasPositive(record[key])) return `${key} in no known form`;
  }
  return null;
}

function namesUsage(key: string): boolean {
  const before = known.get(key);
  if (before !== undefined) return before;
  const name = key
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/[- ]/g, '_')
    .toLowerCase();
  const isOne = !NOT_USED.test(name) && (COUNTS.test(name) || TOKENS_FIRST.test(name) || OTHERS.test(name));
  if (known.size < 10_000) known.set(key, isOne);
  return isOne;
}

function isPositive(value: unknown): boolean {
  if (typeof value === 'number') return value > 0;
  return typeof value === 'string' && /^\d{1,12}(?:\.\d{1,20})?$/.test(value) && Number(value) > 0;
}

function hasPositive(value: unknown): boolean {
  return isRecord(value) && Object.values(value).some((one) => typeof one === 'number' && one > 0);
}
