import { afterEach, describe, expect, test } from '@jest/globals';
import { accountClient } from '../../../src/openrouter/account/account-client.js';
import { chargeLines, compareCharges, type RecordedFigures } from '../../../src/usage/charges/charges.js';
import { fetchGenerations, type Generation, type Generations } from '../../../src/openrouter/account/generations.js';
import { sendThrough, type Send } from '../../../src/lib/http/request.js';
import { decimal, toText } from '../../../src/lib/money/decimal.js';
import { fakeTime } from '../../support/fake-time.js';
import {
  answers,
  API_KEY,
  generationAnswer,
  startOpenRouter,
  type AccountPages,
  type OpenRouterServer,
} from '../../support/openrouter-server.js';
import { problemsOf } from '../../support/problems.js';

let server: OpenRouterServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function fetched(
  generations: NonNullable<AccountPages['generations']>,
  ids: readonly string[] = Object.keys(generations),
  options: { readonly apiKey?: string; readonly send?: Send } = {},
): Promise<Generations> {
  server = await startOpenRouter({ generations });
  const { apiKey = API_KEY, send } = options;
  const effects = { ...fakeTime(), ...(send === undefined ? {} : { connect: () => send }) };
  return await fetchGenerations(accountClient({ catalogueUrl: server.url, apiKey, effects }), ids);
}

describe('the charge of a generation', () => {
  test('is what OpenRouter says, to the last digit', async () => {
    const { found, missing, failed, left_out } = await fetched({ 'gen-1': generationAnswer() });
    expect(found.map(({ charged }) => toText(charged))).toEqual(['0.00353025']);
    expect(found[0]).toMatchObject({ id: 'gen-1', model: 'openai/gpt-5-mini-2025-08-07', provider: 'OpenAI' });
    expect({ missing, failed, left_out }).toEqual({ missing: [], failed: [], left_out: 0 });
  });

  test('of a tiny amount is read without an exponent', async () => {
    const { found } = await fetched({ 'gen-1': generationAnswer({ total_cost: 1.5e-7 }) });
    expect(found.map(({ charged }) => toText(charged))).toEqual(['0.00000015']);
  });

  test('is asked for again while it is not written yet', async () => {
    const { found } = await fetched({ 'gen-1': [answers.notFound, answers.notFound, generationAnswer()] });
    expect(found).toHaveLength(1);
    expect(server?.requests).toHaveLength(3);
  });

  test('is missing where it is never written, and the others are had', async () => {
    const { found, missing } = await fetched({ 'gen-1': answers.notFound, 'gen-2': generationAnswer() });
    expect(missing).toEqual(['gen-1']);
    expect(found.map(({ id }) => id)).toEqual(['gen-2']);
  });

  test('waits as long as OpenRouter asks', async () => {
    const { found } = await fetched({ 'gen-1': [answers.tooMany, generationAnswer()] });
    expect(found).toHaveLength(1);
  });

  test.each([
    ['answers 500 each time', answers.broken, /^127\.0\.0\.1:\d+ answered 500 \(4 attempts\)$/],
    ['sends another shape', { status: 200, body: '{"data": {}}' }, /sent JSON that is not what was asked for$/],
  ])('that %s has failed, with the reason', async (_, answer, reason) => {
    const { failed } = await fetched({ 'gen-1': answer });
    expect(failed).toEqual([{ id: 'gen-1', reason: expect.stringMatching(reason) }]);
  });

  test('is an error where the key is refused, after no more requests than were under way', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `gen-${index}`);
    const refused = fetched({}, many, { apiKey: 'sk-or-v1-wrong' });
    expect(await problemsOf(() => refused)).toEqual([
      'OpenRouter refused the key (401): it is wrong, disabled or expired. Prices do not need it.',
    ]);
    expect(server?.requests.length).toBeLessThanOrEqual(4);
  });
});

describe('many generations', () => {
  const many = Array.from({ length: 120 }, (_, index) => `gen-${index}`);
  const all = Object.fromEntries(many.map((id) => [id, generationAnswer({ id })]));

  test('are asked for 4 at a time', async () => {
    let underWay = 0;
    let most = 0;
    await fetched(all, many, {
      send: async (...request) => {
        underWay += 1;
        most = Math.max(most, underWay);
        return await sendThrough(null)(...request).finally(() => {
          underWay -= 1;
        });
      },
    });
    expect(most).toBe(4);
  });

  test('are 50 at most, spread over all of them, and the rest is counted', async () => {
    const { found, left_out } = await fetched(all, many);
    expect(found).toHaveLength(50);
    expect(server?.requests).toHaveLength(50);
    expect(left_out).toBe(70);
    expect(found.filter(({ id }) => Number(id.slice(4)) < 60)).toHaveLength(25);
  });
});

