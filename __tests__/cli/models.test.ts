import { describe, expect, test } from '@jest/globals';
import { endpointRow, modelRow } from '../support/catalogue-server.js';
import { commandLine, DATE, manifestText, type Setting } from '../support/command-line.js';
import { temporaryFolderForEachTest, catalogueForAllTests } from '../support/set-up.js';

const dear = { prompt: '0.000003', completion: '0.000015', input_cache_read: '0.0000003' };
const many = Array.from({ length: 31 }, (_, index) => modelRow(`many/model-${index}`));

const server = catalogueForAllTests({
  models: [
    modelRow('acme/dear', { pricing: dear, context_length: 1_000_000 }),
    modelRow('acme/cheap'),
    modelRow('acme/router', { pricing: { prompt: '-1', completion: '-1' } }),
    modelRow('openai/gpt-4o', { pricing: { prompt: '0.0000025', completion: '0.00001' } }),
    modelRow('anthropic/claude-sonnet-4', { pricing: dear }),
    modelRow('mistralai/mistral-small-2603'),
    modelRow('mistralai/mistral-small-3.2', { pricing: dear }),
    ...many,
  ],
  endpoints: {
    'acme/dear': [
      endpointRow('one', { pricing: dear }),
      endpointRow('two', { pricing: { prompt: '0.000004', completion: '0.00002' } }),
      endpointRow('one/flex', { pricing: { prompt: '0.0000015', completion: '0.0000075' } }),
    ],
  },
  date: DATE,
});
const folder = temporaryFolderForEachTest();

const models = (args: readonly string[], setting: Partial<Setting> = {}) =>
  commandLine(['models', ...args, '--catalogue-url', server.url], { cwd: folder.path, ...setting });
const json = async (...args: string[]): Promise<unknown> => JSON.parse((await models([...args, '--json'])).stdout);

