import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TemporaryFolder {
  /** Its real path, so that a linked temp folder changes nothing. */
  readonly path: string;
  /** The text of a file, by its path in the folder. */
  readonly read: (path: string) => string;
  /** Writes a file, and makes the folders on the way to it. */
  readonly write: (path: string, content: string | Uint8Array) => void;
  readonly link: (path: string, target: string) => void;
  readonly remove: () => void;
}

/** A new empty folder. */
export function temporaryFolder(): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'llm-budget-')));
  const at = (name: string): string => {
    mkdirSync(dirname(join(path, name)), { recursive: true });
    return join(path, name);
  };
  return {
    path,
    read: (name) => readFileSync(join(path, name), 'utf8'),
    write: (name, content) => {
      writeFileSync(at(name), content);
    },
    link: (name, target) => {
      symlinkSync(target, at(name));
    },
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Files by their paths in a folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

/** Runs with a temporary folder that holds the files. */
export async function withFiles<Result>(files: Files, run: (folder: string) => Promise<Result>): Promise<Result> {
  const { path, write, remove } = temporaryFolder();
  try {
    for (const [name, content] of Object.entries(files)) write(name, content);
    return await run(path);
  } finally {
    remove();
  }
}

/** A named pipe: to open it for reading waits for somebody who writes. */
export function makePipe(path: string): void {
  execFileSync('mkfifo', [path]);
}
