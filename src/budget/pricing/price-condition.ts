import { excerptOf } from '../../openrouter/catalogue/catalogue.js';

/**
 * The conditions of an override. Rules as of 2026-08-22 (OpenRouter's OpenAPI document): `min_prompt_tokens` is strictly
 * greater than; `utc_start` is inclusive and `utc_end` exclusive, HHMM as numbers, and a window may wrap midnight; `utc_days`
 * names the day of the instant itself, also after midnight. All conditions of an entry must hold.
 */
export interface PriceCondition {
  /** Applies to requests of more prompt tokens than this, cached ones included. */
  readonly min_prompt_tokens: number | null;
  /** Minutes of the day; `end` is exclusive, and not above `start` where the window wraps midnight. */
  readonly window: { readonly start: number; readonly end: number } | null;
  /** 0 is Sunday. */
  readonly days: ReadonlySet<number> | null;
}

/** A minute of the week in UTC; day 0 is Sunday. */
export interface Moment {
  readonly day: number;
  readonly minute: number;
}

const CONDITION_KEYS = ['min_prompt_tokens', 'utc_start', 'utc_end', 'utc_days'] as const;
export type ConditionKey = (typeof CONDITION_KEYS)[number];
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MINUTES_OF_A_DAY = 24 * 60;

/** Tells whether a key of an override is a condition. All other keys are prices. */
export function isConditionKey(key: string): key is ConditionKey {
  return CONDITION_KEYS.some((known) => known === key);
}

/** Reads the conditions of one entry. Returns the reason where a condition has another form. */
export function readCondition(stated: ReadonlyMap<ConditionKey, unknown>): PriceCondition | { reason: string } {
  const tokens = stated.get('min_prompt_tokens');
  if (tokens !== undefined && !(typeof tokens === 'number' && Number.isFinite(tokens) && tokens >= 0)) {
    return { reason: `min_prompt_tokens is ${excerptOf(tokens)}` };
  }
  const window = readWindow(stated.get('utc_start'), stated.get('utc_end'));
  if (window !== null && 'reason' in window) return window;
  const days = readDays(stated.get('utc_days'));
  if (days !== null && 'reason' in days) return days;
  return { min_prompt_tokens: tokens ?? null, window, days };
}

/** A missing start or end is that of the day. An equal start and end mean the whole day, as 0 to 0 does. */
function readWindow(start: unknown, end: unknown): PriceCondition['window'] | { reason: string } {
  if (start === undefined && end === undefined) return null;
  const from = minuteOfDay(start ?? 0);
  const to = minuteOfDay(end ?? 0);
  if (from === null) return { reason: `utc_start is ${excerptOf(start)}` };
  if (to === null) return { reason: `utc_end is ${excerptOf(end)}` };
  return { start: from % MINUTES_OF_A_DAY, end: to % MINUTES_OF_A_DAY };
}

/** Reads HHMM as a number: 130 is 01:30, 2400 is the end of the day. Null for anything else. */
function minuteOfDay(time: unknown): number | null {
  if (typeof time !== 'number' || !Number.isInteger(time) || time < 0 || time > 2400 || time % 100 > 59) return null;
  return Math.floor(time / 100) * 60 + (time % 100);
}

function readDays(names: unknown): ReadonlySet<number> | null | { reason: string } {
  if (names === undefined) return null;
  const days = Array.isArray(names) ? names.map((name) => DAYS.findIndex((day) => day === name)) : [];
  if (days.length === 0 || days.includes(-1)) return { reason: `utc_days is ${excerptOf(names)}` };
  return new Set(days);
}

/** Returns the minute of the week of an instant, in UTC. */
export function momentOf(instant: Date): Moment {
  return { day: instant.getUTCDay(), minute: instant.getUTCHours() * 60 + instant.getUTCMinutes() };
}

/** Tells whether the condition depends on the hour or the day. */
export function dependsOnTime({ window, days }: PriceCondition): boolean {
  return window !== null || days !== null;
}

/** Tells whether the condition holds for a request of so many prompt tokens, at a minute of the week. */
export function holds(condition: PriceCondition, promptTokens: number, moment: Moment): boolean {
  const { min_prompt_tokens, window, days } = condition;
  if (min_prompt_tokens !== null && promptTokens <= min_prompt_tokens) return false;
  if (days !== null && !days.has(moment.day)) return false;
  if (window === null) return true;
  const { start, end } = window;
  const { minute } = moment;
  return start < end ? minute >= start && minute < end : minute >= start || minute < end;
}

/**
 * Sample points: one per distinct set of active conditions in a week. Candidates are the start of each day and the edges of
 * all windows on each day; nothing changes between two edges.
 */
export function momentsThatMatter(conditions: readonly PriceCondition[]): Moment[] {
  if (conditions.length === 0) return [{ day: 0, minute: 0 }];
  const minutes = new Set([0]);
  for (const { window } of conditions) {
    if (window !== null) minutes.add(window.start).add(window.end);
  }
  const seen = new Set<string>();
  const moments: Moment[] = [];
  for (const minute of minutes) {
    for (let day = 0; day < DAYS.length; day += 1) {
      const moment = { day, minute };
      const state = conditions.map((condition) => (holds(condition, Infinity, moment) ? '1' : '0')).join('');
      if (!seen.has(state)) moments.push(moment);
      seen.add(state);
    }
  }
  return moments;
}

/** Describes a condition: `more than 200000 prompt tokens, from 01:00 to 07:00 UTC, on monday`. */
export function describe({ min_prompt_tokens, window, days }: PriceCondition): string {
  const parts: string[] = [];
  if (min_prompt_tokens !== null) parts.push(`more than ${min_prompt_tokens} prompt tokens`);
  if (window !== null) parts.push(`from ${clock(window.start)} to ${clock(window.end)} UTC`);
  if (days !== null) parts.push(`on ${[...days].map((day) => DAYS[day]).join(', ')}`);
  return parts.length === 0 ? 'always' : parts.join(', ');
}

function clock(minute: number): string {
  return [Math.floor(minute / 60), minute % 60].map((part) => part.toString().padStart(2, '0')).join(':');
}
