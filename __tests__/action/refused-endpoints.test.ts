import { describe, expect, test } from '@jest/globals';
import { API_KEY } from '../support/openrouter-server.js';
import { judgedOf, manifestText, openChange, type RunChanges, fixtureForEachTest } from '../support/pull-request.js';

/**
 * A page of endpoints that is refused, through the action. The list of models is answered, so expected stays live:
 * 101 x (1,000 x $0.000001 + 100 x $0.000002) = $0.1212, and the same at base for 100 requests: $0.12.
 */

const FILE = 'llm-budget.yml';
const WITH_WORST_CASE = 'budget: {per_run: 1, worst_case_per_run: 1}';
const GIVE_A_KEY = 'give it a key: openrouter-api-key in the action, OPENROUTER_API_KEY on the command line';

const fixture = fixtureForEachTest(['acme/small']);

/** Answers a page of endpoints with this status, unless the request has the key that is accepted. */
function refuse(status: number, accepted: string | null = null): void {
  fixture.catalogue.intercept(({ path, headers }) =>
    path.endsWith('/endpoints') && (accepted === null || headers.authorization !== `Bearer ${accepted}`)
      ? { status, body: JSON.stringify({ error: { code: status, message: 'No access' } }) }
      : null,
  );
}

async function judged(before: string, after: string, changes: RunChanges = {}) {
  const tree = { [FILE]: after, 'README.md': 'changed' };
  const number = await openChange(fixture.github, { [FILE]: before }, tree);
  const result = await fixture.runOnPullRequest(number, changes);
  return { ...judgedOf(result), summary: result.summary };
}

const reasonIn = (status: number, more: string) =>
  `The price of evals / answer is incomplete: acme/small: its endpoints are not known (${new URL(fixture.catalogue.url).host} answered ${status}${more}), so it has no floor and no worst case.`;

describe('endpoints that are refused', () => {
  test.each([
    [401, `; ${GIVE_A_KEY}`],
    [403, `; ${GIVE_A_KEY}`],
    [404, ''],
  ])('with %i leave expected live and are a warning that says why', async (status, more) => {
    refuse(status);
    const { exitCode, report, summary } = await judged(manifestText(), manifestText({ count: 101 }));
    expect([exitCode, report.verdict]).toEqual([0, 'warn']);
    expect(report.prices.source).toBe('live');
    expect(report.head).toMatchObject({ per_run: '0.1212', floor_per_run: null, worst_case_per_run: null });
    expect(report.violations.map(({ rule, severity, message }) => [rule, severity, message])).toEqual([
      ['incomplete_price', 'warn', reasonIn(status, more)],
    ]);
    expect(summary).toContain('Not every price is known');
  });

  test('break a limit on the worst case, where the change makes more requests', async () => {
    refuse(401);
    const text = (count: number) => manifestText({ budget: WITH_WORST_CASE, count });
    const { exitCode, report } = await judged(text(100), text(101));
    expect([exitCode, report.verdict]).toEqual([1, 'fail']);
    expect(report.violations[0]).toMatchObject({ rule: 'incomplete_price', severity: 'fail', file: FILE, line: 2 });
    expect(report.violations[0]?.message).toContain('The worst case of the run is not known');
    expect(report.violations[0]?.message).toContain(GIVE_A_KEY);
  });

  test('fail nobody whose change leaves the calls as they are', async () => {
    refuse(401);
    const text = manifestText({ budget: WITH_WORST_CASE });
    const { exitCode, report } = await judged(text, text);
    expect([exitCode, report.verdict]).toEqual([0, 'warn']);
  });

  test('are asked for with the key that the action has: 101 x (0.001 + 200 x $0.000002) = $0.1414 at worst', async () => {
    refuse(403, API_KEY);
    const { exitCode, report } = await judged(manifestText(), manifestText({ count: 101 }), {
      inputs: { 'openrouter-api-key': API_KEY },
    });
    expect([exitCode, report.verdict]).toEqual([0, 'pass']);
    expect(report.head).toMatchObject({ per_run: '0.1212', floor_per_run: '0.1212', worst_case_per_run: '0.1414' });
  });

  test('with the key too are unknown, and the message holds no part of the key', async () => {
    refuse(401);
    const { report } = await judged(manifestText(), manifestText({ count: 101 }), {
      inputs: { 'openrouter-api-key': API_KEY },
    });
    expect(report.violations.map(({ message }) => message)).toContain(reasonIn(401, ', with the key too'));
    expect(JSON.stringify(report)).not.toContain(API_KEY);
  });
});
