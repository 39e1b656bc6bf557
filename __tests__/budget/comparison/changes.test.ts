import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { changesOf, type Change, changeInWords, changesInWords } from '../../../src/budget/comparison/changes.js';
import { compareEstimates } from '../../../src/budget/comparison/comparison.js';
import { estimateCall, estimateManifest } from '../../../src/budget/estimate.js';
import { add, decimal, fromInteger, sum, toText } from '../../../src/lib/money/decimal.js';
import type { NamedCall, Manifest } from '../../../src/manifest/manifest.js';
import { catalogue, endpoint, model } from '../../support/catalogue.js';
import { call, manifest, suite, tokens } from '../../support/manifest.js';

/**
 * Dollars per token: openai/a 0.001 prompt, 0.0005 cached, 0.002 completion; openai/b 0.003, 0.001, 0.004, at provider two
 * alone and for 3,000 tokens at most; z-ai/c costs what openai/a does.
 */
const PLAIN = { prompt: '0.001', completion: '0.002' };
const MEDIA = {
  ...PLAIN,
  input_cache_write: '0.003',
  audio: '0.005',
  audio_output: '0.02',
  image_output: '0.05',
  image: '0.25',
  web_search: '0.5',
};
const PRICES = catalogue([
  offer('openai/a', { prompt: '0.001', completion: '0.002', input_cache_read: '0.0005' }, 'one'),
  offer('openai/b', { prompt: '0.003', completion: '0.004', input_cache_read: '0.001' }, 'two', 3000),
  offer('z-ai/c', { prompt: '0.001', completion: '0.002', input_cache_read: '0.0005' }, 'one'),
  // Serves at provider one for the listed price, at two for four times as much, and in the tier priority for seven times.
  {
    ...model({ id: 'acme/two', pricing: PLAIN }),
    endpoints: [
      endpoint({ tag: 'one', pricing: PLAIN, context_length: 1_000_000 }),
      endpoint({ tag: 'two', pricing: { prompt: '0.004', completion: '0.002' }, context_length: 1_000_000 }),
      endpoint({ tag: 'one/priority', pricing: { prompt: '0.007', completion: '0.002' }, context_length: 1_000_000 }),
    ],
  },
  offer('acme/media', MEDIA, 'one'),
]);

function offer(id: string, pricing: Parameters<typeof model>[0]['pricing'] & object, tag: string, context = 1_000_000) {
  return { ...model({ id, pricing }), endpoints: [endpoint({ tag, pricing, context_length: context })] };
}

function compared(head: Manifest, base: Manifest | null) {
  const estimate = (one: Manifest) => estimateManifest(one, PRICES, null);
  return compareEstimates(estimate(head), base === null ? null : estimate(base));
}

function changes(head: Manifest, base: Manifest | null): Change[] {
  return changesOf(compared(head, base), (one, requests) => estimateCall(one, requests, PRICES, null).per_run);
}

const of = (...calls: NamedCall[]) => manifest({ suites: [suite({ name: 'rag', calls })] });
/** 1,000 prompt tokens at 0.001 and none of completion: $1 a request. */
const answer = (fields: Partial<NamedCall> = {}) =>
  call({ model: 'openai/a', name: 'answer', completion_tokens: tokens(0), ...fields });

/** `requests 1 -> 3 +2` */
function shown(list: readonly Change[]): string[] {
  return list.map(({ what, part, file, from, to, per_run: moved }) => {
    const subject = [what, part, file].filter((word) => word !== null).join(' ');
    return `${subject}: ${from} -> ${to}, ${moved === null ? 'not known' : toText(moved)}`;
  });
}

