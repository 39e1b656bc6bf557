import { describe, expect, test } from '@jest/globals';
import { renderComment } from '../../../src/report/markdown/comment.js';
import { renderSummary } from '../../../src/report/markdown/summary.js';
import type { Report } from '../../../src/report/model/schema.js';
import { widthOf } from '../../../src/lib/text/columns.js';
import {
  HAS_CMARK,
  nodesOf,
  parse,
  unbreakableWords,
  type MarkdownNode,
  type UnbreakableWord,
} from '../../support/cmark.js';
import { readReport, readReports, readVerdict, REPORT_NAMES } from '../../support/reports.js';

/**
 * A browser makes a table at least as wide as the longest unbreakable words of its columns. `npm run screenshots -- --all`
 * measures the same in Chromium; here the words are counted, in pixels of GitHub's stylesheet.
 */

const onGitHub = HAS_CMARK ? describe : describe.skip;

/** A comment on a phone of 400 pixels, without its box. */
const PHONE = 334;
/** Padding and border of a cell. */
const CELL = 27;
/** A character of code at 11.9 pixels; of text at 14, where digits are 7.8 wide in Arial and 8.9 in DejaVu Sans, points 4.5. */
const CODE = 7.2;
const TEXT = 9;
const POINT = 4.5;
/** The padding of a code span. */
const SPAN = 9.6;

const WHERE = { repositoryUrl: 'https://github.com/octo-org/evals', headSha: 'c0ffee2547' };
const COMMENT = { ...WHERE, summaryUrl: null };

function pixels({ text, isCode }: UnbreakableWord): number {
  if (isCode) return widthOf(text) * CODE + SPAN;
  const points = text.replace(/[^.,:]/g, '').length;
  return (widthOf(text) - points) * TEXT + points * POINT;
}

/** How narrow each table of a document can become, widest first. */
function tableWidths(markdown: string): number[] {
  const tables = nodesOf(parse(markdown)).filter(({ kind }) => kind === 'table');
  return tables.map(narrowest).toSorted((a, b) => b - a);
}

function narrowest({ children: rows }: MarkdownNode): number {
  const widths: number[] = [];
  for (const { children: cells } of rows) {
    for (const [column, cell] of cells.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, ...unbreakableWords(cell).map(pixels));
    }
  }
  return widths.reduce((total, width) => total + width + CELL, 0);
}

/** The report with these names of suites, calls and models wherever a table shows them. */
function named(report: Report, name: string, model: string): Report {
  return {
    ...report,
    price_drift: { per_run: '1', since: '2026-11-12T06:00:00Z', models: [{ model, per_run: '-0.0084' }] },
    suites: report.suites.map((suite) => ({
      ...suite,
      name,
      calls: suite.calls.map((call) => ({ ...call, name, model, reason: call.reason && `${model} is unlisted` })),
    })),
  };
}

onGitHub('no table is wider than a phone', () => {
  test.each(REPORT_NAMES)('%s', (name) => {
    const report = readReport(name);
    for (const markdown of [renderComment(report, COMMENT), renderSummary(report, WHERE)]) {
      expect(tableWidths(markdown).filter((width) => width > PHONE)).toEqual([]);
    }
  });

  test('of several manifests', () => {
    const tables = tableWidths(renderComment(readReports(), COMMENT));
    // Suites, calls and ranges of the one that changed.
    expect(tables).toHaveLength(3);
    expect(tables.filter((width) => width > PHONE)).toEqual([]);
  });

  /** As long as the schema lets a name be, and a model's id of 200 characters. */
  const NAMES = [
    ['without a place to break', 'x'.repeat(64), 'y'.repeat(200)],
    ['with underscores', 'retrieval_quality_regression_suite_of_all_languages_and_models_ok', 'a_b/'.repeat(50)],
    ['in capitals', 'W'.repeat(64), 'M'.repeat(200)],
    ['with signs', '1:2@3+4/5.6'.padEnd(64, '@+'), 'vendor/model:free@'.repeat(10)],
    ['with hyphens before digits', `a${'-1'.repeat(31)}b`, `llama${'-70'.repeat(60)}`],
    ['with addresses', 'www.a.b//c'.padEnd(64, 'www.'), 'https://a.example/'.repeat(10)],
  ] as const;

  test.each(NAMES)('names %s', (_, name, model) => {
    for (const fixture of ['over-budget', 'measured', 'unpriced', 'manifest-gone'] as const) {
      const report = named(readVerdict(fixture), name, model);
      const usage = report.usage && {
        ...report.usage,
        suites: report.usage.suites.map((suite) => ({ ...suite, name })),
      };
      const renamed = usage === undefined ? report : { ...report, usage };
      for (const markdown of [renderComment(renamed, COMMENT), renderSummary(renamed, WHERE)]) {
        const tables = tableWidths(markdown);
        expect(tables.length).toBeGreaterThan(1);
        expect(tables.filter((width) => width > PHONE)).toEqual([]);
      }
    }
  });
});
