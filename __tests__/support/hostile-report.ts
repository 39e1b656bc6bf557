import type { ErrorReport, Report } from '../../src/report/model/schema.js';
import { readVerdict } from './reports.js';

/** The report of a real change with another text from `texts` in every field that somebody outside can fill. */
export function hostileReport(texts: readonly string[]): Report {
  let used = 0;
  const next = (): string => texts[used++ % texts.length] ?? '';
  const report = readVerdict('over-budget');
  const limited = report.limits ?? [];
  return {
    ...report,
    manifest: next(),
    prices: { ...report.prices, url: next(), fetched_at: next(), sha256: next() },
    price_drift: { per_run: '1', since: next(), models: [{ model: next(), per_run: '0.5' }] },
    suites: report.suites.map((suite) => ({
      ...suite,
      name: next(),
      calls: suite.calls.map((call, index) => ({
        ...call,
        name: next(),
        model: next(),
        ...(index === 0 ? { state: 'unpriced', reason: next(), token_source: next() } : {}),
        arithmetic: [next()],
      })),
    })),
    violations: report.violations.flatMap((violation) => [
      { ...violation, suite: next(), call: next(), message: next(), remedy: next(), file: next() },
      { ...violation, rule: 'model_denied', actual: next(), limit: next(), message: next(), remedy: next() },
      { ...violation, rule: 'credits', actual: next(), limit: next(), suite: next(), message: next(), file: next() },
    ]),
    notes: [...Array(12).keys()].map(() => ({ code: next(), message: next() })),
    policy: {
      ref: next(),
      sha: next(),
      protected: used % 2 === 0,
      not_applied: [{ key: next(), head: next(), policy: next() }],
    },
    override: { label: next(), by: next() },
    suggestions: [{ message: next(), saving_per_run: '1' }],
    commits: { head: next(), base: next() },
    limits: limited.map((limit) => (limit.suite === null ? limit : { ...limit, suite: next() })),
  };
}

export function hostileErrors(texts: readonly string[]): ErrorReport {
  return {
    schema_version: 1,
    verdict: 'error',
    errors: texts.map((text, index) => ({ message: text, file: texts.at(-index) ?? null, line: index, column: 1 })),
  };
}
