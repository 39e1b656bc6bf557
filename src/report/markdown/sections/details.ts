import type { Report } from '../../model/schema.js';
import type { Block } from '../../../lib/text/fit.js';
import type { MarkdownContext } from '../context.js';
import { callsSection } from './calls.js';
import { suggestionsSection } from './notes.js';
import { driftSection, pricesSection } from './prices.js';
import { rangeSection, unchangedSuites } from './suites.js';
import { chargesSection, creditsSection, usageRemarks, usageSection } from './usage.js';

/** What stands below the verdict and its reasons, in comment and summary alike: where each figure comes from. */
export function detailSections(report: Report, context: MarkdownContext): Block[] {
  return [
    ...suggestionsSection(report, context),
    ...unchangedSuites(report, context),
    ...callsSection(report, context),
    ...rangeSection(report, context),
    ...usageSection(report, context),
    ...usageRemarks(report),
    ...chargesSection(report, context),
    ...creditsSection(report, context),
    ...driftSection(report, context),
    ...pricesSection(report, context),
  ];
}
