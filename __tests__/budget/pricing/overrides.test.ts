import { describe, expect, it } from '@jest/globals';
import type { Pricing } from '../../../src/openrouter/catalogue/catalogue.js';
import { tokens } from '../../support/manifest.js';
import { endpoint } from '../../support/catalogue.js';
import { expectedOf, perMillion, rangeOf } from '../../support/price.js';

/** A model of $1 and $2 per million with the given overrides, asked for a prompt of so many tokens alone. */
function promptCost(overrides: readonly Pricing[], prompt: number, at?: string): string | null {
  const call = { prompt_tokens: tokens(prompt), completion_tokens: tokens(0) };
  return expectedOf({ pricing: perMillion(1, 2, { overrides }), call, ...(at !== undefined && { at }) });
}

describe('overrides by the length of the prompt', () => {
  const LONG = [{ min_prompt_tokens: 1000, prompt: '0.000005', completion: '0.00001' }];

  it.each([
    { prompt: 1000, cost: '0.001', title: '1000 is not more than 1000: 1000 x 0.000001' },
    { prompt: 1001, cost: '0.005005', title: '1001 is, and all of it is re-priced: 1001 x 0.000005' },
  ])('$title', ({ prompt, cost }) => {
    expect(promptCost(LONG, prompt)).toBe(cost);
  });

  it('re-price the completion too, and count cached tokens: 1 x 0.000005 + 1000 x 0.0000001 + 10 x 0.00001', () => {
    const pricing = perMillion(1, 2, { input_cache_read: '0.0000001', overrides: LONG });
    const call = { prompt_tokens: tokens(1001), cached_tokens: tokens(1000), completion_tokens: tokens(10) };
    // 0.000005 + 0.0001 + 0.0001: the read price is not in the override and stays
    expect(expectedOf({ pricing, call })).toBe('0.000205');
  });

  it('the later entry wins, key by key: 3000 x 0.000007 + 10 x 0.00001', () => {
    const overrides = [...LONG, { min_prompt_tokens: 2000, prompt: '0.000007' }];
    const call = { prompt_tokens: tokens(3000), completion_tokens: tokens(10) };
    expect(expectedOf({ pricing: perMillion(1, 2, { overrides }), call })).toBe('0.0211');
  });

  it('and that by its place, not by its threshold: 3000 x 0.000005', () => {
    expect(promptCost([{ min_prompt_tokens: 2000, prompt: '0.000007' }, ...LONG], 3000)).toBe('0.015');
  });

  it('re-price audio, reads and both writes: 100 x 5 + 10 x 6 + 20 x 7 + 30 x 8 per million', () => {
    const overrides = [
      {
        min_prompt_tokens: 100,
        prompt: '0.000005',
        audio: '0.000006',
        input_audio_cache: '0.000001',
        input_cache_read: '0.000007',
        input_cache_write: '0.0000075',
        input_cache_write_1h: '0.000008',
      },
    ];
    const pricing = perMillion(1, 2, { input_cache_write: '0.00000125', input_cache_write_1h: '0.000002', overrides });
    const call = {
      prompt_tokens: tokens(160),
      audio_tokens: tokens(10),
      cached_tokens: tokens(20),
      cache_write_tokens: tokens(30),
      cache_ttl: '1h' as const,
      completion_tokens: tokens(0),
    };
    // 500 + 60 + 140 + 240 = 940 per million
    expect(expectedOf({ pricing, call })).toBe('0.00094');
  });
});

