import { errorCode } from '../errors/system-error.js';
import { HttpFailure } from './failure.js';

const TIMEOUTS = new Set(['UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT', 'ETIMEDOUT']);
const HEADERS_TOO_LARGE = new Set(['UND_ERR_HEADERS_OVERFLOW', 'HPE_HEADER_OVERFLOW']);
/** Our own mistakes in a request; never the network's. */
const DEFECTS = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);

/**
 * What undici or the socket threw, as an `HttpFailure`. Connection errors are transient whatever their code; the message
 * carries the code alone, since the texts of such errors may hold bytes of the other side. Defects stay as they are.
 */
export function connectionFailure(error: unknown, signal: AbortSignal | undefined): unknown {
  if (signal?.aborted === true) {
    return signal.reason instanceof HttpFailure
      ? signal.reason
      : new HttpFailure('was given up', { kind: 'timeout', transient: true, cause: error });
  }
  if (error instanceof HttpFailure) return error;
  const code = errorCode(error) ?? '';
  if (DEFECTS.has(code) || error instanceof TypeError) return error;
  if (TIMEOUTS.has(code)) {
    return new HttpFailure('did not answer in time', { kind: 'timeout', transient: true, cause: error });
  }
  if (HEADERS_TOO_LARGE.has(code)) {
    return new HttpFailure('sent more headers than are read', { kind: 'too_large', transient: false, cause: error });
  }
  const proxy = /Proxy response \((\d{3})\)/.exec(String(error))?.[1];
  const message =
    proxy === undefined
      ? `could not be reached, or the connection broke${/^[A-Z0-9_]{1,40}$/.test(code) ? ` (${code})` : ''}`
      : `could not be reached: the proxy answered ${proxy}`;
  return new HttpFailure(message, { kind: 'connection', transient: true, cause: error });
}
