import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { lockfileText } from '../../src/openrouter/catalogue/lockfile.js';
import { check } from '../../src/check/check.js';
import type { Sources } from '../../src/check/sources.js';
import type { Report } from '../../src/report/model/schema.js';
import { catalogue, model } from '../support/catalogue.js';
import { modelRow, startCatalogueServer, type CatalogueServer } from '../support/catalogue-server.js';
import { DATE } from '../support/command-line.js';
import { fakeTime } from '../support/fake-time.js';
import { found, PLAIN_CHECK, sources } from '../support/sources.js';

/** The whole story at live prices of $1 a million prompt tokens and $2 a million completion tokens, beside a lock. */

let server: CatalogueServer;
beforeAll(async () => {
  server = await startCatalogueServer({ models: [modelRow('a/one'), modelRow('a/two')], date: DATE });
});
afterAll(() => server.close());

/** A call of 1,000 requests for each model: at live prices 1000 x (1000 x 0.000001) = $1 a run. */
function calls(...models: readonly string[]): string {
  const rows = models.map((id) => `{model: ${id}, count: 1000, prompt_tokens: 1000, completion_tokens: 0}`);
  return `version: 1\nsuites: {evals: {calls: [${rows.join(', ')}]}}\n`;
}

/** A lock of these models at half of the live prompt price. */
function lock(url: string, ...ids: readonly string[]): Sources['lock'] {
  const pricing = { prompt: '0.0000005', completion: '0.000002' };
  const locked = catalogue(
    ids.map((id) => model({ id, pricing })),
    { url },
  );
  return { file: 'llm-budget.lock.json', text: lockfileText(locked, ids) };
}

async function reported(fields: Partial<Sources>): Promise<Report> {
  const options = { ...PLAIN_CHECK, offline: false, catalogueUrl: new URL(server.url) };
  return await check(sources(fields), options, fakeTime());
}

const codesOf = ({ notes }: Report) => notes.map(({ code }) => code).filter((code) => code !== 'catalogue_url');

describe('the drift beside a lock that lacks a model', () => {
  const both = found(calls('a/one', 'a/two'));

  test('leaves its calls out, $1 - $0.5 of a/one alone, and says so where base had the model too', async () => {
    const report = await reported({ head: both, base: both, lock: lock(server.url, 'a/one') });
    expect(report.price_drift).toMatchObject({ per_run: '0.5', models: [{ model: 'a/one', per_run: '0.5' }] });
    expect(codesOf(report)).toEqual(['drift_incomplete']);
  });

  test('says nothing of a model that the change adds', async () => {
    const base = found(calls('a/one'));
    const report = await reported({ head: both, base, lock: lock(server.url, 'a/one') });
    expect(report.price_drift?.per_run).toBe('0.5');
    expect(codesOf(report)).toEqual([]);
  });

  test('says it without a base, since what is new is not known', async () => {
    const report = await reported({ head: both, lock: lock(server.url, 'a/one') });
    expect(codesOf(report)).toEqual(['drift_incomplete']);
  });

  test('is none at all where the lock lacks every model, and not $0', async () => {
    const report = await reported({ head: both, base: both, lock: lock(server.url) });
    expect(report.price_drift).toBeNull();
    expect(codesOf(report)).toEqual(['drift_incomplete']);
  });
});

test('the drift since a lock of another catalogue is shown with a note that it is one', async () => {
  const head = found(calls('a/one'));
  const report = await reported({ head, base: head, lock: lock('https://other.test/api/v1', 'a/one') });
  expect(report.price_drift?.per_run).toBe('0.5');
  expect(codesOf(report)).toEqual(['lock_of_another_catalogue']);
});
