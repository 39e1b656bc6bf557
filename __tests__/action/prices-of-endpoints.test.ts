import { afterEach, describe, expect, test } from '@jest/globals';
import { lockfileText } from '../../src/openrouter/catalogue/lockfile.js';
import { catalogue, endpoint, model } from '../support/catalogue.js';
import { endpointRow, modelRow, type CatalogueAnswer, type CatalogueContent } from '../support/catalogue-server.js';
import { API_KEY, keyAnswer } from '../support/openrouter-server.js';
import {
  judgedOf,
  manifestText,
  openChange,
  startFixture,
  type Judged,
  type RunChanges,
  type Fixture,
} from '../support/pull-request.js';

/** What the action makes of endpoints: those that cost more than the list, and those that do not answer. */

const FILE = 'llm-budget.yml';
const LOCK = 'llm-budget.lock.json';
let fixture: Fixture;
afterEach(async () => {
  await fixture.close();
});

type Files = Readonly<Record<string, string>>;

/** A change of `count`, and of nothing else, beside these files. */
async function change(counts: readonly [number, number], budget: string, more: Files = {}, run: RunChanges = {}) {
  const [before, after] = counts.map((count) => ({ ...more, [FILE]: manifestText({ count, budget }) }));
  return judgedOf(await fixture.runOnPullRequest(await openChange(fixture.github, before ?? {}, after ?? {}), run));
}

describe('a list price that no endpoint has', () => {
  /** 1,000 prompt and 100 completion tokens cost $0.0012 by the list, and so many times that at each endpoint. */
  const served = (...factors: readonly number[]): CatalogueContent => ({
    models: [modelRow('acme/small')],
    endpoints: {
      'acme/small': factors.map((factor) => {
        const pricing = {
          prompt: (factor / 1_000_000).toFixed(9),
          completion: (factor / 500_000).toFixed(9),
          discount: 0,
        };
        return endpointRow(`at-${String(factor)}`, { pricing });
      }),
    },
  });

  async function costOf(content: CatalogueContent): Promise<Judged> {
    fixture = await startFixture(content);
    return await change([10, 100], 'budget: {per_run: 1}');
  }

  test('below the cheapest endpoint counts as that one: 100 x 0.0012 x 20 = 2.4 of 1', async () => {
    const { exitCode, rules, report } = await costOf(served(20, 30));
    expect([exitCode, rules]).toEqual([1, ['per_run fail']]);
    expect(report.head).toMatchObject({ per_run: '2.4', floor_per_run: '2.4' });
  });

  test('above the most expensive one counts as that one: 100 x 0.0012 x 0.5 = 0.06', async () => {
    const { exitCode, report } = await costOf(served(0.25, 0.5));
    expect([exitCode, report.head.per_run, report.head.floor_per_run]).toEqual([0, '0.06', '0.03']);
  });

  test('between the two counts as it is: 100 x 0.0012 = 0.12', async () => {
    const { exitCode, report } = await costOf(served(0.5, 20));
    expect([exitCode, report.head.per_run, report.head.floor_per_run]).toEqual([0, '0.12', '0.06']);
  });
});

describe('a change of one request, $0.0012, within $1 at worst, where the catalogue', () => {
  const IDS = ['acme/small', 'acme/two', 'acme/three'];
  const BUDGET = 'budget: {per_run: 1, worst_case_per_run: 1}';

  /** A lockfile of this age, which has these models at the prices that are live. */
  function lockOf(days: number, prompt = '0.000001'): Files {
    const pricing = { prompt, completion: '0.000002' };
    const fetched = new Date(Date.now() - days * 86_400_000).toISOString().replace(/\.\d+/, '');
    const models = IDS.map((id) => ({ ...model({ id, pricing }), endpoints: [endpoint({ tag: 'acme', pricing })] }));
    return { [LOCK]: lockfileText(catalogue(models, { url: fixture.catalogue.url, fetched_at: fetched }), IDS) };
  }

  const isEndpoints = (path: string) => path.endsWith('/endpoints');
  const isList = (path: string) => path.endsWith('/models');
  const half = { status: 200, body: JSON.stringify({ data: [modelRow('acme/other')] }) };
  const faults: [string, (path: string) => CatalogueAnswer | null][] = [
    ['answers 429 for endpoints', (path) => (isEndpoints(path) ? { status: 429 } : null)],
    ['answers 503 for endpoints', (path) => (isEndpoints(path) ? { status: 503 } : null)],
    ['lists less than half of the models', (path) => (isList(path) ? half : null)],
    ['is not there at all', () => ({ status: 503 })],
  ];

  async function judgedWith(fault: (typeof faults)[number][1], lock: () => Files): Promise<Judged> {
    fixture = await startFixture(IDS);
    fixture.catalogue.intercept(({ path }) => fault(path));
    return await change([100, 101], BUDGET, lock());
  }

  test.each(faults)('%s, passes by a fresh lockfile with a warning', async (_, fault) => {
    const { exitCode, rules, report } = await judgedWith(fault, () => lockOf(3));
    expect([exitCode, rules, report.prices.source]).toEqual([0, ['stale_prices warn'], 'lock']);
    // 101 x 0.0012; at worst 101 x (1,000 x 0.000001 + 200 x 0.000002) = 101 x 0.0014
    expect(report.head).toMatchObject({ per_run: '0.1212', worst_case_per_run: '0.1414' });
  });

  // The controls: nothing but a fresh lockfile at the live prices stands in.
  test.each<[string, () => Files]>([
    ['without a lockfile', () => ({})],
    ['with a lockfile that is too old', () => lockOf(31)],
    ['with a lockfile whose list prices are not the live ones', () => lockOf(3, '0.0000009')],
  ])('answers 429 for endpoints, fails %s, since the worst case is not known', async (_, lock) => {
    const { exitCode, rules, report } = await judgedWith((path) => (isEndpoints(path) ? { status: 429 } : null), lock);
    expect([exitCode, rules]).toEqual([1, ['incomplete_price fail', 'incomplete_price warn']]);
    expect(report.prices.source).toBe('live');
  });

  test('answers as usual, passes at live prices without a warning', async () => {
    const { exitCode, rules, report } = await judgedWith(
      () => null,
      () => lockOf(3),
    );
    expect([exitCode, rules, report.prices.source]).toEqual([0, [], 'live']);
  });
});

describe('a catalogue that asks for a key on endpoints', () => {
  async function judgedWith(key: string): Promise<Judged> {
    fixture = await startFixture();
    fixture.catalogue.intercept(({ path, headers }) => {
      if (path.endsWith('/key')) return keyAnswer();
      const isRefused = path.endsWith('/endpoints') && headers.authorization !== `Bearer ${API_KEY}`;
      return isRefused ? { status: 401, body: '{"error":{"code":401,"message":"No auth credentials found"}}' } : null;
    });
    const inputs = { 'openrouter-api-key': key };
    return await change([100, 200], 'budget: {per_run: 1, worst_case_per_run: 1}', {}, { inputs });
  }

  test('gets the one that the action has, and the worst case is known: 200 x 0.0014', async () => {
    const { exitCode, report } = await judgedWith(API_KEY);
    expect([exitCode, report.head.worst_case_per_run]).toEqual([0, '0.28']);
  });

  test('gets none where the action has none, so a limit on the worst case fails', async () => {
    const { exitCode, rules, report } = await judgedWith('');
    expect([exitCode, rules]).toEqual([1, ['incomplete_price fail', 'incomplete_price warn']]);
    expect(report.head).toMatchObject({ per_run: '0.24', worst_case_per_run: null });
  });
});
