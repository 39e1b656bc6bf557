/** The largest line or document that is read into memory at once: 64 MiB. */
export const LARGEST_LINE = 64 * 1024 * 1024;

export interface LineHandler {
  /**
   * Whole lines without the last one's end; `line` is the number of the first, from 1. Returns how many they were. The
   * bytes are valid during the call only.
   */
  readonly lines: (bytes: Buffer, line: number) => number;
  /** A line beyond the limit: it is passed over and was never whole in memory. */
  readonly tooLong: (line: number) => void;
}

export interface LineSplitter {
  readonly push: (block: Buffer) => void;
  readonly end: () => void;
}

const NEW_LINE = 0x0a;

/** Hands on the lines of a block together, as they come: only what spans blocks is copied. */
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
  const finishHeld = (last: Buffer): void => {
    if (heldLength + last.length > limit) skipping = true;
    if (skipping) handler.tooLong(line);
    else handler.lines(Buffer.concat([...held, last]), line);
    held = [];
    heldLength = 0;
    skipping = false;
    line += 1;
  };

  return {
    push: (block) => {
      let start = 0;
      if (heldLength > 0 || skipping) {
        const end = block.indexOf(NEW_LINE);
        if (end < 0) {
          hold(block);
          return;
        }
        finishHeld(block.subarray(0, end));
        start = end + 1;
      }
      const last = block.lastIndexOf(NEW_LINE);
      if (last >= start) line += handler.lines(block.subarray(start, last), line);
      hold(block.subarray(Math.max(last + 1, start)));
    },
    end: () => {
      if (heldLength > 0 || skipping) finishHeld(Buffer.alloc(0));
    },
  };
}
