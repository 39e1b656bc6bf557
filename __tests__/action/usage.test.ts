import { describe, expect, test } from '@jest/globals';
import {
  accountPages,
  answers,
  API_KEY,
  generationAnswer,
  isOfModels,
  keyAnswer,
  withoutPort,
  type AccountPages,
} from '../support/openrouter-server.js';
import { manifestText, openChange, reportOf, fixtureForEachTest } from '../support/pull-request.js';
import type { ActionResult } from '../support/runner-files.js';
import { withFiles } from '../support/temporary-folder.js';

/** The action with recordings of what the suite `evals` used; it is estimated at 100 x (1,000 + 2 x 100) x $1/M = $0.12. */

const FILE = 'llm-budget.yml';
/** A second suite, 1,000 x $10/M + 100 x $20/M = $0.012, that nothing is recorded of. */
const MANIFEST = `${manifestText()}  nightly:
    calls:
      - {name: report, model: acme/large, count: 1, prompt_tokens: 1000, completion_tokens: 100, max_tokens: 200}
`;

const fixture = fixtureForEachTest();

/** A request of 1,100 prompt and 100 completion tokens: 1,100 x $1/M + 100 x $2/M = $0.0013. */
function row(changes: Readonly<Record<string, unknown>> = {}): string {
  const usage = { prompt_tokens: 1100, completion_tokens: 100, total_tokens: 1200, cost: 0.0013, is_byok: false };
  const message = { role: 'assistant', content: 'a xylophone' };
  return JSON.stringify({ model: 'acme/small', choices: [{ index: 0, message }], usage, ...changes });
}

/** So many requests, each with an id of its own. */
function rows(count: number, prefix: string): string {
  return Array.from({ length: count }, (_, index) => row({ id: `${prefix}-${index}` })).join('\n');
}

async function judged(
  usage: string,
  workspace: Readonly<Record<string, string>>,
  more: { readonly manifest?: string; readonly key?: string } = {},
): Promise<ActionResult> {
  const { manifest = MANIFEST, key = '' } = more;
  const number = await openChange(fixture.github, { [FILE]: manifest }, { [FILE]: `${manifest}# more\n` });
  return await fixture.runOnPullRequest(number, {
    inputs: { usage, 'openrouter-api-key': key, comment: 'always' },
    workspace,
  });
}

