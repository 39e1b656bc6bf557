import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { installPeers, type Peers } from '../support/peers.js';

/** The bundle on the Node of the runner, and the setup that the other files of this folder use. */

let peers: Peers;
beforeAll(async () => {
  peers = await installPeers(['openai@6.49.0']);
});
afterAll(() => peers.remove());

test('a script runs on Node 24 and imports what was installed', async () => {
  const ended = await peers.runScriptOnNode24(
    `import OpenAI from 'openai';
     console.log(process.versions.node.split('.')[0], typeof new OpenAI({ apiKey: 'x' }).chat.completions.create);`,
  );
  expect(ended).toMatchObject({ exitCode: 0, stdout: '24 function\n' });
});

test('a package that does not exist ends with the message of npm', async () => {
  await expect(installPeers(['openai@0.0.999'])).rejects.toThrow(/openai@0\.0\.999/);
});
