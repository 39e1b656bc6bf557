import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { modelRow } from '../support/catalogue-server.js';
import { catalogueFault } from '../support/catalogue-faults.js';
import { answer, startFaultServer, type FaultServer } from '../support/fault-server.js';
import { manifestText, fixtureForAllTests } from '../support/pull-request.js';

/**
 * The built bundle before a catalogue that is wrong: the real sockets, and a real pause before the second attempt. Every
 * fault is tried on the client in `openrouter/catalogue/live-faults.test.ts`.
 */

const fixture = fixtureForAllTests();
let sha: string;
let server: FaultServer | null = null;
beforeAll(async () => {
  sha = await fixture.github.commit({ 'llm-budget.yml': manifestText() }, { branch: 'main' });
});
afterAll(async () => {
  await server?.close();
});

test('a catalogue that resets the connection once, and is well again, has its prices', async () => {
  const { fault } = catalogueFault('a reset before any byte');
  const models = JSON.stringify({ data: [modelRow('acme/small')] });
  server = await startFaultServer(({ path }, index) => {
    if (index === 0) return fault;
    return path.endsWith('/endpoints') ? answer(404, '{}') : answer(200, models);
  });
  const result = await fixture.runBundle('schedule', {}, sha, { inputs: { 'catalogue-url': server.url } });
  // 100 x (1,000 x 0.000001 + 100 x 0.000002)
  expect([result.exitCode, result.outputs.get('cost-per-run')]).toEqual([0, '0.12']);
});
