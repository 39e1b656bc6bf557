import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { lockfileAgeDays } from '../../../src/openrouter/catalogue/catalogue.js';
import { lockfileText, parseLockfile } from '../../../src/openrouter/catalogue/lockfile.js';
import { resolveModel, uncoveredModels } from '../../../src/openrouter/catalogue/model-id.js';
import { NoVerdictError } from '../../../src/lib/errors/problem.js';
import { catalogue, endpoint, model } from '../../support/catalogue.js';
import { hasOpenRouterData, realCatalogue } from '../../support/openrouter-data.js';

const NOW = Date.parse('2026-11-24T12:00:00Z');

const sample = catalogue([
  {
    ...model({ id: 'acme/two', canonical_slug: 'acme/two-1' }),
    endpoints: [endpoint({ tag: 'b' }), endpoint({ tag: 'a' })],
  },
  { ...model({ id: 'acme/one' }), endpoints: [endpoint({ tag: 'a' })] },
  { ...model({ id: 'acme/two:free', canonical_slug: 'acme/two-1' }), endpoints: [] },
  { ...model({ id: '~acme/latest', alias_target: 'acme/two' }) },
  { ...model({ id: 'acme/far' }), endpoints: 'answered 503' },
  model({ id: 'acme/unused' }),
]);

/** The lockfile of the sample for these ids, read back. */
function lockOf(ids: readonly string[]) {
  return parseLockfile(lockfileText(sample, ids), 'llm-budget.lock.json', NOW);
}

describe('the text of a lock', () => {
  test('is pretty JSON with the time at the top, and only what the ids need', () => {
    expect(lockfileText(sample, ['acme/one'])).toBe(`{
  "lock_version": 1,
  "fetched_at": "2026-11-24T09:00:00Z",
  "url": "https://catalogue.test/api/v1",
  "models": [
    {
      "id": "acme/one",
      "canonical_slug": null,
      "context_length": 100000,
      "output_modalities": [
        "text"
      ],
      "pricing": {
        "completion": "0.000002",
        "prompt": "0.000001"
      },
      "top_provider": {
        "context_length": 100000,
        "max_completion_tokens": null
      },
      "alias_target": null,
      "endpoints": [
        {
          "provider_name": "a",
          "tag": "a",
          "context_length": 100000,
          "max_prompt_tokens": null,
          "max_completion_tokens": null,
          "pricing": {
            "completion": "0.000002",
            "prompt": "0.000001"
          },
          "status": 0
        }
      ]
    }
  ]
}
`);
  });

  test('is the same whatever the order of ids, models, endpoints and keys, and with an id twice', () => {
    const shuffled = catalogue(
      [...sample.models.values()].reverse().map((row) => {
        const list = sample.endpoints.get(row.id);
        const endpoints = list?.state === 'known' ? [...list.endpoints].reverse() : list?.reason;
        return {
          ...row,
          pricing: { completion: '0.000002', prompt: '0.000001' },
          ...(endpoints === undefined ? {} : { endpoints }),
        };
      }),
    );
    const ids = ['acme/two:floor', '~acme/latest', 'acme/one', 'acme/one'];
    expect(lockfileText(shuffled, [...ids].reverse())).toBe(lockfileText(sample, ids));
  });

  test('leaves out what changes without a meaning: discounts, how far an endpoint is de-ranked', () => {
    const noisy = (discount: number, status: number) =>
      catalogue([
        {
          ...model({ id: 'acme/one' }),
          endpoints: [endpoint({ tag: 'a', status, pricing: { prompt: '1', discount } })],
        },
      ]);
    expect(lockfileText(noisy(0.1, -2), ['acme/one'])).toBe(lockfileText(noisy(-0.5, -7), ['acme/one']));
    expect(lockfileText(noisy(0, -2), ['acme/one'])).not.toBe(lockfileText(noisy(0, 0), ['acme/one']));
  });

  test.each([
    ['a model', ['acme/one'], ['acme/one']],
    ['a dynamic suffix', ['acme/one:nitro:floor'], ['acme/one']],
    ['a static variant', ['acme/two:free'], ['acme/two:free']],
    ['an alias', ['~acme/latest'], ['acme/two', '~acme/latest']],
    ['an alias with a suffix', ['~acme/latest:floor'], ['acme/two', '~acme/latest']],
    ['a canonical slug, with what shares it', ['acme/two-1'], ['acme/two', 'acme/two:free']],
    ['an unknown model', ['acme/none'], []],
    ['no model', [], []],
  ])('has the rows of %s', (_, ids, rows) => {
    expect([...lockOf(ids).models.keys()]).toEqual(rows);
  });
});