describe('what moved the cost of a call', () => {
  test('is nothing where nothing changed, and nothing without a base', () => {
    expect(changes(of(answer()), of(answer()))).toEqual([]);
    expect(changes(of(answer()), null)).toEqual([]);
  });

  test('names suite and call, and what it was before and is now', () => {
    // 3 x 1 - 1 x 1
    expect(changes(of(answer({ count: 3 })), of(answer()))).toEqual([
      {
        suite: 'rag',
        call: 'answer',
        file: null,
        what: 'requests',
        part: null,
        from: 1,
        to: 3,
        per_run: fromInteger(2),
      },
    ]);
  });

  test('counts requests with the repeats of the suite: 2 x 5 - 1 x 5', () => {
    const repeated = manifest({ suites: [suite({ name: 'rag', repeat: 2, calls: [answer({ count: 5 })] })] });
    expect(shown(changes(repeated, of(answer({ count: 5 }))))).toEqual(['requests: 5 -> 10, 5']);
  });

  test('is priced part after part, the model first, then requests, then tokens, each on top of those before it', () => {
    const head = answer({ model: 'openai/b', count: 3, prompt_tokens: tokens(2000), completion_tokens: tokens(10) });
    // 1 x 1000 x (0.003 - 0.001) = 2; (3 - 1) x 3 = 6; 3 x 1000 x 0.003 = 9; 3 x 10 x 0.004 = 0.12
    expect(shown(changes(of(head), of(answer())))).toEqual([
      'model: openai/a -> openai/b, 2',
      'requests: 1 -> 3, 6',
      'tokens prompt_tokens: 1000 -> 2000, 9',
      'tokens completion_tokens: 0 -> 10, 0.12',
    ]);
  });

  test('tells cached tokens from prompt tokens, a part before a whole that becomes smaller than it', () => {
    const head = answer({ prompt_tokens: tokens(100), cached_tokens: tokens(50) });
    const base = answer({ cached_tokens: tokens(800) });
    // 750 x (0.001 - 0.0005) = 0.375; 900 x 0.001 = 0.9
    expect(shown(changes(of(head), of(base)))).toEqual([
      'tokens cached_tokens: 800 -> 50, 0.375',
      'tokens prompt_tokens: 1000 -> 100, -0.9',
    ]);
  });

  test('adds a part after a whole that becomes larger than it', () => {
    const base = answer({ prompt_tokens: tokens(100), cached_tokens: tokens(50) });
    const head = answer({ cached_tokens: tokens(800) });
    // 900 x 0.001; 750 x (0.0005 - 0.001)
    expect(shown(changes(of(head), of(base)))).toEqual([
      'tokens prompt_tokens: 100 -> 1000, 0.9',
      'tokens cached_tokens: 50 -> 800, -0.375',
    ]);
  });

  test('is last what moves the price or the attempts: 1000 x 0.001 x 0.5 more attempts', () => {
    const retries = { expected: decimal('0.5'), max: null };
    expect(shown(changes(of(answer({ retries })), of(answer())))).toEqual(['price_terms retries: 0 -> 0.5, 0.5']);
    const both = answer({ retries, count: 2 });
    expect(shown(changes(of(both), of(answer())))).toEqual(['requests: 1 -> 2, 1', 'price_terms retries: 0 -> 0.5, 1']);
  });

  test.each<[string, Partial<NamedCall>, string]>([
    // Two alone costs 0.004 for each of 1,000 prompt tokens: 4 - 1
    ['a provider', { provider: { only: ['two'] } }, 'provider: null -> null, 3'],
    ['a service tier of its own price', { service_tier: 'priority' }, 'service_tier: null -> null, 6'],
    // 1.5 x 4 - 1
    [
      'several, without numbers',
      { provider: { only: ['two'] }, retries: { expected: decimal('0.5'), max: null } },
      'retries, provider: null -> null, 5',
    ],
    [
      'a maximum of retries beside the expected ones',
      { retries: { expected: decimal('0.5'), max: decimal('3') } },
      'retries: 0 -> 0.5, 0.5',
    ],
  ])('names its terms: %s', (_, fields, expected) => {
    const [base, head] = [answer({ model: 'acme/two' }), answer({ model: 'acme/two', ...fields })];
    expect(shown(changes(of(head), of(base)))).toEqual([`price_terms ${expected}`]);
  });

  test.each<[string, Partial<NamedCall>, string]>([
    // 100 x (0.005 - 0.001)
    ['audio', { audio_tokens: tokens(100) }, 'audio_tokens: 0 -> 100, 0.4'],
    // 100 x (0.003 - 0.001)
    ['written', { cache_write_tokens: tokens(100) }, 'cache_write_tokens: 0 -> 100, 0.2'],
    // 10 x (0.05 - 0.002)
    ['drawn', { image_output_tokens: tokens(10) }, 'image_output_tokens: 0 -> 10, 0.48'],
    // 10 x (0.02 - 0.002)
    ['spoken', { audio_output_tokens: tokens(10) }, 'audio_output_tokens: 0 -> 10, 0.18'],
    ['pictures, 2 x 0.25', { images: 2 }, 'images: 0 -> 2, 0.5'],
    ['searches, 3 x 0.5', { web_searches: 3 }, 'web_searches: 0 -> 3, 1.5'],
    ['pages of a PDF, 5 x 0.002', { pdf_pages: 5 }, 'pdf_pages: 0 -> 5, 0.01'],
  ])('names each part and unit of a request: %s', (_, fields, expected) => {
    const media = (more: Partial<NamedCall>) => answer({ model: 'acme/media', completion_tokens: tokens(10), ...more });
    expect(shown(changes(of(media(fields)), of(media({}))))).toEqual([`tokens ${expected}`]);
    const [field = '', before = '', after = '', moved = ''] =
      /^(\w+): (\d+) -> (\d+), ([\d.]+)$/.exec(expected)?.slice(1) ?? [];
    expect(shown(changes(of(media({})), of(media(fields))))).toEqual([
      `tokens ${field}: ${after} -> ${before}, -${moved}`,
    ]);
  });

  test('names no reasoning tokens, which are billed as the completion that they are part of', () => {
    const reasoning = answer({ completion_tokens: tokens(10), reasoning_tokens: tokens(5) });
    expect(changes(of(reasoning), of(answer({ completion_tokens: tokens(10) })))).toEqual([]);
  });

  test('without a price names the terms that differ, and none where no term does', () => {
    const unknown = (fields: Partial<NamedCall>) => of(answer({ model: 'acme/unknown', ...fields }));
    expect(shown(changes(unknown({ provider: { only: ['one'] } }), unknown({})))).toEqual([
      'price_terms provider: null -> null, not known',
    ]);
    expect(shown(changes(unknown({ count: 2 }), unknown({})))).toEqual(['requests: 1 -> 2, not known']);
  });

  test('leaves out a new or removed call that costs nothing', () => {
    const none = answer({ name: 'none', display_name: 'none', count: 0 });
    expect(changes(of(answer(), none), of(answer()))).toEqual([]);
    expect(changes(of(answer()), of(answer(), none))).toEqual([]);
  });

  test('names a new or removed call without a price', () => {
    const unknown = answer({ name: 'new', display_name: 'new', model: 'acme/unknown', count: 2 });
    expect(shown(changes(of(answer(), unknown), of(answer())))).toEqual(['added: null -> 2, not known']);
    expect(shown(changes(of(answer()), of(answer(), unknown)))).toEqual(['removed: 2 -> null, not known']);
  });

  test('of a suite that moves to another kind of run is removed there and added here', () => {
    const inKind = (run: string, count: number) =>
      manifest({ suites: [suite({ name: 'rag', run, calls: [answer({ count })] })] });
    expect(shown(changes(inKind('nightly', 3), inKind('ci', 2)))).toEqual([
      'removed: 2 -> null, -2',
      'added: null -> 3, 3',
    ]);
    expect(shown(changes(inKind('nightly', 2), inKind('ci', 2)))).toEqual([
      'removed: 2 -> null, -2',
      'added: null -> 2, 2',
    ]);
    const empty = manifest({
      suites: [suite({ name: 'rag', run: 'ci', calls: [answer({ name: 'old', display_name: 'old' })] })],
    });
    expect(shown(changes(inKind('nightly', 3), empty))).toEqual(['added: null -> 3, 3', 'removed: 1 -> null, -1']);
    const [unpriced, before] = [answer({ model: 'acme/unknown' }), answer({ model: 'acme/unknown' })];
    const other = (run: string, one: NamedCall) => manifest({ suites: [suite({ name: 'rag', run, calls: [one] })] });
    expect(shown(changes(other('nightly', unpriced), other('ci', before)))).toEqual([
      'removed: 1 -> null, not known',
      'added: null -> 1, not known',
    ]);
  });

  test('is not what leaves the expected cost as it is: a cap, or a model of the same price', () => {
    expect(changes(of(answer({ max_tokens: 100 })), of(answer()))).toEqual([]);
    expect(changes(of(answer({ model: 'z-ai/c' })), of(answer()))).toEqual([]);
  });

  test('counts a model and its provider as one step where neither has a price without the other', () => {
    const head = answer({ model: 'openai/b', count: 2, provider: { only: ['two'] } });
    const base = answer({ provider: { only: ['one'] } });
    // 1 x (3 - 1); (2 - 1) x 3
    expect(shown(changes(of(head), of(base)))).toEqual(['model: openai/a -> openai/b, 2', 'requests: 1 -> 2, 3']);
  });

  test('counts a model and its tokens as one step where the old tokens do not fit the new model', () => {
    const base = answer({ prompt_tokens: tokens(5000) });
    // 1000 x 0.003 - 5000 x 0.001; (2 - 1) x 3
    expect(shown(changes(of(answer({ model: 'openai/b', count: 2 })), of(base)))).toEqual([
      'model: openai/a -> openai/b, -2',
      'requests: 1 -> 2, 3',
    ]);
  });

  test('has no amount where head or base has no price, and is named all the same', () => {
    const head = answer({ model: 'acme/unknown', count: 2 });
    expect(shown(changes(of(head), of(answer())))).toEqual([
      'model: openai/a -> acme/unknown, not known',
      'requests: 1 -> 2, not known',
    ]);
  });

  test('of which one side cannot be counted has no number there, rather than none', () => {
    const broken = answer({ count: 0, uncounted: 'data file c.jsonl does not exist' });
    expect(shown(changes(of(answer({ count: 3 })), of(broken)))).toEqual(['requests: null -> 3, not known']);
    expect(shown(changes(of(broken), of(answer({ count: 3 }))))).toEqual(['requests: 3 -> null, not known']);
    expect(shown(changes(of(broken), of({ ...broken, uncounted: 'another reason' })))).toEqual([]);
  });

  test('of a promptfoo configuration that base cannot count is of each of its calls, and of no other call', () => {
    const promptfoo = { config: 'p.yaml', provider: 'openai:a' };
    const derived = (name: string) =>
      call({ model: 'openai/a', display_name: name, completion_tokens: tokens(0), promptfoo });
    const broken = { display_name: 'p.yaml', count: 0, uncounted: 'p.yaml does not exist', promptfoo };
    const standIn = { ...call({ model: 'openai/a', ...broken }), model: '' };
    const listed = call({ model: 'openai/a', display_name: 'openai/a', completion_tokens: tokens(0) });
    const found = changes(of(listed, derived('a / one'), derived('a / two')), of(standIn));
    expect(found.map((change) => change.call)).toEqual(['openai/a', 'a / one', 'a / two']);
    expect(shown(found)).toEqual([
      'added: null -> 1, 1',
      'requests: null -> 1, not known',
      'requests: null -> 1, not known',
    ]);
  });

  test('is a whole call with its requests where it is new or gone', () => {
    const other = answer({ name: 'other', display_name: 'other', count: 4 });
    expect(shown(changes(of(answer(), other), of(answer())))).toEqual(['added: null -> 4, 4']);
    expect(shown(changes(of(answer()), of(answer(), other)))).toEqual(['removed: 4 -> null, -4']);
  });
});

