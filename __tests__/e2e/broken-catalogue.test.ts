import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { modelRow } from '../support/catalogue-server.js';
import { CATALOGUE_FAULTS } from '../support/catalogue-faults.js';
import { answer, startFaultServer, type Fault, type FaultServer } from '../support/fault-server.js';
import { manifestText, startStage, type Stage } from '../support/pull-request.js';
import type { ActionResult } from '../support/run-action.js';

/**
 * The built bundle before a catalogue that is wrong: the real sockets, and a real pause before the second attempt. Every
 * fault is tried on the client in `openrouter/catalogue/live-faults.test.ts`.
 */

let stage: Stage;
let sha: string;
let server: FaultServer | null = null;
beforeAll(async () => {
  stage = await startStage();
  sha = await stage.github.commit({ 'llm-budget.yml': manifestText() }, { branch: 'main' });
});
afterEach(async () => {
  await server?.close();
  server = null;
});
afterAll(async () => {
  await stage.close();
});

async function runBefore(choose: (path: string, index: number) => Fault): Promise<ActionResult> {
  server = await startFaultServer(({ path }, index) => choose(path, index));
  return await stage.runBundle('schedule', {}, sha, { inputs: { 'catalogue-url': server.url } });
}

function faultNamed(name: string): (typeof CATALOGUE_FAULTS)[number] {
  const fault = CATALOGUE_FAULTS.find((candidate) => candidate.name === name);
  if (fault === undefined) throw new Error(`no fault ${name}`);
  return fault;
}

test('a catalogue that answers 404 has no prices: exit code 3, told in the log and nothing else', async () => {
  const fault = faultNamed('status 404');
  const result = await runBefore(() => fault.fault);
  expect([result.exitCode, result.outputs.get('verdict'), result.stderr]).toEqual([3, 'error', '']);
  expect(result.outputs.get('cost-per-run')).toBe('');
  expect(result.stdout).toMatch(fault.says);
  expect(server?.requests).toHaveLength(1);
});

test('a catalogue that resets the connection once, and is well again, has its prices', async () => {
  const { fault } = faultNamed('a reset before any byte');
  const models = JSON.stringify({ data: [modelRow('acme/small')] });
  const result = await runBefore((path, index) => {
    if (index === 0) return fault;
    return path.endsWith('/endpoints') ? answer(404, '{}') : answer(200, models);
  });
  // 100 x (1,000 x 0.000001 + 100 x 0.000002)
  expect([result.exitCode, result.outputs.get('cost-per-run')]).toEqual([0, '0.12']);
});
