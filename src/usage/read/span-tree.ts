import type { Context, TracedSpan, GroupKey } from './exchange.js';
import type { RowNumber } from './row-store.js';

/**
 * Spans come in any order, over many lines and files. So it is known only at the end which of them are leaves. A span
 * with usage that has another one beneath it, however deep, repeats what that one states.
 */
export interface SpanTree {
  readonly add: (span: TracedSpan, row: RowNumber | null, context: Context) => void;
  readonly settle: () => {
    readonly sums: readonly RowNumber[];
    readonly requestsWithoutUsage: readonly { readonly key: GroupKey; readonly reason: string }[];
  };
}

interface Node {
  parent: string | null;
  row: RowNumber | null;
  /** Set where the span is a request that states no usage. */
  request: GroupKey | null;
}

/** An empty tree. `settle` is called once, after all spans were added. */
export function createSpanTree(): SpanTree {
  const nodes = new Map<string, Node>();
  const nodeOf = (key: string): Node => {
    const known = nodes.get(key);
    if (known !== undefined) return known;
    const node: Node = { parent: null, row: null, request: null };
    nodes.set(key, node);
    return node;
  };
  let unnamed = 0;

  return {
    add: ({ trace, span, parent, isRequest }, row, { file, suite, call, model, run }) => {
      if (span === null) unnamed += 1;
      const node = nodeOf(span === null ? `\0${unnamed}` : `${trace}:${span}`);
      if (parent !== null && parent !== span) {
        node.parent = `${trace}:${parent}`;
        nodeOf(node.parent);
      }
      if (row !== null) node.row = row;
      else if (isRequest) node.request = { source: file.name, suite, call, model, run, tier: null, web_searches: 0 };
    },
    settle: () => {
      const above = new Set<Node>();
      for (const node of nodes.values()) if (node.row !== null) markAncestors(node, nodes, above);
      const sums = new Set<RowNumber>();
      for (const node of above) if (node.row !== null) sums.add(node.row);
      // A wrapper may carry the id of the response: then both spans are one row, and it stays.
      for (const node of nodes.values()) if (node.row !== null && !above.has(node)) sums.delete(node.row);
      const requestsWithoutUsage = [...nodes.values()].flatMap((node) =>
        node.request === null || node.row !== null || above.has(node)
          ? []
          : [{ key: node.request, reason: 'a span of a request that states no usage' }],
      );
      return { sums: [...sums], requestsWithoutUsage };
    },
  };
}

/** Stops at a span that was marked before, since traces may be deep. A span in a cycle has no ancestors. */
function markAncestors(start: Node, nodes: ReadonlyMap<string, Node>, above: Set<Node>): void {
  const way = new Set<Node>();
  let node = start.parent === null ? undefined : nodes.get(start.parent);
  while (node !== undefined && !above.has(node) && !way.has(node)) {
    if (node === start) return;
    way.add(node);
    node = node.parent === null ? undefined : nodes.get(node.parent);
  }
  for (const one of way) above.add(one);
}
