import { afterEach, describe, expect, test } from '@jest/globals';
import { fetchCatalogue } from '../../../src/openrouter/catalogue/live.js';
import { RETRY_LIMITS } from '../../../src/lib/http/retry.js';
import { NoVerdictError } from '../../../src/lib/errors/problem.js';
import { CATALOGUE_FAULTS, GOOD_BODY, type CatalogueFault } from '../../support/catalogue-faults.js';
import { answer, startFaultServer, type Fault, type FaultServer } from '../../support/fault-server.js';
import { fakeTime, type FakeTime } from '../../support/fake-time.js';

let server: FaultServer | null = null;

afterEach(async () => {
  await server?.close();
  server = null;
});

/** Four attempts of 10 s and the longest pauses between them, 0.5 s, 1 s and 2 s, fit into the 60 s. */
const limits = { ...RETRY_LIMITS, attemptMs: 10_000 };

/** The fault; where nothing but the deadline ends it, that comes when its bytes have had a moment to arrive. */
function faultIn(time: FakeTime, { fault, untilDeadline }: CatalogueFault): Fault {
  if (untilDeadline !== true) return fault;
  return (socket, request) => {
    fault(socket, request);
    setTimeout(() => {
      time.ringAlarm();
    }, 20);
  };
}

async function failureOf(promise: Promise<unknown>): Promise<NoVerdictError> {
  const error: unknown = await promise.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (error instanceof NoVerdictError) return error;
  throw new Error('no NoVerdictError where one was due', { cause: error });
}

describe('a catalogue that answers every request with', () => {
  test.each(CATALOGUE_FAULTS)('$name: no prices, exit code 3; asked again: $retried', async (fault) => {
    const time = fakeTime();
    server = await startFaultServer(() => faultIn(time, fault));
    const url = new URL(server.url);
    const error = await failureOf(fetchCatalogue({ url, idsInUse: [], limits }, time));

    expect(error.exitCode).toBe(3);
    expect(error.message).toMatch(fault.says);
    expect(error.message).toContain(`Live prices cannot be fetched: ${url.host} `);
    expect(error.message).not.toMatch(/::|[^\x20-\x7e]/);
    expect(server.requests).toHaveLength(fault.retried ? 4 : 1);
    expect(error.message.includes('(4 attempts)')).toBe(fault.retried);
  });
});

describe('a catalogue that fails once and is well again, with', () => {
  test.each(CATALOGUE_FAULTS.filter((fault) => fault.retried))(
    '$name: the second attempt has the prices',
    async (fault) => {
      const time = fakeTime();
      server = await startFaultServer((_, index) => (index === 0 ? faultIn(time, fault) : answer(200, GOOD_BODY)));
      const url = new URL(server.url);
      const catalogue = await fetchCatalogue({ url, idsInUse: [], limits }, time);

      expect([...catalogue.models.keys()]).toEqual(['acme/one', 'acme/two']);
      expect(server.requests).toHaveLength(2);
    },
  );
});
