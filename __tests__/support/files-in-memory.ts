import type { FileReader, SideFile } from '../../src/check/sources.js';
import type { FileText } from '../../src/lib/files/read-file.js';
import { blobId } from '../../src/lib/files/git-files.js';
import type { Side } from '../../src/manifest/from-files/file-set.js';

/** What each side has, by path: a text, or what became of reading it. */
export type FilesOfSides = Readonly<Partial<Record<Side, Readonly<Record<string, string | FileText>>>>>;

/** A reader of these files, and what was asked of it. */
export function filesInMemory(files: FilesOfSides): {
  readonly reader: FileReader;
  readonly asked: [Side, readonly string[]][];
} {
  const asked: [Side, readonly string[]][] = [];
  const reader: FileReader = {
    read: (side, paths, { maxBytes }) => {
      if (maxBytes > 0) asked.push([side, paths]);
      const there = new Map(Object.entries(files[side] ?? {}));
      return Promise.resolve(new Map(paths.map((path) => [path, sideFile(there.get(path) ?? { state: 'missing' })])));
    },
    list: (side) => Promise.resolve(Object.keys(files[side] ?? {}).map((path) => ({ path, oid: null, isLink: false }))),
  };
  return { reader, asked };
}

function sideFile(file: string | FileText): SideFile {
  if (typeof file === 'string') return { state: 'text', text: file, oid: blobId(file) };
  return { ...file, oid: file.state === 'unusable' ? blobId(file.reason) : null };
}
