import { join } from 'node:path';
import { format } from 'node:util';
import { actionEnvironment } from '../../src/action/environment.js';
import { runAction } from '../../src/action/run.js';
import { runnerWorld } from '../../src/action/runner-world.js';
import { fakeTime } from './fake-time.js';
import { runToEnd, type ProcessSetting } from './process.js';
import { ROOT } from './project-files.js';
import { runnerCommands } from './runner-commands.js';
import { asRunner, type ActionResult, type ActionRun } from './runner-files.js';

/** The two ways to run the action: its function in this process, and the built bundle in a process of its own. */

export interface InProcessRun extends ActionRun {
  /** Where its clock starts, as ISO 8601; the present without it. Pauses alone move it. */
  readonly now?: string;
}

export interface InProcessResult extends ActionResult {
  /** The pauses between attempts, in milliseconds. */
  readonly pauses: readonly number[];
}

/** Runs the action's function in this process. `stderr` of its result is what libraries print on the console. */
export async function runInProcess(run: InProcessRun): Promise<InProcessResult> {
  const effects = fakeTime(run.now ?? Date.now());
  const result = await asRunner(run, async (environment) => {
    const commands = runnerCommands(environment);
    const start = actionEnvironment(environment, effects);
    const printed = consoleLines();
    try {
      const exitCode = await runAction(
        start,
        () => Promise.resolve(runnerWorld(start, commands)),
        () => undefined,
      );
      return { exitCode, stdout: commands.text(), stderr: printed.text() };
    } finally {
      printed.restore();
    }
  });
  return { ...result, pauses: effects.pauses };
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

export interface BundleOptions extends Pick<ProcessSetting, 'log' | 'started'> {
  /** Another than the built one. */
  readonly bundle?: string;
  /** The Node that runs it; the one of the tests without it. */
  readonly node?: string;
}

/** Runs the built bundle to its end, in the workspace. */
export async function runBundle(
  run: ActionRun,
  { bundle = join(ROOT, 'dist', 'index.js'), node = process.execPath, ...setting }: BundleOptions = {},
): Promise<ActionResult> {
  return await asRunner(run, (env, cwd) => runToEnd(node, [bundle], { ...setting, env, cwd }));
}
