import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the test's GitHub can do wrong, and to which requests. */

export interface RequestEntry {
  readonly method: string;
  /** Path and query, e.g. "/repos/acme/shop/issues/1/comments". */
  readonly path: string;
  /** The same as it came, with the prefix that GitHub Enterprise Server has. */
  readonly target: string;
  /** The name of a GraphQL operation, else null. */
  readonly operation: string | null;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface Fault {
  /** All that are given must match. */
  readonly on: {
    readonly method?: string;
    readonly path?: RegExp;
    readonly operation?: string;
    readonly body?: RegExp;
  };
  /** How often it strikes; once by default. */
  readonly times?: number;
  /** Whether the request takes effect all the same; false by default. */
  readonly effect?: boolean;
  readonly answer:
    /** `struck` is told once the request is there. */
    | { readonly kind: 'hang'; readonly struck?: () => void }
    /** The real answer, once the promise is kept. */
    | { readonly kind: 'hold'; readonly until: Promise<void>; readonly struck?: () => void }
    | { readonly kind: 'reset' }
    | { readonly kind: 'status'; readonly status: number; readonly headers?: Headers; readonly body?: string }
    /** The real answer with other headers. */
    | { readonly kind: 'headers'; readonly headers: Headers }
    /** The real answer, its second half missing: a connection cut short, or a whole answer that is not JSON. */
    | { readonly kind: 'cut' }
    | { readonly kind: 'half' }
    /** The real answer, rewritten. */
    | { readonly kind: 'rewrite'; readonly rewrite: (body: string) => string };
}
type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string | Buffer;
}

export function matches(fault: Fault, request: RequestEntry): boolean {
  const { method, path, operation, body } = fault.on;
  if (body !== undefined && !body.test(request.body)) return false;
  if (method !== undefined && method !== request.method) return false;
  if (path !== undefined && !path.test(request.path)) return false;
  return operation === undefined || operation === request.operation;
}

export function send(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, answer.headers);
  response.end(answer.body);
}

/** Answers as the fault wants it; `real` carries the request out and is called only where its effect is due. */
export async function strike(fault: Fault, response: ServerResponse, real: () => Promise<Answer>): Promise<void> {
  const { answer } = fault;
  const needsReal = ['hold', 'headers', 'cut', 'half', 'rewrite'].includes(answer.kind);
  const done = fault.effect === true || needsReal ? await real() : { status: 500, headers: {}, body: '' };
  const text = done.body.toString();
  const half = text.slice(0, Math.floor(text.length / 2));
  switch (answer.kind) {
    case 'hang':
      answer.struck?.();
      return;
    case 'hold':
      answer.struck?.();
      await answer.until;
      send(response, done);
      return;
    case 'reset':
      response.destroy();
      return;
    case 'status':
      send(response, {
        status: answer.status,
        headers: { 'content-type': 'application/json', ...answer.headers },
        body: answer.body ?? '{"message":"A fault"}',
      });
      return;
    case 'headers':
      send(response, { ...done, headers: { ...done.headers, ...answer.headers } });
      return;
    case 'cut':
      response.writeHead(done.status, { ...done.headers, 'content-length': String(Buffer.byteLength(text)) });
      response.write(half, () => response.destroy());
      return;
    case 'half':
      send(response, { ...done, body: half });
      return;
    case 'rewrite':
      send(response, { ...done, body: answer.rewrite(text) });
      return;
  }
}

/**
 * GitHub's answer with null in place of a list of the pull request, and the error that names it. `error` is the type and
 * message of a real answer.
 */
export function withoutList(field: string, error: { readonly type: string; readonly message: string }) {
  return (answer: string): string =>
    answer
      .replace(new RegExp(`"${field}":\\{"nodes":.*?"pageInfo":\\{[^}]*\\}\\}`), `"${field}":null`)
      .replace(/\}$/, `,"errors":[${JSON.stringify({ ...error, path: ['repository', 'pullRequest', field] })}]}`);
}
