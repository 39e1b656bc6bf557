import { z } from 'zod';
import { MAX_MANIFEST_BYTES } from '../../manifest/yaml-scan.js';
import { isLfsPointer } from '../../lib/files/file-text.js';

/** A file of a commit, as the API has it, made into text or into the reason why it is none. */

export const entryIdSchema = z.object({ mode: z.number().int(), oid: z.string() });

export const entrySchema = entryIdSchema.extend({
  object: z
    .object({
      __typename: z.string(),
      text: z.string().nullish(),
      byteSize: z.number().int().optional(),
      isBinary: z.boolean().nullish(),
      isTruncated: z.boolean().optional(),
    })
    .nullable(),
});
export type Entry = z.infer<typeof entrySchema>;

/** Of git's file modes (the type is in the upper bits, as in st_mode), those that are no plain file. */
const MODE_TYPE = 0o170000;
const NO_PLAIN_FILE: ReadonlyMap<number, string> = new Map([
  [0o120000, 'a symbolic link'],
  [0o160000, 'a submodule'],
  [0o040000, 'a directory'],
]);

export type FileText =
  | { readonly text: string; readonly problem: null }
  /** In words that go on after the file's name: "is a symbolic link; ...". */
  | { readonly text: null; readonly problem: string };

function problem(words: string): FileText {
  return { text: null, problem: words };
}

export function textOf(entry: Entry): FileText {
  const kind = NO_PLAIN_FILE.get(entry.mode & MODE_TYPE);
  if (kind !== undefined) return problem(`is ${kind}; it has to be a plain file`);
  const blob = entry.object;
  if (blob?.__typename !== 'Blob' || blob.byteSize === undefined) return problem('is not a file');
  if (blob.byteSize > MAX_MANIFEST_BYTES) {
    return problem(`has ${blob.byteSize} bytes; at most ${MAX_MANIFEST_BYTES} are read`);
  }
  const { text } = blob;
  if (blob.isBinary === true || text === null || text === undefined)
    return problem('is binary; it has to be UTF-8 text');
  if (blob.isTruncated !== false) return problem('was cut short by the API');
  if (isLfsPointer(text)) return problem('is a Git LFS pointer; the file has to be in the repository itself');
  return { text, problem: null };
}
