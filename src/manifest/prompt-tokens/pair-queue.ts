/**
 * The pairs that wait to be merged: the lowest rank first, of one rank the leftmost. Positions stand in a list for each
 * rank and only the ranks are kept in a heap, since a long text of one kind has many positions and few ranks.
 */
export interface PairQueue {
  /** The ranks that have positions waiting, as a binary heap. */
  readonly ranks: number[];
  readonly waiting: Map<number, Waiting>;
}

interface Waiting {
  readonly positions: number[];
  /** How many of the positions have been taken. */
  taken: number;
  sorted: boolean;
}

export function pairQueue(): PairQueue {
  return { ranks: [], waiting: new Map() };
}

export function addPair(queue: PairQueue, rank: number, position: number): void {
  const list = queue.waiting.get(rank);
  if (list === undefined) {
    queue.waiting.set(rank, { positions: [position], taken: 0, sorted: true });
    pushRank(queue.ranks, rank);
    return;
  }
  if (position < (list.positions.at(-1) ?? position)) list.sorted = false;
  list.positions.push(position);
}

/** The lowest rank that waits; undefined where none does. */
export function lowestRank(queue: PairQueue): number | undefined {
  return queue.ranks[0];
}

/** Takes the leftmost position of the lowest rank. */
export function takePosition(queue: PairQueue): number | undefined {
  const rank = queue.ranks[0];
  const list = rank === undefined ? undefined : queue.waiting.get(rank);
  if (rank === undefined || list === undefined) return undefined;
  if (!list.sorted) sortRemaining(list);
  const position = list.positions[list.taken];
  list.taken += 1;
  if (list.taken >= list.positions.length) {
    queue.waiting.delete(rank);
    popRank(queue.ranks);
  }
  return position;
}

function sortRemaining(list: Waiting): void {
  const remaining = list.positions.slice(list.taken).sort((a, b) => a - b);
  list.positions.length = 0;
  for (const position of remaining) list.positions.push(position);
  list.taken = 0;
  list.sorted = true;
}

function pushRank(heap: number[], rank: number): void {
  let index = heap.length;
  while (index > 0) {
    const parent = (index - 1) >> 1;
    const above = heap[parent] ?? rank;
    if (above <= rank) break;
    heap[index] = above;
    index = parent;
  }
  heap[index] = rank;
}

function popRank(heap: number[]): void {
  const last = heap.pop();
  if (last === undefined || heap.length === 0) return;
  let index = 0;
  for (;;) {
    const left = 2 * index + 1;
    const child = (heap[left + 1] ?? Infinity) < (heap[left] ?? Infinity) ? left + 1 : left;
    const below = heap[child] ?? Infinity;
    if (below >= last) break;
    heap[index] = below;
    index = child;
  }
  heap[index] = last;
}
