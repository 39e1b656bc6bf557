import { expect, test } from '@jest/globals';
import { bar } from '../../../src/lib/text/bar.js';

test.each([
  [0, '░░░░░'],
  [0.001, '█░░░░'],
  [20, '█░░░░'],
  [39.9, '█░░░░'],
  [40, '██░░░'],
  [99.9, '████░'],
  [100, '█████'],
  [240, '█████'],
])('a share of %d percent is %s', (share, expected) => {
  expect(bar(share, 5)).toBe(expected);
});
