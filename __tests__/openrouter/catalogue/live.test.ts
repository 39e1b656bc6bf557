import { createHash } from 'node:crypto';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Catalogue } from '../../../src/openrouter/catalogue/catalogue.js';
import { fetchCatalogue, endpointsPath } from '../../../src/openrouter/catalogue/live.js';
import { startModels } from '../../../src/openrouter/catalogue/start-models.js';
import { RETRY_LIMITS } from '../../../src/lib/http/retry.js';
import {
  endpointRow,
  modelRow,
  startCatalogueServer,
  type CatalogueContent,
  type CatalogueServer,
} from '../../support/catalogue-server.js';
import { answer, startFaultServer, type FaultServer } from '../../support/fault-server.js';
import { fakeTime } from '../../support/fake-time.js';

const servers: (CatalogueServer | FaultServer)[] = [];

afterEach(async () => {
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function serve(content: CatalogueContent): Promise<CatalogueServer> {
  const server = await startCatalogueServer(content);
  servers.push(server);
  return server;
}

function fetchFrom(server: { url: string }, idsInUse: readonly string[] = [], time = fakeTime()): Promise<Catalogue> {
  return fetchCatalogue({ url: new URL(server.url), idsInUse }, time);
}

describe('what is asked for', () => {
  test('is the list of models, then the endpoints of the models in use and of no others', async () => {
    const ids = ['acme/one', 'acme/two', 'acme/two:free', 'acme/unused'];
    const endpoints = Object.fromEntries(ids.map((id) => [id, [endpointRow('acme')]]));
    const server = await serve({ models: ids.map((id) => modelRow(id)), endpoints });
    const catalogue = await fetchFrom(server, ['acme/one', 'acme/two:free', 'acme/one:floor', 'acme/unknown']);

    expect(server.requests.map((request) => request.path)).toEqual([
      '/api/v1/models',
      '/api/v1/models/acme/one/endpoints',
      '/api/v1/models/acme/two:free/endpoints',
    ]);
    expect([...catalogue.endpoints.keys()]).toEqual(['acme/one', 'acme/two:free']);
    expect([...catalogue.models.keys()]).toEqual(ids);
  });

  test('is asked without any header beyond accept, user-agent and those of the connection', async () => {
    const server = await startFaultServer(() => answer(200, JSON.stringify({ data: [modelRow('acme/one')] })));
    servers.push(server);
    await fetchFrom(server, ['acme/one']);
    expect(server.requests).toHaveLength(2);
    for (const request of server.requests) {
      expect(request.method).toBe('GET');
      expect([...request.headers]).toEqual(
        expect.arrayContaining([
          ['accept', 'application/json'],
          ['user-agent', 'llm-budget'],
          ['accept-encoding', 'gzip, br'],
        ]),
      );
      expect([...request.headers.keys()].sort()).toEqual([
        'accept',
        'accept-encoding',
        'connection',
        'host',
        'user-agent',
      ]);
    }
  });

  test('never more than 8 endpoints at once, and at last all 30', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `acme/m${index}`);
    const open: (() => void)[] = [];
    let [most, asked] = [0, 0];
    const server = await startFaultServer(({ path }) => (socket, request) => {
      if (path.includes('/models?')) {
        answer(200, JSON.stringify({ data: ids.map((id) => modelRow(id)) }))(socket, request);
        return;
      }
      asked += 1;
      open.push(() => {
        answer(200, '{"data":{"endpoints":[]}}')(socket, request);
      });
      most = Math.max(most, open.length);
      // Answered only once eight wait, or the last, and after a moment in which a ninth could come.
      if (open.length < 8 && asked < ids.length) return;
      setTimeout(() => {
        for (const release of open.splice(0)) release();
      }, 20);
    });
    servers.push(server);
    const catalogue = await fetchFrom(server, ids);
    expect(most).toBe(8);
    expect([...catalogue.endpoints.values()].filter((list) => list.state === 'known')).toHaveLength(30);
  });

  test.each([
    ['openai/gpt-5-mini', '/models/openai/gpt-5-mini/endpoints'],
    ['acme/two:free', '/models/acme/two:free/endpoints'],
    ['a b/c?d#e', '/models/a%20b/c%3Fd%23e/endpoints'],
    ['a/b%2fc', '/models/a/b%252fc/endpoints'],
    ['a/b/c', '/models/a/b/c/endpoints'],
  ])('%s has its endpoints at %s', (id, path) => {
    expect(endpointsPath(id)).toBe(path);
    expect(new URL(`https://x.test${path}`).pathname).toBe(path);
  });

  test.each(['one', 'a/..', '../a', './a', 'a//b', 'a/', '/a', 'a/\ud800'])('%j cannot be asked for', (id) => {
    expect(endpointsPath(id)).toBeNull();
  });
});

