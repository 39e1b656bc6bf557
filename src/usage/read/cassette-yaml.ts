import { parseAllDocuments, type ScalarTag } from 'yaml';

/** YAML takes about a hundred times its size in memory, and a second a megabyte; cassettes are smaller. */
export const LARGEST_YAML = 32 * 1024 * 1024;

/** Recorders keep bytes under these tags, Ruby with one exclamation mark; a bad one is no reason to lose the cassette. */
function binaryTag(tag: string): ScalarTag {
  return { tag, identify: () => false, resolve: (text: string) => new Uint8Array(Buffer.from(text, 'base64')) };
}

const TAGS = [binaryTag('tag:yaml.org,2002:binary'), binaryTag('!binary')];

/**
 * The documents of a YAML cassette as plain values; null where the text is not YAML. Aliases are resolved to the same
 * object (PyYAML writes them for repeated headers), so the size in memory stays that of the text.
 */
export function cassetteDocuments(text: string): readonly unknown[] | null {
  return documentsOf(text) ?? documentsOf(withDeepQuotes(text));
}

function documentsOf(text: string): readonly unknown[] | null {
  try {
    const documents = parseAllDocuments(text, {
      customTags: TAGS,
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

const OPENS_QUOTE = /^( *)(?:- +)*[\w"'. -]+: (['"])/;

/**
 * The text with every further line of a quoted value deeper than its key. YAML asks for that and folds the blanks away;
 * PyYAML, which plays cassettes back, reads them without.
 */
function withDeepQuotes(text: string): string {
  let quote: string | null = null;
  let indent = '';
  const lines = text.split('\n').map((line) => {
    if (quote !== null) {
      if (closes(line, quote)) quote = null;
      return line.trim() === '' ? line : indent + line.trimStart();
    }
    const [start, blanks = '', mark = "'"] = OPENS_QUOTE.exec(line) ?? [];
    if (start !== undefined && !closes(line.slice(start.length), mark)) {
      quote = mark;
      indent = `${blanks}      `;
    }
    return line;
  });
  return lines.join('\n');
}

/** Whether a quote ends within the line; a doubled single quote and an escaped double quote do not end it. */
function closes(line: string, quote: string): boolean {
  const rest = quote === "'" ? line.replaceAll("''", '') : line.replace(/\\./g, '');
  return rest.includes(quote);
}
