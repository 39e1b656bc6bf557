import { describe, expect, test } from '@jest/globals';
import { changeNotes, driftNotes, increaseNotes, overrideNotes, rangeNotes } from '../../src/check/notes.js';
import type { Judgement } from '../../src/budget/verdict/judge.js';
import type { Violation } from '../../src/budget/verdict/violation.js';
import { compareEstimates } from '../../src/budget/comparison/comparison.js';
import { estimateManifest } from '../../src/budget/estimate.js';
import { catalogue, endpoint, model } from '../support/catalogue.js';
import { dollars, DOLLARS, evals, fail, judged, manifest, suite } from '../support/judged.js';
import { call, tokens } from '../support/manifest.js';
import { perMillion } from '../support/price.js';
import { sources } from '../support/sources.js';

const broken: readonly Violation[] = judged({
  head: manifest({ budget: { per_run: fail('1') }, suites: [evals(dollars(2))] }),
}).violations;

describe('a label that overrides nothing is named', () => {
  const label = 'allow';
  const labelled = { labels: ['other', label], approvedBy: [] };

  test('where something fails', () => {
    expect(overrideNotes(labelled, label, broken)).toEqual([
      {
        code: 'override_without_approval',
        message:
          'The label allow overrides nothing without an approving review of the head commit by somebody else who may push.',
      },
    ]);
  });

  test.each([
    ['nothing fails', labelled, label, []],
    [
      'what failed was overridden',
      labelled,
      label,
      broken.map((violation) => ({ ...violation, severity: 'warn' as const })),
    ],
    ['the policy names no label', labelled, undefined, broken],
    ['the pull request has another', { labels: ['other'], approvedBy: [] }, label, broken],
    ['there is no pull request', null, label, broken],
  ])('and not where %s', (_, approvals, named, violations) => {
    expect(overrideNotes(approvals, named, violations)).toEqual([]);
  });
});

describe('an increase that is not judged is named', () => {
  const judgement = (budget: object): Judgement => judged({ head: manifest({ budget, suites: [evals(dollars(2))] }) });

  test.each([
    ['increase_per_run', 1],
    ['increase_percent', 1],
    ['per_run', 0],
  ])('without a base, where a limit is set on it: %s', (limit, notes) => {
    const found = increaseNotes(false, judgement({ [limit]: fail('5') }));
    expect(found.map(({ code }) => code)).toEqual(Array.from({ length: notes }, () => 'base_missing'));
    expect(increaseNotes(true, judgement({ [limit]: fail('5') }))).toEqual([]);
  });
});

describe('calls that the price drift leaves out', () => {
  const [one, two] = [dollars(1, { model: 'a/one' }), dollars(1, { model: 'a/two' })];

  test('are counted, in one note that says what to do', () => {
    expect(driftNotes([one], ['a/one'])).toEqual([
      {
        code: 'drift_incomplete',
        message:
          'The lockfile has no price for 1 call, which the price drift leaves out; `llm-budget lock` writes it again.',
      },
    ]);
    expect(driftNotes([one, two], ['a/one', 'a/two']).map(({ message }) => message)).toEqual([
      'The lockfile has no price for 2 calls, which the price drift leaves out; `llm-budget lock` writes it again.',
    ]);
  });

  test('are not reported where the change itself adds their model, which no lockfile can have yet', () => {
    expect(driftNotes([one, two], ['a/one'])).toEqual(driftNotes([one], ['a/one']));
    expect(driftNotes([one, two], [])).toEqual([]);
  });

  test('are all reported where the models of before are not known', () => {
    expect(driftNotes([one, two], null)).toEqual(driftNotes([one, two], ['a/one', 'a/two']));
    expect(driftNotes([], null)).toEqual([]);
  });
});

