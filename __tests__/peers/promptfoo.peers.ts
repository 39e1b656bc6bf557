import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { countHead } from '../../src/check/count-files.js';
import { filesOnDisk } from '../../src/cli/files-on-disk.js';
import { chatContents } from '../../src/manifest/from-files/promptfoo/prompts.js';
import { parseManifest } from '../../src/manifest/parse.js';
import { loadCounter } from '../../src/manifest/prompt-tokens/count-tokens.js';
import { PROMPTFOO_CASES } from '../support/promptfoo-configs.js';

/** The requests and prompts that promptfoo itself makes of each configuration, held against the derived calls. */

const VERSION = '0.121.20';
const folder = mkdtempSync(join(tmpdir(), 'promptfoo-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
beforeAll(() => {
  writeFileSync(join(folder, 'package.json'), '{"private": true}');
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', `promptfoo@${VERSION}`];
  execFileSync('npm', args, { cwd: folder, stdio: 'pipe' });
}, 600_000);

const outputSchema = z.object({
  results: z.object({
    results: z.array(
      z.object({
        promptIdx: z.number(),
        provider: z.object({ id: z.string(), label: z.string().optional() }),
        response: z.object({ output: z.string() }),
      }),
    ),
  }),
});

/** One line for each provider and prompt: requests, mean tokens rounded up, tokens of the longest. */
type Lines = readonly string[];

async function promptfooLines(cwd: string): Promise<{ readonly lines: Lines; readonly requests: number }> {
  const main = join(folder, 'node_modules', 'promptfoo', 'dist', 'src', 'main.js');
  const args = ['eval', '-c', 'promptfooconfig.yaml', '--no-cache', '--no-write', '--no-table', '--no-progress-bar'];
  const env = {
    ...process.env,
    PROMPTFOO_DISABLE_TELEMETRY: '1',
    PROMPTFOO_DISABLE_UPDATE: '1',
    PROMPTFOO_CONFIG_DIR: join(folder, 'config'),
  };
  try {
    execFileSync(process.execPath, [main, ...args, '-o', 'out.json'], { cwd, stdio: 'pipe', env });
  } catch {
    // Assertions that fail end it with an exit code; what counts is in the file.
  }
  const { results } = outputSchema.parse(JSON.parse(readFileSync(join(cwd, 'out.json'), 'utf8'))).results;
  const count = await loadCounter();
  const groups = new Map<string, number[]>();
  for (const { provider, promptIdx, response } of results) {
    const key = `${provider.label ?? provider.id} ${promptIdx}`;
    const texts = chatContents(response.output) ?? [response.output];
    groups.set(key, [...(groups.get(key) ?? []), texts.reduce((sum, text) => sum + count(text), 0)]);
  }
  const lines = [...groups].map(([key, tokens]) => {
    const mean = Math.ceil(tokens.reduce((sum, one) => sum + one, 0) / tokens.length);
    return `${key.split(' ')[0] ?? ''}: ${tokens.length} x ${mean}, at most ${Math.max(...tokens)}`;
  });
  return { lines: lines.sort(), requests: results.length };
}

async function ownLines(cwd: string): Promise<Lines> {
  const text = `version: 1
suites:
  s:
    promptfoo: {config: promptfooconfig.yaml, completion_tokens: 1, models: {a: openai/gpt-5, b: openai/gpt-5}}
`;
  const { manifest } = await countHead(await parseManifest(text, 'llm-budget.yml'), filesOnDisk(cwd));
  const calls = manifest.suites[0]?.calls ?? [];
  return calls
    .map(({ display_name: name, count, prompt_tokens: tokens }) => {
      // The second provider of one label is `a #2` here, and has the label alone there.
      const provider = (name.split(' / ')[0] ?? '').replace(/ #\d+$/, '');
      return `${provider}: ${count} x ${tokens?.expected ?? 0}, at most ${tokens?.max ?? 0}`;
    })
    .sort();
}

test.each(PROMPTFOO_CASES.map((one) => [one.title, one] as const))(
  '%s',
  async (_, { files, requests }) => {
    const cwd = mkdtempSync(join(folder, 'case-'));
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, path)), { recursive: true });
      writeFileSync(join(cwd, path), text);
    }
    const theirs = await promptfooLines(cwd);
    expect(theirs.requests).toBe(requests);
    expect(await ownLines(cwd)).toEqual(theirs.lines);
  },
  60_000,
);
