import { describe, expect, it, test } from '@jest/globals';
import { resolveModel } from '../../../src/openrouter/catalogue/model-id.js';
import { withSuggestion, modelsInUse } from '../../../src/openrouter/catalogue/resolve-name.js';
import { model } from '../../support/catalogue.js';

const ROWS = [
  model({ id: 'openai/gpt-5-mini', canonical_slug: 'openai/gpt-5-mini-2025-08-07' }),
  model({ id: 'openai/gpt-5-mini:batch', canonical_slug: 'openai/gpt-5-mini-2025-08-07' }),
  model({ id: 'anthropic/claude-sonnet-5', canonical_slug: 'anthropic/claude-sonnet-5-20260630' }),
  model({ id: '~anthropic/claude-sonnet-latest', alias_target: 'anthropic/claude-sonnet-5' }),
  model({ id: '~openai/gpt-mini-latest', alias_target: 'openai/gpt-5-mini-2025-08-07' }),
  model({ id: '~openai/gone-latest', alias_target: 'openai/gone' }),
  model({ id: '~openai/unsaid-latest' }),
  model({ id: '~openai/chain-latest', alias_target: '~openai/gpt-mini-latest' }),
  model({ id: 'qwen/plus:thinking', canonical_slug: 'qwen/plus-2025' }),
  model({ id: 'z-ai/glm:free', canonical_slug: 'z-ai/glm-2026' }),
  model({ id: 'z-ai/glm:batch', canonical_slug: 'z-ai/glm-2026' }),
  model({ id: 'twin/one', canonical_slug: 'twin/slug' }),
  model({ id: 'twin/two', canonical_slug: 'twin/slug' }),
  model({ id: 'odd/model:floor' }),
];
const MODELS = new Map(ROWS.map((row) => [row.id, row]));

function resolved(id: string) {
  const resolution = resolveModel(id, MODELS);
  if (resolution.state === 'unresolved') throw new Error(resolution.reason);
  return resolution;
}

describe('an id that stands for a row', () => {
  it.each([
    { id: 'openai/gpt-5-mini', row: 'openai/gpt-5-mini', suffixes: [], why: 'the row itself' },
    { id: 'openai/gpt-5-mini:batch', row: 'openai/gpt-5-mini:batch', suffixes: [], why: 'a static variant is a row' },
    { id: 'qwen/plus:thinking', row: 'qwen/plus:thinking', suffixes: [], why: 'any static variant is' },
    { id: 'openai/gpt-5-mini:floor', row: 'openai/gpt-5-mini', suffixes: ['floor'], why: 'a dynamic suffix is not' },
    { id: 'openai/gpt-5-mini:nitro', row: 'openai/gpt-5-mini', suffixes: ['nitro'], why: 'a dynamic suffix is not' },
    { id: 'openai/gpt-5-mini:exacto', row: 'openai/gpt-5-mini', suffixes: ['exacto'], why: 'a dynamic suffix is not' },
    { id: 'z-ai/glm:free:online', row: 'z-ai/glm:free', suffixes: ['online'], why: 'a variant with a dynamic suffix' },
    {
      id: 'openai/gpt-5-mini:nitro:online:online',
      row: 'openai/gpt-5-mini',
      suffixes: ['online', 'nitro'],
      why: 'dynamic suffixes stack',
    },
    { id: 'odd/model:floor', row: 'odd/model:floor', suffixes: [], why: 'the exact id is looked up first' },
    { id: 'openai/gpt-5-mini-2025-08-07', row: 'openai/gpt-5-mini', suffixes: [], why: 'a shared slug: no suffix' },
    { id: 'openai/gpt-5-mini-2025-08-07:floor', row: 'openai/gpt-5-mini', suffixes: ['floor'], why: 'with a suffix' },
    { id: 'qwen/plus-2025', row: 'qwen/plus:thinking', suffixes: [], why: 'the slug of one row alone' },
    { id: '~anthropic/claude-sonnet-latest', row: 'anthropic/claude-sonnet-5', suffixes: [], why: 'an alias' },
    { id: '~openai/gpt-mini-latest', row: 'openai/gpt-5-mini', suffixes: [], why: 'an alias of a canonical slug' },
    {
      id: '~anthropic/claude-sonnet-latest:online',
      row: 'anthropic/claude-sonnet-5',
      suffixes: ['online'],
      why: 'an alias with a suffix',
    },
  ])('$id is $row: $why', ({ id, row, suffixes }) => {
    const { id: found, model: facts, suffixes: stripped } = resolved(id);
    expect({ found, facts: facts.id, stripped: [...stripped] }).toEqual({ found: row, facts: row, stripped: suffixes });
  });

  it('says that an alias can move, and which row a slug means', () => {
    expect(resolved('~anthropic/claude-sonnet-latest').notes).toEqual([
      '~anthropic/claude-sonnet-latest stands for anthropic/claude-sonnet-5 now; the target can move, and its price too',
    ]);
    expect(resolved('qwen/plus-2025').notes).toEqual(['"qwen/plus-2025" is the canonical slug of qwen/plus:thinking']);
    expect(resolved('openai/gpt-5-mini').notes).toEqual([]);
  });

  it('has all names that a pattern may match: declared, resolved, canonical, each also bare', () => {
    expect(resolved('~openai/gpt-mini-latest:online:floor').names).toEqual([
      '~openai/gpt-mini-latest:online:floor',
      'openai/gpt-5-mini',
      'openai/gpt-5-mini-2025-08-07',
      '~openai/gpt-mini-latest',
    ]);
  });
});

