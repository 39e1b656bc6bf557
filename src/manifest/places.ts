import type { Locate, Path, Position } from './manifest.js';

/** Where a value stands in the text: its key's offset, or its own in a list. */
export interface Place {
  readonly offset: number;
  /** In the order of the file, which an object with keys such as "10" would not keep. */
  readonly children: ReadonlyMap<string | number, Place>;
}

/** From an offset in the text, in UTF-16 units, to line and column. */
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
  for (const step of path) place = place?.children.get(step);
  return place;
}

/** Finds a path, or the nearest ancestor that the file has. */
export function locateIn(root: Place, position: (offset: number) => Position): Locate {
  return (path) => {
    let place = root;
    for (const step of path) {
      const child = place.children.get(step);
      if (child === undefined) break;
      place = child;
    }
    return position(place.offset);
  };
}
