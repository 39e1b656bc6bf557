import type { Report } from './schema.js';

/** Whether head has a manifest, and so figures: a manifest has one suite at least. */
export function hasHeadManifest(report: Report): boolean {
  return report.suites.some((suite) => suite.head !== null);
}
