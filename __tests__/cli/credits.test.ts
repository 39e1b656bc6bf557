import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, manifestText, type Ended } from '../support/command-line.js';
import {
  accountPages,
  answers,
  API_KEY,
  creditsAnswer,
  isOfModels,
  keyAnswer,
  limitedKey,
  startOpenRouter,
  withoutPort,
  type AccountPages,
} from '../support/openrouter-server.js';
import { temporaryFolderForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** A run of the manifest costs $0.20. */

const free = { prompt: '0', completion: '0' };
const server = catalogueForAllTests({
  models: [modelRow('acme/one'), modelRow('acme/one:free', { pricing: free })],
  endpoints: { 'acme/one': [endpointRow('one')], 'acme/one:free': [endpointRow('one', { pricing: free })] },
  date: DATE,
});
const folder = temporaryFolderForEachTest();
beforeEach(() => {
  folder.write('llm-budget.yml', manifestText());
});

async function credits(pages: AccountPages, ...args: string[]): Promise<Ended> {
  server.intercept(accountPages(pages));
  const environment = { OPENROUTER_API_KEY: API_KEY };
  const ended = await commandLine(['credits', ...args, '--catalogue-url', server.url], {
    cwd: folder.path,
    environment,
  });
  if ((ended.stdout + ended.stderr).includes(API_KEY)) throw new Error('the output has the key');
  return { ...ended, stdout: withoutPort(ended.stdout), stderr: withoutPort(ended.stderr) };
}

const ONLY_MANAGEMENT = "The account's credits are shown to a management key alone.";
const REFUSED = 'it is wrong, disabled or expired. Prices do not need it.';

describe('what is left', () => {
  test.each<[string, AccountPages, readonly string[]]>([
    [
      'of a limit, and the runs it covers: $12.30 / $0.20 = 61.5',
      { key: limitedKey(12.3, 'monthly'), credits: answers.forbidden },
      [
        'Remaining $12.30 covers 61 runs at $0.20.',
        "The key's limit is $50.00, reset monthly: $12.30 of it remains.",
        ONLY_MANAGEMENT,
      ],
    ],
    [
      'of the credits that a management key sees',
      { key: keyAnswer(), credits: creditsAnswer(20, 19) },
      ['Remaining $1.00 covers 5 runs at $0.20.', 'The key is unlimited.', "The account's credits: $1.00 remains."],
    ],
    [
      'of an unlimited key',
      { key: keyAnswer(), credits: answers.forbidden },
      [
        'What remains is not known: the key has no limit, and may not see the credits.',
        'The key is unlimited.',
        ONLY_MANAGEMENT,
      ],
    ],
    [
      'of the free tier, with the free requests of today',
      {
        key: keyAnswer({ is_free_tier: true, free_model_daily_requests: { limit: 50, used: 38, remaining: 12 } }),
        credits: answers.forbidden,
      },
      [
        'What remains is not known: the key has no limit, and may not see the credits.',
        'The key is unlimited.',
        ONLY_MANAGEMENT,
        'The account has never bought credits (free tier): models that cost money answer 402.',
        '12 of 50 requests to :free models are left today.',
      ],
    ],
    [
      'after a 429 that did not last',
      { key: [answers.tooMany, limitedKey(12.3)], credits: answers.forbidden },
      [
        'Remaining $12.30 covers 61 runs at $0.20.',
        "The key's limit is $50.00: $12.30 of it remains.",
        ONLY_MANAGEMENT,
      ],
    ],
    [
      'where a run costs more: what 402 will mean for it, 0.05 / 0.20 = 25 %',
      { key: limitedKey(0.05), credits: answers.forbidden },
      [
        'Remaining $0.05 covers 0 runs at $0.20.',
        "The key's limit is $50.00: $0.05 of it remains.",
        ONLY_MANAGEMENT,
        "A run costs $0.20, and $0.05 of the key's limit remains. After about 25 % of the run OpenRouter answers 402, " +
          'and the requests from there on fail; it does not cover evals ($0.20) even alone. ' +
          "Raise the key's limit, or make the run cheaper.",
      ],
    ],
    [
      'where nothing is: 402',
      { key: answers.paymentRequired },
      [
        "Nothing remains: OpenRouter answers 402 until credits are bought or the key's limit is raised.",
        'OpenRouter answers 402 already: every request of a run will fail, those to :free models too. ' +
          "Buy credits, or raise the key's limit.",
      ],
    ],
  ])('%s', async (_, pages, lines) => {
    expect(await credits(pages)).toEqual({ exitCode: 0, stdout: `${lines.join('\n')}\n`, stderr: '' });
  });

  test('counts the free requests of a run: 100 of them, 12 left, 88 more', async () => {
    folder.write('free.yml', manifestText({ model: 'acme/one:free' }));
    const left = { free_model_daily_requests: { limit: 50, used: 38, remaining: 12 } };
    const { stdout } = await credits({ key: keyAnswer(left), credits: answers.forbidden }, 'free.yml');
    expect(stdout).toContain('12 of 50 requests to :free models are left today; a run makes 100, 88 more than that.');
  });

  test('is shown without runs where there is no manifest, and no price is requested', async () => {
    rmSync(join(folder.path, 'llm-budget.yml'));
    const before = server.requests.length;
    const ended = await credits({ key: limitedKey(12.3), credits: answers.forbidden });
    expect(ended.stdout).toMatch(/^Remaining \$12\.30\.\n/);
    expect(server.requests.slice(before).filter(isOfModels)).toEqual([]);
  });

  test('is shown without runs where there are no prices, with the reason', async () => {
    const pages = accountPages({ key: limitedKey(12.3), credits: answers.forbidden });
    server.intercept((request) => (isOfModels(request) ? { status: 404 } : pages(request)));
    const environment = { OPENROUTER_API_KEY: API_KEY };
    const ended = await commandLine(['credits', '--catalogue-url', server.url], { cwd: folder.path, environment });
    expect([ended.exitCode, ended.stdout.split('\n')[0]]).toEqual([0, 'Remaining $12.30.']);
    expect(ended.stderr).toContain('404');
  });
});

describe('what cannot be known ends in 2, on stderr', () => {
  test.each<[string, AccountPages, string]>([
    ['a key that is refused', { key: answers.unauthorized }, `OpenRouter refused the key (401): ${REFUSED}`],
    ['a key that is forbidden', { key: answers.forbidden }, `OpenRouter refused the key (403): ${REFUSED}`],
    ['a 429 that lasts', { key: answers.tooMany }, 'What remains is not known: HOST answered 429 (4 attempts).'],
    ['an outage', { key: answers.broken }, 'What remains is not known: HOST answered 500 (4 attempts).'],
    ['a page of HTML', { key: answers.html }, 'What remains is not known: HOST sent something that is not JSON.'],
  ])('%s', async (_, pages, line) => {
    expect(await credits(pages)).toEqual({ exitCode: 2, stdout: '', stderr: `${line}\n` });
  });

  test('a redirect, which is not followed', async () => {
    const elsewhere = await startOpenRouter({ key: keyAnswer() });
    try {
      const key = { status: 301, headers: { location: `${elsewhere.url.href}/key` }, body: '' };
      const { exitCode, stderr } = await credits({ key });
      expect([exitCode, stderr]).toEqual([2, 'What remains is not known: HOST answered with a redirect (301).\n']);
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });

  test.each([
    ['', 'OPENROUTER_API_KEY is not set; put the key there, it is read from nowhere else\n'],
    ['sk or', 'OPENROUTER_API_KEY is no key: it has blanks or characters outside ASCII\n'],
  ])('a key that is %j, before anything is asked', async (key, stderr) => {
    const before = server.requests.length;
    const environment = { OPENROUTER_API_KEY: key };
    const ended = await commandLine(['credits', '--catalogue-url', server.url], { cwd: folder.path, environment });
    expect(ended).toEqual({ exitCode: 2, stdout: '', stderr });
    expect(server.requests.length).toBe(before);
  });

  test('a manifest that is named and not there, or wrong', async () => {
    const pages = { key: limitedKey(12.3) };
    expect(await credits(pages, 'gone.yml')).toMatchObject({ exitCode: 2, stdout: '' });
    folder.write('wrong.yml', 'version: 2\n');
    const wrong = await credits(pages, 'wrong.yml');
    expect([wrong.exitCode, wrong.stdout]).toEqual([2, '']);
    expect(wrong.stderr).toMatch(/^wrong\.yml:1:/);
  });
});

test('the key goes to /key and /credits alone', async () => {
  const before = server.requests.length;
  await credits({ key: limitedKey(12.3), credits: answers.forbidden });
  const asked = server.requests.slice(before);
  const withKey = asked.filter(({ headers }) => headers.authorization !== undefined);
  expect(withKey.map(({ path }) => path)).toEqual(['/api/v1/key', '/api/v1/credits']);
  expect(asked.length).toBeGreaterThan(2);
});
