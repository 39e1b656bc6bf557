import type { Report } from '../../src/report/model/schema.js';
import { readVerdict } from './reports.js';

/** The largest report there can be: 5,000 calls, each in a suite of its own or ten to a suite, all of them violations. */
export function largeReport(callsInASuite: number, nameLength = 64): Report {
  const report = readVerdict('over-budget');
  const [pattern] = report.suites;
  const [call] = pattern?.calls ?? [];
  const [violation] = report.violations;
  if (pattern === undefined || call === undefined || violation === undefined) throw new Error('a fixture is empty');
  const name = (index: number) => `suite-${index}-`.padEnd(nameLength, 'x');
  const suites = [...Array(5000 / callsInASuite).keys()].map((suite) => ({
    ...pattern,
    name: name(suite),
    status: suite % 2 === 0 ? ('changed' as const) : ('unchanged' as const),
    calls: [...Array(callsInASuite).keys()].map((index) => ({
      ...call,
      arithmetic: [],
      name: `call-${index}`.padEnd(nameLength, 'y'),
    })),
  }));
  const failures = suites.map((suite) => ({ ...violation, rule: 'model_denied' as const, suite: suite.name }));
  return { ...report, suites, changes: [], violations: [violation, ...failures] };
}
