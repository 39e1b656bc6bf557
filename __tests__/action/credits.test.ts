import { describe, expect, test } from '@jest/globals';
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
import { judgedOf, manifestText, openChange, reportOf, fixtureForEachTest } from '../support/pull-request.js';
import { visibleLog } from '../support/runner.js';
import type { ActionResult } from '../support/runner-files.js';

/** The action with a key: a run costs $0.12, 100 x (1,000 x $1/M + 100 x $2/M). */

const FILE = 'llm-budget.yml';
const FREE = 'acme/small:free';
const WITH_KEY = { 'openrouter-api-key': API_KEY };

const fixture = fixtureForEachTest(['acme/small', FREE]);

async function judged(pages: AccountPages, before = manifestText(), after = before): Promise<ActionResult> {
  fixture.catalogue.intercept(accountPages(pages));
  const number = await openChange(fixture.github, { [FILE]: before }, { [FILE]: after, 'README.md': 'changed' });
  return await fixture.runOnPullRequest(number, { inputs: WITH_KEY });
}

const linesOf = (result: ActionResult) => (reportOf(result).credits?.lines ?? []).map(withoutPort);
const creditNotes = (result: ActionResult) =>
  reportOf(result).notes.flatMap(({ code, message }) => (code === 'credits_unknown' ? [withoutPort(message)] : []));
const rulesOf = (result: ActionResult) => judgedOf(result).rules;

const ONLY_MANAGEMENT = "The account's credits are shown to a management key alone.";
const NOT_KNOWN = 'What remains is not known: the key has no limit, and may not see the credits.';

describe('what is left, as log, summary and report have it', () => {
  test.each<[string, AccountPages, readonly string[]]>([
    [
      'of a limit: $12.30 / $0.12 = 102.5, so 102 runs',
      { key: limitedKey(12.3), credits: answers.forbidden },
      [
        'Remaining $12.30 covers 102 runs at $0.12.',
        "The key's limit is $50.00: $12.30 of it remains.",
        ONLY_MANAGEMENT,
      ],
    ],
    [
      'of a limit that is reset',
      { key: limitedKey(12.3, 'monthly'), credits: answers.forbidden },
      [
        'Remaining $12.30 covers 102 runs at $0.12.',
        "The key's limit is $50.00, reset monthly: $12.30 of it remains.",
        ONLY_MANAGEMENT,
      ],
    ],
    [
      'of the credits that a management key sees: $20 - $18.80 = $1.20, 10 runs; the key itself is unlimited',
      { key: keyAnswer(), credits: creditsAnswer(20, 18.8) },
      ['Remaining $1.20 covers 10 runs at $0.12.', 'The key is unlimited.', "The account's credits: $1.20 remains."],
    ],
    [
      'of an unlimited key that may not see the credits',
      { key: keyAnswer(), credits: answers.forbidden },
      [NOT_KNOWN, 'The key is unlimited.', ONLY_MANAGEMENT],
    ],
    [
      'of the free tier, whose money models answer 402',
      { key: keyAnswer({ is_free_tier: true }), credits: answers.unauthorized },
      [
        NOT_KNOWN,
        'The key is unlimited.',
        ONLY_MANAGEMENT,
        'The account has never bought credits (free tier): models that cost money answer 402.',
      ],
    ],
    [
      'after a 429 that did not last',
      { key: [answers.tooMany, limitedKey(12.3)], credits: [answers.tooMany, answers.forbidden] },
      [
        'Remaining $12.30 covers 102 runs at $0.12.',
        "The key's limit is $50.00: $12.30 of it remains.",
        ONLY_MANAGEMENT,
      ],
    ],
    [
      'of a deployment that knows the older path alone',
      { auth_key: limitedKey(12.3), credits: answers.notFound },
      [
        'Remaining $12.30 covers 102 runs at $0.12.',
        "The key's limit is $50.00: $12.30 of it remains.",
        ONLY_MANAGEMENT,
      ],
    ],
    [
      'of the key where the credits cannot be had',
      { key: limitedKey(12.3), credits: answers.broken },
      [
        'Remaining $12.30 covers 102 runs at $0.12.',
        "The key's limit is $50.00: $12.30 of it remains.",
        "The account's credits are not known: HOST answered 500 (4 attempts).",
      ],
    ],
  ])('%s', async (_, pages, lines) => {
    const result = await judged(pages);
    expect(linesOf(result)).toEqual(lines);
    expect([result.exitCode, rulesOf(result), creditNotes(result)]).toEqual([0, [], []]);
    for (const line of lines) expect(withoutPort(result.log)).toContain(line);
    expect(result.summary).toContain('**Credits.** ');
    expect(reportOf(result).credits?.state).toBe('known');
  });

  test('is not in the comment: a comment that differs with every run would be written with every run', async () => {
    const result = await judged({ key: limitedKey(12.3) }, manifestText(), manifestText({ count: 200 }));
    expect(result.comment).toContain('$0.24');
    expect(result.comment).not.toContain('12.30');
  });
});

