import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Annotation } from '../../src/action/environment.js';
import { runAction } from '../../src/action/run.js';
import { reportSchema, type Report } from '../../src/report/model/schema.js';
import { fakeTime } from './fake-time.js';
import { API_KEY } from './openrouter-server.js';
import { pullRequestPayload, type Fixture } from './pull-request.js';
import { readActionFile } from './run-action.js';

/** The action in this process, on a fixture: with a clock that no pause holds up, and a workspace of the test's own. */

export interface InProcess {
  readonly exitCode: number;
  readonly log: string;
  readonly warnings: readonly string[];
  readonly annotations: readonly Annotation[];
  readonly outputs: ReadonlyMap<string, string>;
  readonly summary: string;
  /** The report file's text. */
  readonly document: string;
  /** The comment of the action's own; "" where there is none. */
  readonly comment: string;
  /** The pauses that were made between attempts, in milliseconds. */
  readonly pauses: readonly number[];
}

export interface InProcessChanges {
  readonly event?: string;
  readonly payload?: object;
  readonly sha?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  /** Files of the workspace, by their paths in it. */
  readonly workspace?: Readonly<Record<string, string>>;
}

/** A throw-away folder with these files. */
export async function withWorkspace<Result>(
  files: Readonly<Record<string, string>>,
  run: (folder: string) => Promise<Result>,
): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-budget-workspace-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), text);
    }
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** One run on a pull request of the fixture; a key that is told anywhere is a failure, whatever the test is about. */
export async function inProcess(
  fixture: Pick<Fixture, 'github' | 'catalogue'>,
  number: number,
  changes: InProcessChanges = {},
): Promise<InProcess> {
  return await withWorkspace(changes.workspace ?? {}, async (folder) => {
    const { github, catalogue } = fixture;
    const eventFile = join(folder, '.event.json');
    await writeFile(eventFile, JSON.stringify(changes.payload ?? pullRequestPayload(github, number)));
    const variables = new Map([
      ['GITHUB_EVENT_NAME', changes.event ?? 'pull_request'],
      ['GITHUB_EVENT_PATH', eventFile],
      ['GITHUB_API_URL', github.url],
      ['GITHUB_GRAPHQL_URL', github.graphqlUrl],
      ['GITHUB_SERVER_URL', 'https://github.test'],
      ['GITHUB_REPOSITORY', github.repository],
      ['GITHUB_SHA', changes.sha ?? github.pullRequest(number).mergeSha],
      ['GITHUB_REF', 'refs/heads/main'],
      ['GITHUB_RUN_ID', '1001'],
      ['GITHUB_RUN_ATTEMPT', '1'],
      ['GITHUB_WORKSPACE', folder],
      ['RUNNER_TEMP', folder],
    ]);
    const declared = (await readActionFile()).inputs;
    const given = new Map(Object.entries(declared).map(([name, { default: value = '' }]) => [name, value]));
    given.set('github-token', github.token).set('catalogue-url', catalogue.url);
    for (const [name, value] of Object.entries(changes.inputs ?? {})) given.set(name, value);

    const effects = fakeTime();
    const log: string[] = [];
    const warnings: string[] = [];
    const annotations: Annotation[] = [];
    const outputs = new Map<string, string>();
    let summary = '';
    const exitCode = await runAction(
      {
        variable: (name) => variables.get(name) ?? '',
        input: (name) => given.get(name) ?? '',
        log: (line) => log.push(line),
        warn: (message) => warnings.push(message),
        annotate: (annotation) => annotations.push(annotation),
        setOutput: (name, value) => outputs.set(name, value),
        writeSummary: (markdown) => {
          summary += markdown;
          return Promise.resolve();
        },
        hide: () => undefined,
        effects,
      },
      () => undefined,
    );
    const reportFile = outputs.get('report-file') ?? '';
    const comments = await github.comments(number);
    const result = {
      exitCode,
      log: log.join('\n'),
      warnings,
      annotations,
      outputs,
      summary,
      document: reportFile === '' ? '' : await readFile(reportFile, 'utf8'),
      comment: comments.find(({ body }) => body.startsWith('<!-- llm-budget:v1'))?.body ?? '',
      pauses: effects.pauses,
    };
    const told = JSON.stringify({ ...result, outputs: [...outputs] });
    if (told.includes(API_KEY)) throw new Error(`the key is told:\n${told}`);
    return result;
  });
}

export function verdictOf(result: Pick<InProcess, 'document'>): Report {
  return reportSchema.parse(JSON.parse(result.document));
}
