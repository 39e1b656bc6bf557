import { describe, test, expect } from '@jest/globals';
import { renderSummary, costChart } from '../../../src/report/markdown/summary.js';
import { expectGolden, readReport, readVerdict } from '../../support/reports.js';
import type { Report } from '../../../src/report/model/schema.js';

const CONTEXT = {
  repositoryUrl: 'https://github.com/octo-org/evals',
  headSha: 'c0ffee254729296a45a3885639ac7e10f9d54979',
};

describe('the job summary of a report is its golden file', () => {
  test.each(['over-budget', 'nothing-changed', 'hostile', 'error'])('%s', (name) => {
    expectGolden(renderSummary(readReport(name), CONTEXT), new URL(`summary/${name}.golden.md`, import.meta.url));
  });
});

const report = readVerdict('over-budget');

function withSuites(costs: readonly (readonly [string, string | null])[]): Report {
  const [pattern] = report.suites;
  const head = pattern?.head ?? null;
  if (pattern === undefined || head === null) throw new Error('a fixture is empty');
  const suites = costs.map(([name, cost]) => ({
    ...pattern,
    name,
    head: cost === null ? null : { ...head, priced_per_run: cost },
  }));
  return { ...report, suites };
}

describe('the chart of the suites', () => {
  test('the most expensive first, without what costs nothing or is gone', () => {
    const chart = costChart(
      withSuites([
        ['small', '0.00421'],
        ['free', '0'],
        ['removed', null],
        ['large', '1240.4'],
      ]),
    );
    expect(chart).toBe(
      [
        '```mermaid',
        'pie showData',
        '  title US dollars per run, by suite',
        '  "large" : 1240',
        '  "small" : 0.0042',
        '```',
      ].join('\n'),
    );
  });

  test('one suite alone makes no chart', () => {
    expect(costChart(withSuites([['only', '1']]))).toBe('');
  });

  test('beyond ten, the smaller ones are one slice with their sum', () => {
    // 12 suites of $1 to $12: nine shown, $1 + $2 + $3 = $6 in one.
    const chart = costChart(withSuites([...Array(12).keys()].map((n) => [`suite-${n + 1}`, String(n + 1)] as const)));
    expect(chart.split('\n').filter((line) => line.startsWith('  "'))).toHaveLength(10);
    expect(chart).toContain('  "3 others" : 6.00');
  });

  test('a name cannot end its label or the chart', () => {
    const chart = costChart(withSuites([['a"b\n```\n<img>;%%{init}', '2'], ['b', '1']])); // prettier-ignore
    expect(chart).toContain('  "a_b ___ _img_____init_" : 2.00');
  });
});
