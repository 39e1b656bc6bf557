/** Files whose rows are counted, by the end of their names. */

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

/** The format of a file by its name; null where its rows cannot be counted. */
export function rowFormat(path: string): RowFormat | null {
  const extension = /\.([a-z]+)$/i.exec(path)?.[1]?.toLowerCase() ?? '';
  return Object.entries(FORMATS).find(([name]) => name === extension)?.[1] ?? null;
}

/** Whether the rows stand in a tree, where `at` names the list. */
export function isTree(path: string): boolean {
  const format = rowFormat(path);
  return format === 'json' || format === 'yaml';
}
