import { expect, test } from '@jest/globals';
import { EMBEDDING_CATALOGUE, embeddingManifest } from '../support/embedding-catalogue.js';
import { openChange, reportOf, fixtureForEachTest } from '../support/pull-request.js';

/** A suite that embeds documents, through the action: 500 requests x 400 tokens x $0.00000002 = $0.004. */

const FILE = 'llm-budget.yml';

const fixture = fixtureForEachTest(EMBEDDING_CATALOGUE);

async function judged(before: string, after: string) {
  const number = await openChange(fixture.github, { [FILE]: before }, { [FILE]: after, 'README.md': 'changed' });
  return await fixture.runOnPullRequest(number);
}

test('embeddings are priced to the last digit by their prompt price: $0.004 a run, and capped', async () => {
  const result = await judged(embeddingManifest(), embeddingManifest());
  const report = reportOf(result);
  expect([result.exitCode, report.verdict]).toEqual([0, 'pass']);
  expect(report.head).toMatchObject({
    per_run: '0.004',
    floor_per_run: '0.004',
    worst_case_per_run: '0.004',
    requests_per_run: 500,
  });
  expect(report.suites[0]?.calls[0]).toMatchObject({ state: 'priced', capped: true, reason: null });
  expect(result.summary).toContain('$0.004');
});

test('a change to a larger embedding model is reported with its cost: 200,000 x ($0.00000013 - $0.00000002) = $0.022', async () => {
  const result = await judged(embeddingManifest(), embeddingManifest('openai/text-embedding-3-large'));
  expect(reportOf(result).delta?.per_run).toBe('0.022');
  expect(result.comment).toContain('openai/text-embedding-3-large');
});

test('embeddings that are free are free, and what is billed per search is unpriced, with the reason and no advice', async () => {
  const free = reportOf(
    await judged(embeddingManifest('maker/gift-embed:free'), embeddingManifest('maker/gift-embed:free')),
  );
  expect([free.suites[0]?.calls[0]?.state, free.head.per_run]).toEqual(['free', '0']);
  const rerank = await judged(embeddingManifest(), embeddingManifest('maker/rerank'));
  const call = reportOf(rerank).suites[0]?.calls[0];
  expect(call?.state).toBe('unpriced');
  expect(call?.reason).toContain('is billed per search, which the catalogue does not state');
  expect(reportOf(rerank).suggestions ?? []).toEqual([]);
});