describe('files', () => {
  const file = (path: string, o200k: number, cached = false) => ({ path, o200k, cached });
  const withFiles = (model: string, prompt: number, ...files: ReturnType<typeof file>[]) =>
    answer({ model, prompt_tokens: tokens(prompt), file_tokens: files });

  test('are named by their path, apart from the tokens that the manifest states', () => {
    // 100 stated + 400 of a.md + 500 of b.md; then 150 + 1400 + 500
    const base = withFiles('openai/a', 1000, file('a.md', 400), file('b.md', 500));
    const head = withFiles('openai/a', 2050, file('a.md', 1400), file('b.md', 500));
    expect(shown(changes(of(head), of(base)))).toEqual([
      'tokens prompt_tokens: 100 -> 150, 0.05',
      'prompt_file a.md: 400 -> 1400, 1',
    ]);
  });

  test('that are new or gone have no tokens on the other side', () => {
    const [one, two] = [withFiles('openai/a', 400, file('a.md', 400)), withFiles('openai/a', 500, file('b.md', 500))];
    expect(shown(changes(of(two), of(one)))).toEqual([
      'prompt_file a.md: 400 -> null, -0.4',
      'prompt_file b.md: null -> 500, 0.5',
    ]);
  });

  test('count as cached tokens where they are cached: 400 x (0.001 - 0.0005) less', () => {
    const base = withFiles('openai/a', 400, file('a.md', 400));
    const head = { ...withFiles('openai/a', 400, file('a.md', 400, true)), cached_tokens: tokens(400) };
    expect(shown(changes(of(head), of(base)))).toEqual(['prompt_file a.md: 400 -> 400, -0.2']);
  });

  test('have not changed where only the model counts them otherwise: that is part of the new model', () => {
    // GLM's tokenizer is taken to make 101 tokens of 100: (1010 - 1000) x 0.001
    const [base, head] = [
      withFiles('openai/a', 1000, file('a.md', 1000)),
      withFiles('z-ai/c', 1010, file('a.md', 1000)),
    ];
    expect(shown(changes(of(head), of(base)))).toEqual(['model: openai/a -> z-ai/c, 0.01']);
  });

  test('count with a new model as one step where the old file does not fit it', () => {
    const base = withFiles('openai/a', 5000, file('a.md', 5000));
    const head = { ...withFiles('openai/b', 1000, file('a.md', 1000)), count: 2 };
    // 1000 x 0.003 - 5000 x 0.001; (2 - 1) x 3
    expect(shown(changes(of(head), of(base)))).toEqual(['model: openai/a -> openai/b, -2', 'requests: 1 -> 2, 3']);
  });

  test('of a call without a price are named where they differ, and only there', () => {
    // An unknown tokenizer is taken to make 110 tokens of 100.
    const rows = (count: number) => ({ count, row_count: { path: 'cases.jsonl', rows: count, times: 1 } });
    const base = { ...withFiles('acme/unknown', 990, file('a.md', 400), file('b.md', 500)), ...rows(120) };
    const head = { ...withFiles('acme/unknown', 1210, file('a.md', 400), file('b.md', 700)), ...rows(170) };
    expect(shown(changes(of(head), of(base)))).toEqual([
      'prompt_file b.md: 550 -> 770, not known',
      'rows cases.jsonl: 120 -> 170, not known',
    ]);
    const cached = {
      ...withFiles('acme/unknown', 990, file('a.md', 400, true), file('b.md', 500)),
      ...rows(120),
      cached_tokens: tokens(440),
    };
    expect(shown(changes(of(cached), of(base)))).toEqual(['prompt_file a.md: 440 -> 440, not known']);
    const twice = {
      ...withFiles('acme/unknown', 1430, file('a.md', 400), file('a.md', 400), file('b.md', 500)),
      ...rows(120),
    };
    expect(shown(changes(of(twice), of(base)))).toEqual(['prompt_file a.md: 440 -> 880, not known']);
  });

  test('with rows where base has none are rows; without rows at head they are requests', () => {
    const rows = (count: number) => answer({ count, row_count: { path: 'cases.jsonl', rows: count, times: 1 } });
    expect(shown(changes(of(rows(10)), of(rows(0))))).toEqual(['rows cases.jsonl: 0 -> 10, 10']);
    expect(shown(changes(of(rows(0)), of(rows(10))))).toEqual(['requests: 10 -> 0, -10']);
    expect(shown(changes(of(rows(10)), of(answer({ count: 4 }))))).toEqual(['requests: 4 -> 10, 6']);
  });

  test('of rows are counted in rows; repeats and times are requests', () => {
    const rows = (path: string, count: number, times: number) => ({
      count: count * times,
      row_count: { path, rows: count, times },
    });
    const base = answer(rows('cases.jsonl', 120, 1));
    expect(shown(changes(of(answer(rows('cases.jsonl', 170, 1))), of(base)))).toEqual([
      'rows cases.jsonl: 120 -> 170, 50',
    ]);
    // Twice for each row: 240 - 120; then 2 x (170 - 120)
    expect(shown(changes(of(answer(rows('cases.jsonl', 170, 2))), of(base)))).toEqual([
      'requests: 120 -> 240, 120',
      'rows cases.jsonl: 120 -> 170, 100',
    ]);
    expect(shown(changes(of(answer(rows('others.jsonl', 170, 1))), of(base)))).toEqual(['requests: 120 -> 170, 50']);
  });
});

