import { isUtf8 } from 'node:buffer';
import type { RecordingHandler } from './exchange.js';
import { parseJson } from './json-value.js';

/** The largest line or document that is read into memory at once: 64 MiB. */
export const LARGEST_LINE = 64 * 1024 * 1024;

/** Callbacks of a line splitter. */
export interface LineHandler {
  /**
   * Whole lines without the last one's end; `line` is the number of the first, from 1. Returns how many they were. The
   * bytes are valid during the call only.
   */
  readonly lines: (bytes: Buffer, line: number) => number;
  /** A line beyond the limit. It is skipped and was never in memory as a whole. */
  readonly tooLong: (line: number) => void;
}

/** Takes a file block by block. `end` is called once, after the last block. */
export interface LineSplitter {
  readonly push: (block: Buffer) => void;
  readonly end: () => void;
}

const NEW_LINE = 0x0a;

/** Passes on all lines of a block in one call. Only a line that spans blocks is copied. */
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

/** Reads lines of JSON, and returns how many they were. */
export function readJsonLines(bytes: Buffer, line: number, handler: RecordingHandler): number {
  // One text for the whole block costs half of what a text for each line does.
  const isText = isUtf8(bytes);
  const text = bytes.toString(isText ? 'utf8' : 'latin1');
  let number = line;
  let start = 0;
  while (start <= text.length) {
    const found = text.indexOf('\n', start);
    const end = found < 0 ? text.length : found;
    if (isText) readJsonLine(text.slice(start, end), number, handler);
    else readDoubtfulLine(bytes.subarray(start, end), number, handler);
    start = end + 1;
    number += 1;
  }
  return number - line;
}

function readDoubtfulLine(bytes: Buffer, line: number, handler: RecordingHandler): void {
  if (isUtf8(bytes)) readJsonLine(bytes.toString('utf8'), line, handler);
  else handler.unreadable('a line that is not UTF-8', line);
}

function readJsonLine(text: string, line: number, handler: RecordingHandler): void {
  const value = parseJson(text);
  if (value !== null) handler.value(value.value, line);
  // The parser's own message quotes the text, which may be a prompt.
  else if (text.trim() !== '') handler.unreadable('a line that is not valid JSON', line);
}
