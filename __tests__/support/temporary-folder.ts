import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  readonly remove: () => void;
}

/** A new empty folder; its real path, so that a linked temp folder changes nothing. */
export function temporaryFolder(): TemporaryFolder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'llm-budget-')));
  return {
    path,
    remove: () => {
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Files by their paths in a folder. */
export type Files = Readonly<Record<string, string | Uint8Array>>;

export function writeFiles(folder: string, files: Files): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** A named pipe: to open it for reading waits for somebody who writes. */
export function makePipe(path: string): void {
  execFileSync('mkfifo', [path]);
}

/** Runs with a temporary folder that holds the files. */
export async function withFiles<Result>(files: Files, run: (folder: string) => Promise<Result>): Promise<Result> {
  const { path, remove } = temporaryFolder();
  try {
    writeFiles(path, files);
    return await run(path);
  } finally {
    remove();
  }
}
