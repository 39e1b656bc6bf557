import { describe, test, expect } from '@jest/globals';
import { renderComment } from '../../../src/report/markdown/comment.js';
import { expectGolden, readReport, readReports, REPORT_NAMES, SEVERAL, readVerdict } from '../../support/reports.js';
import { changeLines } from '../../../src/report/model/change-lines.js';
import { costOf, deltaText } from '../../../src/report/model/wording.js';
import { largeReport } from '../../support/large-report.js';

const CONTEXT = {
  repositoryUrl: 'https://github.com/octo-org/evals',
  headSha: 'c0ffee254729296a45a3885639ac7e10f9d54979',
  summaryUrl: 'https://github.com/octo-org/evals/actions/runs/42',
};

describe('the comment of a report is its golden file', () => {
  test.each(REPORT_NAMES)('%s', (name) => {
    expectGolden(renderComment(readReport(name), CONTEXT), new URL(`comment/${name}.golden.md`, import.meta.url));
  });

  test('several manifests, one of them broken', () => {
    expectGolden(renderComment(readReports(), CONTEXT), new URL(`comment/${SEVERAL}.golden.md`, import.meta.url));
  });
});

/**
 * What a reviewer reads before anything else: 830 x 900 pixels hold some 36 lines of 110 characters. `npm run screenshots --
 * --all` measures the same in Chromium.
 */

const SCREEN = { lines: 36, characters: 110 };
const SCREEN_CONTEXT = { repositoryUrl: 'https://github.com/octo-org/evals', headSha: 'c0ffee2547', summaryUrl: null };

/** How many lines Markdown takes on the screen: a link shows its text alone, and a heading takes two. */
function linesOf(markdown: string): number {
  const shown = markdown.replace(/\]\([^)]*\)/g, ']').replace(/[`*]/g, '');
  return shown
    .split(/\n|<br>/)
    .reduce((lines, line) => lines + Math.max(1, Math.ceil(line.length / SCREEN.characters)), 0);
}

describe.each(['over-budget', 'prompt-file', 'prices-moved', 'worst-case', 'kinds-of-run'])('%s', (name) => {
  const report = readVerdict(name);
  const comment = renderComment(report, SCREEN_CONTEXT);
  const [open = ''] = comment.split('<details>');
  const beforeTable = open.split('\n| ')[0] ?? '';

  test('the headline has verdict, amount and delta', () => {
    const [title = ''] = comment.split('\n');
    expect(title.startsWith('### ❌ ')).toBe(true);
    const amounts = (report.runs ?? [report]).flatMap(({ head }) => (head === null ? [] : costOf(head)));
    for (const amount of amounts) expect(title).toContain(amount);
    const [delta = ''] = (report.delta === null ? '' : deltaText(report.delta)).split(' ');
    expect(title).toContain(delta);
  });

  test('then come the violations and what changed, before the first table and the first fold', () => {
    const violations = beforeTable.indexOf('\n- ❌ **');
    const inKind = beforeTable.indexOf('\n- ❌ `ci`: **');
    const changed = beforeTable.indexOf('\n**What changed**\n');
    expect(Math.max(violations, inKind)).toBeGreaterThan(0);
    expect(changed).toBeGreaterThan(Math.max(violations, inKind));
    const lines = changeLines(report);
    expect(lines.length).toBeGreaterThan(0);
    for (const { amount } of lines) expect(beforeTable.slice(changed)).toContain(`**${amount}**`);
  });

  test('all of that fits the first screen', () => {
    expect(linesOf(beforeTable)).toBeLessThanOrEqual(SCREEN.lines);
  });
});

test('however many violations there are, at most eight stand in the open', () => {
  const [open = ''] = renderComment(largeReport(10), SCREEN_CONTEXT).split('<details>');
  expect(open.match(/^- ❌ /gm)).toHaveLength(8);
});