describe('an id that stands for none', () => {
  it('is missing from the lock, and not from the catalogue, where prices come from the lock', () => {
    const fromLock = new Map(MODELS);
    // Whoever asked before, without saying where the prices come from.
    expect(resolveModel('openai/gpt-9', fromLock)).toMatchObject({ reason: '"openai/gpt-9" is not in the catalogue' });
    expect(resolveModel('openai/gpt-9', fromLock, 'lock')).toMatchObject({
      reason: '"openai/gpt-9" is not in the lockfile, which has the models that were in use when it was written',
    });
  });

  const accepted = 'is neither a row of the catalogue nor one of :floor, :nitro, :exacto, :online';

  it.each([
    ['openai/gpt-5-minni', '"openai/gpt-5-minni" is not in the catalogue; did you mean "openai/gpt-5-mini"?'],
    ['gpt-5-mini', '"gpt-5-mini" is not in the catalogue; did you mean "openai/gpt-5-mini"?'],
    ['OpenAI/GPT-5-Mini', '"OpenAI/GPT-5-Mini" is not in the catalogue; did you mean "openai/gpt-5-mini"?'],
    [
      'anthropic/claude-sonet-5:online',
      '"anthropic/claude-sonet-5:online" is not in the catalogue; did you mean "anthropic/claude-sonnet-5"?',
    ],
    ['mistral/large', '"mistral/large" is not in the catalogue'],
    [':floor', '":floor" is not in the catalogue'],
    ['openai/gpt-5-mini:cheap', `"openai/gpt-5-mini:cheap": the suffix ":cheap" ${accepted}`],
    [
      'openai/gpt-5-mini:flor',
      `"openai/gpt-5-mini:flor": the suffix ":flor" ${accepted}; did you mean "openai/gpt-5-mini:floor"?`,
    ],
    ['z-ai/glm:fre', `"z-ai/glm:fre" is not in the catalogue; did you mean "z-ai/glm:free"?`],
    ['openai/gpt-5-mini:cheap:online', `"openai/gpt-5-mini:cheap:online": the suffix ":cheap" ${accepted}`],
    ['openai/gpt-5-mini:online:cheap', `"openai/gpt-5-mini:online:cheap": the suffix ":cheap" ${accepted}`],
    [
      '@preset/cheap',
      '"@preset/cheap" takes its model from a preset, which is kept at OpenRouter and can be changed there',
    ],
    [
      'openai/gpt-5-mini@preset/x',
      '"openai/gpt-5-mini@preset/x" takes its model from a preset, which is kept at OpenRouter and can be changed there',
    ],
    ['twin/slug', '"twin/slug" is the canonical slug of several models (twin/one, twin/two): name one of these ids'],
    [
      'z-ai/glm-2026',
      '"z-ai/glm-2026" is the canonical slug of several models (z-ai/glm:free, z-ai/glm:batch): name one of these ids',
    ],
    ['~openai/gone-latest', '~openai/gone-latest stands for "openai/gone", which is not one model of the catalogue'],
    [
      '~openai/chain-latest',
      '~openai/chain-latest stands for "~openai/gpt-mini-latest", which is not one model of the catalogue',
    ],
    ['~openai/unsaid-latest', '~openai/unsaid-latest is an alias and the catalogue does not say what it stands for'],
  ])('%s', (id, reason) => {
    const resolution = resolveModel(id, MODELS);
    if (resolution.state === 'resolved') throw new Error(`${id} is ${resolution.id}`);
    expect(resolution.isUnknown ? withSuggestion(id, resolution.reason, MODELS) : resolution.reason).toBe(reason);
  });

  it('still has the names that a pattern may match', () => {
    expect(resolveModel('mistral/large:online', MODELS).names).toEqual(['mistral/large:online', 'mistral/large']);
  });

  it('may be named like a member of an object', () => {
    expect(resolveModel('__proto__', MODELS)).toMatchObject({
      state: 'unresolved',
      reason: '"__proto__" is not in the catalogue',
    });
  });
});

describe('models in use', () => {
  const rows = [
    model({ id: 'maker/one', canonical_slug: 'maker/one-2026' }),
    model({ id: 'maker/one:free', canonical_slug: 'maker/one-2026' }),
    model({ id: 'maker/two' }),
    model({ id: '~maker/latest', alias_target: 'maker/two' }),
  ];
  const models = new Map(rows.map((row) => [row.id, row]));

  test('are each model once, in the order of first use, an alias by its target and a static variant by itself', () => {
    const declared = ['maker/one:free:online', '~maker/latest', 'maker/one-2026', 'maker/two:floor', 'maker/one'];
    expect(modelsInUse(declared, models)).toEqual(['maker/one:free', 'maker/two', 'maker/one']);
  });

  test('leave out ids that stand for no model', () => {
    expect(modelsInUse(['maker/gone', '@preset/x', 'maker/one:odd'], models)).toEqual([]);
  });
});
