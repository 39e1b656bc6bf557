import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { reportsSchema } from '../../src/report/model/schema.js';
import { catalogueOfTheExamples, exampleManifests, lockOf } from '../support/examples.js';
import { readProjectFile } from '../support/project-files.js';
import { openChange, startFixture, type Fixture } from '../support/pull-request.js';
import { parseWorkflow } from '../support/workflows.js';

/** The monorepo of the examples in a repository of its own, judged by the one step of its workflows. */

const FOLDER = 'examples/monorepo/';
const WORKFLOWS = ['workflow.yml', 'matrix.yml'];
const SEARCH = 'services/search/llm-budget.yml';

async function files(): Promise<Record<string, string>> {
  const manifests = (await exampleManifests()).filter((path) => path.startsWith(FOLDER));
  const paths = manifests.flatMap((path) => [path, lockOf(path)]);
  const texts = paths.map(async (path) => [path.slice(FOLDER.length), await readProjectFile(path)] as const);
  return Object.fromEntries(await Promise.all(texts));
}

let fixture: Fixture;
beforeEach(async () => {
  fixture = await startFixture(await catalogueOfTheExamples());
});
afterEach(() => fixture.close());

/** The inputs of the gate's one step. */
async function inputsOf(workflow: string): Promise<Record<string, string>> {
  const { budget } = parseWorkflow(await readProjectFile(FOLDER + workflow)).jobs;
  expect(budget?.steps).toHaveLength(1);
  return Object.fromEntries(Object.entries(budget?.steps[0]?.with ?? {}).map(([name, value]) => [name, String(value)]));
}

describe.each(WORKFLOWS)('the step of %s', (workflow) => {
  test('judges three budgets, and writes one comment with a section for each', async () => {
    const before = await files();
    const search = (before[SEARCH] ?? '').replace('count: 600', 'count: 700');
    const number = await openChange(fixture.github, before, { ...before, [SEARCH]: search });
    const result = await fixture.runOnPullRequest(number, { inputs: await inputsOf(workflow) });
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([0, 'pass']);
    const { reports } = reportsSchema.parse(result.report);
    expect(
      reports.map((report) => (report.verdict === 'error' ? null : [report.manifest, report.head.per_run])),
    ).toEqual([
      // 700 x (900 at 0.1 + 40 at 0.4) + 60 x (1600 at 0.26 + 500 at 0.38) = 700 x 0.000106 + 60 x 0.000606
      [SEARCH, '0.11056'],
      ['services/support/llm-budget.yml', '0.55512'],
      ['services/web/llm-budget.yml', '0.0658'],
    ]);
    const comments = await fixture.github.comments(number);
    expect(comments).toHaveLength(1);
    for (const { manifest } of reports) expect(comments[0]?.body).toContain(manifest);
  });

  test('fails where one of the three breaks its limit, whatever the others cost', async () => {
    const before = await files();
    // 1,600 x 0.000106 + 60 x 0.000606 = 0.1696 + 0.03636 = 0.20596 of 0.20
    const search = (before[SEARCH] ?? '').replace('count: 600', 'count: 1600');
    const number = await openChange(fixture.github, before, { ...before, [SEARCH]: search });
    const result = await fixture.runOnPullRequest(number, { inputs: await inputsOf(workflow) });
    expect([result.exitCode, result.outputs.get('cost-per-run')]).toEqual([1, '0.20596']);
  });
});

test('the matrix has a leg for each service that has a budget, and no leg runs before the gate', async () => {
  const { jobs } = parseWorkflow(await readProjectFile(`${FOLDER}matrix.yml`));
  const services = Object.keys(await files()).flatMap(
    (path) => /^services\/(.+)\/llm-budget\.yml$/.exec(path)?.[1] ?? [],
  );
  expect(jobs.evals).toMatchObject({ needs: 'budget', strategy: { matrix: { service: services } } });
});
