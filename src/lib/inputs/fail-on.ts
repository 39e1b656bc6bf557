/** What makes a run fail, the same behind both doors; the first where nothing is said. */
export const FAIL_ON = ['violation', 'warning', 'never'] as const;
export type FailOn = (typeof FAIL_ON)[number];
