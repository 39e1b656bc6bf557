import type { PlacedMistake } from './errors.js';
import type { Locate, Path } from './manifest.js';
import { locateIn, placeAt, positionsIn, stepsBelow } from './places.js';
import type { Tree } from './tree.js';
import { readEvents } from './yaml-events.js';
import { textMistakes } from './yaml-limits.js';
import type { ReadNodes } from './yaml-nodes.js';

/** A file as data with positions. `root` is undefined where the text cannot be read; `mistakes` says why. */
export interface YamlFile {
  readonly root: Tree | undefined;
  readonly mistakes: readonly PlacedMistake[];
  readonly locate: Locate;
  /** The keys of the mapping at a path, in the order of the file. */
  readonly keysAt: (path: Path) => readonly string[];
  readonly has: (path: Path) => boolean;
}

/** Reads one YAML 1.2 or JSON document within the limits. No text makes it reject, and it prints nothing. */
export async function readYaml(source: string): Promise<YamlFile> {
  // Some editors write a byte order mark at the start. Columns do not count it.
  const text = source.startsWith('\ufeff') ? source.slice(1) : source;
  const position = positionsIn(text);
  const { built, mistakes } = await read(text);
  const place = built?.place ?? 0;
  return {
    root: built?.value,
    mistakes: mistakes.map(({ offset, message }) => ({ message, position: position(offset) })),
    locate: locateIn(place, position),
    keysAt: (path) => stepsBelow(placeAt(place, path)).filter((key) => typeof key === 'string'),
    has: (path) => placeAt(place, path) !== undefined,
  };
}

async function read(text: string): Promise<ReadNodes> {
  const unread = textMistakes(text);
  if (unread.length > 0) return { built: null, mistakes: unread };
  const plain = readEvents(text);
  if (plain !== null) return { built: plain, mistakes: [] };
  // Most files are plain, and do without this library.
  const { readNodes } = await import('./yaml-nodes.js');
  return readNodes(text);
}
