import { describe, expect, test } from '@jest/globals';
import { judgeManifests, type JudgedManifests, type Prices } from '../../src/check/judge-manifests.js';
import { expiringNotes } from '../../src/check/notes.js';
import type { ManifestsWithHead } from '../../src/check/read-manifests.js';
import type { Sources } from '../../src/check/sources.js';
import type { Catalogue } from '../../src/openrouter/catalogue/catalogue.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import { decimal, toText, type Decimal } from '../../src/lib/money/decimal.js';
import { catalogue, endpoint, model } from '../support/catalogue.js';
import { dollars, DOLLARS, evals, fail, inWords, manifest, policyFile } from '../support/judged.js';
import { found, onMain, sources } from '../support/sources.js';

const LIVE: Prices = { catalogue: DOLLARS, lock: null, credits: null };
const NOW = { at: null, ageInDays: null, standsIn: false, now: new Date('2026-11-24T09:00:00Z') };

interface Situation extends Partial<ManifestsWithHead> {
  readonly sources?: Partial<Sources>;
  readonly prices?: Partial<Prices>;
}

function judged({ sources: fields, prices, ...given }: Situation): JudgedManifests {
  const manifests = { head: costing(2), base: null, defaultBranch: null, policyFile: null, notes: [], ...given };
  const base = manifests.base === null ? null : found('');
  return judgeManifests(manifests, sources({ base, ...fields }), { ...LIVE, ...prices }, NOW);
}

/** A run of so many dollars. */
function costing(amount: number, fields: Partial<Manifest> = {}): Manifest {
  return manifest({ suites: [evals(dollars(amount))], ...fields });
}

const text = (amount: Decimal | null | undefined) => (amount ? toText(amount) : amount);
const wordsOf = ({ judgement }: JudgedManifests) => [judgement.verdict, ...inWords(judgement.violations)];

describe('head and base', () => {
  test('are priced from one catalogue and held against each other: $2 - $1', () => {
    const { comparison, base, suites } = judged({ base: costing(1) });
    expect(text(comparison?.head.totals.per_run)).toBe('2');
    expect(text(base?.per_run)).toBe('1');
    expect(text(comparison?.shown.delta?.per_run)).toBe('1');
    expect(suites.map(({ name, status }) => [name, status])).toEqual([['evals', 'changed']]);
  });

  test('run in a month as often as the default branch says, at least: $2 x 100 and $1 x 100', () => {
    const { comparison } = judged({
      head: costing(2, { runs_per_month: 10 }),
      base: costing(1, { runs_per_month: 100 }),
      policyFile: policyFile({ runs_per_month: 100 }),
    });
    expect(text(comparison?.head.totals.per_month)).toBe('200');
    expect(text(comparison?.base?.totals.per_month)).toBe('100');
  });

  test('without a base leave a head that is all added', () => {
    const { comparison, base, suites } = judged({});
    expect([comparison?.shown.delta, base]).toEqual([null, null]);
    expect(suites.map(({ status }) => status)).toEqual(['added']);
  });
});

describe('the limits', () => {
  const lax = { head: costing(2, { budget: { per_run: fail('50') } }) };

  test('are those of the default branch, which head cannot raise: $2 over $1, and $50 not applied', () => {
    const result = judged({ ...lax, policyFile: policyFile({ budget: { per_run: fail('1') } }) });
    expect(wordsOf(result)).toEqual(['fail', 'per_run fail']);
    expect(result.notApplied).toEqual([{ key: 'budget.per_run', head: '50', policy: '1' }]);
  });

  test("are head's own where the default branch has no manifest, with a warning", () => {
    const result = judged({ ...lax, sources: { policy: onMain(null) } });
    expect(wordsOf(result)).toEqual(['warn', 'unprotected warn']);
    expect(result.notApplied).toEqual([]);
  });

  test("are head's own without a note where no policy is requested", () => {
    expect(wordsOf(judged(lax))).toEqual(['pass']);
  });

  test('on increases hold over base and over the default branch: $2 - $2 and $2 - $0.5, of which $1 is admitted', () => {
    const head = costing(2, { budget: { increase_per_run: fail('1') } });
    const half = manifest({ suites: [evals(dollars(1, { model: 'a/half' }))] });
    expect(wordsOf(judged({ head, base: costing(2) }))).toEqual(['pass']);
    const result = judged({ head, base: costing(2), defaultBranch: half, sources: { change: 'other_branch' } });
    expect(wordsOf(result)).toEqual(['fail', 'increase_per_run fail']);
    expect(result.judgement.violations[0]).toMatchObject({ actual: '1.5', against_default_branch: true });
  });
});

describe('what base broke already', () => {
  const over = { head: costing(2), base: costing(2), policyFile: policyFile({ budget: { per_run: fail('1') } }) };

  test('is a warning where base excuses', () => {
    expect(wordsOf(judged(over))).toEqual(['warn', 'per_run warn']);
  });

  test('is a failure where it does not', () => {
    expect(wordsOf(judged({ ...over, sources: { change: 'other_branch' } }))).toEqual(['fail', 'per_run fail']);
  });
});

