import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { actionEnvironment } from '../../src/action/environment.js';
import { runAction, sendFirstRequests } from '../../src/action/run.js';
import { fakeTime } from '../support/fake-time.js';
import { runToEnd } from '../support/process.js';
import { withFiles } from '../support/temporary-folder.js';

/** The requests that are sent before the rest of the action is loaded. */

const file = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

/**
 * Runs in a process of its own, since jest hides rejections without a handler, and Node ends a process with one. It waits for
 * both requests to fail without adding a handler. The function is named by its import, since knip sees none within a text.
 */
const SCRIPT = `
import { inspect } from 'node:util';
import { ${sendFirstRequests.name} } from ${file('src/action/run.ts')};
import { readInputs } from ${file('src/action/inputs-and-outputs.ts')};
import { HttpFailure } from ${file('src/lib/http/failure.ts')};

const failure = new HttpFailure('cannot be reached', { kind: 'network', transient: false });
const { models, facts } = await ${sendFirstRequests.name}(readInputs((name) => (name === 'github-token' ? 'ghs_1' : '')), {
  variable: (name) => process.env[name] ?? '',
  effects: {
    now: Date.now,
    random: () => 0,
    sleep: () => Promise.resolve(),
    alarm: () => () => undefined,
    connect: () => () => Promise.reject(failure),
  },
});
for (const request of [models, facts]) {
  while (inspect(request).includes('<pending>')) await new Promise((resolve) => setImmediate(resolve));
}
for (const { status, reason } of await Promise.allSettled([models, facts])) console.log(status, reason.message);
`;

/** A scheduled run, whose event has no payload. */
function variablesIn(folder: string): Record<string, string> {
  return {
    GITHUB_EVENT_NAME: 'schedule',
    GITHUB_EVENT_PATH: join(folder, 'event.json'),
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_SHA: 'a'.repeat(40),
    GITHUB_REF: 'refs/heads/main',
    GITHUB_RUN_ID: '1',
    GITHUB_RUN_ATTEMPT: '1',
  };
}

test("are the list of models, then GitHub's query, and both are sent before the runner's library is loaded", async () => {
  await withFiles({ 'event.json': '{}' }, async (folder) => {
    const sent: string[] = [];
    const network = {
      ...fakeTime(),
      connect: () => (url: string | URL) => {
        sent.push(new URL(url).pathname);
        return new Promise<never>(() => undefined);
      },
    };
    const environment = actionEnvironment({ ...variablesIn(folder), 'INPUT_GITHUB-TOKEN': 'ghs_1' }, network);
    const ended = new Error('the test ends here');
    const before = runAction(
      environment,
      () => Promise.reject(ended),
      () => undefined,
    );
    await expect(before).rejects.toBe(ended);
    expect(sent).toEqual(['/api/v1/models', '/graphql']);
  });
});

test('may fail before anything awaits them, and the process goes on', async () => {
  await withFiles({ 'event.json': '{}' }, async (folder) => {
    const args = ['--import', new URL('../../scripts/typescript.mjs', import.meta.url).href, '--input-type=module'];
    const ended = await runToEnd(process.execPath, [...args, '--eval', SCRIPT], {
      env: variablesIn(folder),
      cwd: folder,
    });
    expect(ended).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ended.stdout.split('\n')).toEqual([
      'rejected cannot be reached',
      expect.stringMatching(/^rejected .*cannot be reached/),
      '',
    ]);
  });
});
