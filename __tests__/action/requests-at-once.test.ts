import { describe, expect, test } from '@jest/globals';
import { manifestText, openChange, fixtureForEachTest } from '../support/pull-request.js';

/** Which requests of the action are in flight at the same time, and which wait for which. */

const FILE = 'llm-budget.yml';
const MODELS = '/api/v1/models';
const ENDPOINTS = '/api/v1/models/acme/small/endpoints';
const fixture = fixtureForEachTest();

/** A promise, and the function that keeps it. */
function signal(): { readonly given: Promise<void>; readonly give: () => void } {
  let give: () => void = () => undefined;
  const given = new Promise<void>((resolve) => (give = resolve));
  return { given, give };
}

function change(): Promise<number> {
  return openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText({ count: 200 }) });
}

describe("GitHub's first query and the list of models", () => {
  test('are in flight at once: neither is answered before the other has come', async () => {
    const number = await change();
    const [query, models] = [signal(), signal()];
    fixture.github.fault({
      on: { operation: 'Repository' },
      answer: { kind: 'hold', until: models.given, struck: query.give },
    });
    fixture.catalogue.intercept(async ({ path }) => {
      if (path !== MODELS) return null;
      models.give();
      await query.given;
      return null;
    });
    expect((await fixture.runOnPullRequest(number)).outputs.get('verdict')).toBe('pass');
  });

  test.each(['GitHub', 'the catalogue'])(
    'are followed by the endpoints at once, where %s answers last',
    async (last) => {
      const number = await change();
      const order: string[] = [];
      const [query, models] = [signal(), signal()];
      fixture.github.fault({
        on: { operation: 'Repository' },
        answer: {
          kind: 'hold',
          until: last === 'GitHub' ? models.given : Promise.resolve(),
          struck: () => {
            order.push('query');
            query.give();
          },
        },
      });
      fixture.github.fault({
        on: {},
        times: 9,
        answer: { kind: 'hold', until: Promise.resolve(), struck: () => order.push('GitHub again') },
      });
      fixture.catalogue.intercept(async ({ path }) => {
        order.push(path);
        if (path !== MODELS) return null;
        if (last !== 'GitHub') await query.given;
        models.give();
        return null;
      });
      await fixture.runOnPullRequest(number);
      expect(new Set(order.slice(0, 2))).toEqual(new Set(['query', MODELS]));
      expect(order.slice(2, 4)).toEqual([ENDPOINTS, 'GitHub again']);
      expect(order.filter((path) => path === MODELS)).toHaveLength(1);
    },
  );
});

describe('a manifest that cannot be used', () => {
  test.each([
    ['at head', { [FILE]: 'version: 1\nsuites: {}\n' }],
    ['nowhere', {}],
  ])('%s costs one request to the catalogue and nothing else', async (_, after) => {
    const number = await openChange(fixture.github, after, { ...after, 'README.md': 'Hello' });
    const result = await fixture.runOnPullRequest(number);
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
    expect(fixture.catalogue.requests.map(({ path }) => path)).toEqual([MODELS]);
  });
});

test('several manifests share one list of models', async () => {
  const before = { 'a/llm-budget.yml': manifestText(), 'b/llm-budget.yml': manifestText() };
  const number = await openChange(fixture.github, before, {
    ...before,
    'a/llm-budget.yml': manifestText({ count: 200 }),
  });
  const result = await fixture.runOnPullRequest(number, { inputs: { manifest: '*/llm-budget.yml' } });
  expect(result.outputs.get('verdict')).toBe('pass');
  expect(fixture.catalogue.requests.map(({ path }) => path)).toEqual([MODELS, ENDPOINTS]);
});

test('several manifests share the answer of a list that fails: four attempts in all, and exit code 3', async () => {
  const before = { 'a/llm-budget.yml': manifestText(), 'b/llm-budget.yml': manifestText() };
  const number = await openChange(fixture.github, before, { ...before, 'README.md': 'Hello' });
  fixture.catalogue.intercept(() => ({ status: 503 }));
  const result = await fixture.runOnPullRequest(number, { inputs: { manifest: '*/llm-budget.yml' } });
  expect([result.exitCode, result.outputs.get('verdict')]).toEqual([3, 'error']);
  expect(fixture.catalogue.requests.map(({ path }) => path)).toEqual([MODELS, MODELS, MODELS, MODELS]);
});