describe('what was estimated against what was used', () => {
  // 60 + 40 requests at $0.0013 = $0.13, 8.33 % above $0.12
  const workspace = { 'usage/a.jsonl': rows(60, 'chatcmpl-a'), 'usage/b.jsonl': rows(40, 'chatcmpl-b') };

  test('is in the report, suite by suite and call by call, with the error of the estimate', async () => {
    const result = await judged('usage/*.jsonl', workspace);
    const { usage } = reportOf(result);
    expect(usage).toMatchObject({ runs: 1, files: 2, requests: 100, unreadable: 0, unknown: [] });
    expect(usage?.suites).toMatchObject([
      { name: 'evals', estimated_per_run: '0.12', used_per_run: '0.13', error_percent: '8.33' },
      { name: 'nightly', estimated_per_run: '0.012', used_per_run: null, error_percent: null },
    ]);
    expect(usage?.suites[0]?.calls).toEqual([
      {
        name: 'answer',
        model: 'acme/small',
        recorded_requests: 100,
        estimated_per_run: '0.12',
        used_per_run: '0.13',
        error_percent: '8.33',
        // 1,100 against 1,000, and 100 against 100
        prompt_error_percent: '10.00',
        completion_error_percent: '0.00',
        price_differs: false,
      },
    ]);
  });

  test('is in comment, summary and log, over the suites that have both figures', async () => {
    const result = await judged('usage/*.jsonl', workspace);
    const title = 'Estimated $0.12, used $0.13 (+8.3 %), by 100 recorded requests';
    for (const text of [result.comment, result.summary, result.log]) expect(text).toContain(title);
    for (const text of [result.comment, result.summary]) {
      expect(text).toContain('| Suite | Estimate → used | Error |');
      expect(text).toMatch(/\| `evals` \| \$0\.12 → \$0\.13 \| \+8\.3&nbsp;% \|/);
      expect(text).toMatch(/\| `nightly` \| \$0\.01\d* → nothing recorded \|  ?\|/);
    }
  });

  test('is divided by the runs that the recorder names: 120 requests of two are 60 a run, at $0.078', async () => {
    const recorded = (run: string, count: number) =>
      Array.from({ length: count }, (_, index) => row({ id: `${run}-${index}`, run, llm_budget_record: 1 })).join('\n');
    const result = await judged('all.jsonl', { 'all.jsonl': `${recorded('a', 70)}\n${recorded('b', 50)}` });
    const { usage } = reportOf(result);
    expect(usage).toMatchObject({ runs: 2, requests: 120 });
    // 60 x $0.0013, 35 % below the estimate of $0.12
    expect(usage?.suites[0]).toMatchObject({ used_per_run: '0.078', error_percent: '-35.00' });
  });

  test('has what is known as a lower bound where a model has no price, and names the model', async () => {
    const free = (id: string) =>
      row({ id, suite: 'evals', model: 'acme/unlisted', usage: { prompt_tokens: 5, completion_tokens: 1 } });
    const result = await judged('all.jsonl', { 'all.jsonl': `${rows(100, 'c')}\n${free('x')}\n${free('y')}` });
    expect(reportOf(result).usage?.suites[0]).toMatchObject({ used_per_run: null, used_at_least_per_run: '0.13' });
    for (const text of [result.comment, result.summary]) {
      expect(text).toContain('at least $0.13');
      expect(text).toMatch(/No price for evals \/ `?acme\/unlisted`?: what is shown as used leaves out 2 requests\./);
    }
    expect(result.log).toContain('No price for evals / acme/unlisted: what is shown as used leaves out 2 requests.');
  });

  test('changes no price, no verdict and no exit code', async () => {
    const { verdict, head, violations } = reportOf(await judged('usage/*.jsonl', workspace));
    expect([verdict, head.per_run, violations]).toEqual(['pass', '0.132', []]);
  });

  test('takes one glob a line, `!` excludes, and a file that several match is read once', async () => {
    const usage = '\n  usage/*.jsonl  \nusage/a.jsonl\n!usage/b.jsonl\n';
    expect(reportOf(await judged(usage, workspace)).usage).toMatchObject({ files: 1, requests: 60 });
  });

  test('has the requests that no call stands for: counted, their cost unknown to the estimate', async () => {
    const other = row({ id: 'x', model: 'acme/other' });
    const result = await judged('all.jsonl', { 'all.jsonl': `${rows(100, 'c')}\n${other}` });
    expect(reportOf(result).usage?.unknown).toEqual([{ suite: null, call: null, model: 'acme/other', requests: 1 }]);
    expect(result.comment).toContain('1 recorded request matches no call of the manifest.');
    expect(result.log).toContain('1 recorded request matches no call of the manifest.');
  });

  test('counts what cannot be read, and names it by file and line in the log', async () => {
    const negative = row({ id: 'n', usage: { prompt_tokens: -1, completion_tokens: 1 } });
    const lines = [rows(100, 'c'), '{"usage": {"prompt_tokens": 1', negative];
    const result = await judged('all.jsonl', { 'all.jsonl': lines.join('\n') });
    expect(reportOf(result).usage).toMatchObject({ requests: 100, unreadable: 2 });
    expect(result.comment).toContain('2 recorded places could not be read.');
    expect(result.log).toMatch(/^Recordings: all\.jsonl, line 101: not understood: a line that is not valid JSON$/m);
    expect(result.log).toMatch(/^Recordings: all\.jsonl, line 102: not understood: prompt_tokens is -1/m);
    const codes = reportOf(result).notes.map(({ code }) => code);
    expect(codes).toContain('usage_incomplete');
    expect(result.log).toContain('2 recorded places could not be read.');
  });

  test('shows nothing of a prompt or an answer, anywhere', async () => {
    const bad = '{"content": "a xylophone';
    const result = await judged('*.jsonl', { 'all.jsonl': `${rows(100, 'c')}\n${bad}` });
    expect(JSON.stringify({ ...result, outputs: [...result.outputs] })).not.toContain('xylophone');
  });

  test('is left out where the change deletes the manifest', async () => {
    const number = await openChange(fixture.github, { [FILE]: MANIFEST }, { 'README.md': 'x' });
    const result = await fixture.runOnPullRequest(number, {
      inputs: { usage: 'a.jsonl' },
      workspace: { 'a.jsonl': rows(1, 'c') },
    });
    expect([result.exitCode, reportOf(result).usage]).toEqual([1, undefined]);
  });
});