describe('the catalogue', () => {
  test("has the facts of a row, and null where it is silent; nobody else's fields", async () => {
    const row = {
      ...modelRow('acme/one', { canonical_slug: 'acme/one-1', alias_target: { slug: 'acme/two' } }),
      hugging_face_id: 'Acme/One',
      expiration_date: '2026-12-31T00:00:00Z',
      brand_new_field: { a: 1 },
      pricing: { prompt: '0.1', odd: 7, overrides: [{ min_prompt_tokens: 5 }] },
    };
    const bare = { id: 'acme/bare', pricing: {} };
    const server = await startFaultServer(() => answer(200, JSON.stringify({ data: [row, bare] })));
    servers.push(server);
    const { models } = await fetchFrom(server);
    expect(models.get('acme/one')).toEqual({
      id: 'acme/one',
      canonical_slug: 'acme/one-1',
      context_length: 128_000,
      output_modalities: ['text'],
      pricing: { prompt: '0.1', odd: 7, overrides: [{ min_prompt_tokens: 5 }] },
      top_provider: { context_length: 128_000, max_completion_tokens: 16_000 },
      alias_target: 'acme/two',
      hugging_face_id: 'Acme/One',
      expiration_date: '2026-12-31',
    });
    expect(models.get('acme/bare')).toEqual({
      id: 'acme/bare',
      canonical_slug: null,
      context_length: null,
      output_modalities: ['text'],
      pricing: {},
      top_provider: { context_length: null, max_completion_tokens: null },
      alias_target: null,
      hugging_face_id: null,
      expiration_date: null,
    });
  });

  test('is named by URL and by the hash of the body', async () => {
    const server = await serve({ models: [modelRow('acme/one')] });
    const catalogue = await fetchFrom({ url: `${server.url}/` });
    const body = JSON.stringify({ data: [modelRow('acme/one')] });
    expect(catalogue).toMatchObject({
      source: 'live',
      url: server.url,
      sha256: createHash('sha256').update(body).digest('hex'),
      notes: [],
    });
  });

  test.each([
    ['its Date', { date: 'Tue, 24 Nov 2026 08:30:00 GMT' }, '2026-11-24T08:30:00Z'],
    ['its Date less its Age', { date: 'Tue, 24 Nov 2026 08:30:00 GMT', age: '90' }, '2026-11-24T08:28:30Z'],
    ['its Date, where Age is no number', { date: 'Tue, 24 Nov 2026 08:30:00 GMT', age: 'old' }, '2026-11-24T08:30:00Z'],
    ['the clock, where it has no Date', {}, '2026-11-24T09:00:00Z'],
    ['the clock, where its Date is no date', { date: 'today' }, '2026-11-24T09:00:00Z'],
  ])('was fetched at %s', async (_, headers, expected) => {
    const server = await startFaultServer(() => answer(200, JSON.stringify({ data: [modelRow('acme/one')] }), headers));
    servers.push(server);
    expect((await fetchFrom(server, [], fakeTime('2026-11-24T09:00:00.750Z'))).fetched_at).toBe(expected);
  });

  test('leaves rows out that cannot be read, and says which', async () => {
    const rows = [
      modelRow('acme/one'),
      { id: 'acme/odd', pricing: 'free' },
      null,
      { ...modelRow('acme/three'), context_length: 'x' },
    ];
    const server = await startFaultServer(() => answer(200, JSON.stringify({ data: rows })));
    servers.push(server);
    const catalogue = await fetchFrom(server);
    expect([...catalogue.models.keys()]).toEqual(['acme/one']);
    expect(catalogue.notes).toEqual([
      {
        code: 'malformed_models',
        message: "3 of the catalogue's models cannot be read and count as unknown (acme/odd, acme/three).",
      },
    ]);
  });

  test.each([
    ['the dearer first', ['0.000003', '0.000001'], '0.000003'],
    ['the dearer last', ['0.000001', '0.000003'], '0.000003'],
    ['one that cannot be read', ['0.000001', '-1'], '-1'],
    ['one that cannot be read first', ['-1', '0.000001'], '-1'],
    ['one that is too long to be a price', [`0.${'0'.repeat(70)}1`, '0.000001'], `0.${'0'.repeat(70)}1`],
    // 0.30000000000000004 as a binary float is the sum of 0.1 and 0.2; as decimals the second is dearer.
    ['prices that floats cannot tell apart', ['0.30000000000000001', '0.30000000000000002'], '0.30000000000000002'],
  ])('of an id listed twice has the dearer row: %s', async (_, prompts, expected) => {
    const models = prompts.map((prompt) => modelRow('acme/one', { pricing: { prompt, completion: '0' } }));
    const server = await serve({ models });
    const catalogue = await fetchFrom(server, ['acme/one']);
    expect(catalogue.models.get('acme/one')?.pricing.prompt).toBe(expected);
    expect(catalogue.notes).toEqual([
      { code: 'duplicate_model', message: 'The catalogue lists acme/one more than once; the higher price is used.' },
    ]);
    // Where nobody uses the model it is nobody's concern.
    expect((await fetchFrom(server, [])).notes).toEqual([]);
  });

  test('of a Date in the future is dated by our own clock, or its lock could never be read', async () => {
    const server = await serve({ models: [modelRow('acme/one')], date: 'Tue, 01 Jan 2030 00:00:00 GMT' });
    expect((await fetchFrom(server)).fetched_at < '2030').toBe(true);
  });

  test('takes ids that are names of object members as the ordinary ids they are', async () => {
    const body =
      '{"data":[{"id":"__proto__","pricing":{"prompt":"1"}},{"id":"constructor","pricing":{"__proto__":"x"}}]}';
    const server = await startFaultServer(() => answer(200, body));
    servers.push(server);
    const { models } = await fetchFrom(server, ['__proto__', 'constructor']);
    expect([...models.keys()]).toEqual(['__proto__', 'constructor']);
    expect(Object.keys(models.get('constructor')?.pricing ?? {})).toEqual([]);
  });
});

