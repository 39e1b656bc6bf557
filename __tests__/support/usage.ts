import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { add, decimal, multiply, sum, times, toText, type Decimal } from '../../src/lib/money/decimal.js';
import { byTokenPart, type TokenCounts } from '../../src/manifest/token-parts.js';
import { readUsage } from '../../src/usage/read/read-usage.js';
import { rowOf } from '../../src/usage/read/row-store.js';
import type { Usage } from '../../src/usage/read/usage.js';
import type { UsageRow } from '../../src/usage/read/exchange.js';
import { withFiles, type Files } from './temporary-folder.js';

const USAGE_FIXTURES = join(dirname(fileURLToPath(import.meta.url)), '..', 'fixtures', 'usage');

/** The rows of one of the recorded files in fixtures/usage, with the notes on reading it. */
export async function readFixture(name: string): Promise<{ usage: Usage; rows: UsageRow[] }> {
  const usage = await readUsage([name], { cwd: USAGE_FIXTURES, within: null });
  return { usage, rows: usageRows(usage) };
}

/** Reads files made for one test. */
export async function readFiles(files: Files): Promise<{ usage: Usage; rows: UsageRow[] }> {
  return await withFiles(files, async (folder) => {
    const usage = await readUsage(['*'], { cwd: folder, within: null });
    return { usage, rows: usageRows(usage) };
  });
}

/** The rows that count, in the order of their files and of their tokens; ids and times are not kept. */
function usageRows({ rows }: Usage): UsageRow[] {
  return [...rows.all()].map(rowOf);
}

/** What was not understood, file by file. */
export function notUnderstood(usage: Usage): string[] {
  return usage.files.flatMap((file) => file.not_understood.map(({ what }) => what));
}

/** The reasons of exchanges without usage, each as often as it was given. */
export function withoutUsage(usage: Usage): string[] {
  return usage.files.flatMap((file) =>
    file.without_usage.flatMap(({ reason, count }) => Array.from({ length: count }, () => reason)),
  );
}

export function counts(tokens: Partial<TokenCounts>): TokenCounts {
  return { ...byTokenPart(() => 0), ...tokens };
}

/** US dollars per million tokens. */
export interface PerMillion {
  readonly prompt: string;
  readonly completion: string;
  readonly cached?: string;
  readonly written?: string;
  /** Google: the written tokens are among the cached ones, and the write is paid on top. */
  readonly write_on_top?: boolean;
}

/** Tokens times prices, as an invoice would have it; plain decimal text. */
export function invoice(tokens: TokenCounts, prices: PerMillion, fees: Decimal = decimal('0')): string {
  const onTop = prices.write_on_top === true;
  const plain = tokens.prompt - tokens.cached - (onTop ? 0 : tokens.written);
  const lines = [
    times(decimal(prices.prompt), plain),
    times(decimal(prices.cached ?? prices.prompt), tokens.cached),
    times(decimal(prices.written ?? prices.prompt), tokens.written),
    times(decimal(prices.completion), tokens.completion),
  ];
  return toText(add(multiply(sum(lines), decimal('0.000001')), fees));
}

/** A row of one request, 10 prompt tokens and 1 completion token. */
export function usageRow(fields: Partial<UsageRow> = {}): UsageRow {
  return {
    source: 'a.jsonl',
    suite: null,
    call: null,
    model: 'a/b',
    tier: null,
    run: null,
    requests: 1,
    tokens: counts({ prompt: 10, completion: 1 }),
    written_1h: 0,
    web_searches: 0,
    cost: null,
    fees: null,
    list_cost: null,
    own_key: false,
    estimate: null,
    id: null,
    time: null,
    ...fields,
  };
}
