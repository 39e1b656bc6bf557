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

/** Each file's suite: by its name, or by its path where two files share the name. */
export function suitesOfFiles(files: readonly string[]): ReadonlyMap<string, string> {
  const suites = new Map<string, string>();
  const taken = new Set<string>();
  for (const file of files) {
    const shared = files.filter((other) => nameOfFile(other) === nameOfFile(file)).length > 1;
    const name = freeName(shared ? (fittingName(file) ?? 'recordings') : nameOfFile(file), taken);
    taken.add(name);
    suites.set(file, name);
  }
  return suites;
}
