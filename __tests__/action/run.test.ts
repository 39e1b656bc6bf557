import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { sendFirstRequests } from '../../src/action/run.js';
import { runToEnd } from '../support/process.js';
import { withFiles } from '../support/temporary-folder.js';

/** The requests that are sent before the rest of the action is loaded. */

const file = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href);

/**
 * Runs in a process of its own, since jest hides rejections without a handler, and Node ends a process with one. It waits for
 * both requests to fail without adding a handler.
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

test('may fail before anything awaits them, and the process goes on', async () => {
  await withFiles({ 'event.json': '{}' }, async (folder) => {
    const args = ['--import', new URL('../../scripts/typescript.mjs', import.meta.url).href, '--input-type=module'];
    const ended = await runToEnd(process.execPath, [...args, '--eval', SCRIPT], {
      env: {
        GITHUB_EVENT_NAME: 'schedule',
        GITHUB_EVENT_PATH: join(folder, 'event.json'),
        GITHUB_REPOSITORY: 'acme/shop',
        GITHUB_SHA: 'a'.repeat(40),
        GITHUB_REF: 'refs/heads/main',
        GITHUB_RUN_ID: '1',
        GITHUB_RUN_ATTEMPT: '1',
      },
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
