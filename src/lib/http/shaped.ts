import type { z } from 'zod';
import { HttpFailure } from './failure.js';

/** The part of an answer that a schema describes; an `HttpFailure` where the answer has another shape. */
export function shaped<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new HttpFailure('sent JSON that is not what was asked for', { kind: 'shape', transient: false });
}
