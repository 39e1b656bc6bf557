import { describe, expect, test } from '@jest/globals';
import { decimal } from '../../../src/lib/money/decimal.js';
import { worthShowing } from '../../../src/budget/suggestions/suggest.js';
import { call, manifest, suite, tokens } from '../../support/manifest.js';
import { inShort, shown, suggestionsFor } from '../../support/suggested.js';

const asked = (fields: Partial<Parameters<typeof call>[0]> = {}) =>
  call({ model: 'a/plain', name: 'answer', completion_tokens: tokens(0, 0), ...fields });
const of = (...calls: ReturnType<typeof asked>[]) => manifest({ suites: [suite({ name: 'rag', calls })] });
const messages = (head: ReturnType<typeof of>, base: ReturnType<typeof of> | null = null) =>
  worthShowing(suggestionsFor(head, base)).map(({ message }) => message);

describe('cheaper ways to make the same requests', () => {
  test('are priced anew: 10 x (1 - 0.5) by batch, 10 x (1 - 0.4) by :floor, 10 x (1 - 0.8) by the cheapest endpoint', () => {
    expect(inShort(suggestionsFor(of(asked({ count: 10, batch_ok: true }))))).toEqual([
      'floor 6',
      'batch 5',
      'endpoint 2',
    ]);
  });

  test('count repeats and retries: 3 x 10 x 1.5 x (1 - 0.5)', () => {
    const retries = { expected: decimal('0.5'), max: null };
    const head = manifest({
      suites: [suite({ name: 'rag', repeat: 3, calls: [asked({ count: 10, retries, batch_ok: true })] })],
    });
    expect(inShort(suggestionsFor(head))).toContain('batch 22.5');
  });

  test('are one suggestion for all calls of a model, which names the most expensive one', () => {
    const head = of(asked({ count: 2, name: 'small' }), asked({ count: 10, name: 'large' }));
    // 12 x 0.6
    expect(shown(head)[0]).toBe('floor 7.2');
    expect(messages(head)[0]).toBe(
      'Ask for a/plain:floor on rag / large and 1 more call: a/plain at one/flex, the cheapest eligible endpoint, flex endpoints included.',
    );
  });

  test('leave out :batch where something waits for the answers: a call says that none does, or its suite runs apart', () => {
    expect(inShort(suggestionsFor(of(asked({ count: 10 }))))).toEqual(['floor 6', 'endpoint 2']);
    const nightly = manifest({ suites: [suite({ name: 'rag', run: 'nightly', calls: [asked({ count: 10 })] })] });
    expect(inShort(suggestionsFor(nightly))).toEqual(['floor 6', 'batch 5', 'endpoint 2']);
  });

  test('leave out :batch where the catalogue has no such row', () => {
    expect(suggestionsFor(of(asked({ model: 'a/one', count: 10 })))).toEqual([]);
  });

  test('leave a tier that was asked for alone', () => {
    expect(suggestionsFor(of(asked({ count: 10, service_tier: 'flex' })))).toEqual([]);
  });

  test('do not offer what the call does already', () => {
    expect(inShort(suggestionsFor(of(asked({ count: 10, model: 'a/plain:floor' }))))).toEqual([]);
    expect(inShort(suggestionsFor(of(asked({ count: 10, model: 'a/plain:batch' }))))).toEqual([]);
    // 10 x (0.8 - 0.4) and 10 x (0.8 - 0.5)
    expect(inShort(suggestionsFor(of(asked({ count: 10, batch_ok: true, provider: { sort: 'price' } }))))).toEqual([
      'floor 4',
      'batch 3',
    ]);
  });

  test('say that an order of providers has to give way', () => {
    const head = of(asked({ count: 10, provider: { order: ['one'] } }));
    expect(messages(head)[0]).toMatch(/^Ask for a\/plain:floor in place of provider\.order on rag \/ answer:/);
  });

  test('are none for calls that are free or have no price', () => {
    const head = of(asked({ model: 'a/gift:free', count: 1000 }), asked({ model: 'a/unknown', count: 10 }));
    expect(suggestionsFor(head)).toEqual([]);
  });

  test.each([
    // 50 requests of a day are free: base costs nothing, and going back saves 40 x $1.
    ['within the free requests of a day', 40, [40], ['previous_model 40']],
    ['as long as they suffice, however many base made', 60, [50], ['previous_model 50']],
    // One of 51 would have to be paid, at a model that the advice does not name.
    ['above them', 40, [51], []],
    ['for two calls only where they suffice for both', 20, [20, 30], ['previous_model 50']],
    ['for neither of two calls where they do not', 20, [20, 31], []],
  ])('go back to a free model %s', (_, then, now, expected) => {
    const fallback_models = ['a/one'];
    const free = { model: 'a/gift:free', fallback_models };
    const names = now.map((_count, index) => `call-${index}`);
    const base = of(...names.map((name) => asked({ ...free, name, count: then })));
    const head = now.map((count, index) => asked({ model: 'a/one', name: names[index], count }));
    expect(shown(of(...head), base)).toEqual(expected);
  });

  test('go back to a free model only where no other call uses the free requests up', () => {
    const free = (name: string, count: number) => asked({ model: 'a/gift:free', name, count });
    const paid = asked({ model: 'a/one', name: 'one', count: 40 });
    expect(shown(of(paid, free('other', 10)), of(free('one', 40)))).toEqual(['previous_model 40']);
    expect(shown(of(paid, free('other', 11)), of(free('one', 40)))).toEqual([]);
  });

  test.each([
    [59, ['floor 0.6']],
    [60, []],
  ])('must save 1 % of the run: 0.6 of 1 + %i dollars', (others, expected) => {
    const head = of(asked({ count: 1 }), asked({ model: 'a/one', name: 'other', count: others }));
    expect(shown(head)).toEqual(expected);
  });

  test('are computed for the 200 most expensive calls alone', () => {
    const calls = Array.from({ length: 5000 }, (_, index) => asked({ name: `call ${index}`, count: 1 }));
    const [first] = suggestionsFor(of(...calls, asked({ name: 'large', count: 5000 })));
    // 5000 x 0.6 and 199 x 0.6 of the others
    expect(inShort(first === undefined ? [] : [first])).toEqual(['floor 3119.4']);
  });
});