describe('reading a lock back', () => {
  const ids = ['acme/one', 'acme/two-1', '~acme/latest', 'acme/far', 'acme/none', 'acme/two:free:floor'];

  test('gives the catalogue it was written from, as a lock', () => {
    const text = lockfileText(sample, ids);
    const lock = parseLockfile(text, 'prices.json', NOW);
    expect(lock).toMatchObject({
      source: 'lock',
      url: 'https://catalogue.test/api/v1',
      fetched_at: '2026-11-24T09:00:00Z',
      sha256: createHash('sha256').update(text).digest('hex'),
    });
    expect(lock.models.get('acme/one')).toEqual(model({ id: 'acme/one' }));
    expect(lock.endpoints.get('acme/two')).toEqual({
      state: 'known',
      endpoints: [endpoint({ tag: 'a' }), endpoint({ tag: 'b' })],
    });
    expect(lock.endpoints.get('acme/far')).toEqual({
      state: 'unknown',
      reason: 'they could not be fetched when the lockfile was written',
    });
  });

  test.each(ids)('%s resolves as it did', (id) => {
    const resolution = resolveModel(id, lockOf(ids).models);
    const before = resolveModel(id, sample.models);
    expect(resolution.state === 'resolved' && resolution.id).toBe(before.state === 'resolved' && before.id);
  });

  test('writing what was read gives the same text', () => {
    expect(lockfileText(lockOf(ids), ids)).toBe(lockfileText(sample, ids));
  });

  const real = hasOpenRouterData ? test : test.skip;
  real('any ten ids of the real catalogue resolve alike, and the text is stable', () => {
    const all = realCatalogue();
    const slugs = [...all.models.values()].flatMap((row) => (row.canonical_slug === null ? [] : [row.canonical_slug]));
    const anyId = fc
      .tuple(fc.constantFrom(...all.models.keys(), ...slugs), fc.constantFrom('', ':floor', ':online:nitro', ':free'))
      .map(([id, suffix]) => id + suffix);
    fc.assert(
      fc.property(fc.array(anyId, { maxLength: 10 }), (some) => {
        const text = lockfileText(all, some);
        const lock = parseLockfile(text, 'lock', Date.parse(all.fetched_at));
        expect(lockfileText(lock, some)).toBe(text);
        for (const id of some) {
          const [before, after] = [resolveModel(id, all.models), resolveModel(id, lock.models)];
          expect(after.state).toBe(before.state);
          if (before.state === 'resolved') expect(after).toMatchObject({ id: before.id, notes: before.notes });
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('a lock that cannot be used', () => {
  const good = lockfileText(sample, ['acme/one']);

  test.each([
    ['', 'it is not JSON'],
    ['{', 'it is not JSON'],
    ['null', 'it: '],
    ['[]', 'it: '],
    [good.replace('"lock_version": 1', '"lock_version": 2'), 'lock_version: '],
    [good.replace('  "lock_version": 1,\n', ''), 'lock_version: '],
    [good.replace('09:00:00Z', '09:00'), 'fetched_at: expected a time such as 2026-11-24T09:00:00Z'],
    [good.replace('09:00:00Z', '09:00:00+01:00'), 'fetched_at: expected a time such as'],
    [good.replace('11-24', '02-30'), 'fetched_at: expected a time such as'],
    [good.replace('https://catalogue.test', 'https://user:secret@catalogue.test'), 'url: not the URL of a catalogue'],
    [good.replace('"url"', '"extra": 1,\n  "url"'), 'it: '],
    [good.replace('"status": 0', '"status": "0"'), 'models.0.endpoints.0.status: '],
    [good.replace('"context_length": 100000', '"context_length": -1'), 'models.0.context_length: '],
    [good.replace(/\{\s+"completion[^}]+\}/, '"free"'), 'models.0.pricing: '],
    [JSON.stringify({ ...JSON.parse(good), models: [1] }), 'models.0: '],
    [
      good.replace('"models": [', `"models": [${/\{\s+"id"[^]*\}(?=\s+\]\s+\}\s*$)/.exec(good)?.[0] ?? ''},`),
      'models: a model is listed twice',
    ],
  ])('%#: says what is wrong, in which file, and what to do', (text, reason) => {
    expect(text).not.toBe(good);
    const parse = () => parseLockfile(text, 'prices.json', NOW);
    expect(parse).toThrow(NoVerdictError);
    expect(parse).toThrow(
      expect.objectContaining({ exitCode: 3, problems: [expect.objectContaining({ file: 'prices.json' })] }),
    );
    expect(parse).toThrow(`The lockfile prices.json cannot be used: ${reason}`);
    expect(parse).toThrow('Write it again with "llm-budget lock".');
  });

  test('is one from the future, by more than clocks differ', () => {
    const fetched = Date.parse('2026-11-24T09:00:00Z');
    expect(parseLockfile(good, 'prices.json', fetched - 300_000).source).toBe('lock');
    expect(() => parseLockfile(good, 'prices.json', fetched - 300_001)).toThrow(
      'its prices are dated 2026-11-24T09:00:00Z, in the future',
    );
  });
});

describe('what a lock does not cover', () => {
  test.each([
    ['all are there', ['acme/one', 'acme/two', '~acme/latest'], ['acme/one', '~acme/latest', 'acme/one:floor'], []],
    ['a model was added', ['acme/one'], ['acme/one', 'acme/two'], ['acme/two']],
    ['an alias was added to its target', ['acme/two'], ['acme/two', '~acme/latest'], ['~acme/latest']],
    ['endpoints could not be fetched', ['acme/far'], ['acme/far'], ['acme/far']],
    ['no catalogue knows it', ['acme/none'], ['acme/none', 'acme/none'], ['acme/none']],
  ])('%s', (_, written, used, uncovered) => {
    expect(uncoveredModels(lockOf(written), used)).toEqual(uncovered);
  });
});

describe('the age of a lock', () => {
  test.each([
    ['2026-11-24T09:00:00Z', 0],
    ['2026-11-25T08:59:59Z', 86_399 / 86_400],
    ['2026-11-24T21:00:00Z', 0.5],
    ['2026-11-25T09:00:00Z', 1],
    ['2026-12-24T09:00:00Z', 30],
    ['2026-11-24T08:56:00Z', 0],
  ])('of 2026-11-24T09:00:00Z is, at %s, %d days', (now, days) => {
    expect(lockfileAgeDays(lockOf(['acme/one']), Date.parse(now))).toBe(days);
  });
});
