import { compare, toText } from '../lib/money/decimal.js';
import type { Fault } from './findings.js';
import type { Path } from './manifest.js';
import type { Budget } from './schema.js';

/** A warning above its failure would never be seen. `path` is the budget's. */
export function limitFaults(budget: Budget | undefined, path: Path): Fault[] {
  return Object.entries(budget ?? {}).flatMap(([name, limit]) => {
    const { warn, fail } = limit;
    if (warn === null || fail === null || compare(warn, fail) <= 0) return [];
    const message = `warn (${toText(warn)}) is above fail (${toText(fail)}): expected it to be at most as high`;
    return [{ path: [...path, name, 'warn'], message }];
  });
}
