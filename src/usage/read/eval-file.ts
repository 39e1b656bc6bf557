import { unzipSync } from 'fflate';
import { LARGEST_LINE } from './line-splitter.js';
import type { RecordingHandler } from './exchange.js';

/** A file of inspect_ai is held in memory while it is read: 512 MiB. */
export const LARGEST_ZIP = 512 * 1024 * 1024;

/** How a zip file begins. */
export function isZip(head: Buffer): boolean {
  return head.subarray(0, 4).equals(Buffer.from([0x50, 0x4b, 0x03, 0x04]));
}

/**
 * An `.eval` file of inspect_ai (https://inspect.aisi.org.uk/eval-logs.html#sec-log-format): a zip with a header and a
 * file for each sample. The samples are read one after the other; the header's sums where there is no sample.
 */
export function readEvalFile(bytes: Uint8Array, handler: RecordingHandler): void {
  const names: string[] = [];
  const tooLarge: string[] = [];
  try {
    unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        const isWanted = name === 'header.json' || /^samples\/[^/]*\.json$/.test(name);
        if (isWanted) (originalSize > LARGEST_LINE ? tooLarge : names).push(name);
        return false;
      },
    });
  } catch {
    handler.unreadable('a zip file that cannot be unpacked (cut off?)', null);
    return;
  }
  tooLarge.forEach(() => {
    handler.unreadable(`a sample of more than ${LARGEST_LINE / 1024 / 1024} MiB`, null);
  });
  const samples = names.filter((name) => name !== 'header.json');
  const wanted = samples.length > 0 || tooLarge.length > 0 ? samples : names;
  if (names.length === 0 && tooLarge.length === 0) handler.unreadable('a zip file that is no log of inspect_ai', null);
  for (const name of wanted) readEntry(bytes, name, handler);
}

function readEntry(bytes: Uint8Array, name: string, handler: RecordingHandler): void {
  try {
    const entry = unzipSync(bytes, { filter: (file) => file.name === name })[name];
    const value: unknown = JSON.parse(Buffer.from(entry ?? new Uint8Array()).toString('utf8'));
    handler.value(value, null);
  } catch {
    handler.unreadable('a sample that cannot be unpacked or is not valid JSON', null);
  }
}
