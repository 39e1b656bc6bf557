import type { Manifest } from '../../manifest/manifest.js';
import { pathMatcher } from '../../lib/text/path-pattern.js';
import type { Comparison } from './comparison.js';

/** The suites whose code changed while their numbers did not. `changedFiles` are repository paths. */
export function possiblyOutdated(
  manifest: Manifest,
  comparison: Comparison,
  changedFiles: readonly string[],
): string[] {
  const unchanged = new Set(
    comparison.suites.filter((suite) => suite.status === 'unchanged').map((suite) => suite.name),
  );
  return manifest.suites
    .filter((suite) => unchanged.has(suite.name) && suite.paths !== undefined)
    .filter((suite) => {
      // Hidden files count: `evals/**` means everything below evals.
      const patterns = (suite.paths ?? []).map((pattern) => pathMatcher(pattern, { dot: true }));
      return changedFiles.some((path) => patterns.some((isCode) => isCode(path)));
    })
    .map((suite) => suite.name);
}
