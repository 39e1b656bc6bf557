import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';

/** Starts the built bundle as the runner does: inputs and GITHUB_* in the environment, files for outputs and summary. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUNDLE = join(ROOT, 'dist', 'index.js');

const actionSchema = z.object({
  inputs: z.record(z.string(), z.object({ default: z.string().optional() })),
  outputs: z.record(z.string(), z.unknown()),
});

/** action.yml, as far as the runner goes by it. */
export async function readActionFile(): Promise<z.infer<typeof actionSchema>> {
  return actionSchema.parse(parse(await readFile(join(ROOT, 'action.yml'), 'utf8')));
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

export async function runAction(run: ActionRun, node: string = process.execPath): Promise<ActionResult> {
  const folder = await mkdtemp(join(tmpdir(), 'llm-budget-run-'));
  try {
    const files = { output: join(folder, 'output'), summary: join(folder, 'summary'), event: join(folder, 'event') };
    await writeFile(files.output, '');
    await writeFile(files.summary, '');
    await writeFile(files.event, JSON.stringify(run.payload));
    const { inputs } = await readActionFile();
    const given = new Map<string, string>();
    for (const [name, { default: value = '' }] of Object.entries(inputs)) {
      given.set(`INPUT_${name.replaceAll(' ', '_').toUpperCase()}`, run.inputs[name] ?? value);
    }
    const ended = await spawned(node, [BUNDLE], {
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
    });
    const outputs = readOutputs(await readFile(files.output, 'utf8'));
    const reportFile = outputs.get('report-file') ?? '';
    const report = reportFile === '' ? 'null' : await readFile(reportFile, 'utf8');
    return {
      ...ended,
      outputs,
      summary: await readFile(files.summary, 'utf8'),
      report: JSON.parse(report),
      annotations: ended.stdout.split('\n').filter((line) => /^::(?:error|warning) /.test(line)),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
  cwd?: string,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    child.once('error', reject);
    child.once('close', (exitCode) => {
      resolve({ exitCode, stdout, stderr });
    });
  });
}

/** `name<<delimiter`, lines, `delimiter`: what the runner reads from GITHUB_OUTPUT; a later value wins. */
function readOutputs(text: string): Map<string, string> {
  const outputs = new Map<string, string>();
  const lines = text.split('\n');
  for (let index = 0; index < lines.length; index += 1) {
    const [, name, delimiter] = /^([^=<]+)<<(.+)$/.exec(lines[index] ?? '') ?? [];
    if (name === undefined || delimiter === undefined) continue;
    const end = lines.indexOf(delimiter, index + 1);
    outputs.set(name, lines.slice(index + 1, end).join('\n'));
    index = end;
  }
  return outputs;
}
