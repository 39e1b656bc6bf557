import type { Locate, Path, Position } from './manifest.js';
import type { Tree } from './tree.js';

/** Where the values of a file are written. */

/** The place of a value: the offset of its key, or its own offset in a list. A value that has no others in it has no more. */
export type Place = number | PlaceOfMany;

interface PlaceOfMany {
  readonly offset: number;
  /** In the order of the file. An object would not keep the order of keys such as "10". */
  readonly children: ReadonlyMap<string | number, Place>;
}

export interface PlacedTree {
  readonly value: Tree;
  readonly place: Place;
}

/** Converts an offset in the text, in UTF-16 units, to line and column. */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
  };
}

export function placeAt(root: Place, path: Path): Place | undefined {
  let place: Place | undefined = root;
  for (const step of path) place = childrenOf(place)?.get(step);
  return place;
}

/** The keys or indexes of what the place contains, in the order of the file. */
export function stepsBelow(place: Place | undefined): readonly (string | number)[] {
  return [...(childrenOf(place)?.keys() ?? [])];
}

function childrenOf(place: Place | undefined): PlaceOfMany['children'] | undefined {
  return typeof place === 'object' ? place.children : undefined;
}

/** Returns the position of a path, or of its nearest ancestor that exists. */
export function locateIn(root: Place, position: (offset: number) => Position): Locate {
  return (path) => {
    let place = root;
    for (const step of path) {
      const child = childrenOf(place)?.get(step);
      if (child === undefined) break;
      place = child;
    }
    return position(typeof place === 'object' ? place.offset : place);
  };
}
