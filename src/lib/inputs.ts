import { configurationError } from './errors/problem.js';

/**
 * Checks inputs that the action and the commands share: paths inside a repository, and the catalogue's URL. A path has `/`
 * between folders, as git stores it. The action reads it through GitHub's API at a commit, the command line in a working tree
 * too, so it may neither leave the repository nor lead into git's own folder.
 */

/** The rule of `repositoryPathProblem` for editors, without the spellings of `.git` that only some file systems know. */
export const REPOSITORY_PATH_PATTERN =
  '^(?![A-Za-z]:)(?!(?:.*/)?(?:\\.{0,2}|\\.[gG][iI][tT])(?:/|$))[^\\\\\\u0000-\\u001f]+$';

const CONTROL = /[\p{Cc}\p{Cs}\u2028\u2029]/u;
const DRIVE = /^[A-Za-z]:/;
/** Windows drops dots and spaces at the end of a name, and knows `.git` as `GIT~1` too. */
const GIT_FOLDER = /^(?:\.git|git~1)[. ]*$/i;

/**
 * Returns what is wrong with a path, as the end of a sentence (`it has a ".." segment`); null where nothing is wrong. The
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

/** Whether a path is a pattern (a glob), which can match more than one path. */
export function isPathPattern(path: string): boolean {
  return /[*?[\]{}]/.test(path);
}

export const DEFAULT_MANIFEST = 'llm-budget.yml';
export const DEFAULT_LOCK = 'llm-budget.lock.json';

/** The largest manifest that is read, in bytes. */
export const MAX_MANIFEST_BYTES = 500_000;

export const DEFAULT_CATALOGUE_URL = 'https://openrouter.ai/api/v1';

const ACCEPTED =
  'accepted is an https URL, or an http URL to a loopback address (127.0.0.1, [::1], localhost), ' +
  'without credentials, query or fragment, for example https://openrouter.ai/api/v1';

/**
 * Parses the base URL of a catalogue; its path ends without a slash. Prices decide the verdict, so they come over https
 * or from this machine. Credentials are refused, since the URL stands in the report. For the same reason the message of
 * the configuration error does not repeat the text.
 */
export function parseCatalogueUrl(text: string): URL {
  // URL parsing removes white space and changes backslashes to slashes. An address that needs this is a mistake.
  if (/[\s\\\p{Cc}]/u.test(text) || !URL.canParse(text)) throw refused('is not a URL');
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw refused('is neither https nor http');
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) throw refused('is http to another machine');
  if (url.username !== '' || url.password !== '') throw refused('has credentials in it');
  if (text.includes('?')) throw refused('has a query');
  if (text.includes('#')) throw refused('has a fragment');
  url.pathname = url.pathname.replace(/\/+$/, '');
  return url;
}

/** The URL in the report and before appended paths: without the slash that ends the URL of a bare host. */
export function catalogueUrlText(url: URL): string {
  return url.href.replace(/\/+$/, '');
}

/** Whether a URL's host is a loopback address. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

function refused(reason: string): Error {
  return configurationError(`The catalogue URL ${reason}; ${ACCEPTED}.`);
}
