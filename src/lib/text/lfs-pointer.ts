const FIRST_LINE = /^version https:\/\/(?:git-lfs\.github\.com|hawser\.github\.com)\/spec\/v\d/;

/** Whether a text is what git has instead of a large file (github.com/git-lfs/git-lfs, docs/spec.md). */
export function isLfsPointer(text: string): boolean {
  return FIRST_LINE.test(text);
}
