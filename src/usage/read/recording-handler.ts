/** What the values of a recording, and what is wrong with it, are handed to; `line` is null where the file is one document. */
export interface RecordingHandler {
  readonly value: (value: unknown, line: number | null) => void;
  readonly unreadable: (message: string, line: number | null) => void;
}
