import type { z } from 'zod';

/**
 * Parses a value whose kind comes once or a few times in a run. For others zod generates code from the schema, which takes
 * longer than to read one value without it.
 */
export function readOnce<T>(schema: z.ZodType<T>, value: unknown): z.ZodSafeParseResult<T> {
  return schema.safeParse(value, { jitless: true });
}
