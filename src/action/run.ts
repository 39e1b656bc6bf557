import { NoVerdictError } from '../lib/errors/problem.js';
import { type ActionWorld, checkReportFile } from './environment.js';
import { type FirstRequests, sendFirstRequests } from './first-requests.js';
import { readInputs } from './inputs.js';

/**
 * Runs the action: reads inputs and event, reads everything at its commits, checks, and publishes. Returns the exit code, and
 * hands it to `decided` as soon as it is known, since what follows (the comment) may be cut off.
 */
export async function runAction(world: ActionWorld, decided: (exitCode: number) => void): Promise<number> {
  const started = await start(world);
  // Everything else is loaded while the first requests are under way, and not before them.
  const { judgeRun } = await import('./judge-run.js');
  return await judgeRun(started, world, decided);
}

/** Sends the first requests. Returns the reason where inputs or event allow no verdict. */
async function start(world: ActionWorld): Promise<FirstRequests | NoVerdictError> {
  try {
    const inputs = readInputs(world.input);
    world.hide(inputs['github-token']);
    world.hide(inputs['openrouter-api-key']);
    await checkReportFile(inputs['report-file'], world.variable);
    return await sendFirstRequests(inputs, world);
  } catch (error) {
    if (error instanceof NoVerdictError) return error;
    throw error;
  }
}
