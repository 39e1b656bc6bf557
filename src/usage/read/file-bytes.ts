import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

const BLOCK = 1024 * 1024;

/**
 * The bytes of a regular file in blocks; a gzip file unpacked. A block may be used only until the next one is asked
 * for. Opened without waiting and looked at again: a pipe may have taken the file's place since it was selected.
 */
export async function* fileBytes(path: string): AsyncGenerator<Buffer> {
  const blocks = rawBytes(path);
  try {
    const first = await blocks.next();
    if (first.done === true) return;
    const isGzip = first.value[0] === 0x1f && first.value[1] === 0x8b;
    if (isGzip) {
      yield* unpacked(first.value, blocks);
    } else {
      yield first.value;
      yield* blocks;
    }
  } finally {
    // A reader that stops early must not leave the file open.
    await blocks.return(undefined);
  }
}

async function* rawBytes(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    if (!(await handle.stat()).isFile()) throw new Error('no longer a regular file');
    const block = Buffer.allocUnsafe(BLOCK);
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, BLOCK);
      if (bytesRead === 0) return;
      yield block.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

async function* unpacked(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  const packed = Readable.from(copies(first, rest), { objectMode: false });
  const gunzip = createGunzip({ chunkSize: 65_536 });
  packed.on('error', (error) => gunzip.destroy(error));
  for await (const block of packed.pipe(gunzip)) {
    if (Buffer.isBuffer(block)) yield block;
  }
}

/** A stream keeps its blocks for a while, so each is one of its own. */
async function* copies(first: Buffer, rest: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
  yield Buffer.from(first);
  for await (const block of rest) yield Buffer.from(block);
}