describe('recordings that cannot be had are a note, and the verdict of the budget stands', () => {
  async function noteOf(usage: string, workspace: Readonly<Record<string, string>>): Promise<string | undefined> {
    const result = await judged(usage, workspace);
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([0, 'pass']);
    expect(reportOf(result).usage).toBeUndefined();
    return reportOf(result).notes.find(({ code }) => code === 'usage_not_measured')?.message;
  }

  test.each([
    ['a glob without a match', 'usage/*.jsonl', 'no file matches "usage/*.jsonl".'],
    ['a file that is not there', 'gone.jsonl', 'no file matches "gone.jsonl".'],
    ['a folder', 'folder', 'folder is a folder; "folder/**" names its files.'],
    ['only exclusions', '!a.jsonl', 'no usage file is named; expected a path or a glob such as "usage/*.jsonl".'],
    ['a file without usage', 'folder/empty.jsonl', '1 recorded file with no usage.'],
    ['nothing that is understood', 'bad.jsonl', '1 recorded file with no usage: 2 exchanges not understood.'],
  ])('%s', async (_, usage, message) => {
    const note = await noteOf(usage, {
      'folder/empty.jsonl': '{"level":"info"}\n',
      'bad.jsonl': '{"usage": \n{"usage": {"prompt_tokens": 1.5, "completion_tokens": 1}}\n',
    });
    expect(note).toBe(`Nothing was measured: ${message}`);
  });

  test('a file outside the workspace is not read, though it could be: by an absolute path, and by a way up', async () => {
    await withFiles({ 'secret.jsonl': rows(1, 'c') }, async (elsewhere) => {
      const refused = (path: string): string =>
        `Nothing was measured: ${path} is outside the workspace; files inside it are accepted.`;
      expect(await noteOf(`${elsewhere}/secret.jsonl`, {})).toBe(refused(`${elsewhere}/secret.jsonl`));
      const name = elsewhere.slice(elsewhere.lastIndexOf('/') + 1);
      expect(await noteOf(`../../${name}/*.jsonl`, {})).toBe(refused(`../../${name}/secret.jsonl`));
    });
  });
});

