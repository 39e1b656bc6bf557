import { describe, expect, test } from '@jest/globals';
import { RETRY_LIMITS } from '../../../src/lib/http/retry.js';
import { sharedTime } from '../../../src/lib/http/shared-time.js';
import { fakeTime } from '../../support/fake-time.js';

describe('time that requests share', () => {
  test('leaves a request its own 60 s while there is more, then what is left, then nothing: it is not made', async () => {
    const time = fakeTime();
    const within = sharedTime('the account', 100_000, time);
    expect(within(RETRY_LIMITS)).toEqual(RETRY_LIMITS);
    await time.sleep(70_000);
    expect(within(RETRY_LIMITS)).toEqual({ ...RETRY_LIMITS, totalMs: 30_000 });
    await time.sleep(30_000);
    expect(() => within(RETRY_LIMITS)).toThrow('was not asked: the 100 s for the account were used up');
  });
});