describe('a model that became more expensive in this change', () => {
  const head = of(asked({ model: 'a/dear', count: 10 }));

  test('is named with its factor for the same requests, and what going back saves: 10 x (3 - 1)', () => {
    const base = of(asked({ model: 'a/one', count: 10 }));
    expect(shown(head, base)).toEqual(['previous_model 20']);
    expect(messages(head, base)).toEqual([
      'Go back to a/one on rag / answer: the same requests cost 3 times as much on a/dear.',
    ]);
  });

  test('is compared with the old model with the new tokens: 10 x 2 x (3 - 1)', () => {
    const longer = of(asked({ model: 'a/dear', count: 10, prompt_tokens: tokens(2000) }));
    expect(shown(longer, of(asked({ model: 'a/one', count: 1 })))).toEqual(['previous_model 40']);
  });

  test('is none where the new model is cheaper or the old one has no price', () => {
    expect(shown(of(asked({ model: 'a/one', count: 10 })), head)).toEqual([]);
    expect(shown(head, of(asked({ model: 'a/unknown', count: 10 })))).toEqual([]);
  });
});

describe('completions without a cap', () => {
  const long = (fields: Partial<Parameters<typeof call>[0]> = {}) =>
    asked({ model: 'a/long', completion_tokens: tokens(100), ...fields });

  test('are named with their part of the worst case and what a cap of twice the expected would take off it', () => {
    // 2 x (1 + 10000 x 0.001) = 22 of 22 + 2 x (1 + 500 x 0.001) = 25; capped 2 x (1 + 200 x 0.001) = 2.4
    const head = of(long({ count: 2 }), long({ name: 'capped', count: 2, max_tokens: 500 }));
    expect(messages(head)).toEqual([
      '1 call without max_tokens: 88 % of the worst case of a run, $22.00 of $25.00. Set max_tokens to twice the expected completion on rag / answer: that would take $19.60 off the worst case of $25.00.',
    ]);
  });

  test('save nothing of the expected cost, so that no saving is stated', () => {
    expect(shown(of(long()))).toEqual(['max_tokens -']);
  });

  test('are none where every completion is capped, by max_tokens or by a max', () => {
    expect(shown(of(long({ max_tokens: 10_000 }), long({ completion_tokens: tokens(100, 10_000) })))).toEqual([]);
  });

  test('say nothing where the worst case is not known', () => {
    expect(shown(of(long(), asked({ model: 'a/unknown' })))).toEqual([]);
  });
});

describe('what is shown', () => {
  test('is three suggestions at most, the largest saving first, the worst case last', () => {
    const head = of(
      asked({ count: 10 }),
      asked({ name: 'moved', model: 'a/dear', count: 10 }),
      call({ name: 'long', model: 'a/long', count: 1 }),
    );
    const base = of(asked({ name: 'moved', model: 'a/one', count: 10 }));
    expect(shown(head, base)).toEqual(['previous_model 20', 'floor 6', 'max_tokens -']);
  });

  test('of :floor and the cheapest endpoint on the same calls is the one that saves more', () => {
    expect(shown(of(asked({ count: 10, batch_ok: true })))).toEqual(['floor 6', 'batch 5']);
  });

  test('is nothing for a manifest that costs nothing', () => {
    expect(shown(of(asked({ count: 0 })))).toEqual([]);
  });
});