describe('credits', () => {
  /** An account with one dollar left. */
  const credits: Prices['credits'] = {
    state: 'known',
    key_limit: null,
    key_remaining: null,
    key_reset: null,
    account_remaining: decimal('1'),
    account_problem: null,
    is_free_tier: false,
    free_requests: null,
  };

  test('that do not last for a run are a warning: $2 of $1, and $1 of $1 is enough', () => {
    expect(wordsOf(judged({ prices: { credits } }))).toEqual(['warn', 'credits warn']);
    expect(wordsOf(judged({ head: costing(1), prices: { credits } }))).toEqual(['pass']);
  });

  test('that did not last for base either are said to be so', () => {
    const inBase = (base: Manifest) => judged({ base, prices: { credits } }).judgement.violations[0]?.in_base;
    expect(inBase(costing(2))).toBe(true);
    expect(inBase(costing(1))).toBeUndefined();
  });
});

describe('a change that removes the manifest', () => {
  const gone = { head: null, defaultBranch: null, policyFile: policyFile({}), notes: [] };

  test("fails, with base's suites as removed and nothing compared", () => {
    const result = judgeManifests({ ...gone, base: costing(1) }, sources(), { ...LIVE, lock: DOLLARS }, NOW);
    expect(wordsOf(result)).toEqual(['fail', 'manifest_missing fail']);
    expect(result).toMatchObject({ comparison: null, drift: null, unlocked: [], notApplied: [] });
    expect(text(result.base?.per_run)).toBe('1');
    expect(result.suites.map(({ name, status }) => [name, status])).toEqual([['evals', 'removed']]);
  });

  test('fails without a base too', () => {
    const result = judgeManifests({ ...gone, base: null }, sources(), LIVE, NOW);
    expect(wordsOf(result)).toEqual(['fail', 'manifest_missing fail']);
    expect([result.base, result.suites]).toEqual([null, []]);
  });
});

describe('prices that moved since the lock', () => {
  /** A lock of these models, at so many dollars a prompt token; a request of `dollars` has 1,000. */
  function lockOf(prices: Readonly<Record<string, string>>): Catalogue {
    const offers = Object.entries(prices).map(([id, prompt]) => {
      const pricing = { prompt, completion: '0' };
      return { ...model({ id, pricing }), endpoints: [endpoint({ tag: 'a', pricing })] };
    });
    return catalogue(offers, { source: 'lock', fetched_at: '2026-11-01T00:00:00Z' });
  }
  const two = manifest({ suites: [evals(dollars(2), dollars(3, { model: 'a/half' }))] });

  test('are what head costs now more than by the lock: 2 x ($1 - $0.75) = $0.5, 3 x ($0.5 - $0.5) = $0', () => {
    const lock = lockOf({ 'a/dollar': '0.00075', 'a/half': '0.0005' });
    const { drift, unlocked } = judged({ head: two, prices: { lock } });
    expect(drift).toEqual({
      per_run: '0.5',
      since: '2026-11-01T00:00:00Z',
      models: [{ model: 'a/dollar', per_run: '0.5' }],
    });
    expect(unlocked).toEqual([]);
  });

  test('leave out the calls that the lock has no price for, and tell which: 2 x ($1 - $0.75) = $0.5', () => {
    const { drift, unlocked } = judged({ head: two, prices: { lock: lockOf({ 'a/dollar': '0.00075' }) } });
    expect(drift?.per_run).toBe('0.5');
    expect(unlocked.map(({ model: id }) => id)).toEqual(['a/half']);
  });

  test('are not known where the lock has a price for no call', () => {
    const { drift, unlocked } = judged({ head: two, prices: { lock: lockOf({ 'a/other': '0.001' }) } });
    expect(drift).toBeNull();
    expect(unlocked.map(({ model: id }) => id)).toEqual(['a/dollar', 'a/half']);
  });

  test('are none without a lock', () => {
    expect(judged({ head: two })).toMatchObject({ drift: null, unlocked: [] });
  });
});

describe('a model that is withdrawn', () => {
  /** a/dollar until this day; it is the morning of 2026-11-24. */
  const until = (date: string | null): Partial<Prices> => {
    const [dollar] = DOLLARS.models.values();
    if (dollar === undefined) throw new Error('expected a model');
    const models = new Map([...DOLLARS.models, [dollar.id, { ...dollar, expiration_date: date }]]);
    return { catalogue: { ...DOLLARS, models } };
  };

  test.each([
    ['2026-11-20', 'warn'],
    ['2026-12-01', 'warn'],
    ['2026-12-02', 'pass'],
    [null, 'pass'],
  ])('on %s: %s', (date, verdict) => {
    const { judgement } = judged({ prices: until(date) });
    expect(judgement.verdict).toBe(verdict);
    expect(inWords(judgement.violations)).toEqual(verdict === 'pass' ? [] : ['expiring_model warn']);
  });

  test.each([
    ['2026-12-01', []],
    ['2026-12-02', ['a/dollar is withdrawn on 2026-12-02: move to another model before that day.']],
    ['2026-12-24', ['a/dollar is withdrawn on 2026-12-24: move to another model before that day.']],
    ['2026-12-25', []],
  ])('on %s is noted, where it is no warning yet', (date, messages) => {
    const { comparison } = judged({ prices: until(date) });
    const notes = expiringNotes(comparison, until(date).catalogue ?? DOLLARS, NOW.now);
    expect(notes.map(({ message }) => message)).toEqual(messages);
  });

  test('is nothing to a manifest that does not use it, and counts as a fallback model', () => {
    const half = (fields: object) => manifest({ suites: [evals(dollars(1, { model: 'a/half', ...fields }))] });
    const verdicts = (fields: object) => judged({ head: half(fields), prices: until('2026-11-25') }).judgement.verdict;
    expect(verdicts({})).toBe('pass');
    expect(verdicts({ fallback_models: ['a/dollar'] })).toBe('warn');
  });
});