describe('a key that brings nothing', () => {
  const REFUSED = (status: number) =>
    `OpenRouter refused the key (${status}): it is wrong, disabled or expired. Prices do not need it.`;

  test.each<[string, AccountPages, string]>([
    ['is refused with 401', { key: answers.unauthorized }, REFUSED(401)],
    ['is refused with 403', { key: answers.forbidden }, REFUSED(403)],
    [
      'is answered with 429 for ever',
      { key: answers.tooMany },
      'What remains is not known: HOST answered 429 (4 attempts).',
    ],
    [
      'is answered with 500 for ever',
      { key: answers.broken },
      'What remains is not known: HOST answered 500 (4 attempts).',
    ],
    [
      'is answered with a page of HTML',
      { key: answers.html },
      'What remains is not known: HOST sent something that is not JSON.',
    ],
  ])('because it %s is a note, and neither price nor verdict change', async (_, pages, line) => {
    const result = await judged(pages);
    expect(creditNotes(result)).toEqual([line]);
    expect([result.exitCode, rulesOf(result), reportOf(result).head.per_run]).toEqual([0, [], '0.12']);
    expect(withoutPort(result.log)).toContain(line);
    expect(reportOf(result).prices.source).toBe('live');
  });

  test('because it is redirected is a note, and the place that it is redirected to is not asked', async () => {
    const elsewhere = await startOpenRouter({ key: keyAnswer() });
    try {
      const location = `${elsewhere.url.href}/key`;
      const result = await judged({ key: { status: 307, headers: { location }, body: '' } });
      expect(creditNotes(result)).toEqual(['What remains is not known: HOST answered with a redirect (307).']);
      expect(elsewhere.requests).toEqual([]);
    } finally {
      await elsewhere.close();
    }
  });
});

describe('the key', () => {
  test('goes to /key and /credits, and to no page of the catalogue', async () => {
    await judged({ key: limitedKey(12.3), credits: answers.forbidden });
    const withKey = fixture.catalogue.requests.filter(({ headers }) => headers.authorization !== undefined);
    expect(withKey.map(({ path, headers }) => [path, headers.authorization])).toEqual([
      ['/api/v1/key', `Bearer ${API_KEY}`],
      ['/api/v1/credits', `Bearer ${API_KEY}`],
    ]);
    expect(fixture.catalogue.requests.filter(isOfModels).length).toBeGreaterThan(0);
  });

  test('never goes to GitHub', async () => {
    await judged({ key: limitedKey(12.3) });
    expect(JSON.stringify(fixture.github.requests)).not.toContain(API_KEY);
  });

  test('that is empty counts as absent: nothing is asked, and the report has no credits', async () => {
    const number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText(), x: 'x' });
    const result = await fixture.runOnPullRequest(number, { inputs: { 'openrouter-api-key': '' } });
    expect(fixture.catalogue.requests.filter((request) => !isOfModels(request))).toEqual([]);
    expect(reportOf(result)).not.toHaveProperty('credits');
    expect(result.summary).not.toContain('Credits');
  });

  test('with a blank in it is an error that does not show it', async () => {
    const number = await openChange(fixture.github, { [FILE]: manifestText() }, { [FILE]: manifestText(), x: 'x' });
    const result = await fixture.runOnPullRequest(number, { inputs: { 'openrouter-api-key': 'sk-or v1' } });
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([2, 'error']);
    expect(result.log).toContain('a key has no blanks and only ASCII characters');
    expect(visibleLog(result.log)).not.toContain('sk-or v1');
  });
});

/** Base costs $0.12; head, with 1,000 requests, $1.20. */
const policy = (credits: string, count = 100) =>
  manifestText({ count, budget: 'budget: {per_run: 5}', more: `policy: {credits: ${credits}}` });