describe('overrides by the time, at a given instant', () => {
  // 2026-11-23 is a Monday. 1000 x 0.000001 = 0.001, in the window 1000 x 0.000009 = 0.009.
  const window = (fields: Pricing): Pricing[] => [{ ...fields, prompt: '0.000009' }];

  it.each([
    { fields: { utc_start: 100, utc_end: 700 }, at: '2026-11-23T00:59:59.999Z', cost: '0.001', why: 'before 01:00' },
    { fields: { utc_start: 100, utc_end: 700 }, at: '2026-11-23T01:00:00Z', cost: '0.009', why: 'the start is in it' },
    { fields: { utc_start: 100, utc_end: 700 }, at: '2026-11-23T06:59:59Z', cost: '0.009', why: 'just before the end' },
    {
      fields: { utc_start: 100, utc_end: 700 },
      at: '2026-11-23T07:00:00Z',
      cost: '0.001',
      why: 'the end is not in it',
    },
    { fields: { utc_start: 100, utc_end: 700 }, at: '2026-11-23T02:00:00+05:00', cost: '0.001', why: 'it is UTC' },
    { fields: { utc_start: 2230, utc_end: 130 }, at: '2026-11-23T23:00:00Z', cost: '0.009', why: 'before midnight' },
    { fields: { utc_start: 2230, utc_end: 130 }, at: '2026-11-24T01:29:00Z', cost: '0.009', why: 'wrapped midnight' },
    { fields: { utc_start: 2230, utc_end: 130 }, at: '2026-11-24T01:30:00Z', cost: '0.001', why: 'after the end' },
    { fields: { utc_start: 1400, utc_end: 0 }, at: '2026-11-23T23:59:00Z', cost: '0.009', why: '0 ends the day' },
    { fields: { utc_start: 1400, utc_end: 2400 }, at: '2026-11-23T23:59:00Z', cost: '0.009', why: '2400 does too' },
    { fields: { utc_start: 1400 }, at: '2026-11-23T13:59:00Z', cost: '0.001', why: 'a start alone holds to midnight' },
    { fields: { utc_end: 700 }, at: '2026-11-23T06:00:00Z', cost: '0.009', why: 'an end alone holds from midnight' },
    { fields: { utc_start: 0, utc_end: 0 }, at: '2026-11-23T12:00:00Z', cost: '0.009', why: '0 to 0 is the whole day' },
    { fields: { utc_days: ['monday'] }, at: '2026-11-23T12:00:00Z', cost: '0.009', why: 'it is Monday' },
    { fields: { utc_days: ['monday'] }, at: '2026-11-24T00:00:00Z', cost: '0.001', why: 'it is Tuesday' },
    { fields: { utc_days: ['saturday', 'sunday'] }, at: '2026-11-22T12:00:00Z', cost: '0.009', why: 'it is Sunday' },
    {
      fields: { utc_days: ['monday'], utc_start: 2200, utc_end: 600 },
      at: '2026-11-24T01:00:00Z',
      cost: '0.001',
      why: "the day is the instant's own, Tuesday",
    },
    {
      fields: { utc_days: ['monday'], utc_start: 2200, utc_end: 600 },
      at: '2026-11-23T01:00:00Z',
      cost: '0.009',
      why: "the day is the instant's own, Monday",
    },
    {
      fields: { utc_start: 100, utc_end: 700, min_prompt_tokens: 1000 },
      at: '2026-11-23T02:00:00Z',
      cost: '0.001',
      why: 'all conditions must hold',
    },
  ])('$fields at $at costs $cost: $why', ({ fields, at, cost }) => {
    expect(promptCost(window(fields), 1000, at)).toBe(cost);
  });
});

describe('overrides by the time, without an instant', () => {
  it('the most expensive hour of the week counts: 1000 x 0.000009', () => {
    const overrides = [
      { utc_start: 800, utc_end: 900, prompt: '0.000004' },
      { utc_days: ['sunday'], utc_start: 2300, utc_end: 2315, prompt: '0.000009' },
    ];
    expect(promptCost(overrides, 1000)).toBe('0.009');
  });

  it('cheaper hours do not: 1000 x 0.000001', () => {
    expect(promptCost([{ utc_start: 0, utc_end: 600, prompt: '0.0000001' }], 1000)).toBe('0.001');
  });

  it('unless they are all there are: 1000 x 0.0000005 in the dearer half of the day', () => {
    const overrides = [
      { utc_start: 0, utc_end: 1400, prompt: '0.0000005' },
      { utc_start: 1400, utc_end: 0, prompt: '0.0000002' },
    ];
    expect(promptCost(overrides, 1000)).toBe('0.0005');
  });

  it('prices of different hours are never mixed: the dearer hour for 1000 + 100 tokens, not the dearer of each price', () => {
    const overrides = [
      { utc_start: 0, utc_end: 1200, prompt: '0.000009', completion: '0' },
      { utc_start: 1200, utc_end: 0, prompt: '0', completion: '0.00005' },
    ];
    // 1000 x 0.000009 = 0.009 in the morning, 100 x 0.00005 = 0.005 in the afternoon
    expect(expectedOf({ pricing: perMillion(1, 2, { overrides }) })).toBe('0.009');
  });

  it('windows that overlap are both met where they do: 1000 x 0.000005 + 100 x 0.00004', () => {
    const overrides = [
      { utc_start: 600, utc_end: 1200, prompt: '0.000005' },
      { utc_start: 1100, utc_end: 1800, utc_days: ['friday'], completion: '0.00004' },
    ];
    // 0.005 + 0.004
    expect(expectedOf({ pricing: perMillion(1, 2, { overrides }) })).toBe('0.009');
  });

  it('an instant fixes expected and floor, and never the worst case', () => {
    const pricing = perMillion(1, 2, { overrides: [{ utc_start: 0, utc_end: 600, prompt: '0.000009' }] });
    const call = { completion_tokens: tokens(0), max_tokens: 0 };
    const endpoints = [endpoint({ tag: 'a', pricing })];
    const quiet = rangeOf({ pricing, endpoints, call, at: '2026-11-24T09:00:00Z' });
    expect(quiet).toEqual({ expected: '0.001', floor: '0.001', worst: '0.009' });
    expect(rangeOf({ pricing, endpoints, call })).toEqual({ expected: '0.009', floor: '0.009', worst: '0.009' });
  });
});
