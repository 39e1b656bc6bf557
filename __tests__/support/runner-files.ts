import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Annotation } from '../../src/action/environment.js';
import type { EndedProcess } from './process.js';
import { readProjectFile } from './project-files.js';
import { annotationsIn, foreignCommands, readOutputFile, visibleLog, warningsIn } from './runner.js';

/** What the runner gives a step (variables, inputs, files), and what it takes from the step when it has ended. */

export interface ActionRun {
  readonly event: string;
  readonly payload: unknown;
  /** Everything that the runner sets beside the common variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
  /** Files of the workspace, by their paths in it. */
  readonly workspace?: Readonly<Record<string, string>>;
  /** Reads the action's own comment after the run. */
  readonly comment: () => Promise<string>;
}

export interface ActionResult {
  readonly exitCode: number | null;
  /** What was written to stdout, with the commands to the runner. */
  readonly log: string;
  readonly stderr: string;
  /** The errors and warnings with a title, which GitHub shows at a line of a file or at the run, as it shows them. */
  readonly annotations: readonly Annotation[];
  /** The messages of the other warnings. */
  readonly warnings: readonly string[];
  readonly outputs: ReadonlyMap<string, string>;
  readonly summary: string;
  /** The JSON report as it was written; null where none was. */
  readonly report: unknown;
  /** The action's own comment on the pull request that the event names; "" where there is none. */
  readonly comment: string;
}

const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string().optional() })),
  outputs: z.record(z.string(), z.unknown()),
});

/** The file of an action, as far as the runner goes by it. */
export async function readActionFile(name = 'action.yml'): Promise<z.infer<typeof actionSchema>> {
  return actionSchema.parse(parse(await readProjectFile(name)));
}

/**
 * Runs `start` as the runner would. Whatever the test is about: a log that would make the runner do what the action did not
 * ask for, an output that `action.yml` does not name, and a secret in any text are failures.
 */
export async function asRunner(
  run: ActionRun,
  start: (environment: Readonly<Record<string, string>>, workspace: string) => Promise<EndedProcess>,
): Promise<ActionResult> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-budget-run-'));
  try {
    const workspace = join(folder, 'workspace');
    const files = { output: join(folder, 'output'), summary: join(folder, 'summary'), event: join(folder, 'event') };
    await writeFile(files.output, '');
    await writeFile(files.summary, '');
    await writeFile(files.event, JSON.stringify(run.payload));
    await mkdir(workspace);
    for (const [name, text] of Object.entries(run.workspace ?? {})) {
      await mkdir(dirname(join(workspace, name)), { recursive: true });
      await writeFile(join(workspace, name), text);
    }
    const { inputs, outputs: declared } = await readActionFile();
    const given = Object.entries(inputs).map(([name, { default: value = '' }]): [string, string] => [
      `INPUT_${name.replaceAll(' ', '_').toUpperCase()}`,
      run.inputs[name] ?? value,
    ]);
    const environment = {
      PATH: process.env.PATH ?? '',
      ...Object.fromEntries(given),
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: run.event,
      GITHUB_EVENT_PATH: files.event,
      GITHUB_OUTPUT: files.output,
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_WORKSPACE: workspace,
      RUNNER_TEMP: folder,
      ...run.variables,
    };
    const { exitCode, stdout: log, stderr } = await start(environment, workspace);
    const [output, summary] = [await readFile(files.output, 'utf8'), await readFile(files.summary, 'utf8')];
    const outputs = readOutputFile(output);
    const reportFile = outputs.get('report-file') ?? '';
    const report = reportFile === '' ? 'null' : await readFile(reportFile, 'utf8');
    const comment = await run.comment();

    const secrets = [run.inputs['github-token'], run.inputs['openrouter-api-key']].filter(isGiven);
    refuseForeign(log, stderr, secrets);
    refuseSecrets([visibleLog(log), stderr, output, summary, report, comment], secrets);
    const unknown = [...outputs.keys()].filter((name) => !Object.hasOwn(declared, name));
    if (unknown.length > 0) throw new Error(`outputs that action.yml does not name: ${unknown.join(', ')}`);
    return {
      exitCode,
      log,
      stderr,
      annotations: annotationsIn(log),
      warnings: warningsIn(log),
      outputs,
      summary,
      report: JSON.parse(report),
      comment,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function refuseForeign(log: string, stderr: string, secrets: readonly string[]): void {
  const foreign = [...foreignCommands(log, secrets), ...foreignCommands(stderr, [])];
  if (foreign.length > 0) throw new Error(`the runner would execute:\n${foreign.join('\n')}`);
}

function refuseSecrets(texts: readonly string[], secrets: readonly string[]): void {
  const spellings = secrets.flatMap((secret) => [
    secret,
    encodeURIComponent(secret),
    Buffer.from(secret).toString('base64'),
  ]);
  const leaking = texts.find((text) => spellings.some((spelling) => text.includes(spelling)));
  if (leaking !== undefined) throw new Error(`the output has a secret:\n${leaking.slice(0, 2000)}`);
}
