import { describe, test } from '@jest/globals';
import { renderComment } from '../../../src/report/markdown/comment.js';
import { expectGolden, readReport, readReports, REPORT_NAMES, SEVERAL } from '../../support/reports.js';

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
