import type { Context } from './exchange.js';
import type { UsageRow } from './usage-row.js';
import type { TokenCounts } from '../../manifest/token-parts.js';

/** Ids that recorders wrote over; they number them anew in every file. */
const BLANKED = /redact|scrub|filter|mask|anonym|placeholder|\*\*\*|xxxx/i;

/** A row with what a format states; the rest is the context's, or nothing. */
export function buildRow(context: Context, stated: Partial<UsageRow> & { readonly tokens: TokenCounts }): UsageRow {
  const id = stated.id ?? null;
  return {
    source: context.file.name,
    suite: stated.suite ?? context.suite,
    call: stated.call ?? context.call,
    model: stated.model ?? null,
    tier: stated.tier ?? context.tier,
    run: stated.run ?? context.run,
    requests: stated.requests === undefined ? 1 : stated.requests,
    tokens: stated.tokens,
    written_1h: stated.written_1h ?? 0,
    web_searches: stated.web_searches ?? 0,
    cost: stated.cost ?? null,
    fees: stated.fees ?? null,
    list_cost: stated.list_cost ?? null,
    own_key: stated.own_key ?? false,
    estimate: stated.estimate ?? null,
    // An id that was written over tells requests apart within its file alone.
    id: id !== null && BLANKED.test(id) ? `${context.file.name}:${id}` : id,
    time: stated.time ?? context.time,
  };
}
