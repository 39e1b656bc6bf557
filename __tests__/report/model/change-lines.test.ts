import { describe, expect, test } from '@jest/globals';
import { worstCaseLine } from '../../../src/report/model/change-lines.js';
import type { Report } from '../../../src/report/model/schema.js';
import { readVerdict } from '../../support/reports.js';

const broken = readVerdict('worst-case');
const preExisting = broken.violations.map((violation) => ({ ...violation, in_base: true }));

function worst(head: string | null, base: string | null, changes: Partial<Report> = {}): string | null {
  if (broken.base === null) throw new Error('the fixture has a base');
  const line = worstCaseLine({
    ...broken,
    head: { ...broken.head, worst_case_per_run: head },
    base: { ...broken.base, worst_case_per_run: base },
    ...changes,
  });
  return line === null ? null : `${line.words}, ${line.amount}`;
}

describe('the line of the worst case', () => {
  test('stands where its limit is broken: 19.621 - 5.621 = 14', () => {
    expect(worst('19.621', '5.621')).toBe('$5.62 -> $19.62, +$14.00');
    expect(worst('5.621', '19.621')).toBe('$19.62 -> $5.62, -$14.00');
  });

  test('stands where the expected cost did not move, whatever is broken', () => {
    const delta = { per_run: '0', percent: '0.00', per_month: null };
    expect(worst('2', '1', { violations: [], delta })).toBe('$1.00 -> $2.00, +$1.00');
  });

  test.each<[string, string | null, string | null, Partial<Report>]>([
    ['nothing is broken and the expected cost moved', '2', '1', { violations: [] }],
    ['the default branch breaks its limit too', '2', '1', { violations: preExisting }],
    ['it is the same to the cent', '2.001', '2.002', {}],
    ['it is not known at head', null, '1', {}],
    ['it is not known at base', '1', null, {}],
    ['there is no base', '2', '1', { base: null }],
  ])('is missing where %s', (_, head, base, changes) => {
    expect(worst(head, base, changes)).toBeNull();
  });
});
