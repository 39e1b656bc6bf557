import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { add, decimal, multiply, sum, times, toText, type Decimal } from '../../src/lib/money/decimal.js';
import { readUsage, type Usage } from '../../src/usage/read/read-usage.js';
import type { TokenCounts } from '../../src/manifest/token-parts.js';
import type { UsageRow } from '../../src/usage/read/usage-row.js';
import type { UsageTable } from '../../src/usage/read/usage-table.js';

export const USAGE_FIXTURES = join(dirname(fileURLToPath(import.meta.url)), '..', 'fixtures', 'usage');

/** The rows of one of the fixtures, with what was said about the reading. */
export async function readFixture(name: string): Promise<{ usage: Usage; rows: UsageRow[] }> {
  const usage = await readUsage([name], { cwd: USAGE_FIXTURES, within: null });
  return { usage, rows: [...usageRows(usage.table)] };
}

/** Runs with a folder that holds the given files; the folder is gone afterwards. */
export async function withFiles<Result>(
  files: Readonly<Record<string, string | Uint8Array>>,
  run: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-budget-usage-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads files made for one test. */
export async function readFiles(
  files: Readonly<Record<string, string | Uint8Array>>,
): Promise<{ usage: Usage; rows: UsageRow[] }> {
  return await withFiles(files, async (folder) => {
    const usage = await readUsage(['*'], { cwd: folder, within: null });
    return { usage, rows: [...usageRows(usage.table)] };
  });
}

/** The rows that count, in the normal form; ids and times are not kept. */
function* usageRows(table: UsageTable): Generator<UsageRow> {
  for (let row = 0; row < table.length(); row += 1) {
    const key = table.groups[table.group.get(row)];
    if (table.isDropped(row) || key === undefined) continue;
    const { tokens } = table;
    const own = table.ownKey(row);
    yield {
      ...key,
      tokens: {
        prompt: tokens.prompt.get(row),
        completion: tokens.completion.get(row),
        cached: tokens.cached.get(row),
        written: tokens.written.get(row),
        reasoning: tokens.reasoning.get(row),
        audio: tokens.audio.get(row),
        image_output: tokens.image_output.get(row),
        audio_output: tokens.audio_output.get(row),
      },
      web_searches: table.web_searches.get(row),
      cost: own ? null : table.cost(row),
      list_cost: own ? table.cost(row) : null,
      own_key: own,
      id: null,
      time: null,
    };
  }
}

export function counts(tokens: Partial<TokenCounts>): TokenCounts {
  return {
    prompt: 0,
    completion: 0,
    cached: 0,
    written: 0,
    reasoning: 0,
    audio: 0,
    image_output: 0,
    audio_output: 0,
    ...tokens,
  };
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