describe('several pages', () => {
  function page(ids: readonly string[], next: string | null): string {
    return JSON.stringify({ data: ids.map((id) => modelRow(id)), links: { next } });
  }

  test('are followed on the same host and are one catalogue', async () => {
    const pages = [
      page(['acme/one'], '/api/v1/models?offset=1'),
      page(['acme/two'], '?offset=2'),
      page(['acme/three'], null),
    ];
    const server = await startFaultServer((_, index) => answer(200, pages[index] ?? ''));
    servers.push(server);
    const catalogue = await fetchFrom(server);
    expect([...catalogue.models.keys()]).toEqual(['acme/one', 'acme/two', 'acme/three']);
    expect(server.requests.map(({ path }) => path)).toEqual([
      '/api/v1/models?output_modalities=all',
      '/api/v1/models?offset=1',
      '/api/v1/models?offset=2',
    ]);
    expect(catalogue.sha256).toBe(createHash('sha256').update(pages.join('')).digest('hex'));
  });

  test('end after the twentieth', async () => {
    const server = await startFaultServer((_, index) => answer(200, page([`acme/m${index}`], `?page=${index + 1}`)));
    servers.push(server);
    await expect(fetchFrom(server)).rejects.toThrow('lists its models on more than 20 pages');
    expect(server.requests).toHaveLength(20);
  });

  test('together keep the limit of one body: 32 MiB, of which each of these has 7', async () => {
    const blank = ' '.repeat(7 * 1024 * 1024);
    const server = await startFaultServer((_, index) =>
      answer(200, page([`acme/m${index}`], `?page=${index + 1}`) + blank),
    );
    servers.push(server);
    await expect(fetchFrom(server)).rejects.toThrow(/more than the \d+ bytes that are read/);
    expect(server.requests).toHaveLength(5);
  });

  test.each([
    'https://other.example/models',
    '//other.example/models',
    'http://127.0.0.1:1/models',
    'file:///x',
    'http://u:p@',
  ])('are not followed to %s', async (next) => {
    const server = await startFaultServer(() => answer(200, page(['acme/one'], next)));
    servers.push(server);
    await expect(fetchFrom(server)).rejects.toMatchObject({ exitCode: 3 });
    expect(server.requests).toHaveLength(1);
  });
});