describe('charges beside what was recorded and estimated', () => {
  const generation = (id: string, charged: string, changes: Partial<Generation> = {}): Generation => ({
    id,
    charged: decimal(charged),
    model: 'openai/gpt-5-mini',
    provider: 'OpenAI',
    is_own_key: false,
    is_cancelled: false,
    ...changes,
  });
  const cost = (usage_cost: string | null, estimate: string | null): RecordedFigures => ({
    usage_cost: usage_cost === null ? null : decimal(usage_cost),
    estimate: estimate === null ? null : decimal(estimate),
  });
  const rest = { missing: [], failed: [], left_out: 0 };
  const lines = (found: readonly Generation[], recorded: Readonly<Record<string, RecordedFigures>>, more = {}) =>
    chargeLines(compareCharges(found, new Map(Object.entries(recorded))), { found, ...rest, ...more });

  // 0.40 + 0.60 = 1.00; 0.40 + 0.60 = 1.00; 0.404 + 0.606 = 1.01, 1 % above: not more than 1 %.
  test('are added up, and none is named that is 1 % off or less', () => {
    const found = [generation('gen-1', '0.40'), generation('gen-2', '0.60')];
    expect(lines(found, { 'gen-1': cost('0.40', '0.404'), 'gen-2': cost('0.60', '0.606') })).toEqual([
      '2 generations: charged $1.00, usage.cost $1.00 (0 %), estimate $1.01 (+1 %).',
    ]);
  });

  // 0.60 x 1.01 = 0.606: 0.60601 is more. (0.46 - 0.40) / 0.40 = 15 %.
  test('are named where one of the figures is more than 1 % off', () => {
    const found = [generation('gen-1', '0.40'), generation('gen-2', '0.60', { is_cancelled: true })];
    expect(lines(found, { 'gen-1': cost('0.40', '0.46'), 'gen-2': cost('0.60601', '0.60') })).toEqual([
      '2 generations: charged $1.00, usage.cost $1.01 (+0.6 %), estimate $1.06 (+6 %).',
      'gen-1 (openai/gpt-5-mini, OpenAI): charged $0.40, usage.cost $0.40 (0 %), estimate $0.46 (+15 %).',
      'gen-2 (openai/gpt-5-mini, OpenAI): charged $0.60, usage.cost $0.61 (+1 %), estimate $0.60 (0 %), cancelled.',
    ]);
  });

  // Of the one that has a usage.cost: 0.40 beside 0.40.
  test('are compared over those that have the figure', () => {
    const found = [generation('gen-1', '0.40'), generation('gen-2', '0.60')];
    expect(lines(found, { 'gen-1': cost('0.40', null) })).toEqual([
      '2 generations: charged $1.00, usage.cost $0.40 for 1 of them (0 %).',
    ]);
  });

  test('are not compared with an estimate where the own provider key paid: the charge is the fee alone', () => {
    const found = [generation('gen-1', '0.02', { is_own_key: true })];
    expect(lines(found, { 'gen-1': cost('0.02', '0.40') })).toEqual([
      '1 generation: charged $0.02, usage.cost $0.02 (0 %).',
    ]);
  });

  test('of nothing are named where something was expected', () => {
    expect(lines([generation('gen-1', '0')], { 'gen-1': cost(null, '0.40') })).toEqual([
      '1 generation: charged $0.00, estimate $0.40.',
      'gen-1 (openai/gpt-5-mini, OpenAI): charged $0.00, estimate $0.40.',
    ]);
  });

  test('say which ids brought none, and how many were left out', () => {
    const more = { missing: ['gen-8'], failed: [{ id: 'gen-9', reason: 'openrouter.ai answered 500' }], left_out: 70 };
    expect(lines([generation('gen-1', '0.40')], { 'gen-1': cost('0.40', null) }, more)).toEqual([
      '1 generation: charged $0.40, usage.cost $0.40 (0 %).',
      'Not found, or not written yet (404): gen-8.',
      'gen-9: openrouter.ai answered 500.',
      '70 generations more were not asked for.',
    ]);
  });

  test('show a name that OpenRouter sent as one harmless line', () => {
    const found = [generation('gen-1', '0.40', { model: 'a\n::error::b', provider: '\u202eevil' })];
    expect(lines(found, { 'gen-1': cost('0.50', null) })[1]).toBe(
      'gen-1 (a ::error::b, evil): charged $0.40, usage.cost $0.50 (+25 %).',
    );
  });
});