describe('the changes of any two manifests', () => {
  const small = fc.integer({ min: 0, max: 2000 });
  const files = fc.array(
    fc.record({ path: fc.constantFrom('a.md', 'b.md'), o200k: fc.integer({ min: 0, max: 700 }), cached: fc.boolean() }),
    {
      maxLength: 2,
    },
  );
  const callsOf = (models: readonly string[], providers: readonly ('one' | 'two' | null)[], size = small) =>
    fc
      .record({
        model: fc.constantFrom(...models),
        count: fc.integer({ min: 0, max: 50 }),
        prompt: size,
        cached: size,
        completion: size,
        retries: fc.constantFrom('0', '0.02', '0.5'),
        only: fc.constantFrom(...providers),
        files,
        rows: fc.option(fc.integer({ min: 0, max: 50 })),
      })
      .map((one): NamedCall => {
        const sizes = (of: typeof one.files) => of.reduce((total, { o200k }) => total + o200k, 0);
        // The tokenizers of openai/… count as o200k does; the others' factor is rounded here as it is there.
        const factor = one.model.startsWith('openai/') ? 100 : one.model.startsWith('z-ai/') ? 101 : 110;
        const scaled = (of: typeof one.files) =>
          of.reduce((total, { o200k }) => total + Math.round((o200k * factor) / 100), 0);
        const cachedFiles = one.files.filter(({ cached }) => cached);
        expect(sizes(cachedFiles)).toBeLessThanOrEqual(sizes(one.files));
        return call({
          model: one.model,
          name: 'answer',
          count: one.rows ?? one.count,
          prompt_tokens: tokens(one.prompt + scaled(one.files)),
          cached_tokens: tokens(Math.min(one.cached, one.prompt) + scaled(cachedFiles)),
          completion_tokens: tokens(one.completion),
          retries: { expected: decimal(one.retries), max: null },
          ...(one.only === null ? {} : { provider: { only: [one.only] } }),
          ...(one.files.length === 0 ? {} : { file_tokens: one.files }),
          ...(one.rows === null ? {} : { row_count: { path: 'cases.jsonl', rows: one.rows, times: 1 } }),
        });
      });
  const calls = callsOf(['openai/a', 'openai/b', 'z-ai/c', 'acme/unknown'], [null, 'one', 'two']);
  const manifests = fc
    .array(fc.array(calls, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 2 })
    .chain((suites) =>
      fc.tuple(fc.constant(suites), fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 2, maxLength: 2 })),
    )
    .map(([suites, repeats]) =>
      manifest({
        suites: suites.map((of, index) =>
          suite({
            name: `suite ${index}`,
            repeat: repeats[index] ?? 1,
            calls: of.map((one, place) => ({ ...one, name: `call ${place}`, display_name: `call ${place}` })),
          }),
        ),
      }),
    );

  /** Holds the changes of two manifests against the deltas; the numbers of calls that were compared, with and without amounts. */
  function expectSums(head: Manifest, base: Manifest): { priced: number; unpriced: number } {
    const comparison = compared(head, base);
    const all = changesOf(comparison, (one, requests) => estimateCall(one, requests, PRICES, null).per_run);
    const compares = { priced: 0, unpriced: 0 };
    let total = decimal('0');
    for (const { name, calls: pairs } of comparison.suites) {
      for (const { head: now, base: before, delta } of pairs) {
        const named = (now ?? before)?.call.display_name;
        const own = all.filter((change) => change.suite === name && change.call === named);
        total = add(total, delta ?? decimal('0'));
        if (delta === null || now?.per_run === null || before?.per_run === null) {
          compares.unpriced += 1;
          expect(own.filter((change) => change.per_run !== null)).toEqual([]);
          continue;
        }
        compares.priced += 1;
        expect(own.filter((change) => change.per_run === null)).toEqual([]);
        expect(toText(sum(own.flatMap((change) => change.per_run ?? [])))).toBe(toText(delta));
      }
    }
    expect(toText(sum(all.flatMap((change) => change.per_run ?? [])))).toBe(toText(total));
    if (comparison.shown.delta?.per_run) expect(toText(total)).toBe(toText(comparison.shown.delta.per_run));
    return compares;
  }

  test('add up, call by call and in all, to the delta; without a price on a side they have no amount', () => {
    fc.assert(fc.property(manifests, manifests, expectAnySums), { numRuns: 200 });
  });

  function expectAnySums(head: Manifest, base: Manifest): void {
    const { priced, unpriced } = expectSums(head, base);
    expect(priced + unpriced).toBeGreaterThan(0);
  }

  /** Both models have a price for what is asked of them: openai/b serves 3,000 tokens, of which files are 2 x 700. */
  const pricedCalls = callsOf(['openai/a', 'openai/b'], [null], fc.integer({ min: 0, max: 700 }));

  test('of a call that has a price on both sides all have an amount', () => {
    fc.assert(
      fc.property(pricedCalls, pricedCalls, (now, before) => {
        expect(expectSums(of(now), of(before))).toEqual({ priced: 1, unpriced: 0 });
      }),
      { numRuns: 100 },
    );
  });

  test('of a call that has no price on one side none has', () => {
    fc.assert(
      fc.property(pricedCalls, pricedCalls, fc.boolean(), (one, other, isHead) => {
        const unpriced = of({ ...one, model: 'acme/unknown' });
        const [head, base] = isHead ? [unpriced, of(other)] : [of(other), unpriced];
        expect(expectSums(head, base)).toEqual({ priced: 0, unpriced: 1 });
        expect(changes(head, base).map(({ per_run: moved }) => moved)).toContain(null);
      }),
      { numRuns: 50 },
    );
  });

  /** The same for each kind of run; how many kinds have a delta that is known. */
  function expectSumsOfKinds(head: Manifest, base: Manifest): number {
    const comparison = compared(head, base);
    const all = changesOf(comparison, (one, requests) => estimateCall(one, requests, PRICES, null).per_run);
    const runOf = ({ suite: name, what }: Change): string | undefined => {
      const pair = comparison.suites.find((each) => each.name === name);
      return (what === 'removed' ? pair?.base : (pair?.head ?? pair?.base))?.run;
    };
    const known = comparison.runs.filter(({ delta }) => delta?.per_run);
    for (const { name, delta } of known) {
      const own = all.filter((change) => runOf(change) === name);
      expect(toText(sum(own.flatMap((change) => change.per_run ?? [])))).toBe(toText(delta?.per_run ?? decimal('-1')));
    }
    return known.length;
  }

  const inKinds = (one: Manifest, ...runs: readonly string[]): Manifest => ({
    ...one,
    suites: one.suites.map((each, index) => ({ ...each, run: runs[index] ?? 'ci' })),
  });
  const kind = fc.constantFrom('ci', 'nightly');

  test('add up to the delta of each kind of run', () => {
    const anyKinds = fc.tuple(manifests, kind, kind).map(([one, ...runs]) => inKinds(one, ...runs));
    fc.assert(
      fc.property(anyKinds, anyKinds, (head, base) => {
        expectSumsOfKinds(head, base);
      }),
      { numRuns: 200 },
    );
  });

  test('add up for both kinds where a suite moves from one to the other', () => {
    fc.assert(
      fc.property(pricedCalls, pricedCalls, pricedCalls, pricedCalls, (one, two, three, four) => {
        const both = (first: NamedCall, second: NamedCall): Manifest =>
          manifest({ suites: [suite({ name: 'stays', calls: [first] }), suite({ name: 'moves', calls: [second] })] });
        const [head, base] = [inKinds(both(one, two), 'ci', 'nightly'), inKinds(both(three, four), 'ci', 'ci')];
        expect(expectSumsOfKinds(head, base)).toBe(2);
      }),
      { numRuns: 100 },
    );
  });
});

