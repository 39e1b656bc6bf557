import { describe, test } from '@jest/globals';
import { renderSummary } from '../../../src/report/markdown/summary.js';
import { expectGolden, readReport } from '../../support/reports.js';

const CONTEXT = {
  repositoryUrl: 'https://github.com/octo-org/evals',
  headSha: 'c0ffee254729296a45a3885639ac7e10f9d54979',
};

describe('the job summary of a report is its golden file', () => {
  test.each(['over-budget', 'nothing-changed', 'hostile', 'error'])('%s', (name) => {
    expectGolden(renderSummary(readReport(name), CONTEXT), new URL(`summary/${name}.golden.md`, import.meta.url));
  });
});
