import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { modelRow } from '../support/catalogue-server.js';
import { CATALOGUE_FAULTS } from '../support/catalogue-faults.js';
import { answer, startFaultServer } from '../support/fault-server.js';
import type { Fault, FaultServer } from '../support/fault-server.js';
import { manifestText, startStage } from '../support/pull-request.js';
import type { Stage } from '../support/pull-request.js';
import type { ActionResult } from '../support/run-action.js';

/**
 * The built bundle before a catalogue that is wrong in every way that needs no second attempt; those that are repeated
 * wait for real here, so that they run in the process, with a clock of their own.
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
  return await stage.run('schedule', {}, sha, { inputs: { 'catalogue-url': server.url } });
}

const AT_ONCE = CATALOGUE_FAULTS.filter(({ retried }) => !retried);

describe('a catalogue that answers with', () => {
  test('is tried in at least 25 ways', () => {
    expect(AT_ONCE.length).toBeGreaterThanOrEqual(25);
  });

  test.each(AT_ONCE)('$name has no prices: exit code 3, told in the log and nothing else', async (fault) => {
    const result = await runBefore(() => fault.fault);
    expect([result.exitCode, result.outputs.get('verdict'), result.stderr]).toEqual([3, 'error', '']);
    expect(result.outputs.get('cost-per-run')).toBe('');
    expect(result.stdout).toMatch(fault.says);
    expect(server?.requests).toHaveLength(1);
  });

  test.each(['a reset before any byte', 'half a JSON text', 'status 503'])(
    '%s once, and is well again, has its prices',
    async (name) => {
      const fault = CATALOGUE_FAULTS.find((candidate) => candidate.name === name);
      if (fault === undefined) throw new Error(`no fault ${name}`);
      const models = JSON.stringify({ data: [modelRow('acme/small')] });
      const result = await runBefore((path, index) => {
        if (index === 0) return fault.fault;
        return path.endsWith('/endpoints') ? answer(404, '{}') : answer(200, models);
      });
      // 100 x (1,000 x 0.000001 + 100 x 0.000002)
      expect([result.exitCode, result.outputs.get('cost-per-run')]).toEqual([0, '0.12']);
    },
  );
});
