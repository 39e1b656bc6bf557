/**
 * Paths inside a repository, with `/` between folders, as git stores them. The action reads them through GitHub's API at
 * a commit, the command line in a working tree too, so none may leave it or lead into git's own folder.
 */

/** The same rule for editors, without the spellings of `.git` that only some file systems know. */
export const REPOSITORY_PATH_PATTERN =
  '^(?![A-Za-z]:)(?!(?:.*/)?(?:\\.{0,2}|\\.[gG][iI][tT])(?:/|$))[^\\\\\\u0000-\\u001f]+$';

const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const DRIVE = /^[A-Za-z]:/;
/** Windows drops dots and spaces at the end of a name, and knows `.git` as `GIT~1` too. */
const GIT_FOLDER = /^(?:\.git|git~1)[. ]*$/i;

/**
 * What is wrong with a path, as the end of a sentence about it (`it has a ".." segment`), or null if nothing is. The
 * characters of a glob are allowed.
 */
export function repositoryPathProblem(path: string): string | null {
  if (path === '') return 'it is empty';
  if (CONTROL.test(path)) return 'it has a control character';
  if (path.includes('\\')) return 'it has a backslash, and "/" separates folders';
  if (path.startsWith('/') || DRIVE.test(path)) return 'it is absolute';
  for (const segment of path.split('/')) {
    if (segment === '') return 'it has an empty segment';
    if (segment === '.' || segment === '..') return `it has a "${segment}" segment`;
    if (GIT_FOLDER.test(segment)) return "it leads into git's own folder";
  }
  return null;
}
