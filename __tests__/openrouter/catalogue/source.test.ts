import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lockfileText } from '../../../src/openrouter/catalogue/lockfile.js';
import { obtainCatalogue, type CatalogueOrder } from '../../../src/openrouter/catalogue/source.js';
import { NoVerdictError } from '../../../src/lib/errors/problem.js';
import { catalogue, endpoint, model } from '../../support/catalogue.js';
import { endpointRow, modelRow, startCatalogueServer, type CatalogueServer } from '../../support/catalogue-server.js';
import { fakeTime } from '../../support/fake-time.js';

const DATE = 'Wed, 25 Nov 2026 10:00:00 GMT';
const NOW = '2026-11-25T10:00:01Z';
const FILE = 'llm-budget.lock.json';
const IDS = ['acme/one'];

let server: CatalogueServer;

beforeEach(async () => {
  server = await startCatalogueServer({
    models: [modelRow('acme/one')],
    endpoints: { 'acme/one': [endpointRow('acme')] },
    date: DATE,
  });
});

afterEach(async () => {
  await server.close();
});

/** A lock of 2026-11-24T09:00:00Z from the server's URL, with this prompt price. */
function lock(prompt = '0.000001'): { text: string; file: string } {
  const pricing = { prompt, completion: '0.000002' };
  const locked = catalogue([{ ...model({ id: 'acme/one', pricing }), endpoints: [endpoint({ tag: 'acme' })] }], {
    url: server.url,
  });
  return { text: lockfileText(locked, IDS), file: FILE };
}

function obtain(changes: Partial<CatalogueOrder> = {}) {
  const order = {
    url: new URL(server.url),
    lock: { file: FILE, text: null },
    offline: false,
    idsInUse: IDS,
    ...changes,
  };
  return obtainCatalogue(order, fakeTime(NOW));
}

async function refusal(changes: Partial<CatalogueOrder>): Promise<NoVerdictError> {
  const error: unknown = await obtain(changes).catch((reason: unknown) => reason);
  if (error instanceof NoVerdictError) return error;
  throw new Error('no NoVerdictError where one was due', { cause: error });
}

describe('while the catalogue answers', () => {
  test('prices are live, with a lock or without', async () => {
    const alone = await obtain();
    expect(alone.catalogue).toMatchObject({ source: 'live', url: server.url, fetched_at: '2026-11-25T10:00:00Z' });
    expect(alone).toMatchObject({ lock: null, notes: [] });

    const beside = await obtain({ lock: lock() });
    expect(beside.catalogue.source).toBe('live');
    expect(beside.lock).toMatchObject({ source: 'lock', fetched_at: '2026-11-24T09:00:00Z' });
    expect(beside.notes).toEqual([]);
  });

  test('a broken lock is a note', async () => {
    const obtained = await obtain({ lock: { text: '{', file: FILE } });
    expect(obtained.catalogue.source).toBe('live');
    expect(obtained.lock).toBeNull();
    expect(obtained.notes).toEqual([
      {
        code: 'lock_unreadable',
        message: `The lockfile ${FILE} cannot be used: it is not JSON. Write it again with "llm-budget lock".`,
      },
    ]);
  });

  test('a lock of another catalogue is a note', async () => {
    const { text } = lock('0.000005');
    const obtained = await obtain({
      lock: { text: text.replace(server.url, 'https://other.test/api'), file: FILE },
    });
    expect(obtained.lock?.url).toBe('https://other.test/api');
    expect(obtained.notes.map(({ code }) => code)).toEqual(['lock_of_another_catalogue']);
    expect(obtained.notes[0]?.message).toBe(
      `The lockfile was written from https://other.test/api, and prices are now from ${server.url}: a difference between them is not necessarily a price change. \`llm-budget lock --catalogue-url ${server.url}\` writes it again.`,
    );
  });
});

