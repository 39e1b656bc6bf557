/** The result of reading one file. `reason` continues a sentence that begins with the file's name: "is a folder, not a file". */
export type FileText =
  | { readonly state: 'text'; readonly text: string }
  | { readonly state: 'missing' }
  | { readonly state: 'unusable'; readonly reason: string };

export interface ReadLimits {
  readonly maxBytes: number;
}

/** Decodes strict UTF-8. A byte order mark stays in the text, since it is part of what a program would send. */
export function decodeText(bytes: Uint8Array): FileText {
  if (bytes.includes(0)) return unusable('is a binary file; a text in UTF-8 is accepted');
  try {
    return { state: 'text', text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return unusable('is not valid UTF-8; a text in UTF-8 is accepted');
  }
}

export function unusable(reason: string): FileText {
  return { state: 'unusable', reason };
}

export function tooLarge(limits: ReadLimits): FileText {
  return unusable(`is too large; at most ${limits.maxBytes.toLocaleString('en-US')} bytes are accepted`);
}

const LFS_FIRST_LINE = /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v\d/;

/** Whether a text is what git stores in place of a large file (github.com/git-lfs/git-lfs, docs/spec.md). */
export function isLfsPointer(text: string): boolean {
  return LFS_FIRST_LINE.test(text);
}
