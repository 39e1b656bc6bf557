export const id = 502;
export const ids = [502];
export const modules = {

/***/ 1502:
/***/ ((__unused_webpack_module, __webpack_exports__, __webpack_require__) => {


// EXPORTS
__webpack_require__.d(__webpack_exports__, {
  countTokens: () => (/* binding */ countTokens)
});

// EXTERNAL MODULE: ./node_modules/gpt-tokenizer/esm/bpeRanks/o200k_base.js
var o200k_base = __webpack_require__(4851);
// EXTERNAL MODULE: ./node_modules/gpt-tokenizer/esm/encodingParams/constants.js
var constants = __webpack_require__(9587);
;// CONCATENATED MODULE: ./src/manifest/prompt-tokens/pair-queue.ts
function pairQueue() {
    return { ranks: [], waiting: new Map() };
}
function addPair(queue, rank, position) {
    const list = queue.waiting.get(rank);
    if (list === undefined) {
        queue.waiting.set(rank, { positions: [position], taken: 0, sorted: true });
        pushRank(queue.ranks, rank);
        return;
    }
    if (position < (list.positions.at(-1) ?? position))
        list.sorted = false;
    list.positions.push(position);
}
/** The lowest rank that waits; undefined where none does. */
function lowestRank(queue) {
    return queue.ranks[0];
}
/** Takes the leftmost position of the lowest rank. */
function takePosition(queue) {
    const rank = queue.ranks[0];
    const list = rank === undefined ? undefined : queue.waiting.get(rank);
    if (rank === undefined || list === undefined)
        return undefined;
    if (!list.sorted)
        sortRemaining(list);
    const position = list.positions[list.taken];
    list.taken += 1;
    if (list.taken >= list.positions.length) {
        queue.waiting.delete(rank);
        popRank(queue.ranks);
    }
    return position;
}
function sortRemaining(list) {
    const remaining = list.positions.slice(list.taken).sort((a, b) => a - b);
    list.positions.length = 0;
    for (const position of remaining)
        list.positions.push(position);
    list.taken = 0;
    list.sorted = true;
}
function pushRank(heap, rank) {
    let index = heap.length;
    while (index > 0) {
        const parent = (index - 1) >> 1;
        const above = heap[parent] ?? rank;
        if (above <= rank)
            break;
        heap[index] = above;
        index = parent;
    }
    heap[index] = rank;
}
function popRank(heap) {
    const last = heap.pop();
    if (last === undefined || heap.length === 0)
        return;
    let index = 0;
    for (;;) {
        const left = 2 * index + 1;
        const child = (heap[left + 1] ?? Infinity) < (heap[left] ?? Infinity) ? left + 1 : left;
        const below = heap[child] ?? Infinity;
        if (below >= last)
            break;
        heap[index] = below;
        index = child;
    }
    heap[index] = last;
}

;// CONCATENATED MODULE: ./src/manifest/prompt-tokens/byte-pairs.ts

const NONE = -1;
/** Above every rank, so that the ranks of two tokens make one number. */
const PAIR = 2 ** 24;
const REMEMBERED_PAIRS = 1_000_000;
/** Up to this length looking through all pairs is faster than keeping them in order. */
const SHORT = 128;
/**
 * Counts the tokens that byte-pair encoding leaves of a piece of text, given as one character a byte. In a long piece a
 * queue picks the next pair and a linked list joins it, so that a megabyte of one letter takes little more than n steps;
 * picking it by looking through all pairs each time would take n squared.
 */
function mergeCounter(ranks) {
    const rankOfPair = new Map();
    let space = linkedTokens(SHORT);
    return (bytes) => {
        const length = bytes.length;
        if (length > space.capacity)
            space = linkedTokens(length);
        const { next, previous, tokenAt, pairAt } = space;
        const queue = length > SHORT ? pairQueue() : null;
        const rankOf = (start, middle) => {
            const key = (tokenAt[start] ?? NONE) * PAIR + (tokenAt[middle] ?? NONE);
            const known = rankOfPair.get(key);
            if (known !== undefined)
                return known;
            const rank = ranks.get(bytes.slice(start, next[middle])) ?? NONE;
            if (rankOfPair.size < REMEMBERED_PAIRS)
                rankOfPair.set(key, rank);
            return rank;
        };
        const considerPair = (start) => {
            const middle = next[start] ?? length;
            const rank = middle < length ? rankOf(start, middle) : NONE;
            pairAt[start] = rank;
            if (queue !== null && rank !== NONE)
                addPair(queue, rank, start);
        };
        /** Where the leftmost pair of the lowest rank starts; NONE where no pair makes a token. */
        const takePair = () => {
            if (queue === null)
                return lowestPair(space, length);
            for (let rank = lowestRank(queue); rank !== undefined; rank = lowestRank(queue)) {
                const start = takePosition(queue) ?? 0;
                // A pair whose parts have been merged with others meanwhile is no pair any more.
                if (pairAt[start] === rank)
                    return start;
            }
            return NONE;
        };
        for (let index = 0; index <= length; index += 1) {
            next[index] = Math.min(index + 1, length);
            previous[index] = index - 1;
            tokenAt[index] = ranks.get(bytes.charAt(index)) ?? NONE;
            pairAt[index] = NONE;
        }
        for (let start = 0; start < length - 1; start += 1)
            considerPair(start);
        let tokens = length;
        for (let start = takePair(); start !== NONE; start = takePair()) {
            const middle = next[start] ?? length;
            const after = next[middle] ?? length;
            next[start] = after;
            previous[after] = start;
            tokenAt[start] = pairAt[start] ?? NONE;
            pairAt[middle] = NONE;
            tokens -= 1;
            considerPair(start);
            const before = previous[start] ?? NONE;
            if (before !== NONE)
                considerPair(before);
        }
        return tokens;
    };
}
function linkedTokens(capacity) {
    const array = () => new Int32Array(capacity + 1);
    return { capacity, next: array(), previous: array(), tokenAt: array(), pairAt: array() };
}
function lowestPair({ next, pairAt }, length) {
    let lowest = Infinity;
    let found = NONE;
    for (let start = 0; start < length; start = next[start] ?? length) {
        const rank = pairAt[start] ?? NONE;
        if (rank === NONE || rank >= lowest)
            continue;
        lowest = rank;
        found = start;
    }
    return found;
}

;// CONCATENATED MODULE: ./src/manifest/prompt-tokens/o200k.ts



/**
 * The o200k tokenizer of OpenAI's models since GPT-4o. This module brings 2.4 MB of vocabulary with it: import it only
 * through `loadCounter`.
 */
/** The published pattern means Unicode's white space, as Rust reads `\s`; JavaScript's `\s` differs at U+0085 and U+FEFF. */
const PIECE = new RegExp(constants/* O200K_TOKEN_SPLIT_REGEX */.ag.source.replaceAll('\\s', '\\p{White_Space}').replaceAll('\\S', '\\P{White_Space}'), 'gu');
const ONLY_ASCII = /^\p{ASCII}*$/u;
const ranks = new Map(o200k_base/* default */.A.map((token, rank) => [typeof token === 'string' ? bytesOf(token) : String.fromCharCode(...token), rank]));
const countMerged = mergeCounter(ranks);
/** Words recur; a limit keeps a text of nothing but new ones from filling the memory. */
const CACHED_PIECES = 100_000;
const CACHED_LENGTH = 100;
const countOf = new Map();
/** Tokens of a text, special tokens (`<|endoftext|>`) taken as the plain text they are in a file. */
function countTokens(text) {
    let tokens = 0;
    for (const [piece] of text.matchAll(PIECE)) {
        const known = countOf.get(piece);
        const count = known ?? countPiece(piece);
        tokens += count;
        if (known === undefined && piece.length <= CACHED_LENGTH && countOf.size < CACHED_PIECES)
            countOf.set(piece, count);
    }
    return tokens;
}
function countPiece(piece) {
    const bytes = bytesOf(piece);
    return ranks.has(bytes) ? 1 : countMerged(bytes);
}
/** UTF-8, one character a byte. */
function bytesOf(text) {
    return ONLY_ASCII.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}


/***/ })

};
