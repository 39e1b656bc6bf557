import { z } from 'zod';
import { HttpFailure } from '../../lib/http/failure.js';
import { GitHubRefusal, limitFailure, type RefusalReason } from './refusal.js';

/** One entry of a GraphQL answer's `errors`; GitHub adds `type` to what is not the query's own fault. */
export interface GraphqlError {
  readonly type: string | null;
  readonly path: readonly (string | number)[];
}

const errorSchema = z
  .object({
    type: z.string().nullish(),
    path: z.array(z.union([z.string(), z.number()])).nullish(),
    extensions: z.object({ code: z.string().nullish() }).nullish(),
  })
  .transform((error) => ({ type: error.type ?? error.extensions?.code ?? null, path: error.path ?? [] }));
const answerSchema = z.object({ data: z.unknown(), errors: z.array(errorSchema).nullish() });

/** Errors that another attempt may not bring: GitHub sends them without a type, or as its own fault. */
const TRANSIENT_TYPES: readonly (string | null)[] = [null, 'INTERNAL', 'SERVICE_UNAVAILABLE', 'TIMEOUT'];

const REASONS: ReadonlyMap<string, RefusalReason> = new Map([
  ['FORBIDDEN', 'permission'],
  ['INSUFFICIENT_SCOPES', 'permission'],
  ['NOT_FOUND', 'not_found'],
] as const);

/**
 * The data of a GraphQL answer. It comes with status 200 whether or not it worked, and with half the data beside errors:
 * every error is a failure, except those that `tolerate` accepts.
 */
export function readGraphqlAnswer(
  body: unknown,
  headers: ReadonlyMap<string, string>,
  now: number,
  tolerate: (error: GraphqlError) => boolean,
): { data: unknown; tolerated: readonly GraphqlError[] } {
  const answer = answerSchema.safeParse(body);
  if (!answer.success) {
    throw new HttpFailure('sent something that is not a GraphQL answer', { kind: 'shape', transient: true });
  }
  const errors = answer.data.errors ?? [];
  const serious = errors.find((error) => !tolerate(error));
  if (serious === undefined) return { data: answer.data.data, tolerated: errors };
  if (errors.some((error) => error.type === 'RATE_LIMITED' || error.type === 'RATE_LIMIT')) {
    throw limitFailure(200, headers, now);
  }
  const named = /^\w{1,40}$/.test(serious.type ?? '') ? ` ${serious.type ?? ''}` : '';
  throw new HttpFailure(`answered with the GraphQL error${named}`, {
    kind: 'shape',
    status: 200,
    transient: TRANSIENT_TYPES.includes(serious.type),
    cause: new GitHubRefusal(REASONS.get(serious.type ?? '') ?? 'other'),
  });
}
