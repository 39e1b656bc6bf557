import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { readUsage } from '../../../src/usage/read/read-usage.js';
import { aggregate } from '../../../src/usage/read/aggregate.js';

/** Recordings beside the checkout, with right values worked out by hand; without that folder there is nothing to test. */
const CASES = fileURLToPath(new URL('../../../../shared/cases/usage/', import.meta.url));
const expected = z.array(
  z.object({
    name: z.string(),
    why: z.string(),
    right: z.array(
      z.tuple([
        z.string().nullable(),
        z.number().nullable(),
        z.number(),
        z.number(),
        z.number(),
        z.number(),
        z.number(),
        z.string().nullable(),
      ]),
    ),
  }),
);
const file = join(CASES, 'expected.json');
const cases = existsSync(file) ? expected.parse(JSON.parse(readFileSync(file, 'utf8'))) : [];

(cases.length > 0 ? describe : describe.skip)('recordings as tools really write them', () => {
  test.each(cases.length > 0 ? cases : [{ name: '', why: '', right: [] }])('$name: $why', async ({ name, right }) => {
    const usage = await readUsage([name], { cwd: CASES, within: null });
    const groups = aggregate(usage.rows, (key) => ({ ...key, web_searches: 0 })).map(
      ({ requests, has_requests, sums }) => [
        has_requests ? requests : null,
        sums.prompt,
        sums.completion,
        sums.cached,
        sums.written,
        sums.reasoning,
      ],
    );
    expect(groups).toEqual(right.map(([, ...figures]) => figures.slice(0, 6)));
    expect(usage.exchanges.not_understood).toBe(0);
  });
});