type Words = Parameters<typeof changeInWords>[0];

test.each<[Words, string]>([
  [{ what: 'model', from: 'openai/a', to: 'openai/b' }, 'openai/a -> openai/b'],
  [{ what: 'requests', from: 540, to: 1800 }, '540 -> 1,800 requests'],
  [{ what: 'requests', from: null, to: 1800 }, 'not counted -> 1,800 requests'],
  [{ what: 'requests', from: 5400, to: null }, '5,400 requests -> not counted'],
  [{ what: 'tokens', part: 'cache_write_tokens', from: 0, to: 1000 }, '0 -> 1,000 cache write tokens'],
  [{ what: 'tokens', part: 'web_searches', from: 2, to: 1 }, '2 -> 1 web searches'],
  [{ what: 'tokens', part: null, from: 1, to: 2 }, '1 -> 2 tokens'],
  [{ what: 'prompt_file', from: 400, to: 1400 }, '400 -> 1,400 tokens'],
  [{ what: 'prompt_file', from: null, to: 1400 }, 'new, 1,400 tokens'],
  [{ what: 'prompt_file', from: 1400, to: null }, 'no longer 1,400 tokens'],
  [{ what: 'rows', from: 120, to: 1170 }, '120 -> 1,170 rows'],
  [{ what: 'price_terms', part: 'retries', from: 0, to: 0.5 }, 'retries 0 -> 0.5'],
  [{ what: 'price_terms', part: null, from: 0.5, to: 0 }, 'terms 0.5 -> 0'],
  [{ what: 'price_terms', part: 'service_tier, cache_ttl', from: null, to: null }, 'other service tier, cache ttl'],
  [{ what: 'price_terms', part: 'retries', from: null, to: 1 }, 'other retries'],
  [{ what: 'price_terms', part: 'retries', from: 1, to: null }, 'other retries'],
  [{ what: 'price_terms', part: null, from: null, to: null }, 'other price terms'],
  [{ what: 'price_terms', from: null, to: null }, 'other price terms'],
  [{ what: 'added', from: null, to: 4000 }, 'new, 4,000 requests'],
  [{ what: 'removed', from: 4000, to: null }, 'removed, 4,000 requests'],
  [{ what: 'added', from: null, to: 1 }, 'new, 1 request'],
  [{ what: 'removed', from: 1, to: null }, 'removed, 1 request'],
])('%j reads: %s', (change, words) => {
  expect(changeInWords(change)).toBe(words);
});

const rows = (from: number, to: number): Words => ({ what: 'rows', from, to });
const fileTokens = (from: number, to: number): Words => ({ what: 'prompt_file', from, to });

test.each<[string, readonly [Words, ...Words[]], string]>([
  ['one call', [rows(120, 170)], '120 -> 170 rows'],
  ['calls with the same rows', [rows(120, 170), rows(120, 170)], '120 -> 170 rows in 2 calls'],
  [
    'a call with other rows of the file',
    [rows(120, 170), rows(120, 170), rows(10, 20)],
    '120 -> 170 rows in 2 calls, other numbers in 1 more',
  ],
  ['calls with other rows each', [rows(120, 170), rows(10, 20)], '120 -> 170 rows in 1 call, other numbers in 1 more'],
  ['tokens by two tokenizers', [fileTokens(1420, 2840), fileTokens(1390, 2800)], '1,420 -> 2,840 tokens in 2 calls'],
])('a file in %s', (_, group, words) => {
  expect(changesInWords(group[0], group)).toBe(words);
});
