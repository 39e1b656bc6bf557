import { z } from 'zod';
import { reportSchema, type Report } from '../../src/report/model/schema.js';
import {
  startCatalogueServer,
  endpointRow,
  modelRow,
  type CatalogueContent,
  type CatalogueServer,
} from './catalogue-server.js';
import { startGitHub, type GitHubServer } from './github-server.js';
import type { FileTree } from './github-state.js';
import { runBundle, runInProcess, type BundleOptions, type InProcessResult, type InProcessRun } from './run-action.js';
import type { ActionResult, ActionRun } from './runner-files.js';
import { forAllTests, forEachTest } from './set-up.js';

/** A repository with a pull request, a catalogue, and the action run on them; all on loopback. */

/** 100 requests of 1,000 prompt and 100 completion tokens at $1 and $2 a million: 100 x (0.001 + 0.0002) = $0.12. */
export function manifestText(options: { count?: number; budget?: string; more?: string; model?: string } = {}): string {
  const { count = 100, budget = 'budget: {per_run: 1}', more = '', model = 'acme/small' } = options;
  return `version: 1
${budget}
${more}
suites:
  evals:
    calls:
      - name: answer
        model: ${model}
        count: ${String(count)}
        prompt_tokens: 1000
        completion_tokens: 100
        max_tokens: 200
`;
}

export interface Fixture {
  readonly github: GitHubServer;
  readonly catalogue: CatalogueServer;
  /** Runs the action's function in this process. */
  run(event: string, payload: unknown, sha: string, changes?: InProcessChanges): Promise<InProcessResult>;
  runOnPullRequest(number: number, changes?: InProcessChanges): Promise<InProcessResult>;
  /** The same with the built bundle in a process of its own, which costs half a second: for what only that can prove. */
  runBundle(event: string, payload: unknown, sha: string, changes?: BundleChanges): Promise<ActionResult>;
  runBundleOnPullRequest(number: number, changes?: BundleChanges): Promise<ActionResult>;
  close(): Promise<void>;
}

/** What a run has beside, or instead of, what a healthy one has. */
export interface RunChanges extends Partial<Pick<ActionRun, 'inputs' | 'variables' | 'workspace'>> {
  readonly runId?: number;
  readonly attempt?: number;
}
export interface InProcessChanges extends RunChanges, Pick<InProcessRun, 'now'> {}
export interface BundleChanges extends RunChanges, BundleOptions {}

const ofPullRequest = z.object({ pull_request: z.object({ number: z.number() }) });

/** Ids at the prices of `pricingOf`, or a whole catalogue. */
type Models = readonly string[] | CatalogueContent;

export async function startFixture(models: Models = ['acme/small', 'acme/large']): Promise<Fixture> {
  const github = await startGitHub();
  const catalogue = await startCatalogueServer('models' in models ? models : catalogueOf(models));
  let runs = 1000;

  async function ownComment(payload: unknown): Promise<string> {
    const named = ofPullRequest.safeParse(payload);
    const comments = named.success ? await github.comments(named.data.pull_request.number) : [];
    return comments.find(({ body }) => body.startsWith('<!-- llm-budget:v1'))?.body ?? '';
  }
  function actionRun(event: string, payload: unknown, sha: string, changes: RunChanges): ActionRun {
    runs += 1;
    return {
      event,
      payload,
      workspace: changes.workspace ?? {},
      comment: () => ownComment(payload),
      inputs: { 'github-token': github.token, 'catalogue-url': catalogue.url, ...changes.inputs },
      variables: {
        GITHUB_API_URL: github.url,
        GITHUB_GRAPHQL_URL: github.graphqlUrl,
        GITHUB_SERVER_URL: 'https://github.test',
        GITHUB_REPOSITORY: github.repository,
        GITHUB_SHA: sha,
        GITHUB_REF: 'refs/heads/main',
        GITHUB_RUN_ID: String(changes.runId ?? runs),
        GITHUB_RUN_ATTEMPT: String(changes.attempt ?? 1),
        ...changes.variables,
      },
    };
  }
  const pullRequestRun = (number: number, changes: RunChanges) =>
    actionRun('pull_request', pullRequestPayload(github, number), github.pullRequest(number).mergeSha, changes);

  const inProcess = (run: ActionRun, { now }: InProcessChanges) =>
    runInProcess(now === undefined ? run : { ...run, now });

  return {
    github,
    catalogue,
    run: (event, payload, sha, changes = {}) => inProcess(actionRun(event, payload, sha, changes), changes),
    runOnPullRequest: (number, changes = {}) => inProcess(pullRequestRun(number, changes), changes),
    runBundle: (event, payload, sha, changes = {}) => runBundle(actionRun(event, payload, sha, changes), changes),
    runBundleOnPullRequest: (number, changes = {}) => runBundle(pullRequestRun(number, changes), changes),
    async close() {
      await Promise.all([github.close(), catalogue.close()]);
    },
  };
}

