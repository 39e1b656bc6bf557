import { describe, expect, test } from '@jest/globals';
import { lockfileSchema } from '../../src/openrouter/catalogue/lockfile.js';
import { reportSchema } from '../../src/report/model/schema.js';
import { commandLine } from '../support/command-line.js';
import { EMBEDDING_CATALOGUE, embeddingManifest } from '../support/embedding-catalogue.js';
import { temporaryFolderForEachTest, catalogueForAllTests } from '../support/set-up.js';

/** Embeddings on the command line: 500 requests x 400 tokens x $0.00000002 = $0.004. */

const server = catalogueForAllTests(EMBEDDING_CATALOGUE);
const folder = temporaryFolderForEachTest();

const run = (...args: string[]) => commandLine([...args, '--catalogue-url', server.url], { cwd: folder.path });
const report = async (...args: string[]) =>
  reportSchema.parse(JSON.parse((await run('check', '--format', 'json', ...args)).stdout));

describe('check', () => {
  test('prices them live, and to the same digit from the lockfile that lock writes', async () => {
    folder.write('llm-budget.yml', embeddingManifest());
    expect((await report()).head.per_run).toBe('0.004');
    expect(await run('lock')).toMatchObject({ exitCode: 0 });
    const { models } = lockfileSchema.parse(JSON.parse(folder.read('llm-budget.lock.json')));
    expect(models).toMatchObject([
      { id: 'openai/text-embedding-3-small', output_modalities: ['embeddings'], pricing: { prompt: '0.00000002' } },
    ]);
    const offline = await report('--offline');
    expect([offline.prices.source, offline.head.per_run, offline.head.worst_case_per_run]).toEqual([
      'lock',
      '0.004',
      '0.004',
    ]);
  });

  test.each([
    ['text', 'maker/text', 'an embedding model', 'openai/text-embedding-3-small'],
    ['embeddings', 'maker/costly-embed', 'a text model', 'maker/text'],
    ['embeddings', 'maker/costly-embed', 'a reranker', 'maker/rerank'],
  ])('does not suggest for a call that needs %s (%s) to go back to %s (%s)', async (_, after, __, before) => {
    folder.write('base.yml', embeddingManifest(before));
    folder.write('llm-budget.yml', embeddingManifest(after));
    const { suggestions = [], delta } = await report('--base', 'base.yml');
    expect(suggestions.filter(({ message }) => message.includes(before))).toEqual([]);
    expect(delta).not.toBeNull();
  });

  test('suggests the embedding model that it replaces: 200,000 x ($0.000006 - $0.00000002) = $1.196', async () => {
    folder.write('base.yml', embeddingManifest());
    folder.write('llm-budget.yml', embeddingManifest('maker/costly-embed'));
    const { suggestions = [] } = await report('--base', 'base.yml');
    expect(suggestions.map(({ message }) => message).join()).toContain('openai/text-embedding-3-small');
  });
});

describe('the policy', () => {
  const RULE = 'policy: {require_max_tokens: true}\n';

  test('wants no max_tokens of embeddings, which have no answer, and still wants it of text', async () => {
    folder.write('llm-budget.yml', embeddingManifest() + RULE);
    expect((await report()).violations).toEqual([]);
    const text = '  chat: {calls: [{model: maker/text, count: 1, prompt_tokens: 1, completion_tokens: 1}]}\n';
    folder.write('llm-budget.yml', embeddingManifest() + text + RULE);
    expect((await report()).violations).toMatchObject([{ rule: 'require_max_tokens', call: 'maker/text' }]);
  });

  test('counts :free ones a day: 50 of 100 x 400 x $0.00000002 at the fallback = $0.0004, and no endpoint lowers it', async () => {
    const call =
      'count: 100, prompt_tokens: 400, completion_tokens: 0, fallback_models: [openai/text-embedding-3-small]';
    folder.write(
      'llm-budget.yml',
      `version: 1\nbudget: {per_run: 1}\nsuites: {rag: {calls: [{model: "maker/gift-embed:free", ${call}}]}}\n`,
    );
    const { head, violations, suggestions = [] } = await report();
    expect([head.per_run, head.floor_per_run]).toEqual(['0.0004', '0']);
    expect(violations.map(({ rule }) => rule)).toEqual(['free_tier']);
    expect(suggestions).toEqual([]);
  });
});

describe('a call that is not billed per token', () => {
  test('is unpriced, and nothing advises to ask for less or to look for other endpoints', async () => {
    folder.write('llm-budget.yml', embeddingManifest('maker/rerank'));
    const { violations, suggestions = [] } = await report();
    expect(violations).toMatchObject([
      {
        rule: 'unpriced',
        severity: 'fail',
        remedy:
          'Use a model that is priced per token; with `policy.unpriced: warn` the rest is judged without this call.',
      },
    ]);
    expect(suggestions).toEqual([]);
  });
});

describe('models', () => {
  test('shows embeddings with the tier of their prompt price, and no completion price', async () => {
    const { stdout } = await run('models', 'embed');
    expect(
      stdout
        .split('\n')
        .filter((line) => line.includes('embed'))
        .map((line) => line.trim().split(/\s{2,}/)),
    ).toEqual([
      ['maker/gift-embed:free', '$0.00', '-', '-', '8,192', 'free'],
      ['openai/text-embedding-3-small', '$0.02', '-', '-', '8,192', 'budget'],
      ['openai/text-embedding-3-large', '$0.13', '-', '-', '8,192', 'budget'],
      // $6 a million: above mid's $5, within standard's $20.
      ['maker/costly-embed', '$6.00', '-', '-', '8,192', 'standard'],
    ]);
  });

  test('says of what is not priced per token how it is billed', async () => {
    expect((await run('models', 'rerank')).stdout).toContain(
      'maker/rerank: no price: it answers in rerank and is billed per search, which the catalogue does not state',
    );
  });
});
