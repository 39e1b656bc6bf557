/** The largest line or document that is read into memory at once: 64 MiB. */
export const LARGEST_LINE = 64 * 1024 * 1024;

export interface LineHandler {
  /** A line without its end; `line` counts from 1. The bytes are valid during the call only. */
  readonly line: (bytes: Buffer, line: number) => void;
  /** A line beyond the limit: it is passed over and was never whole in memory. */
  readonly tooLong: (line: number) => void;
}

export interface LineSplitter {
  readonly push: (block: Buffer) => void;
  readonly end: () => void;
}

const NEW_LINE = 0x0a;

export function createLineSplitter(handler: LineHandler, limit: number = LARGEST_LINE): LineSplitter {
  let line = 1;
  let held: Buffer[] = [];
  let heldLength = 0;
  let skipping = false;

  const hold = (bytes: Buffer): void => {
    if (skipping || bytes.length === 0) return;
    if (heldLength + bytes.length > limit) {
      skipping = true;
      held = [];
      heldLength = 0;
      return;
    }
    held.push(Buffer.from(bytes));
    heldLength += bytes.length;
  };
  const finish = (last: Buffer): void => {
    if (heldLength + last.length > limit) skipping = true;
    if (skipping) handler.tooLong(line);
    else handler.line(heldLength === 0 ? last : Buffer.concat([...held, last]), line);
    held = [];
    heldLength = 0;
    skipping = false;
    line += 1;
  };

  return {
    push: (block) => {
      let start = 0;
      for (;;) {
        const end = block.indexOf(NEW_LINE, start);
        if (end < 0) break;
        finish(block.subarray(start, end));
        start = end + 1;
      }
      hold(block.subarray(start));
    },
    end: () => {
      if (heldLength > 0 || skipping) finish(Buffer.alloc(0));
    },
  };
}
