import { z } from 'zod';
import { toText, type Decimal } from '../../lib/money/decimal.js';
import { NO_EXCHANGE, type Usage } from '../read/usage.js';
import type { ModelTotal } from './model-totals.js';

/** `llm-budget usage --json`. Money is an exact decimal text, null where it is not known. */
const count = z.number().int().nonnegative();
const money = z.string().regex(/^\d+(?:\.\d+)?$/);

export const usageDocumentSchema = z.strictObject({
  schema_version: z.literal(1),
  files: z.strictObject({
    read: count,
    without_usage: z.array(z.strictObject({ file: z.string(), reason: z.string(), count })),
    not_understood: z.array(z.strictObject({ file: z.string(), what: z.string(), count, lines: z.array(count) })),
  }),
  exchanges: z.strictObject({ read: count, without_usage: count, not_understood: count }),
  models: z.array(
    z.strictObject({
      recorded: z.string().nullable(),
      model: z.string().nullable(),
      requests: count.nullable(),
      prompt_tokens: count,
      completion_tokens: count,
      cached_tokens: count,
      cache_write_tokens: count,
      cache_write_1h_tokens: count,
      reasoning_tokens: count,
      web_searches: count,
      charged: money.nullable(),
      at_catalogue_prices: money.nullable(),
      requests_without_usage: count,
      estimated_by_recorder: money.nullable(),
    }),
  ),
  notes: z.array(z.strictObject({ message: z.string(), count, file: z.string(), line: count.nullable() })),
});
export type UsageDocument = z.infer<typeof usageDocumentSchema>;

export function usageDocument(usage: Usage, totals: readonly ModelTotal[]): UsageDocument {
  const { files, exchanges, notes } = usage;
  return {
    schema_version: 1,
    files: {
      read: files.filter(({ is_read }) => is_read).length,
      without_usage: files.flatMap(({ name, is_read, without_usage, not_understood }) =>
        !is_read && without_usage.length + not_understood.length === 0
          ? [{ file: name, reason: NO_EXCHANGE, count: 0 }]
          : without_usage.map(({ reason, count: times }) => ({ file: name, reason, count: times })),
      ),
      not_understood: files.flatMap(({ name, not_understood }) =>
        not_understood.map(({ what, count: times, lines }) => ({ file: name, what, count: times, lines: [...lines] })),
      ),
    },
    exchanges: { ...exchanges },
    models: totals.map((total) => ({
      recorded: total.recorded,
      model: total.model,
      requests: total.requests,
      prompt_tokens: total.tokens.prompt,
      completion_tokens: total.tokens.completion,
      cached_tokens: total.tokens.cached,
      cache_write_tokens: total.tokens.written,
      cache_write_1h_tokens: total.written_1h,
      reasoning_tokens: total.tokens.reasoning,
      web_searches: total.web_searches,
      charged: text(total.charged),
      at_catalogue_prices: text(total.at_catalogue_prices),
      requests_without_usage: total.unmeasured,
      estimated_by_recorder: text(total.estimate),
    })),
    notes: [
      ...notes.map((note) => ({ ...note })),
      ...totals.flatMap((total) => total.notes.map((message) => ({ message, count: 1, file: '', line: null }))),
    ],
  };
}

function text(amount: Decimal | null): string | null {
  return amount === null ? null : toText(amount);
}