describe('the rule credits: a run of $1.20 with $0.60 left', () => {
  const pages = { key: limitedKey(0.6, 'daily'), credits: answers.forbidden };

  test('is a warning by default that says what 402 will mean: 0.60 / 1.20 = 50 %', async () => {
    const budget = 'budget: {per_run: 5}';
    const result = await judged(pages, manifestText({ budget }), manifestText({ budget, count: 1000 }));
    expect([result.exitCode, rulesOf(result)]).toEqual([0, ['credits warn']]);
    const [violation] = reportOf(result).violations;
    expect(violation).toMatchObject({ actual: '1.2', limit: '0.6', suite: null, call: null });
    expect(violation?.message).toBe(
      "A run costs $1.20, and $0.60 of the key's limit remains. After about 50 % of the run OpenRouter answers 402, " +
        'and the requests from there on fail; it does not cover evals ($1.20) even alone.',
    );
    expect(violation?.remedy).toBe("Raise the key's limit, wait until it is reset (daily), or make the run cheaper.");
    expect(result.annotations).toMatchObject([{ level: 'warning', title: 'LLM Budget: credits' }]);
    expect(result.comment).toMatch(/After about 50 % of the run OpenRouter answers `?402/);
  });

  test.each([
    ['fail', 1, ['credits fail']],
    ['warn', 0, ['credits warn']],
    ['off', 0, []],
  ])('follows the default branch where it says %s, whatever head says', async (credits, exitCode, rules) => {
    const other = credits === 'off' ? 'fail' : 'off';
    const result = await judged(pages, policy(credits), policy(other, 1000));
    expect([result.exitCode, rulesOf(result)]).toEqual([exitCode, rules]);
  });

  test('is excused where base costs as much already, since head makes nothing worse', async () => {
    const result = await judged(pages, policy('fail', 1000));
    expect([result.exitCode, rulesOf(result)]).toEqual([0, ['credits warn']]);
  });

  test('holds where exactly as much is left as a run costs', async () => {
    expect(rulesOf(await judged({ key: limitedKey(1.2) }, policy('fail'), policy('fail', 1000)))).toEqual([]);
  });

  test('is broken where the account has less than the key may spend: $5 - $4.90 = $0.10', async () => {
    const rich = { key: limitedKey(30), credits: creditsAnswer(5, 4.9) };
    const result = await judged(rich, policy('fail'), policy('fail', 1000));
    expect([result.exitCode, rulesOf(result)]).toEqual([1, ['credits fail']]);
    expect(reportOf(result).violations[0]).toMatchObject({
      limit: '0.1',
      remedy: 'Buy credits, or make the run cheaper.',
    });
  });

  test('is broken where OpenRouter answers 402 already, by a page or by an error within a 200', async () => {
    for (const key of [answers.paymentRequired, answers.hiddenPaymentRequired]) {
      const result = await judged({ key }, policy('fail'), policy('fail', 1000));
      expect([result.exitCode, rulesOf(result)]).toEqual([1, ['credits fail']]);
      expect(reportOf(result).violations[0]?.message).toBe(
        'OpenRouter answers 402 already: every request of a run will fail, those to :free models too.',
      );
      expect(reportOf(result).credits).toEqual({
        state: 'exhausted',
        remaining: null,
        lines: ["Nothing remains: OpenRouter answers 402 until credits are bought or the key's limit is raised."],
      });
    }
  });

  test('is not judged for a key that is refused', async () => {
    const result = await judged({ key: answers.unauthorized }, policy('fail'), policy('fail', 1000));
    expect([result.exitCode, rulesOf(result)]).toEqual([0, []]);
  });
});

describe('requests to free models', () => {
  const left = (remaining: number) => ({
    key: keyAnswer({ free_model_daily_requests: { limit: 50, used: 50 - remaining, remaining } }),
    credits: answers.forbidden,
  });

  test('that are left today are counted down by the run: 40 of them, 12 left, 28 too many', async () => {
    const result = await judged(
      left(12),
      manifestText({ model: FREE, count: 10 }),
      manifestText({ model: FREE, count: 40 }),
    );
    expect(rulesOf(result)).toEqual(['free_tier warn']);
    expect(reportOf(result).violations[0]?.message).toBe(
      "A run asks :free models 40 times, and 12 of today's 50 requests are left; the rest is answered with 429.",
    );
    expect(linesOf(result)).toContain(
      '12 of 50 requests to :free models are left today; a run makes 40, 28 more than that.',
    );
    expect(result.exitCode).toBe(0);
  });

  test('that suffice break nothing, and are reported', async () => {
    const result = await judged(left(40), manifestText({ model: FREE, count: 40 }));
    expect(rulesOf(result)).toEqual([]);
    expect(linesOf(result)).toContain('40 of 50 requests to :free models are left today; a run makes 40.');
  });
});
