/** Suites that a recording does not name go by its file. */

const LONGEST_NAME = 64;

/** A file's name without folders and extensions, as a suite or call may be called; "recordings" where nothing is left. */
export function nameOfFile(file: string): string {
  const base = file.slice(Math.max(file.lastIndexOf('/'), file.lastIndexOf('\\')) + 1);
  return fittingName(base.replace(/(?:\.(?:jsonl?|ndjson|ya?ml|har|gz|txt|log))+$/i, '')) ?? 'recordings';
}

/** The text as a name of the manifest: its characters, its first one, its length; null where nothing is left. */
export function fittingName(text: string): string | null {
  const name = text
    .replace(/[^A-Za-z0-9 ._/:@+-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, LONGEST_NAME)
    .trim();
  return name === '' ? null : name;
}

/** The name, with a number behind it where it is taken. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let number = 2; ; number += 1) {
    const name = `${wanted.slice(0, LONGEST_NAME - 1 - String(number).length)}-${number}`;
    if (!taken.has(name)) return name;
  }
}

/** Recorders of cassettes write a file for each test. */
const CASSETTE = /\.(?:ya?ml|har)(?:\.gz)?$/i;

/**
 * Each file's suite: by its name, or by its path where two files share the name. Where each of several files of a folder
 * is one test, as cassettes are, the folder is the suite.
 */
export function suitesOfFiles(files: readonly string[]): ReadonlyMap<string, string> {
  const places = new Map(files.map((file) => [file, placeOf(file, files)]));
  const distinct = [...new Set(places.values())];
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const place of distinct) {
    const shared = distinct.filter((other) => nameOfFile(other) === nameOfFile(place)).length > 1;
    const name = freeName(shared ? (fittingName(place) ?? 'recordings') : nameOfFile(place), taken);
    taken.add(name);
    names.set(place, name);
  }
  return new Map([...places].map(([file, place]) => [file, names.get(place) ?? 'recordings']));
}

/** The file, or the folder of a file that is one test among others. */
function placeOf(file: string, files: readonly string[]): string {
  const folder = folderOf(file);
  const isOneTest = CASSETTE.test(file) && folder !== '';
  const others = files.filter((other) => folderOf(other) === folder);
  return isOneTest && others.length > 1 && others.every((other) => CASSETTE.test(other)) ? folder : file;
}

function folderOf(file: string): string {
  return file.slice(0, Math.max(file.lastIndexOf('/'), 0));
}
