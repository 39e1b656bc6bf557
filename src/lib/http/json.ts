import { HttpFailure } from './failure.js';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * A body as JSON. One that starts as an object or array and does not parse was most likely cut on its way, as an empty one
 * was: transient. Anything else is a page of somebody else's (a proxy's, a login's), which another attempt would bring again.
 */
export function parseJson(body: Uint8Array): unknown {
  const text = decode(body).trim();
  if (text === '') throw new HttpFailure('sent an empty body', { kind: 'truncated', transient: true });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw text.startsWith('{') || text.startsWith('[')
      ? new HttpFailure('sent JSON that was cut short or is damaged', {
          kind: 'truncated',
          transient: true,
          cause: error,
        })
      : new HttpFailure(`sent something that is not JSON, beginning with ${excerpt(text)}`, {
          kind: 'shape',
          transient: false,
        });
  }
}

function decode(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    throw new HttpFailure('sent bytes that are not UTF-8', { kind: 'shape', transient: false, cause: error });
  }
}

/** A few harmless characters of a body that is nobody's friend: letters, digits and little else, in quotes. */
export function excerpt(text: string): string {
  const start = text.slice(0, 40).replace(/[^A-Za-z0-9.,_<>/!=-]+/g, ' ');
  return `"${start.trim()}"`;
}