describe('while the catalogue fails', () => {
  beforeEach(() => {
    server.intercept(() => ({ status: 503 }));
  });

  test("prices are the lock's, with the reason and the age: 25 hours are 1 day", async () => {
    const obtained = await obtain({ lock: lock() });
    expect(obtained.catalogue.source).toBe('lock');
    expect(obtained.lock).toBeNull();
    expect(obtained.notes).toEqual([
      {
        code: 'prices_from_lock',
        message: `Live prices cannot be fetched: ${new URL(server.url).host} answered 503 (4 attempts). Prices are from the lockfile of 2026-11-24T09:00:00Z, 1 day old.`,
      },
    ]);
  });

  test('a lock of another catalogue says so', async () => {
    const other = { ...lock(), text: lock().text.replace(server.url, 'https://other.test/api') };
    const obtained = await obtain({ lock: other });
    expect(obtained.notes.map((note) => note.code)).toEqual(['prices_from_lock', 'lock_of_another_catalogue']);
    expect(obtained.notes[1]?.message).toBe('The lockfile was written from https://other.test/api.');
  });

  test('without a lock there are no prices: exit code 3, both reasons', async () => {
    const error = await refusal({});
    expect(error.exitCode).toBe(3);
    expect(error.problems.map((problem) => problem.message)).toEqual([
      `Live prices cannot be fetched: ${new URL(server.url).host} answered 503 (4 attempts).`,
      `There is no lockfile to fall back on; "llm-budget lock" writes one (looked for ${FILE}).`,
    ]);
  });

  test('with a broken lock, or one from the future, there are none either', async () => {
    const broken = await refusal({ lock: { text: 'x', file: FILE } });
    expect(broken.exitCode).toBe(3);
    expect(broken.problems).toMatchObject([
      { message: expect.stringContaining('answered 503') },
      { message: expect.stringContaining('it is not JSON'), file: FILE },
    ]);
    const future = { file: FILE, text: lock().text.replace('2026-11-24T09', '2026-11-26T09') };
    expect((await refusal({ lock: future })).message).toContain('in the future');
  });
});

describe('offline', () => {
  test('the catalogue is not asked', async () => {
    const obtained = await obtain({ offline: true, lock: lock() });
    expect(obtained.catalogue.source).toBe('lock');
    expect(obtained.notes[0]?.message).toBe(
      'Live prices were not requested (offline). Prices are from the lockfile of 2026-11-24T09:00:00Z, 1 day old.',
    );
    expect((await refusal({ offline: true })).exitCode).toBe(3);
    expect(server.requests).toEqual([]);
  });
});

describe('a catalogue that answers in part', () => {
  const down = () => {
    server.intercept(({ path }) => (path.includes('/endpoints') ? { status: 400 } : null));
  };

  test('is replaced by a fresh lockfile whose list prices are the live ones', async () => {
    down();
    const obtained = await obtain({ lock: lock() });
    expect([obtained.catalogue.source, obtained.standsIn]).toEqual(['lock', true]);
    expect(obtained.notes).toEqual([
      {
        code: 'prices_from_lock',
        message: expect.stringMatching(/endpoints of acme\/one could not be fetched .* prices everything\.$/),
      },
    ]);
  });

  test.each<[string, () => Partial<CatalogueOrder>]>([
    ['lists another price', () => ({ lock: lock('0.000009') })],
    ['is too old', () => ({ maxLockfileAgeDays: 0 })],
    ['is not there', () => ({ lock: { file: FILE, text: null } })],
  ])('keeps the live prices where the lockfile %s', async (_, changes) => {
    down();
    const obtained = await obtain({ lock: lock(), ...changes() });
    expect([obtained.catalogue.source, obtained.standsIn]).toEqual(['live', false]);
    expect(obtained.catalogue.endpoints.get('acme/one')?.state).toBe('unknown');
  });

  test('is none where it lacks more than half of the models of the lockfile', async () => {
    const rows = ['acme/one', 'acme/gone', 'acme/lost'].map((id) => ({
      ...model({ id }),
      endpoints: [endpoint({ tag: 'acme' })],
    }));
    const text = lockfileText(
      catalogue(rows, { url: server.url }),
      rows.map(({ id }) => id),
    );
    const obtained = await obtain({ lock: { file: FILE, text } });
    expect([obtained.catalogue.source, obtained.standsIn]).toEqual(['lock', false]);
    expect(obtained.notes[0]?.message).toContain('lacks 2 of the 3 models of the lockfile, so it is not used');
  });
});