describe('models', () => {
  test('lists prices per million tokens, the cheapest first, and why a model has none', async () => {
    const ended = await models(['acme']);
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout).toBe(`Model       Prompt  Completion  Cache read    Context  Tier
acme/cheap   $1.00       $2.00           -    128,000  mid
acme/dear    $3.00      $15.00       $0.30  1,000,000  standard

Prices in US dollars per million tokens.

acme/router: no price: its prompt price is "-1": not known before the request is routed
`);
  });

  test('takes several words, in one operand or in several', async () => {
    const [one, two] = [await models(['acme dear']), await models(['acme', 'DEAR'])];
    expect(one.stdout).toContain('acme/dear');
    expect(one.stdout).not.toContain('acme/cheap');
    expect(two.stdout).toBe(one.stdout);
  });

  test('adds the spread over the endpoints with --endpoints, tiers counted apart', async () => {
    const { stdout } = await models(['dear', '--endpoints']);
    expect(stdout).toMatch(/acme\/dear .* 2 \(\+1\) {2}\$3\.00 \/ \$15\.00 one {2}\$4\.00 \/ \$20\.00 two\n/);
    expect(stdout).toContain('(+n) flex and priority endpoints');
  });

  test('fits 60 columns: the spread stands below each model, and what is left out is named', async () => {
    const { stdout } = await models(['dear', '--endpoints'], { terminal: 60 });
    expect(stdout).toBe(`Model      Prompt  Completion  Cache read    Context
acme/dear   $3.00      $15.00       $0.30  1,000,000
  2 (+1) endpoints: cheapest $3.00 / $15.00 one
  most expensive $4.00 / $20.00 two

(+n) flex and priority endpoints, which serve only where
they are asked for.
Prices in US dollars per million tokens.
Left out here: Tier; --json has all.
`);
  });

  test('looks up the endpoints of 30 models at most and says so', async () => {
    const before = server.requests.length;
    const ended = await models(['many', '--endpoints']);
    expect(ended.stderr).toMatch(/^Endpoints of the first 30 of 31 models are looked up/);
    // The list of models, and a request for each of 30.
    expect(server.requests.length - before).toBe(31);
    expect(ended.stdout).toContain('not looked up');
  });

  test('is one document with exact decimals with --json', async () => {
    expect(await json('dear', '--endpoints')).toEqual({
      schema_version: 1,
      prices: {
        source: 'live',
        url: server.url,
        fetched_at: '2026-11-24T09:00:00Z',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
      models: [
        {
          id: 'acme/dear',
          alias_of: null,
          tier: 'standard',
          prompt_price: '3',
          completion_price: '15',
          cache_read_price: '0.3',
          context_length: 1_000_000,
          reason: null,
          other_prices: [],
          endpoints: {
            count: 2,
            other_tiers: 1,
            cheapest: { tag: 'one', prompt_price: '3', completion_price: '15' },
            dearest: { tag: 'two', prompt_price: '4', completion_price: '20' },
          },
        },
      ],
    });
  });

  test('states null and the reason where there is no price, or no endpoints could be fetched', async () => {
    expect(await json('router')).toMatchObject({ models: [{ completion_price: null, tier: null, reason: /-1/ }] });
    expect(await json('cheap', '--endpoints')).toMatchObject({
      models: [{ endpoints: null, endpoints_reason: expect.stringContaining('404') }],
    });
  });

  test('that match nothing are exit 1, with the nearest id on stderr and an empty document', async () => {
    expect(await models(['acme/chaep'])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: expect.stringContaining('did you mean acme/cheap?'),
    });
    expect(await json('nothing')).toMatchObject({ models: [] });
  });

  test.each([
    ['gpt-4o-2024-08-06', 'openai/gpt-4o', '10'],
    ['azure/gpt-4o', 'openai/gpt-4o', '10'],
    ['us.anthropic.claude-sonnet-4-20250514-v1:0', 'anthropic/claude-sonnet-4', '15'],
    ['vertex_ai/claude-sonnet-4@20250514', 'anthropic/claude-sonnet-4', '15'],
    ['Claude Sonnet 4 20250514', 'anthropic/claude-sonnet-4', '15'],
    ['acme/dear:nitro', 'acme/dear', '15'],
  ])('are found by the name that makers and other tools use: %s', async (name, id, price) => {
    const ended = await models([name, '--json']);
    expect(ended).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(id) });
    expect(JSON.parse(ended.stdout)).toMatchObject({ models: [{ id, completion_price: price }] });
  });

  test('are all named where a name is ambiguous, and none is chosen', async () => {
    const ended = await models(['mistral-small-latest']);
    expect(ended).toMatchObject({
      exitCode: 0,
      stderr: '"mistral-small-latest" may be any of these 2 models; write the id of one of them\n',
    });
    expect(ended.stdout.match(/^mistralai\/\S+/gm)).toEqual([
      'mistralai/mistral-small-2603',
      'mistralai/mistral-small-3.2',
    ]);
  });

  test('a fine-tuned model is exit 1 with the reason', async () => {
    expect(await models(['ft:gpt-4o-2024-08-06:acme::abc'])).toMatchObject({
      exitCode: 1,
      stdout: '',
      stderr: '"ft:gpt-4o-2024-08-06:acme::abc": it is a fine-tuned model, which the catalogue does not have\n',
    });
  });

  test('fit the terminal', async () => {
    const { stdout } = await models(['acme'], { terminal: 61 });
    expect(
      stdout
        .split('\n')
        .slice(0, 3)
        .map((line) => line.length <= 61),
    ).toEqual([true, true, true]);
  });
});

describe('models without the catalogue', () => {
  test('are those of the lock with --offline', async () => {
    folder.write('llm-budget.yml', manifestText({ model: 'acme/dear' }));
    await commandLine(['lock', '--catalogue-url', server.url], { cwd: folder.path });
    const ended = await models(['--offline', '--endpoints']);
    expect(ended).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('from the lockfile of') });
    expect(ended.stdout).toMatch(/acme\/dear .*\$3\.00 \/ \$15\.00 one/);
    expect(ended.stdout).not.toContain('acme/cheap');
  });

  test('are exit 3 without a lock', async () => {
    server.intercept(() => ({ status: 404, body: '{}' }));
    expect(await models([])).toMatchObject({
      exitCode: 3,
      stdout: '',
      stderr: expect.stringContaining('answered 404'),
    });
  });
});
