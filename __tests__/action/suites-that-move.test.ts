import { describe, expect, test } from '@jest/globals';
import { judgedOf, openChange, type Judged, fixtureForEachTest } from '../support/pull-request.js';

/** Changes that move calls, suites and months so that a budget would no longer hold them. A request of acme/small costs $0.0012. */

const FILE = 'llm-budget.yml';
const fixture = fixtureForEachTest(['acme/small', 'acme/small:free']);

async function change(before: string, after: string): Promise<Judged> {
  return judgedOf(
    await fixture.runOnPullRequest(await openChange(fixture.github, { [FILE]: before }, { [FILE]: after })),
  );
}

/** The rules that fail, with what they compare. */
const failed = ({ report }: Judged) =>
  report.violations
    .filter(({ severity }) => severity === 'fail')
    .map(({ rule, suite, actual, limit }) => `${rule} ${suite ?? '-'} ${actual ?? '?'} of ${limit ?? '?'}`);

const manifest = (suites: string, top = '') => `version: 1\n${top}suites:\n${suites}`;
const suite = (name: string, count: number, more = '', call = 'answer') =>
  `  ${name}:\n${more}    calls:\n      - {name: ${call}, model: acme/small, count: ${String(count)}, prompt_tokens: 1000, completion_tokens: 100, max_tokens: 200}\n`;
const LIMIT = '    budget: {per_run: 0.2, increase_per_run: 0.1}\n';

describe('a suite with a budget', () => {
  const before = manifest(suite('evals', 100, LIMIT));

  test('that is renamed, and costs more than the budget, breaks it: 1,000 x 0.0012 = 1.2 of 0.2', async () => {
    const judged = await change(before, manifest(suite('checks', 1000)));
    expect(judged.exitCode).toBe(1);
    expect(failed(judged)).toContain('per_run evals 1.2 of 0.2');
  });

  test('that is split into two new ones shares it: 60 + 200 requests are 0.312 of 0.2', async () => {
    const judged = await change(before, manifest(suite('one', 60) + suite('two', 200)));
    expect(judged.exitCode).toBe(1);
    expect(failed(judged)).toContain('per_run evals 0.312 of 0.2');
  });

  test('that keeps its name and hands calls to a new one is held with it: 40 + 200 requests are 0.288 of 0.2', async () => {
    const judged = await change(before, manifest(suite('evals', 40, LIMIT) + suite('beside', 200)));
    expect(judged.exitCode).toBe(1);
    expect(failed(judged)).toContain('per_run evals 0.288 of 0.2');
  });

  // The controls: nothing was gained, so nothing fails.
  test.each([
    ['renamed', manifest(suite('checks', 100))],
    ['split', manifest(suite('one', 60) + suite('two', 40))],
    ['relieved of calls by a new one', manifest(suite('evals', 40, LIMIT) + suite('beside', 60))],
  ])('that is %s at equal cost breaks nothing', async (_, after) => {
    const judged = await change(before, after);
    expect([judged.exitCode, failed(judged)]).toEqual([0, []]);
  });

  test('leaves a new one that took nothing from it free', async () => {
    const judged = await change(before, manifest(suite('evals', 100, LIMIT) + suite('beside', 1000)));
    expect([judged.exitCode, failed(judged)]).toEqual([0, []]);
    expect(judged.rules).toEqual(['suite_without_budget warn']);
  });

  test.each([
    ['with a blank at its end', "'evals '"],
    ['with two blanks in a row', "'evals  2'"],
  ])('has no name %s, which would look like another', async (_, name) => {
    const number = await openChange(fixture.github, { [FILE]: before }, { [FILE]: manifest(suite(name, 1000)) });
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
  });
});

describe('calls that move to a suite that runs once a month', () => {
  const top = 'runs_per_month: 600\nbudget: {per_month: 100}\n';
  const once = '    runs_per_month: 1\n';

  test('are counted as often as before: (40 + 160) x 0.0012 x 600 = 144 of 100', async () => {
    const after = manifest(suite('evals', 40) + suite('monthly', 160, once), top);
    const judged = await change(manifest(suite('evals', 100), top), after);
    expect(judged.exitCode).toBe(1);
    expect(failed(judged)).toEqual(['per_month - 144 of 100']);
  });

  test('leave a suite that took nothing as rare as it says: 72 + 160 x 0.0012 = 72.192 of 100', async () => {
    const after = manifest(suite('evals', 100) + suite('monthly', 160, once), top);
    const judged = await change(manifest(suite('evals', 100), top), after);
    expect([judged.exitCode, failed(judged), judged.report.head.per_month]).toEqual([0, [], '72.192']);
  });
});

describe('a percentage of increase over a small amount', () => {
  const often = (runs: number, count: number) =>
    manifest(suite('evals', count), `runs_per_month: ${String(runs)}\nbudget: {increase_percent: 25}\n`);

  test('counts where it adds up over the month: 7 x 0.0012 = 0.0084 a run, a million times', async () => {
    const judged = await change(often(1_000_000, 1), often(1_000_000, 8));
    expect([judged.exitCode, judged.rules]).toEqual([1, ['increase_percent fail']]);
  });

  test('is not judged below $0.01 a run and $1 a month: 0.0084 x 100 = 0.84', async () => {
    expect((await change(often(100, 1), often(100, 8))).exitCode).toBe(0);
  });

  test('is judged from $0.01 a run on, however rarely it runs: 9 x 0.0012 = 0.0108', async () => {
    expect((await change(often(1, 1), often(1, 10))).exitCode).toBe(1);
  });
});

describe('requests to a free model with a paid fallback', () => {
  const free = (count: number) =>
    manifest(
      `  evals:\n    calls:\n      - {name: answer, model: 'acme/small:free', fallback_models: [acme/small], count: ${String(count)}, prompt_tokens: 1000, completion_tokens: 100, max_tokens: 200}\n`,
      'budget: {per_run: 1}\n',
    );

  test('cost the fallback above the free number of a day: (10,050 - 50) x 0.0012 = 12 of 1', async () => {
    const judged = await change(free(10), free(10_050));
    expect(judged.exitCode).toBe(1);
    expect(failed(judged)).toEqual(['per_run - 12 of 1']);
  });

  test('are free up to it', async () => {
    const judged = await change(free(10), free(50));
    expect([judged.exitCode, judged.report.head.per_run]).toEqual([0, '0']);
  });
});
