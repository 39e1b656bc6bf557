import { distance } from 'fastest-levenshtein';

/**
 * Finds the candidate that is most similar to the written word, for a hint; null where none is similar. A similar one
 * differs in at most a sixth of the characters or two of them, never in more than six or more than half. Case is ignored.
 */
export function closest(written: string, candidates: Iterable<string>): string | null {
  const wanted = written.toLowerCase();
  let limit = Math.min(6, Math.max(2, Math.floor(wanted.length / 6)), Math.floor(wanted.length / 2));
  let nearest: string | null = null;
  for (const candidate of candidates) {
    // Comparing lengths first excludes most candidates, and avoids the quadratic comparison of a very long text.
    if (Math.abs(candidate.length - wanted.length) > limit) continue;
    const edits = distance(wanted, candidate.toLowerCase());
    if (edits > limit) continue;
    nearest = candidate;
    limit = edits - 1;
    if (edits === 0) break;
  }
  return nearest;
}
