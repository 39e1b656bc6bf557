/** The formats of files whose rows can be counted, by extension. */

const FORMATS = {
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  csv: 'csv',
  tsv: 'tsv',
  json: 'json',
  yaml: 'yaml',
  yml: 'yaml',
  txt: 'txt',
} as const;
export type RowFormat = (typeof FORMATS)[keyof typeof FORMATS];

export const ROW_FORMATS = '.jsonl, .ndjson, .csv, .tsv, .json, .yaml, .yml or .txt';

/** Returns the format of a file by its extension; null where its rows cannot be counted. */
export function rowFormat(path: string): RowFormat | null {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.entries(FORMATS).find(([name]) => name === extension)?.[1] ?? null;
}

/** Whether the format is JSON or YAML, in which `at` can name the list of rows. */
export function isTree(path: string): boolean {
  const format = rowFormat(path);
  return format === 'json' || format === 'yaml';
}
