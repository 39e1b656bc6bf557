import type { Catalogue } from './catalogue.js';

/** A model that OpenRouter withdraws. */
export interface ExpiringModel {
  readonly model: string;
  /** The day as the catalogue has it: `2026-12-01`. */
  readonly date: string;
}

const DAY_MS = 86_400_000;

/** The models that are withdrawn within so many days from `now`, or have been already. */
export function expiringModels({ models }: Catalogue, now: Date, days: number): ExpiringModel[] {
  return [...models.values()].flatMap(({ id, expiration_date: date }) => {
    const at = date === null ? NaN : Date.parse(`${date}T00:00:00Z`);
    return date !== null && at - now.getTime() <= days * DAY_MS ? [{ model: id, date }] : [];
  });
}
