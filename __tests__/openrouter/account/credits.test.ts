import { afterEach, describe, expect, test } from '@jest/globals';
import { accountClient, type AccountClient } from '../../../src/openrouter/account/account-client.js';
import { creditsViolation, freeRequestsViolation, type RunNeeds, creditsLines } from '../../../src/budget/credits.js';
import { fetchCredits } from '../../../src/openrouter/account/credits.js';
import type { Send } from '../../../src/lib/http/request.js';
import { decimal } from '../../../src/lib/money/decimal.js';
import { fakeTime } from '../../support/fake-time.js';
import {
  answers,
  API_KEY,
  creditsAnswer,
  keyAnswer,
  startOpenRouter,
  withoutPort,
  type AccountPages,
  type OpenRouterServer,
} from '../../support/openrouter-server.js';

let server: OpenRouterServer | null = null;
afterEach(async () => {
  await server?.close();
  server = null;
});

async function clientOf(pages: AccountPages, apiKey = API_KEY): Promise<AccountClient> {
  server = await startOpenRouter(pages);
  return accountClient({ catalogueUrl: server.url, apiKey, effects: fakeTime() });
}

/** A run of $1.28: $0.90 for `rag`, $0.38 for `chat`; it asks free models 40 times. */
function needs(changes: Partial<RunNeeds> = {}): RunNeeds {
  return {
    cost: decimal('1.28'),
    is_lower_bound: false,
    free_requests: 40n,
    suites: [
      { name: 'rag', cost: decimal('0.90') },
      { name: 'chat', cost: decimal('0.38') },
    ],
    ...changes,
  };
}

async function linesOf(pages: AccountPages, run: RunNeeds | null = needs()): Promise<readonly string[]> {
  return creditsLines(await fetchCredits(await clientOf(pages)), run).map(withoutPort);
}

const ONLY_MANAGEMENT = "The account's credits are shown to a management key alone.";
const freeRequests = (remaining: number) => ({
  free_model_daily_requests: { limit: 50, used: 50 - remaining, remaining },
});

