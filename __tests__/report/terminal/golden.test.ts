import { describe, test } from '@jest/globals';
import { renderTerminal } from '../../../src/report/terminal/render.js';
import { expectGolden, readReport, readReports, REPORT_NAMES, SEVERAL } from '../../support/reports.js';

describe('what a terminal shows of a report is its golden file', () => {
  test.each(REPORT_NAMES)('%s', (name) => {
    const text = renderTerminal(readReport(name), { colour: false, width: 100, explain: false });
    expectGolden(text, new URL(`${name}.golden.txt`, import.meta.url));
  });

  test('several manifests, one of them broken', () => {
    const text = renderTerminal(readReports(), { colour: false, width: 100, explain: false });
    expectGolden(text, new URL(`${SEVERAL}.golden.txt`, import.meta.url));
  });

  test('worst-case, with the arithmetic of each call', () => {
    const text = renderTerminal(readReport('worst-case'), { colour: false, width: 100, explain: true });
    expectGolden(text, new URL('explained.golden.txt', import.meta.url));
  });
});
