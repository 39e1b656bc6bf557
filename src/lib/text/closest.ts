import { distance } from 'fastest-levenshtein';

/**
 * The candidate that is nearest to what was written, for a hint; null where none is near: at most a sixth of the
 * characters differ, or two of them, never more than six and never more than half. Capitals do not count.
 */
export function closest(written: string, candidates: Iterable<string>): string | null {
  const wanted = written.toLowerCase();
  let limit = Math.min(6, Math.max(2, Math.floor(wanted.length / 6)), Math.floor(wanted.length / 2));
  let nearest: string | null = null;
  for (const candidate of candidates) {
    // The lengths alone tell most candidates apart, and spare the quadratic comparison of a very long text.
    if (Math.abs(candidate.length - wanted.length) > limit) continue;
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits > limit) continue;
    nearest = candidate;
    limit = edits - 1;
    if (edits === 0) break;
  }
  return nearest;
}