describe('what a person reads of a key', () => {
  test('with a limit: $12.30 / $1.28 = 9.6, so 9 runs', async () => {
    const key = keyAnswer({ limit: 20, limit_remaining: 12.3, usage: 7.7 });
    expect(await linesOf({ key, credits: answers.forbidden })).toEqual([
      'Remaining $12.30 covers 9 runs at $1.28.',
      "The key's limit is $20.00: $12.30 of it remains.",
      ONLY_MANAGEMENT,
    ]);
  });

  test.each(['daily', 'weekly', 'monthly'])('with a limit that is reset %s', async (limit_reset) => {
    const key = keyAnswer({ limit: 20, limit_remaining: 12.3, limit_reset });
    expect((await linesOf({ key, credits: answers.forbidden }))[1]).toBe(
      `The key's limit is $20.00, reset ${limit_reset}: $12.30 of it remains.`,
    );
  });

  test('without a limit, that may not see the credits', async () => {
    expect(await linesOf({ key: keyAnswer(), credits: answers.forbidden })).toEqual([
      'What remains is not known: the key has no limit, and may not see the credits.',
      'The key is unlimited.',
      ONLY_MANAGEMENT,
    ]);
  });

  test('without a limit, that may see the credits: 100.5 - 25.75 = 74.75, / 1.28 = 58.4', async () => {
    expect(await linesOf({ key: keyAnswer(), credits: creditsAnswer(100.5, 25.75) })).toEqual([
      'Remaining $74.75 covers 58 runs at $1.28.',
      'The key is unlimited.',
      "The account's credits: $74.75 remains.",
    ]);
  });

  test('with a limit above what the account has: 3 - 1 = 2, / 1.28 = 1.6', async () => {
    const key = keyAnswer({ limit: 20, limit_remaining: 12.3 });
    expect(await linesOf({ key, credits: creditsAnswer(3, 1) })).toEqual([
      'Remaining $2.00 covers 1 run at $1.28.',
      "The key's limit is $20.00: $12.30 of it remains.",
      "The account's credits: $2.00 remains.",
    ]);
  });

  test('whose account is overdrawn: 10 - 10.25', async () => {
    expect((await linesOf({ key: keyAnswer(), credits: creditsAnswer(10, 10.25) }))[0]).toBe(
      'Remaining -$0.25 covers 0 runs at $1.28.',
    );
  });

  test('with a little less than a run costs: $1.2799 against $1.28', async () => {
    const key = keyAnswer({ limit: 5, limit_remaining: 1.2799 });
    expect((await linesOf({ key, credits: answers.forbidden }))[0]).toBe('Remaining $1.2799 covers 0 runs at $1.2800.');
  });

  test('of the free tier, with the requests that are left today', async () => {
    const key = keyAnswer({ is_free_tier: true, ...freeRequests(28) });
    expect(await linesOf({ key, credits: answers.forbidden })).toEqual([
      'What remains is not known: the key has no limit, and may not see the credits.',
      'The key is unlimited.',
      ONLY_MANAGEMENT,
      'The account has never bought credits (free tier): models that cost money answer 402.',
      '28 of 50 requests to :free models are left today; a run makes 40, 12 more than that.',
    ]);
  });

  test('with enough free requests, or a run that makes none', async () => {
    const key = keyAnswer(freeRequests(45));
    expect((await linesOf({ key, credits: answers.forbidden })).at(-1)).toBe(
      '45 of 50 requests to :free models are left today; a run makes 40.',
    );
    await server?.close();
    expect((await linesOf({ key, credits: answers.forbidden }, needs({ free_requests: 0n }))).at(-1)).toBe(
      '45 of 50 requests to :free models are left today.',
    );
  });

  test('for a run with unpriced calls: what is covered is an upper bound', async () => {
    const key = keyAnswer({ limit: 20, limit_remaining: 12.3 });
    const run = needs({ is_lower_bound: true });
    expect((await linesOf({ key, credits: answers.forbidden }, run))[0]).toBe(
      'Remaining $12.30 covers at most 9 runs, each at least $1.28.',
    );
  });

  test('for a run that costs nothing, and for none at all', async () => {
    const pages = { key: keyAnswer({ limit: 20, limit_remaining: 12.3 }), credits: answers.forbidden };
    expect((await linesOf(pages, needs({ cost: decimal('0') })))[0]).toBe('Remaining $12.30; a run costs nothing.');
    await server?.close();
    expect((await linesOf(pages, null))[0]).toBe('Remaining $12.30.');
  });

  test('that a deployment knows at the older path alone', async () => {
    const pages = { auth_key: keyAnswer({ limit: 20, limit_remaining: 12.3 }), credits: answers.forbidden };
    expect((await linesOf(pages))[0]).toBe('Remaining $12.30 covers 9 runs at $1.28.');
  });

  test('that is refused', async () => {
    expect(await linesOf({ key: answers.unauthorized })).toEqual([
      'OpenRouter refused the key (401): it is wrong, disabled or expired. Prices do not need it.',
    ]);
  });

  test.each([
    ['status', answers.paymentRequired],
    ['body', answers.hiddenPaymentRequired],
  ])('whose money is gone, as the %s says', async (_, key) => {
    expect(await linesOf({ key })).toEqual([
      "Nothing remains: OpenRouter answers 402 until credits are bought or the key's limit is raised.",
    ]);
  });

  test('after a pause that OpenRouter asks for', async () => {
    const key = [answers.tooMany, keyAnswer({ limit: 20, limit_remaining: 12.3 })] as const;
    expect((await linesOf({ key, credits: answers.forbidden }))[0]).toBe('Remaining $12.30 covers 9 runs at $1.28.');
  });

  test.each([
    ['an error each time', answers.broken, 'HOST answered 500 (4 attempts)'],
    ['a limit each time', answers.tooMany, 'HOST answered 429 (4 attempts)'],
    ['a redirect', answers.redirect, 'HOST answered with a redirect (302)'],
    ['a page', answers.html, 'HOST sent something that is not JSON'],
    [
      'another shape',
      { status: 200, body: '{"data": {"limit": "20"}}' },
      'HOST sent JSON that is not what was asked for',
    ],
  ])('that brings %s', async (_, key, reason) => {
    expect(await linesOf({ key })).toEqual([`What remains is not known: ${reason}.`]);
  });

  test('whose credits cannot be had for another reason than the kind of key', async () => {
    const key = keyAnswer({ limit: 20, limit_remaining: 12.3 });
    expect(await linesOf({ key, credits: answers.broken })).toEqual([
      'Remaining $12.30 covers 9 runs at $1.28.',
      "The key's limit is $20.00: $12.30 of it remains.",
      "The account's credits are not known: HOST answered 500 (4 attempts).",
    ]);
  });
});