/** A fixture of its own for each test. */
export function fixtureForEachTest(models?: Models): Omit<Fixture, 'close'> {
  return fixtureOf(
    forEachTest(
      () => startFixture(models),
      (fixture) => fixture.close(),
    ),
  );
}

/** One fixture for all tests: a test that leaves a fault or an interception behind has to clear it. */
export function fixtureForAllTests(models?: Models): Omit<Fixture, 'close'> {
  return fixtureOf(
    forAllTests(
      () => startFixture(models),
      (fixture) => fixture.close(),
    ),
  );
}

function fixtureOf(fixture: () => Fixture): Omit<Fixture, 'close'> {
  return {
    get github() {
      return fixture().github;
    },
    get catalogue() {
      return fixture().catalogue;
    },
    run: (...run) => fixture().run(...run),
    runOnPullRequest: (...run) => fixture().runOnPullRequest(...run),
    runBundle: (...run) => fixture().runBundle(...run),
    runBundleOnPullRequest: (...run) => fixture().runBundleOnPullRequest(...run),
  };
}

function catalogueOf(ids: readonly string[]): CatalogueContent {
  return {
    models: ids.map((id) => modelRow(id, pricingOf(id))),
    endpoints: Object.fromEntries(ids.map((id) => [id, [endpointRow('acme', pricingOf(id))]])),
  };
}

/** acme/large costs ten times acme/small, what ends in `:free` nothing. */
function pricingOf(id: string): { readonly pricing?: Readonly<Record<string, string>> } {
  if (id.endsWith(':free')) return { pricing: { prompt: '0', completion: '0' } };
  return id === 'acme/large' ? { pricing: { prompt: '0.00001', completion: '0.00002' } } : {};
}

export function pullRequestPayload(github: GitHubServer, number: number): object {
  const { headSha, baseBranch, baseSha } = github.pullRequest(number);
  return { pull_request: { number, head: { sha: headSha }, base: { ref: baseBranch, sha: baseSha } } };
}

/** A default branch with one set of files and a pull request that makes them another. */
export async function openChange(github: GitHubServer, before: FileTree, after: FileTree): Promise<number> {
  const base = await github.commit(before, { branch: 'main' });
  const head = await github.commit(after, { parents: [base] });
  return (await github.openPullRequest({ head, mergeFiles: after })).number;
}

/** The report of a run that ended with a verdict. */
export function reportOf({ report }: ActionResult): Report {
  return reportSchema.parse(report);
}

/** What a run of the action decided: its report, and each violation as `RULE SEVERITY`. */
export interface Judged {
  readonly exitCode: number | null;
  readonly report: Report;
  readonly rules: readonly string[];
}

export function judgedOf(result: ActionResult): Judged {
  const report = reportOf(result);
  const rules = report.violations.map(({ rule, severity }) => `${rule} ${severity}`);
  return { exitCode: result.exitCode, report, rules };
}