describe('exact charges', () => {
  const key = keyAnswer();
  const charged = (cost: number) => generationAnswer({ total_cost: cost, model: 'acme/small', provider_name: 'Acme' });
  const generationsAsked = () =>
    fixture.catalogue.requests.flatMap(({ path }) => /\/generation\?id=(.*)$/.exec(path)?.[1] ?? []);

  async function withKey(pages: AccountPages, recorded: string): Promise<ActionResult> {
    fixture.catalogue.intercept(accountPages(pages));
    return await judged('a.jsonl', { 'a.jsonl': recorded }, { key: API_KEY });
  }

  test('stand beside usage.cost and the estimate; one that is more than 1 % off is named', async () => {
    const generations = { 'gen-a': charged(0.0013), 'gen-b': charged(0.0016) };
    const result = await withKey({ key, generations }, [row({ id: 'gen-a' }), row({ id: 'gen-b' })].join('\n'));
    // 0.0013 + 0.0016 = 0.0029 charged, 2 x 0.0013 = 0.0026 stated: 0.0003 / 0.0029 = 10.34 % less; 0.0003 / 0.0016 = 18.75 %
    expect(reportOf(result).charges).toEqual([
      '2 generations: charged $0.0029, usage.cost $0.0026 (-10.3 %), estimate $0.0026 (-10.3 %).',
      'gen-b (acme/small, Acme): charged $0.0016, usage.cost $0.0013 (-18.8 %), estimate $0.0013 (-18.8 %).',
    ]);
    expect(result.comment).toContain('Exact charges');
    for (const text of [result.log, result.summary]) expect(text).toContain('2 generations');
  });

  test('that are written late are requested again: 404, 404, then the charge', async () => {
    const late = [answers.notFound, answers.notFound, charged(0.0013)] as const;
    const result = await withKey({ key, generations: { 'gen-a': late } }, row({ id: 'gen-a' }));
    expect(reportOf(result).charges).toEqual([
      '1 generation: charged $0.0013, usage.cost $0.0013 (0 %), estimate $0.0013 (0 %).',
    ]);
    expect(generationsAsked()).toEqual(['gen-a', 'gen-a', 'gen-a']);
  });

  test('that are never written, or cannot be had, are named and change nothing', async () => {
    const generations = { 'gen-a': charged(0.0013), 'gen-c': answers.paymentRequired };
    const recorded = ['gen-a', 'gen-b', 'gen-c'].map((id) => row({ id })).join('\n');
    const result = await withKey({ key, generations }, recorded);
    const [, ...others] = reportOf(result).charges ?? [];
    expect(others.map(withoutPort)).toEqual([
      'Not found, or not written yet (404): gen-b.',
      'gen-c: HOST answered 402.',
    ]);
    expect([result.exitCode, reportOf(result).verdict]).toEqual([0, 'pass']);
  });

  test('are requested of generations alone: other providers have ids of their own', async () => {
    const generations = { 'gen-a': charged(0.0013) };
    const recorded = [row({ id: 'gen-a' }), row({ id: 'chatcmpl-1' }), row({ id: 'msg_01' }), row()].join('\n');
    await withKey({ key, generations }, recorded);
    expect(generationsAsked()).toEqual(['gen-a']);
  });

  test('are requested 50 times at most, and the rest is reported', async () => {
    const ids = Array.from({ length: 60 }, (_, index) => `gen-${index}`);
    const generations = Object.fromEntries(ids.map((id) => [id, charged(0.0013)]));
    const result = await withKey({ key, generations }, ids.map((id) => row({ id })).join('\n'));
    expect(new Set(generationsAsked()).size).toBe(50);
    // 50 x 0.0013
    expect(reportOf(result).charges).toEqual([
      '50 generations: charged $0.065, usage.cost $0.065 (0 %), estimate $0.065 (0 %).',
      '10 generations more were not asked for.',
    ]);
  });

  test('are not requested with a key that is refused, which is reported once', async () => {
    const result = await withKey({ key: answers.unauthorized }, row({ id: 'gen-a' }));
    expect(generationsAsked()).toEqual([]);
    expect(reportOf(result)).not.toHaveProperty('charges');
    expect(reportOf(result).notes.filter(({ message }) => message.startsWith('OpenRouter refused'))).toHaveLength(1);
  });

  test('that this key may not see are reported as refused, and the run goes on', async () => {
    const result = await withKey({ key, generations: { 'gen-a': answers.forbidden } }, row({ id: 'gen-a' }));
    expect(reportOf(result).charges).toEqual([
      'OpenRouter refused the key (403): it is wrong, disabled or expired. Prices do not need it.',
    ]);
    expect(result.exitCode).toBe(0);
  });

  test('are not requested without a key', async () => {
    const result = await judged('a.jsonl', { 'a.jsonl': row({ id: 'gen-a' }) });
    expect(reportOf(result)).not.toHaveProperty('charges');
    expect(fixture.catalogue.requests.filter((request) => !isOfModels(request))).toEqual([]);
  });
});
