import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';
import { errorCode } from '../errors/problem.js';
import { HttpFailure } from './failure.js';

export interface BodyLimits {
  /** The most bytes that are read from the connection, before decompression. */
  readonly maxWireBytes: number;
  /** The most bytes after decompression. */
  readonly maxBytes: number;
}

export const BODY_LIMITS: BodyLimits = { maxWireBytes: 8 * 1024 * 1024, maxBytes: 32 * 1024 * 1024 };

/**
 * Reads a body and decompresses it. Neither step holds more than its limit: reading stops at the first byte beyond it, and
 * so does zlib. Throws `HttpFailure`, or what the stream throws.
 */
export async function readBody(
  stream: AsyncIterable<Uint8Array>,
  headers: ReadonlyMap<string, string>,
  limits: BodyLimits,
): Promise<Buffer> {
  const announced = Number(headers.get('content-length') ?? 0);
  if (announced > limits.maxWireBytes) throw tooLarge(`announced ${announced} bytes`, limits.maxWireBytes);

  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > limits.maxWireBytes) throw tooLarge('sent a body', limits.maxWireBytes);
    chunks.push(chunk);
  }
  return await decompress(Buffer.concat(chunks), headers.get('content-encoding') ?? '', limits.maxBytes);
}

async function decompress(wire: Buffer, encoding: string, maxBytes: number): Promise<Buffer> {
  const unpack = unpackerFor(encoding.trim().toLowerCase(), wire);
  if (unpack === undefined) {
    throw new HttpFailure('compressed its body in a way that was not asked for', { kind: 'shape', transient: false });
  }
  if (unpack === null || wire.length === 0) {
    if (wire.length > maxBytes) throw tooLarge('sent a body', maxBytes);
    return wire;
  }
  try {
    return await unpack(wire, { maxOutputLength: maxBytes });
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge('sent a body', maxBytes);
    throw code === 'Z_BUF_ERROR'
      ? new HttpFailure('sent a compressed body that was cut short', {
          kind: 'truncated',
          transient: true,
          cause: error,
        })
      : new HttpFailure('sent a body that cannot be decompressed', { kind: 'shape', transient: false, cause: error });
  }
}

const unpackers = {
  gzip: promisify(gunzip),
  brotli: promisify(brotliDecompress),
  zlib: promisify(inflate),
  deflate: promisify(inflateRaw),
};

type Unpacker = (wire: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;

/** Null: not compressed. Undefined: an unknown encoding. `deflate` is zlib by the standard, and raw deflate on some servers. */
function unpackerFor(encoding: string, wire: Buffer): Unpacker | null | undefined {
  switch (encoding) {
    case '':
    case 'identity':
      return null;
    case 'gzip':
    case 'x-gzip':
      return unpackers.gzip;
    case 'br':
      return unpackers.brotli;
    case 'deflate':
      return ((wire[0] ?? 0) & 0x0f) === 8 ? unpackers.zlib : unpackers.deflate;
    default:
      return undefined;
  }
}

function tooLarge(what: string, limit: number): HttpFailure {
  return new HttpFailure(`${what} of more than the ${limit} bytes that are read`, {
    kind: 'too_large',
    transient: false,
  });
}