describe('what holds for many is one note', () => {
  const unchanged = (names: readonly string[]) => {
    const head = manifest({
      suites: names.map((name) => suite({ name, calls: [dollars(1)], paths: [`evals/${name}/**`] })),
    });
    const estimate = estimateManifest(head, DOLLARS, null);
    const paths = [...names.map((name) => `evals/${name}/run.ts`), 'llm-budget.lock.json'];
    const changed = sources({ changedFiles: { paths, complete: true } });
    return changeNotes(changed, head, compareEstimates(estimate, estimate));
  };
  const questions = async (names: readonly string[]) =>
    (await unchanged(names)).flatMap(({ code, message }) => (code === 'possibly_outdated' ? [message] : []));

  test.each([
    [['a'], 'The code behind suite a changed and its numbers did not: are they still right?'],
    [['a', 'b'], 'The code behind 2 suites (a, b) changed and their numbers did not: are they still right?'],
    [
      ['a', 'b', 'c', 'd', 'e', 'f'],
      'The code behind 6 suites (a, b, c, d, e, …) changed and their numbers did not: are they still right?',
    ],
  ])('of suites whose code changed: %j', async (names, question) => {
    expect(await questions(names)).toEqual([question]);
  });

  test('of the lockfile', async () => {
    const notes = (await unchanged(['a'])).filter(({ code }) => code === 'lock_changed');
    expect(notes).toHaveLength(1);
  });

  test('of models whose endpoints differ in price, the widest range first', () => {
    // At the most expensive endpoint a token costs 2, 5 and 1 times what it costs at the cheapest.
    const times = new Map([
      ['acme/two', 2],
      ['acme/five', 5],
      ['acme/one', 1],
    ]);
    const at = (tag: string, price: number) => endpoint({ tag, pricing: perMillion(price, price) });
    const models = catalogue(
      [...times].map(([id, factor]) => ({ ...model({ id }), endpoints: [at('low', 1), at('high', factor)] })),
    );
    const ranges = (...ids: string[]) => {
      const calls = ids.map((id) => call({ model: id, count: 1, prompt_tokens: tokens(1000) }));
      const estimate = estimateManifest(manifest({ suites: [evals(...calls)] }), models, null);
      return rangeNotes(compareEstimates(estimate, null), models, null).map(({ message }) => message);
    };
    expect(ranges('acme/one')).toEqual([]);
    expect(ranges('acme/two', 'acme/two')).toEqual([
      'The most expensive endpoint of acme/two charges 2.00 times as much for these tokens as the cheapest: provider.order, sort or max_price decides which endpoint serves.',
    ]);
    expect(ranges('acme/two', 'acme/five', 'acme/one')).toEqual([
      'The most expensive endpoints of 2 models charge far more for these tokens than the cheapest (acme/five 5.00 times, acme/two 2.00 times): provider.order, sort or max_price decides which endpoint serves.',
    ]);
  });

  test.each([
    // 1,000 prompt tokens at $2 and at $3 a million: 0.003 / 0.002 = 1.5
    ['exactly 1.5 times', perMillion(2, 9), perMillion(3, 9), {}, null],
    // 0.00302 / 0.002 = 1.51
    ['barely more than 1.5 times', perMillion(2, 9), perMillion(3.02, 9), {}, '1.51'],
    // 0.003003 / 0.002 = 1.5015, which reads 1.50
    [
      'more than 1.5 times by less than is shown',
      perMillion(2, 9),
      { ...perMillion(3, 9), prompt: '0.000003003' },
      {},
      '1.50',
    ],
    // With 1,000 completion tokens (0.003 + 0.009) / (0.002 + 0.009) = 1.09
    [
      'far apart, but not for the declared tokens',
      perMillion(2, 9),
      perMillion(4, 9),
      { completion_tokens: tokens(1000) },
      null,
    ],
    // A search at $0.007 by the default engine and at $0.02: (0.003 + 0.02) / (0.002 + 0.007) = 2.56
    ['far apart by a fee', perMillion(2, 9), { ...perMillion(3, 9), web_search: '0.02' }, { web_searches: 1 }, '2.56'],
  ])('of endpoints that are %s', (_case, low, high, fields, ratio) => {
    const models = catalogue([
      {
        ...model({ id: 'acme/one', pricing: low }),
        endpoints: [endpoint({ tag: 'low', pricing: low }), endpoint({ tag: 'high', pricing: high })],
      },
    ]);
    const one = call({
      model: 'acme/one',
      count: 1,
      prompt_tokens: tokens(1000),
      completion_tokens: tokens(0),
      ...fields,
    });
    const estimate = estimateManifest(manifest({ suites: [evals(one)] }), models, null);
    const notes = rangeNotes(compareEstimates(estimate, null), models, null);
    expect(notes.map(({ message }) => / (\d+\.\d\d) times /.exec(message)?.[1])).toEqual(ratio === null ? [] : [ratio]);
  });
});
