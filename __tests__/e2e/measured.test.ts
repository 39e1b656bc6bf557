import { cp, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { reportSchema } from '../../src/report/model/schema.js';
import {
  accountPages,
  answers,
  API_KEY,
  generationAnswer,
  isOfModels,
  keyAnswer,
} from '../support/openrouter-server.js';
import { manifestText, openChange, reportOf, fixtureForEachTest } from '../support/pull-request.js';
import { withFiles } from '../support/temporary-folder.js';
import { runToEnd } from '../support/process.js';

/** The built bundle with recordings, a key and prompt files, which load parts of it that other runs do not. */

const FILE = 'llm-budget.yml';
const GPT = 'openai/gpt-5-mini';
const DIST = fileURLToPath(new URL('../../dist', import.meta.url));
const BUNDLE = join(DIST, 'bundle');
const fixture = fixtureForEachTest(['acme/small', GPT]);

/** 1,100 x $1/M + 100 x $2/M = $0.0013; the manifest says 1,000 prompt tokens. */
function row(id: string): string {
  return JSON.stringify({
    id,
    model: 'acme/small',
    usage: { prompt_tokens: 1100, completion_tokens: 100, cost: 0.0013 },
  });
}

const recorded = ['gen-a', 'gen-b', ...Array.from({ length: 98 }, (_, index) => `chatcmpl-${index}`)]
  .map(row)
  .join('\n');

describe('recordings and a key', () => {
  test('bring use, charges and credits into report, comment and summary, and the key into none of them', async () => {
    const charged = generationAnswer({ total_cost: 0.0016, model: 'acme/small', provider_name: 'Acme' });
    fixture.catalogue.intercept(
      accountPages({
        key: keyAnswer({ limit: 50, limit_remaining: 12.3 }),
        credits: answers.forbidden,
        generations: { 'gen-a': [answers.notFound, charged], 'gen-b': generationAnswer({ total_cost: 0.0013 }) },
      }),
    );
    const number = await openChange(
      fixture.github,
      { [FILE]: manifestText() },
      { [FILE]: manifestText({ count: 200 }) },
    );
    const result = await fixture.runBundleOnPullRequest(number, {
      inputs: { usage: 'usage/*.jsonl', 'openrouter-api-key': API_KEY },
      workspace: { 'usage/a.jsonl': `${recorded}\n{"usage": `, 'usage/b.txt': 'x' },
    });
    const report = reportOf(result);
    expect([result.exitCode, report.verdict, result.stderr]).toEqual([0, 'pass', '']);
    // 100 x 0.0013 = 0.13 used; 200 x 0.0012 = 0.24 estimated: 0.11 / 0.24 = 45.83 % less
    expect(report.usage).toMatchObject({ files: 1, requests: 100, unreadable: 1 });
    expect(report.usage?.suites).toMatchObject([{ name: 'evals', used_per_run: '0.13', error_percent: '-45.83' }]);
    expect(report.charges?.[0]).toMatch(/^2 generations: charged \$0\.0029, usage\.cost \$0\.0026 \(-10\.3 %\)/);
    // 12.30 / 0.24 = 51.25
    expect(report.credits?.lines).toContain('Remaining $12.30 covers 51 runs at $0.24.');
    const { comment } = result;
    expect(comment).toContain('Estimated $0.24, used $0.13 (-45.8 %), by 100 recorded requests');
    expect(comment).toContain('Exact charges');
    expect(result.summary).toContain('covers 51 runs');
    expect(result.log).toContain('Recordings: usage/a.jsonl, line 101: not understood');
    expect(comment + JSON.stringify(fixture.github.requests)).not.toContain(API_KEY);
    expect(fixture.catalogue.requests.filter(isOfModels).map(({ headers }) => headers.authorization)).toEqual(
      fixture.catalogue.requests.filter(isOfModels).map(() => undefined),
    );
  });
});

/**
 * 1,000 requests of the prompt file and 1,000 tokens more, at $1 a million. `same-log.test.ts` and `install.test.ts` count
 * prompt files with the whole bundle.
 */
const WITH_PROMPTS = `version: 1
suites:
  evals:
    calls:
      - {name: answer, model: ${GPT}, count: 1000, prompt_tokens: 1000, prompt_files: [p.md], completion_tokens: 0}
`;
const WITHOUT_PROMPTS = WITH_PROMPTS.replace(' prompt_files: [p.md],', '');
const PROMPT = 'Hello world!';

/** One of o200k's 200,000 tokens. */
const TOKEN = '" accordingly"';

describe('the tokenizer', () => {
  test('has its vocabulary in one file of the bundle, beside the entry', async () => {
    const names = (await readdir(BUNDLE)).filter((name) => name.endsWith('.js'));
    const texts = await Promise.all(names.map((name) => readFile(join(BUNDLE, name), 'utf8')));
    const holding = names.filter((_, index) => texts[index]?.includes(TOKEN));
    expect([holding.length, holding.includes('index.js')]).toEqual([1, false]);
  });

  /** `dist` without the vocabulary, as if its file had been lost. */
  async function withoutVocabulary(run: (dist: string) => Promise<void>): Promise<void> {
    await withFiles({}, async (folder) => {
      await cp(DIST, folder, { recursive: true });
      for (const name of await readdir(join(folder, 'bundle'))) {
        const file = join(folder, 'bundle', name);
        if ((await readFile(file, 'utf8')).includes(TOKEN)) await rm(file);
      }
      await run(folder);
    });
  }

  test('is not loaded by the action without prompt files; with them its loss is exit code 2', async () => {
    const tree = (manifest: string) => ({ [FILE]: manifest, 'p.md': PROMPT });
    const without = await openChange(fixture.github, tree(WITHOUT_PROMPTS), { ...tree(WITHOUT_PROMPTS), x: 'x' });
    await withoutVocabulary(async (dist) => {
      const bundle = join(dist, 'index.js');
      const works = await fixture.runBundleOnPullRequest(without, { bundle });
      // 1,000 x 1,000 x $1/M
      expect([works.exitCode, works.outputs.get('cost-per-run'), works.stderr]).toEqual([0, '1', '']);
      const number = await openChange(fixture.github, tree(WITH_PROMPTS), { ...tree(WITH_PROMPTS), x: 'x' });
      const fails = await fixture.runBundleOnPullRequest(number, { bundle });
      expect([fails.exitCode, fails.outputs.get('cost-per-run')]).toEqual([2, '']);
    });
  });

  test('is not loaded by the command line without prompt files', async () => {
    await withFiles({ 'llm-budget.yml': WITHOUT_PROMPTS }, async (cwd) => {
      await withoutVocabulary(async (dist) => {
        const args = ['check', '--format', 'json', '--catalogue-url', fixture.catalogue.url];
        const program = [join(dist, 'cli', 'index.js'), ...args];
        const { stdout } = await runToEnd(process.execPath, program, { env: { PATH: process.env.PATH ?? '' }, cwd });
        expect(reportSchema.parse(JSON.parse(stdout)).head.per_run).toBe('1');
      });
    });
  });
});
