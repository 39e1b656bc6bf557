import { describe, expect, test } from '@jest/globals';
import { marker } from '../../../src/action/comment/own-comments.js';
import { COMMENT_LIMIT, renderComment } from '../../../src/report/markdown/comment.js';
import { renderSummary } from '../../../src/report/markdown/summary.js';
import { largeReport } from '../../support/large-report.js';
import { hostileErrors } from '../../support/hostile-report.js';

const CONTEXT = {
  repositoryUrl: 'https://github.com/octo-org/evals',
  headSha: 'c0ffee254729296a45a3885639ac7e10f9d54979',
  summaryUrl: 'https://github.com/octo-org/evals/actions/runs/42',
};

/** The longest there is: a key of 200 characters, each of four bytes, and the largest numbers. */
const MARKER = marker({ key: '😀'.repeat(200), runId: 10 ** 15 - 1, runAttempt: 10 ** 9 - 1, headSha: 'a'.repeat(64) });

function matches(text: string, pattern: RegExp): number {
  return [...text.matchAll(pattern)].length;
}

describe.each([1, 10, 5000])('5,000 calls, %d to a suite', (callsInASuite) => {
  const report = largeReport(callsInASuite);

  test('the comment has at most 60,000 characters with its marker; details go first, and what is missing is counted', () => {
    const comment = renderComment(report, CONTEXT);
    expect(`${MARKER}\n${comment}`.length).toBeLessThanOrEqual(COMMENT_LIMIT);
    expect(comment.length).toBeGreaterThan(COMMENT_LIMIT - 4000);
    expect(comment).toContain('### ❌ Over budget: LLM calls cost $6.14 per run');
    expect(comment).toContain('**Cost per run $6.14, limit $6.00**');
    expect(comment).toContain('**All suites**');
    expect(comment).toContain(
      '[the job summary](https://github.com/octo-org/evals/actions/runs/42) and the JSON report',
    );
    expect(matches(comment, /<details>/g)).toBe(matches(comment, /<\/details>/g));
    const shown = matches(comment, /^\| <code>call-/gm) + matches(comment, /^\| \*\*<code>suite-/gm);
    const missing = Number(/_([\d,]+) more lines? not shown here/.exec(comment)?.[1]?.replaceAll(',', '') ?? 0);
    expect(shown + missing).toBe(5000 + report.suites.length);
  });

  test('the job summary stays below 1 MiB in bytes, counted likewise', () => {
    const summary = renderSummary(report, CONTEXT);
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    const shown = matches(summary, /^\| <code>call-/gm) + matches(summary, /^\| \*\*<code>suite-/gm);
    const missing = Number(/_([\d,]+) more lines? not shown here/.exec(summary)?.[1]?.replaceAll(',', '') ?? 0);
    expect(shown + missing).toBe(5000 + report.suites.length);
  });
});

test('5,000 long problems make a comment of at most 60,000 characters', () => {
  const comment = renderComment(hostileErrors(Array.from({ length: 5000 }, () => 'word '.repeat(300))), CONTEXT);
  expect(comment.length).toBeLessThanOrEqual(COMMENT_LIMIT);
  expect(comment).toMatch(/_4,9\d\d more problems not shown here/);
});
