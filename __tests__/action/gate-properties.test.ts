import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import {
  areSame,
  excesses,
  limits,
  plain,
  RUNS_PER_MONTH,
  sides,
  type Limits,
  type Plain,
  type PlainCall,
  type Sides,
} from '../support/plain-gate.js';
import { pullRequestPayload, fixtureForAllTests } from '../support/pull-request.js';

/** The whole action on random pull requests and entries of a merge queue, beside the second judge: by exit code alone. */

const FILE = 'llm-budget.yml';
/** $1 and $0.50 for a thousand prompt tokens; completion tokens are free. */
const PRICES = { 'a/dollar': { prompt: '0.001', completion: '0' }, 'a/half': { prompt: '0.0005', completion: '0' } };
const fixture = fixtureForAllTests({
  models: Object.entries(PRICES).map(([id, pricing]) => modelRow(id, { pricing })),
  endpoints: Object.fromEntries(Object.entries(PRICES).map(([id, pricing]) => [id, [endpointRow('a', { pricing })]])),
});

function callText(name: string, { count, model }: PlainCall): string {
  const requests = model === 'half' ? 2 * count : count;
  return `{name: ${name}, model: a/${model}, count: ${String(requests)}, prompt_tokens: 1000, completion_tokens: 0}`;
}

/** A manifest; with the limits and rules of the default branch where `allowed` is given. */
function textOf(given: Plain, allowed: Limits | null): string {
  const perRun = (amount: number | null) => (amount === null ? '{}' : `{per_run: ${String(amount)}}`);
  const top = Object.entries({
    per_run: allowed?.ci,
    increase_per_run: allowed?.increase,
    increase_percent: allowed?.percent,
    per_month: allowed?.month,
  }).flatMap(([name, amount]) => (typeof amount === 'number' ? [`${name}: ${String(amount)}`] : []));
  const denied = allowed?.isHalfDenied === true ? '["a/half"]' : '[]';
  const suites = Object.entries(given).map(([name, { run, limit, calls }]) => {
    const list = Object.entries(calls).map(([id, one]) => callText(id, one));
    return `  ${name}: {run: ${run}, budget: ${perRun(limit)}, calls: [${list.join(', ')}]}\n`;
  });
  return `version: 1
runs_per_month: ${String(RUNS_PER_MONTH.ci)}
runs: {nightly: {runs_per_month: ${String(RUNS_PER_MONTH.nightly)}, budget: ${perRun(allowed?.nightly ?? null)}}}
budget: {${top.join(', ')}}
policy: {unpriced: warn, models: {deny: ${denied}}}
suites:
${suites.join('')}`;
}

const EVENTS = ['pull_request', 'pull_request_target', 'merge_group'] as const;

let opened = 0;
/** The exit code on each event of a change from base to head, while the default branch has its tip. Head has dropped every limit. */
async function exitCodes({ head, base, tip }: Sides, allowed: Limits): Promise<(number | null)[]> {
  opened += 1;
  const { github } = fixture;
  const files = (given: Plain, more: string, limited: Limits | null) => ({ [FILE]: textOf(given, limited), more });
  const first = await github.commit(files(base, 'base', base === tip ? allowed : null), { branch: 'main' });
  const ours = files(head, `head ${String(opened)}`, null);
  const branch = await github.commit(ours, { parents: [first] });
  const name = `change-${String(opened)}`;
  const { number, mergeSha } = await github.openPullRequest({ head: branch, mergeFiles: ours, branch: name });
  if (base !== tip) await github.commit(files(tip, 'tip', allowed), { parents: [first], branch: 'main' });
  const payload = pullRequestPayload(github, number);
  const merge_group = {
    head_sha: mergeSha,
    base_sha: first,
    base_ref: 'refs/heads/main',
    head_ref: `refs/heads/gh-readonly-queue/main/pr-${String(number)}-${first}`,
  };
  const codes: (number | null)[] = [];
  for (const event of EVENTS) {
    const given = event === 'merge_group' ? { merge_group } : payload;
    const sha = event === 'pull_request_target' ? first : mergeSha;
    codes.push((await fixture.run(event, given, sha, { inputs: { comment: 'never' } })).exitCode);
  }
  return codes;
}

describe(`on ${EVENTS.join(', ')}`, () => {
  test('what costs more than the default branch allows never ends in 0', async () => {
    let seen = 0;
    const changed = fc.tuple(sides, limits).filter(([given, allowed]) => {
      const isChange = !areSame(given.head, given.tip) && !areSame(given.head, given.base);
      return isChange && excesses(given, allowed).length > 0;
    });
    await fc.assert(
      fc.asyncProperty(changed, async ([given, allowed]) => {
        seen += 1;
        expect([excesses(given, allowed), await exitCodes(given, allowed)]).toEqual([expect.anything(), [1, 1, 1]]);
      }),
      { numRuns: 40, endOnFailure: true },
    );
    expect(seen).toBe(40);
  }, 180_000);

  test('what is equal to the default branch always ends in 0', async () => {
    await fc.assert(
      fc.asyncProperty(plain, plain, limits, fc.boolean(), async (tip, base, allowed, isTip) => {
        expect(await exitCodes({ head: tip, base: isTip ? tip : base, tip }, allowed)).toEqual([0, 0, 0]);
      }),
      { numRuns: 20, endOnFailure: true },
    );
  }, 180_000);
});
