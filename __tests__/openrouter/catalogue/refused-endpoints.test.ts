import { afterEach, describe, expect, test } from '@jest/globals';
import { fetchCatalogue } from '../../../src/openrouter/catalogue/live.js';
import {
  endpointRow,
  modelRow,
  startCatalogueServer,
  type CatalogueAnswer,
  type CatalogueRequest,
  type CatalogueServer,
} from '../../support/catalogue-server.js';
import { fakeTime } from '../../support/fake-time.js';
import { API_KEY } from '../../support/openrouter-server.js';

/**
 * OpenRouter's OpenAPI document (2026-08-22) states a key for `/models/{author}/{slug}/endpoints`, which is answered
 * without one today: what happens where a server begins to insist on it.
 */

let server: CatalogueServer;

afterEach(() => server.close());

const LIST = '/api/v1/models';
const ENDPOINTS = '/api/v1/models/acme/one/endpoints';

/** Refuses endpoints to whoever sends none of these keys, in OpenRouter's form of an error. */
async function insistingServer(status: number, accepted: readonly string[]): Promise<void> {
  server = await startCatalogueServer({
    models: [modelRow('acme/one')],
    endpoints: { 'acme/one': [endpointRow('acme')] },
  });
  const known = accepted.map((key) => `Bearer ${key}`);
  server.intercept(({ path, headers }: CatalogueRequest): CatalogueAnswer | null =>
    path.endsWith('/endpoints') && !known.includes(headers.authorization ?? '')
      ? { status, body: JSON.stringify({ error: { code: status, message: `no access with ${API_KEY}` } }) }
      : null,
  );
}

const asked = () => server.requests.map(({ path, headers }) => [path, headers.authorization ?? null]);
async function endpointsWith(apiKey?: string | null) {
  const options = { url: new URL(server.url), idsInUse: ['acme/one'], ...(apiKey === undefined ? {} : { apiKey }) };
  return (await fetchCatalogue(options, fakeTime())).endpoints.get('acme/one');
}

describe('a list of endpoints that is refused without a key', () => {
  test.each([401, 403])(
    '(%i) is asked for once more with the key at hand; the list of models is not',
    async (status) => {
      await insistingServer(status, [API_KEY]);
      expect(await endpointsWith(API_KEY)).toMatchObject({ state: 'known', endpoints: [{ tag: 'acme' }] });
      expect(asked()).toEqual([
        [LIST, null],
        [ENDPOINTS, null],
        [ENDPOINTS, `Bearer ${API_KEY}`],
      ]);
    },
  );

  test.each([null, undefined])('is unknown without a key (%s), and the reason says where to put one', async (none) => {
    await insistingServer(401, [API_KEY]);
    expect(await endpointsWith(none)).toEqual({
      state: 'unknown',
      reason: `${new URL(server.url).host} answered 401; give it a key: openrouter-api-key in the action, OPENROUTER_API_KEY on the command line`,
    });
    expect(asked()).toEqual([
      [LIST, null],
      [ENDPOINTS, null],
    ]);
  });

  test('is unknown where the key is refused too: it is sent once, and no message holds it', async () => {
    await insistingServer(401, []);
    expect(await endpointsWith(API_KEY)).toEqual({
      state: 'unknown',
      reason: `${new URL(server.url).host} answered 401, with the key too`,
    });
    expect(asked().filter(([, authorization]) => authorization !== null)).toHaveLength(1);
  });

  test('that fails in another way is not asked for with the key', async () => {
    await insistingServer(404, []);
    expect(await endpointsWith(API_KEY)).toEqual({
      state: 'unknown',
      reason: `${new URL(server.url).host} answered 404`,
    });
    expect(asked().filter(([, authorization]) => authorization !== null)).toEqual([]);
  });
});

test('a catalogue that answers without a key is never sent one', async () => {
  await insistingServer(401, [API_KEY]);
  server.intercept(null);
  expect(await endpointsWith(API_KEY)).toMatchObject({ state: 'known' });
  expect(asked()).toEqual([
    [LIST, null],
    [ENDPOINTS, null],
  ]);
});

test.each([
  ['https://openrouter.ai/api/v1', 1],
  ['https://prices.example/api/v1', 0],
  ['https://openrouter.ai.example/api/v1', 0],
])('at %s the key is sent %i times: it goes to OpenRouter and to this machine alone', async (url, times) => {
  await insistingServer(401, [API_KEY]);
  const time = fakeTime();
  const connect: typeof time.connect = () => {
    const send = time.connect();
    // The server on loopback stands in for every host.
    return (target, ...rest) => {
      const { pathname, search } = new URL(target);
      return send(new URL(`${pathname}${search}`, server.url), ...rest);
    };
  };
  const options = { url: new URL(url), idsInUse: ['acme/one'], apiKey: API_KEY };
  const { endpoints } = await fetchCatalogue(options, { ...time, connect });
  expect(asked().filter(([, authorization]) => authorization !== null)).toHaveLength(times);
  const unkeyed = { reason: `${options.url.host} answered 401; keys are sent to OpenRouter and to this machine alone` };
  expect(endpoints.get('acme/one')).toMatchObject(times === 1 ? { state: 'known' } : unkeyed);
});
