import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format } from 'node:util';
import { parse } from 'yaml';
import { z } from 'zod';
import { runAction } from '../../src/action/run.js';
import { runnerWorld } from '../../src/action/runner-world.js';
import { fakeTime } from './fake-time.js';
import { runnerCommands } from './runner-commands.js';
import { foreignCommands, readOutputFile, visibleLog } from './runner.js';

/** Runs the action as the runner does: inputs and GITHUB_* in the environment, files for outputs and summary. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = join(ROOT, 'dist', 'index.js');

const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string().optional() })),
  outputs: z.record(z.string(), z.unknown()),
});

/** The file of an action, as far as the runner goes by it. */
export async function readActionFile(name = 'action.yml'): Promise<z.infer<typeof actionSchema>> {
  return actionSchema.parse(parse(await readFile(join(ROOT, name), 'utf8')));
}

export interface ActionRun {
  readonly event: string;
  readonly payload: unknown;
  /** Everything that the runner sets beside the common variables. */
  readonly variables: Readonly<Record<string, string>>;
  readonly inputs: Readonly<Record<string, string>>;
}

export interface ActionResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: ReadonlyMap<string, string>;
  readonly summary: string;
  /** The JSON report as it was written; null where none was. */
  readonly report: unknown;
  /** `::error file=…,line=…::message` lines, as they are in the log. */
  readonly annotations: readonly string[];
}

/**
 * Runs the built bundle to its end, as the runner would. Whatever the test is about: a log that would make the runner do
 * what the action did not ask for, an output that it does not have, and a secret anywhere are failures.
 */
export async function runBundle(run: ActionRun, options: ProcessOptions = {}): Promise<ActionResult> {
  return await withRunnerFiles(run, (environment, folder) =>
    spawned(options.node ?? process.execPath, [options.bundle ?? BUNDLE], environment, { cwd: folder, ...options }),
  );
}

/**
 * Runs the action's function in this process with the same variables, inputs and files, and holds it to the same. Its
 * clock starts at the present and is moved by pauses alone; `stderr` is what libraries print on the console.
 */
export async function runInProcess(run: ActionRun): Promise<ActionResult> {
  return await withRunnerFiles(run, async (environment) => {
    const commands = runnerCommands(environment);
    const world = runnerWorld({ environment, commands, effects: fakeTime(Date.now()) });
    const printed = consoleLines();
    try {
      const exitCode = await runAction(world, () => undefined);
      return { exitCode, stdout: commands.text(), stderr: printed.text() };
    } finally {
      printed.restore();
    }
  });
}

/** What libraries print on the console, which the process of the action would redirect. */
function consoleLines(): { readonly text: () => string; readonly restore: () => void } {
  const { debug, error, info, log, trace, warn } = console;
  const lines: string[] = [];
  const take = (...parts: unknown[]) => lines.push(`${format(...parts)}\n`);
  Object.assign(console, { debug: take, error: take, info: take, log: take, trace: take, warn: take });
  return {
    text: () => lines.join(''),
    restore: () => Object.assign(console, { debug, error, info, log, trace, warn }),
  };
}

type Environment = Readonly<Record<string, string>>;

/** Gives `start` what the runner gives a step, and reads what the step leaves. */
async function withRunnerFiles(
  run: ActionRun,
  start: (environment: Environment, folder: string) => Promise<Ended>,
): Promise<ActionResult> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-budget-run-'));
  try {
    const files = { output: join(folder, 'output'), summary: join(folder, 'summary'), event: join(folder, 'event') };
    await writeFile(files.output, '');
    await writeFile(files.summary, '');
    await writeFile(files.event, JSON.stringify(run.payload));
    const { inputs, outputs: declared } = await readActionFile();
    const given = new Map<string, string>();
    for (const [name, { default: value = '' }] of Object.entries(inputs)) {
      given.set(`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, run.inputs[name] ?? value);
    }
    const environment = {
      PATH: process.env.PATH ?? '',
      ...Object.fromEntries(given.entries()),
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: run.event,
      GITHUB_EVENT_PATH: files.event,
      GITHUB_OUTPUT: files.output,
      GITHUB_STEP_SUMMARY: files.summary,
      GITHUB_WORKSPACE: folder,
      RUNNER_TEMP: folder,
      ...run.variables,
    };
    const ended = await start(environment, folder);
    const [output, summary] = [await readFile(files.output, 'utf8'), await readFile(files.summary, 'utf8')];
    const outputs = readOutputFile(output);
    const reportFile = outputs.get('report-file') ?? '';
    const report = reportFile === '' ? 'null' : await readFile(reportFile, 'utf8');
    const secrets = [run.inputs['github-token'], run.inputs['openrouter-api-key']].filter(isGiven);
    refuseForeign(ended, secrets);
    refuseSecrets([visibleLog(ended.stdout), ended.stderr, output, summary, report], secrets);
    const unknown = [...outputs.keys()].filter((name) => !Object.hasOwn(declared, name));
    if (unknown.length > 0) throw new Error(`outputs that action.yml does not name: ${unknown.join(', ')}`);
    return {
      ...ended,
      outputs,
      summary,
      report: JSON.parse(report),
      annotations: ended.stdout.split('\n').filter((line) => /^::(?:error|warning) /.test(line)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export interface ProcessOptions {
  /** Another than the built one. */
  readonly bundle?: string;
  readonly node?: string;
  /** Called once the process runs, with the way to send it a signal. */
  readonly started?: (kill: (signal: NodeJS.Signals) => void) => void;
  readonly cwd?: string;
  /** A file that takes stdout instead, such as a full device. */
  readonly log?: string;
}

function isGiven(value: string | undefined): value is string {
  return value !== undefined && value !== '';
}

function refuseForeign({ stdout, stderr }: Ended, secrets: readonly string[]): void {
  const foreign = [...foreignCommands(stdout, secrets), ...foreignCommands(stderr, [])];
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

interface Ended {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process to its end, with exactly this environment. */
export function spawned(
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  { cwd, started, log }: ProcessOptions = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const file = log === undefined ? null : openSync(log, 'w');
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', file ?? 'pipe', 'pipe'] });
    if (file !== null) closeSync(file);
    let [stdout, stderr] = ['', ''];
    child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', reject);
    started?.((signal) => child.kill(signal));
    child.once('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}
