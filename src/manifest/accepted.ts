import type { z } from 'zod';

/**
 * What a schema accepts, in words: handed to zod as the message of every issue for which the schema itself gives
 * none. For unknown keys it is the list of the known ones.
 */
export function accepted(issue: z.core.$ZodRawIssue): string {
  if (issue.code === 'invalid_type') {
    const keys = issue.inst === undefined ? [] : knownKeys(issue.inst);
    return keys.length > 0 ? `a mapping of ${keys.join(', ')}` : (TYPES.get(issue.expected) ?? issue.expected);
  }
  if (issue.code === 'invalid_value') return `one of ${issue.values.map(String).join(', ')}`;
  if (issue.code === 'too_small') {
    return issue.origin === 'array' ? 'a list with at least one item' : 'text that is not empty';
  }
  if (issue.code === 'unrecognized_keys' && issue.inst !== undefined) return knownKeys(issue.inst).join(', ');
  return 'another value';
}

const TYPES: ReadonlyMap<string, string> = new Map([
  ['string', 'text'],
  ['boolean', 'true or false'],
  ['array', 'a list'],
  ['object', 'a mapping'],
  ['record', 'a mapping'],
]);

function knownKeys(schema: object): string[] {
  if (!('shape' in schema) || typeof schema.shape !== 'object' || schema.shape === null) return [];
  return Object.keys(schema.shape);
}