describe('the rule credits', () => {
  const limited = (limit_remaining: number, more = {}): AccountPages => ({
    key: keyAnswer({ limit: 20, limit_remaining, ...more }),
    credits: answers.forbidden,
  });
  const broken = async (pages: AccountPages, run = needs(), severity: 'warn' | 'fail' | 'off' = 'warn') =>
    creditsViolation(await fetchCredits(await clientOf(pages)), run, severity);

  // 0.50 / 1.28 = 39.06 %
  test('is broken by a run that costs more than remains, and says where 402 ends it', async () => {
    expect(await broken(limited(0.5))).toEqual({
      rule: 'credits',
      severity: 'warn',
      run: null,
      suite: null,
      call: null,
      actual: '1.28',
      limit: '0.5',
      message:
        "A run costs $1.28, and $0.50 of the key's limit remains. After about 39 % of the run OpenRouter answers 402, " +
        'and the requests from there on fail; it does not cover rag ($0.90) even alone.',
      file: null,
      line: null,
      remedy: "Raise the key's limit, or make the run cheaper.",
    });
  });

  test('names the time after which a limit is reset', async () => {
    expect((await broken(limited(0.5, { limit_reset: 'monthly' })))?.remedy).toBe(
      "Raise the key's limit, wait until it is reset (monthly), or make the run cheaper.",
    );
  });

  test('holds the run against the account where that has less', async () => {
    const found = await broken({ ...limited(5), credits: creditsAnswer(10, 9.5) });
    expect(found?.message).toMatch(/^A run costs \$1\.28, and \$0\.50 of the account's credits remains\./);
    expect(found?.remedy).toBe('Buy credits, or make the run cheaper.');
  });

  test('is kept by a run that costs what remains to the cent, and broken by a hair more', async () => {
    expect(await broken(limited(1.28))).toBeNull();
    await server?.close();
    const found = await broken(limited(1.28), needs({ cost: decimal('1.2800001') }));
    expect(found?.message).toMatch(/^A run costs \$1\.2800001, and \$1\.2800000 of the key's limit remains\./);
  });

  test('says that everything fails where nothing remains', async () => {
    expect((await broken(limited(0)))?.message).toBe(
      "A run costs $1.28, and $0.00 of the key's limit remains. OpenRouter answers every request with 402: all of it will fail.",
    );
  });

  test('takes the sum of the priced calls as the least', async () => {
    const found = await broken(limited(0.5), needs({ is_lower_bound: true }));
    expect(found?.message).toMatch(/^A run costs at least \$1\.28, /);
  });

  test('fails where the policy says so, and is not judged where it is off', async () => {
    expect((await broken(limited(0.5), needs(), 'fail'))?.severity).toBe('fail');
    await server?.close();
    expect(await broken(limited(0.5), needs(), 'off')).toBeNull();
  });

  test('is broken where OpenRouter answers 402 already, for a run of free requests too', async () => {
    const found = await broken({ key: answers.paymentRequired }, needs({ cost: decimal('0') }));
    expect(found?.message).toBe(
      'OpenRouter answers 402 already: every request of a run will fail, those to :free models too.',
    );
  });

  test.each<[string, AccountPages]>([
    ['the key is unlimited and the credits are not shown', { key: keyAnswer(), credits: answers.forbidden }],
    ['the key is refused', { key: answers.unauthorized }],
    ['OpenRouter does not answer', { key: answers.broken }],
    ['the run costs nothing', limited(-1)],
  ])('is not judged where %s', async (title, pages) => {
    const run = title === 'the run costs nothing' ? needs({ cost: decimal('0') }) : needs();
    expect(await broken(pages, run)).toBeNull();
  });

  test('warns by the rule free_tier of more free requests than are left today', async () => {
    const credits = await fetchCredits(
      await clientOf({ key: keyAnswer(freeRequests(28)), credits: answers.forbidden }),
    );
    expect(freeRequestsViolation(credits, needs())).toMatchObject({
      rule: 'free_tier',
      severity: 'warn',
      actual: '40',
      limit: '28',
      message:
        "A run asks :free models 40 times, and 28 of today's 50 requests are left; the rest is answered with 429.",
    });
    expect(freeRequestsViolation(credits, needs({ free_requests: 28n }))).toBeNull();
  });
});

describe('the key itself', () => {
  test('is sent as a bearer token, to the account pages alone', async () => {
    await fetchCredits(await clientOf({ key: keyAnswer(), credits: answers.forbidden }));
    const requests = server?.requests.map(({ path, headers }) => [path, headers.authorization]);
    expect(requests).toEqual([
      ['/api/v1/key', `Bearer ${API_KEY}`],
      ['/api/v1/credits', `Bearer ${API_KEY}`],
    ]);
  });

  test('is not sent on to where a redirect leads', async () => {
    const elsewhere = await startOpenRouter({ key: keyAnswer() });
    const redirect = { status: 307, headers: { location: new URL('/api/v1/key', elsewhere.url).href }, body: '' };
    const credits = await fetchCredits(await clientOf({ key: redirect }));
    expect(credits.state).toBe('unavailable');
    expect(elsewhere.requests).toEqual([]);
    await elsewhere.close();
  });

  test('goes to OpenRouter where prices come from a mirror', async () => {
    const asked: string[] = [];
    const send: Send = (url) => {
      asked.push(String(url));
      return Promise.resolve({ status: 401, headers: new Map(), body: Buffer.alloc(0) });
    };
    const client = accountClient({
      catalogueUrl: new URL('https://prices.example.com/api/v1'),
      apiKey: API_KEY,
      effects: { ...fakeTime(), connect: () => send },
    });
    expect(await fetchCredits(client)).toEqual({ state: 'refused', status: 401 });
    expect(asked).toEqual(['https://openrouter.ai/api/v1/key']);
  });

  test.each<[string, AccountPages]>([
    ['a refusal', { key: { status: 401, body: `{"error": {"code": 401, "message": "no key ${API_KEY}"}}` } }],
    ['an answer that repeats it', { key: { status: 200, body: `${API_KEY} is no JSON` } }],
    ['an answer with it as a label', { key: keyAnswer({ label: API_KEY }), credits: answers.forbidden }],
    ['a failure', { key: answers.broken }],
  ])('stands in no line and no violation after %s', async (_, pages) => {
    const credits = await fetchCredits(await clientOf(pages));
    const said = JSON.stringify(
      [creditsLines(credits, needs()), credits, creditsViolation(credits, needs(), 'fail')],
      (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value),
    );
    expect(said).not.toContain(API_KEY);
  });

  test('is asked about for two minutes in all', async () => {
    const time = fakeTime();
    const send: Send = () =>
      Promise.resolve({ status: 503, headers: new Map([['retry-after', '50']]), body: Buffer.alloc(0) });
    const client = accountClient({
      catalogueUrl: new URL('https://openrouter.ai/api/v1'),
      apiKey: API_KEY,
      effects: { ...time, connect: () => send },
    });
    for (let asked = 0; asked < 5; asked += 1) await fetchCredits(client);
    expect(await fetchCredits(client)).toMatchObject({ state: 'unavailable' });
    expect(time.now() - Date.parse('2026-11-24T09:00:00Z')).toBeLessThanOrEqual(120_000);
  });
});