describe('endpoints that cannot be had', () => {
  const models = [modelRow('acme/one'), modelRow('acme/two')];
  const endpoints = { 'acme/one': [endpointRow('acme')], 'acme/two': [endpointRow('acme')] };

  test('leave the other models and the prices alone, and say why', async () => {
    const server = await serve({ models, endpoints });
    server.intercept(({ path }) => (path.includes('acme/two') ? { status: 503 } : null));
    const catalogue = await fetchFrom(server, ['acme/one', 'acme/two']);
    expect(catalogue.endpoints.get('acme/one')).toMatchObject({
      state: 'known',
      endpoints: [{ tag: 'acme', status: 0 }],
    });
    expect(catalogue.endpoints.get('acme/two')).toEqual({
      state: 'unknown',
      reason: `${new URL(server.url).host} answered 503 (4 attempts)`,
    });
  });

  test.each([
    [
      'an error with status 200',
      '{"error":{"code":500,"message":"x"}}',
      /error in place of data \(code 500\) \(4 attempts\)/,
    ],
    ['another shape', '{"data":[]}', /sent JSON that is not a list of endpoints \(at data\)/],
    [
      'one endpoint without a price',
      '{"data":{"endpoints":[{"provider_name":"a","tag":"a"}]}}',
      /\(at data\.endpoints\.0\.pricing\)/,
    ],
    ['3 MiB', ' '.repeat(3 * 1024 * 1024), /more than the 2097152 bytes that are read/],
  ])('are unknown after %s', async (_, body, reason) => {
    const server = await serve({ models, endpoints });
    server.intercept(({ path }) => (path.endsWith('endpoints') ? { status: 200, body } : null));
    const catalogue = await fetchFrom(server, ['acme/one']);
    expect(catalogue.endpoints.get('acme/one')).toEqual({ state: 'unknown', reason: expect.stringMatching(reason) });
  });

  test('cost the run one stretch of time, not one for each: a pause of 40 s leaves none for the next', async () => {
    const server = await serve({ models, endpoints });
    server.intercept(({ path }) =>
      path.endsWith('endpoints') ? { status: 429, headers: { 'retry-after': '40' } } : null,
    );
    const time = fakeTime();
    const catalogue = await fetchFrom(server, ['acme/one'], time);
    expect(time.pauses).toEqual([40_000]);
    expect(catalogue.endpoints.get('acme/one')).toMatchObject({ state: 'unknown' });
  });

  test('are not asked for once the time is used up', async () => {
    const server = await serve({ models, endpoints });
    const time = fakeTime();
    const late = {
      ...time,
      now: () => (server.requests.length === 0 ? time.now() : time.now() + RETRY_LIMITS.totalMs),
    };
    const catalogue = await fetchCatalogue({ url: new URL(server.url), idsInUse: ['acme/one'] }, late);
    expect(server.requests).toHaveLength(1);
    expect(catalogue.endpoints.get('acme/one')).toEqual({
      state: 'unknown',
      reason: `${new URL(server.url).host} was not asked: the 60 s for the catalogue were used up`,
    });
  });
});

describe('a list of models that was requested before', () => {
  const models = [modelRow('acme/one')];
  const endpoints = { 'acme/one': [endpointRow('acme')] };
  /** A server whose list of models takes `milliseconds` of the clock that is returned. */
  async function listTaking(milliseconds: number) {
    const server = await serve({ models, endpoints });
    const time = fakeTime();
    let passed = 0;
    server.intercept(({ path }) => {
      if (path.endsWith('/models')) passed += milliseconds;
      return null;
    });
    const clock = { ...time, now: () => time.now() + passed };
    const options = { url: new URL(server.url), idsInUse: ['acme/one'] };
    return { server, clock, options, pass: (more: number) => (passed += more) };
  }

  test('is not requested again', async () => {
    const { server, clock, options } = await listTaking(0);
    const catalogue = await fetchCatalogue(options, clock, startModels(options, clock));
    expect(server.requests.map(({ path }) => path)).toEqual(['/api/v1/models', '/api/v1/models/acme/one/endpoints']);
    expect(catalogue.endpoints.get('acme/one')).toMatchObject({ state: 'known' });
  });

  test('that fails is the failure of the catalogue (exit code 3), and none where no catalogue is needed', async () => {
    const { server, clock, options } = await listTaking(0);
    server.intercept(() => ({ status: 404 }));
    const started = startModels(options, clock);
    await expect(fetchCatalogue(options, clock, started)).rejects.toMatchObject({
      exitCode: 3,
      message: `Live prices cannot be fetched: ${new URL(server.url).host} answered 404.`,
    });
    expect(server.requests).toHaveLength(1);
  });

  // The total is 60 s for both: 60 - 50 = 10 s remain for a pause of 9 s, and not for one of 11 s.
  test.each([
    [9, 'known'],
    [11, 'unknown'],
  ])('and took 50 s leaves 10 s for the endpoints: a pause of %s s makes them %s', async (seconds, state) => {
    const { server, clock, options, pass } = await listTaking(50_000);
    const started = startModels(options, clock);
    await started;
    // What is waited for in between, such as GitHub, does not count.
    pass(100_000);
    let refused = 0;
    server.intercept(({ path }) => {
      if (!path.endsWith('endpoints') || refused > 0) return null;
      refused += 1;
      return { status: 429, headers: { 'retry-after': String(seconds) } };
    });
    const catalogue = await fetchCatalogue(options, clock, started);
    expect(catalogue.endpoints.get('acme/one')).toMatchObject({ state });
  });
});
