/**
 * The first line of our comment, by which a later run finds it again. It is an HTML comment, so the key (any text, mostly
 * a path) is percent-encoded: nothing in it may end the comment or look like another field.
 */
export interface Marker {
  readonly key: string;
  readonly runId: number;
  readonly runAttempt: number;
  /** The pull request's head commit that the run was about. */
  readonly headSha: string;
}

const PLAIN = /[A-Za-z0-9/._-]/;

function encodeKey(key: string): string {
  const encoded = Array.from(Buffer.from(key, 'utf8'), (byte) => {
    const character = String.fromCharCode(byte);
    return PLAIN.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  });
  // "--" is what ends an HTML comment.
  return encoded.join('').replaceAll('--', '-%2D');
}

export function marker({ key, runId, runAttempt, headSha }: Marker): string {
  return `<!-- llm-budget:v1 key=${encodeKey(key)} run=${runId} attempt=${runAttempt} head=${headSha} -->`;
}

const FIELDS = /^run=(\d{1,15}) attempt=(\d{1,9}) head=([0-9a-f]{40}|[0-9a-f]{64}) -->(?:\r?\n|$)/;

/** The marker with exactly this key at the first byte of a comment's body; null where there is none. */
export function parseMarker(body: string, key: string): Marker | null {
  const start = `<!-- llm-budget:v1 key=${encodeKey(key)} `;
  if (!body.startsWith(start)) return null;
  const [, runId, runAttempt, headSha] = FIELDS.exec(body.slice(start.length)) ?? [];
  if (runId === undefined || runAttempt === undefined || headSha === undefined) return null;
  return { key, runId: Number(runId), runAttempt: Number(runAttempt), headSha };
}

/** What stands after the marker's line. */
export function withoutMarker(body: string): string {
  return body.replace(/^<!-- llm-budget:v1 [^\n]*(?:\n|$)/, '');
}
