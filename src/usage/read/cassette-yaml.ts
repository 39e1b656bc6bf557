import { parseAllDocuments, type ScalarTag } from 'yaml';

/** YAML takes about a hundred times its size in memory, and a second a megabyte; cassettes are smaller. */
export const LARGEST_YAML = 32 * 1024 * 1024;

/** Recorders keep bytes under this tag; a bad one is no reason to lose the cassette. */
const binaryTag: ScalarTag = {
  tag: 'tag:yaml.org,2002:binary',
  identify: () => false,
  resolve: (text: string) => new Uint8Array(Buffer.from(text, 'base64')),
};

/**
 * The documents of a YAML cassette as plain values; null where the text is not YAML. Aliases are resolved to the same
 * object (PyYAML writes them for repeated headers), so the size in memory stays that of the text.
 */
export function cassetteDocuments(text: string): readonly unknown[] | null {
  try {
    const documents = parseAllDocuments(text, {
      customTags: [binaryTag],
      logLevel: 'silent',
      prettyErrors: false,
      stringKeys: false,
      uniqueKeys: false,
    });
    if (!Array.isArray(documents) || documents.some((document) => document.errors.length > 0)) return null;
    return documents.map((document) => {
      const value: unknown = document.toJS({ maxAliasCount: -1 });
      return value;
    });
  } catch {
    return null;
  }
}
