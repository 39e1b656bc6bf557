import { describe, expect, test } from '@jest/globals';
import { errorReportSchema } from '../../src/report/model/schema.js';
import type { Report } from '../../src/report/model/schema.js';
import type { FileTree } from '../support/github-state.js';
import { openChange, reportOf, type InProcessChanges, fixtureForAllTests } from '../support/pull-request.js';
import type { ActionResult } from '../support/runner-files.js';

/**
 * Numbers from files, at the commits of a pull request. Every model here costs $1 a million prompt tokens and $2 a million
 * completion tokens, so that a request of "Hello world!" (3 tokens of o200k) answered with 100 tokens costs $0.000203.
 */

const FILE = 'llm-budget.yml';
const GPT = 'openai/gpt-5-mini';

const fixture = fixtureForAllTests([GPT, 'openai/gpt-5-nano', 'acme/small']);

async function judged(before: FileTree, after: FileTree, changes: InProcessChanges = {}): Promise<ActionResult> {
  const number = await openChange(fixture.github, before, after);
  fixture.github.clearRequests();
  return await fixture.runOnPullRequest(number, changes);
}

const errorsOf = (result: ActionResult) => errorReportSchema.parse(result.report).errors;
const notesOf = (report: Report, code: string) =>
  report.notes.filter((note) => note.code === code).map(({ message }) => message);
const callsOf = (report: Report) => report.suites.flatMap(({ calls }) => calls);
const causes = ({ changes = [] }: Report) =>
  changes.map(({ call, file, what, from, to, per_run: moved }) => [call, file, what, from, to, moved]);

/** One call of 1,000 prompt and 100 completion tokens: $0.0012 a request. */
const counted = (count: string, more = '') => `version: 1
${more}
suites:
  evals:
    calls:
      - name: answer
        model: acme/small
        count: ${count}
        prompt_tokens: 1000
        completion_tokens: 100
`;
const rows = (number: number) => '{"question": "why?"}\n'.repeat(number);

/** A suite whose calls a promptfoo configuration makes. */
const suite = (more = '') => `version: 1
${more}
suites:
  evals:
    promptfoo: {config: evals/promptfooconfig.yaml, completion_tokens: 100}
`;
const CONFIG = 'evals/promptfooconfig.yaml';
const CASES = 'evals/cases.jsonl';
const PROMPT = 'evals/answer.txt';
/** Ten tests of one variable, which the prompt puts in whole. */
const evals = (
  providers = '[openai:gpt-5-mini]',
  tests = '{"vars": {"question": "Hello world!"}}\n'.repeat(10),
): FileTree => ({
  [CONFIG]: `prompts: [file://answer.txt]\nproviders: ${providers}\ntests: cases.jsonl\n`,
  [PROMPT]: '{{question}}\n',
  [CASES]: tests,
});

describe('a promptfoo configuration that changes alone', () => {
  const before = { [FILE]: suite(), ...evals() };

  test('costs the requests of a provider that is added: 10 x (3 x $1/M + 100 x $2/M) = $0.00203', async () => {
    const result = await judged(before, { ...before, ...evals('[openai:gpt-5-mini, openai:gpt-5-nano]') });
    const report = reportOf(result);
    expect([report.base?.per_run, report.head.per_run, report.delta?.per_run]).toEqual([
      '0.00203',
      '0.00406',
      '0.00203',
    ]);
    expect(callsOf(report).map(({ name, model, status, count_source }) => [name, model, status, count_source])).toEqual(
      [
        ['openai:gpt-5-mini / evals/answer.txt', GPT, 'unchanged', 'evals/cases.jsonl: 10 rows'],
        ['openai:gpt-5-nano / evals/answer.txt', 'openai/gpt-5-nano', 'added', 'evals/cases.jsonl: 10 rows'],
      ],
    );
    expect(causes(report)).toEqual([['openai:gpt-5-nano / evals/answer.txt', null, 'added', null, 10, '0.00203']]);
    expect(result.comment).toContain('- `evals / openai:gpt-5-nano / evals/answer.txt`: new, 10 requests, **+$0.002');
  });

  test('costs the rows that are added to its data: 5 x $0.000203 = $0.001015', async () => {
    const result = await judged(before, {
      ...before,
      [CASES]: '{"vars": {"question": "Hello world!"}}\n'.repeat(15),
    });
    const report = reportOf(result);
    expect(causes(report)).toEqual([['openai:gpt-5-mini / evals/answer.txt', CASES, 'rows', 10, 15, '0.001015']]);
    expect(result.comment).toContain(`- \`${CASES}\`: 10 -> 15 rows, **+$0.001`);
  });

  test('costs the rows for each provider and for the grader: 5 x 2 x ($0.000203 + $0.00002), in one line', async () => {
    const rubric = 'defaultTest: {assert: [{type: llm-rubric, value: is polite}]}';
    const both = evals(`[openai:gpt-5-mini, openai:gpt-5-nano]\n${rubric}`);
    const grader = 'completion_tokens: 100, grader: {model: acme/small, prompt_tokens: 10, completion_tokens: 5}';
    const manifest = { [FILE]: suite().replace('completion_tokens: 100', grader) };
    const was = { ...both, ...manifest };
    const row = '{"vars": {"question": "Hello world!"}}\n';
    const result = await judged(was, { ...was, [CASES]: row.repeat(15) });
    const report = reportOf(result);
    // A grader's request costs 10 x $1/M + 5 x $2/M = $0.00002.
    expect(causes(report)).toEqual([
      ['openai:gpt-5-mini / evals/answer.txt', CASES, 'rows', 10, 15, '0.001015'],
      ['openai:gpt-5-nano / evals/answer.txt', CASES, 'rows', 10, 15, '0.001015'],
      ['acme/small / llm-rubric', CASES, 'rows', 10, 15, '0.0002'],
    ]);
    expect(callsOf(report).map(({ count_source }) => count_source)).toEqual([
      `${CASES}: 15 rows`,
      `${CASES}: 15 rows`,
      `${CASES}: 15 rows x 2`,
    ]);
    expect(report.delta?.per_run).toBe('0.00223');
    expect(result.comment).toContain(`- \`${CASES}\`: 10 -> 15 rows in 3 calls, **+$0.002`);
  });

  test('costs the words that are added to its prompt: 10 x 1 token x $1/M = $0.00001', async () => {
    const report = reportOf(await judged(before, { ...before, [PROMPT]: '{{question}} Hello' }));
    expect(report.delta?.per_run).toBe('0.00001');
    expect(causes(report)).toEqual([['openai:gpt-5-mini / evals/answer.txt', PROMPT, 'prompt_file', 0, 1, '0.00001']]);
  });

  test('costs the words that are added to its data, apart from the prompt: 10 x 2 tokens x $1/M = $0.00002', async () => {
    const longer = '{"vars": {"question": "Hello world! Hello Hello"}}\n'.repeat(10);
    const report = reportOf(await judged(before, { ...before, [CASES]: longer }));
    expect(causes(report)).toEqual([['openai:gpt-5-mini / evals/answer.txt', null, 'tokens', 3, 5, '0.00002']]);
  });

  test('costs the requests of a prompt that is added, and says so by its path', async () => {
    const config =
      'prompts: [file://answer.txt, file://short.txt]\nproviders: [openai:gpt-5-mini]\ntests: cases.jsonl\n';
    const report = reportOf(
      await judged(before, { ...before, [CONFIG]: config, 'evals/short.txt': 'Hello world! Hello' }),
    );
    // 10 x (4 x $1/M + 100 x $2/M)
    expect(causes(report)).toEqual([['openai:gpt-5-mini / evals/short.txt', null, 'added', null, 10, '0.00204']]);
  });
});

describe('a data set', () => {
  const manifest = counted(`{rows: ${CASES}}`);
  const asked = () => fixture.github.requests.filter(({ path }) => path.includes('/git/blobs/')).length;

  test('above 512,000 bytes is read as a git object, and all of its rows count: 30,001 x $0.0012 = $36.0012', async () => {
    // 30,000 rows of 21 bytes are 630,000 bytes.
    const result = await judged(
      { [FILE]: manifest, [CASES]: rows(30_000) },
      { [FILE]: manifest, [CASES]: rows(30_001) },
    );
    const report = reportOf(result);
    expect([report.base?.per_run, report.head.per_run]).toEqual(['36', '36.0012']);
    expect(causes(report)).toEqual([['answer', CASES, 'rows', 30_000, 30_001, '0.0012']]);
    expect(result.comment).toContain(`- \`${CASES}\`: 30,000 -> 30,001 rows, **+$0.0012**`);
    expect(callsOf(report)[0]?.count_source).toBe(`${CASES}: 30,001 rows`);
    expect(asked()).toBe(2);
  });

  test('above 512,000 bytes that is the same at base is read once', async () => {
    const before = { [FILE]: manifest, [CASES]: rows(30_000) };
    const report = reportOf(await judged(before, { ...before, 'README.md': 'x' }));
    expect([report.head.per_run, report.delta?.per_run]).toEqual(['36', '0']);
    expect(asked()).toBe(1);
  });

  test('above 10 MB is refused with its size and what is accepted', async () => {
    const result = await judged(
      { [FILE]: manifest, [CASES]: rows(1) },
      { [FILE]: manifest, [CASES]: `"${'x'.repeat(9_999_999)}"` },
    );
    expect(result.exitCode).toBe(2);
    const message = `data file ${CASES} has 10000001 bytes; at most 10000000 are read`;
    expect(errorsOf(result)).toEqual([{ message, file: FILE, line: 8, column: 9 }]);
  });

  test('that is renamed with its manifest changes nothing, and is not read again', async () => {
    const report = reportOf(
      await judged(
        { [FILE]: counted('{rows: evals/old.jsonl}'), 'evals/old.jsonl': rows(10) },
        { [FILE]: counted('{rows: evals/new.jsonl}'), 'evals/new.jsonl': rows(10) },
      ),
    );
    expect([report.head.per_run, report.delta?.per_run, report.changes]).toEqual(['0.012', '0', []]);
    expect(fixture.github.requests.filter(({ operation }) => operation === 'Files')).toHaveLength(1);
  });

  test('that is renamed and grows is a change of requests, since it is another file: 2 x $0.0012', async () => {
    const report = reportOf(
      await judged(
        { [FILE]: counted('{rows: evals/old.jsonl}'), 'evals/old.jsonl': rows(10) },
        { [FILE]: counted('{rows: evals/new.jsonl}'), 'evals/new.jsonl': rows(12) },
      ),
    );
    expect(causes(report)).toEqual([['answer', null, 'requests', 10, 12, '0.0024']]);
  });

  test('that is renamed without its manifest is an error on the line that names it', async () => {
    const result = await judged(
      { [FILE]: manifest, [CASES]: rows(1) },
      { [FILE]: manifest, 'evals/new.jsonl': rows(1) },
    );
    expect(errorsOf(result)).toEqual([
      { message: `data file ${CASES} does not exist`, file: FILE, line: 8, column: 9 },
    ]);
  });

  test('gives its requests times what each row is asked: (12 - 10) x 3 x $0.0012 = $0.0072', async () => {
    const thrice = counted(`{rows: ${CASES}, times: 3}`);
    const report = reportOf(await judged({ [FILE]: thrice, [CASES]: rows(10) }, { [FILE]: thrice, [CASES]: rows(12) }));
    expect(causes(report)).toEqual([['answer', CASES, 'rows', 10, 12, '0.0072']]);
    expect(callsOf(report)[0]?.count_source).toBe(`${CASES}: 12 rows x 3`);
  });
});

describe('the tokens of a field', () => {
  const manifest = counted(`{rows: ${CASES}}`)
    .replace('prompt_tokens: 1000', `prompt_files: [{rows: ${CASES}, field: input.question}]`)
    .replace('acme/small', GPT);
  const row = (question: string) => `${JSON.stringify({ input: { question } })}\n`;

  test('are the mean of its rows in the estimate, and the longest in the worst case', async () => {
    const report = reportOf(
      await judged(
        { [FILE]: manifest, [CASES]: row('Hello world!') },
        { [FILE]: manifest, [CASES]: row('Hello world!') + row('Hello world! Hello Hello Hello Hello') },
      ),
    );
    // 1 x (3 + 200) x $1/M; then 3 and 7 tokens: 2 x (5 + 200) x $1/M
    expect([report.base?.per_run, report.head.per_run]).toEqual(['0.000203', '0.00041']);
    // The files first: 1 x 2 x $1/M; then one more row of 205 millionths.
    expect(causes(report)).toEqual([
      ['answer', CASES, 'prompt_file', 3, 5, '0.000002'],
      ['answer', CASES, 'rows', 1, 2, '0.000205'],
    ]);
    expect(callsOf(report)[0]?.prompt_tokens).toBe(5);
  });

  test('that no row has is an error, and so is a field that only some have is a note', async () => {
    const without = await judged({ [FILE]: manifest, [CASES]: row('x') }, { [FILE]: manifest, [CASES]: rows(3) });
    expect(errorsOf(without).map(({ message }) => message)).toEqual([
      `data file ${CASES} has no row with the field input.question`,
    ]);
    const some = await judged(
      { [FILE]: manifest, [CASES]: row('x') },
      { [FILE]: manifest, [CASES]: row('x') + rows(3) },
    );
    expect(notesOf(reportOf(some), 'rows_without_field')).toEqual([
      `3 of 4 rows of ${CASES} have no input.question; they count no tokens.`,
    ]);
  });
});

describe('files that match a pattern', () => {
  const manifest = counted('{files: "evals/*.md"}');
  const files = (number: number): FileTree => ({
    [FILE]: manifest,
    ...Object.fromEntries(Array.from({ length: number }, (_, index) => [`evals/${index}.md`, 'x'])),
  });
  const trees = () => fixture.github.requests.filter(({ path }) => path.includes('/git/trees/'));

  test('count one request each: 2 more are 2 x $0.0012', async () => {
    const result = await judged(files(3), files(5));
    const report = reportOf(result);
    expect(causes(report)).toEqual([['answer', 'evals/*.md', 'rows', 3, 5, '0.0024']]);
    expect(callsOf(report)[0]?.count_source).toBe('evals/*.md: 5 files');
    expect(trees()).toHaveLength(2);
  });

  test('in more files than GitHub lists are an error that says what to write', async () => {
    const number = await openChange(fixture.github, files(3), files(5));
    // https://docs.github.com/en/rest/git/trees#get-a-tree: "truncated" is true where the tree is above the limit.
    const rewrite = (body: string) => body.replace(/"truncated":\s*false/, '"truncated":true');
    fixture.github.fault({ on: { path: /\/git\/trees\// }, answer: { kind: 'rewrite', rewrite } });
    const result = await fixture.runOnPullRequest(number);
    expect(result.exitCode).toBe(2);
    expect(errorsOf(result).map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /has more files than GitHub lists, so a pattern cannot be expanded; name the files one by one$/,
      ),
    ]);
  });
});

describe('a file that cannot be counted', () => {
  const BROKEN = '{"question": "why?"}\n{"question": \n';
  const reason = `data file ${CASES} is not JSON Lines: line 2 is not JSON`;
  const limits = 'budget: {per_run: 1, increase_per_run: 0.005}';
  /** 10 requests of $0.0012, or as many as the data has rows. */
  const two = (rows_: string, plain: number) =>
    `${counted(rows_, limits)}      - {name: plain, model: acme/small, count: ${plain}, prompt_tokens: 1000, completion_tokens: 100}\n`;
  const manifest = two(`{rows: ${CASES}}`, 10);

  test('at head is an error on the line of the manifest that names it, where the change is to blame', async () => {
    const result = await judged({ [FILE]: manifest, [CASES]: rows(2) }, { [FILE]: manifest, [CASES]: BROKEN });
    expect(result.exitCode).toBe(2);
    expect(errorsOf(result)).toEqual([{ message: reason, file: FILE, line: 8, column: 9 }]);
  });

  test('that the default branch has as well is no failure of a change that does not touch it', async () => {
    const before = { [FILE]: manifest, [CASES]: BROKEN };
    const result = await judged(before, { ...before, [FILE]: two(`{rows: ${CASES}}`, 12) });
    const report = reportOf(result);
    expect(result.exitCode).toBe(0);
    expect(report.violations.map(({ rule, severity }) => [rule, severity])).toEqual([['unpriced', 'warn']]);
    expect(callsOf(report).map(({ name, state, reason: why }) => [name, state, why])).toEqual([
      ['answer', 'unpriced', reason],
      ['plain', 'priced', null],
    ]);
    // The call that changed is judged all the same: 2 x $0.0012.
    expect([report.head.per_run, report.head.priced_per_run, report.delta?.per_run]).toEqual([
      null,
      '0.0144',
      '0.0024',
    ]);
    expect(notesOf(report, 'files_not_counted')).toEqual([
      `${reason}; the default branch has the same file, so its calls have no price.`,
      `${reason}; its calls have no price at base, so their increase is not judged.`,
    ]);
  });

  test('that the default branch has as well hides no increase of other calls: 5 x $0.0012 is above $0.005', async () => {
    const before = { [FILE]: manifest, [CASES]: BROKEN };
    const result = await judged(before, { ...before, [FILE]: two(`{rows: ${CASES}}`, 15) });
    expect(result.exitCode).toBe(1);
    expect(reportOf(result).violations.map(({ rule, severity, actual }) => [rule, severity, actual])).toEqual([
      ['increase_per_run', 'fail', '0.006'],
      ['unpriced', 'warn', null],
    ]);
  });

  test('that the default branch has as well is a failure of a change that makes a further call need it', async () => {
    const before = { [FILE]: two('10', 10), [CASES]: BROKEN };
    const result = await judged(before, { ...before, [FILE]: manifest });
    expect(result.exitCode).toBe(1);
    expect(reportOf(result).violations.map(({ rule, severity, call }) => [rule, severity, call])).toContainEqual([
      'unpriced',
      'fail',
      'answer',
    ]);
  });

  test('that the default branch has as well excuses no further requests of its call: 10 more of an unknown price', async () => {
    const prompt = 'prompts/answer.md';
    const asking = (count: string) =>
      counted(count, limits).replace('prompt_tokens: 1000', `prompt_files: [${prompt}]`);
    const before = { [FILE]: asking('10'), [prompt]: Buffer.from([0, 1, 2]) };
    const untouched = await judged(before, { ...before, 'README.md': 'x' });
    expect([untouched.exitCode, reportOf(untouched).delta?.per_run]).toEqual([0, '0']);
    const more = await judged(before, { ...before, [FILE]: asking('20') });
    expect(more.exitCode).toBe(1);
    expect(reportOf(more).violations.map(({ rule, severity }) => [rule, severity])).toEqual([
      ['unpriced', 'fail'],
      ['increase_per_run', 'fail'],
    ]);
    expect(causes(reportOf(more))).toEqual([['answer', null, 'requests', 10, 20, null]]);
  });

  test('at base alone leaves the increase of its call unjudged, with a note, and that of the others judged', async () => {
    const before = { [FILE]: manifest, [CASES]: BROKEN };
    // 10 rows of $0.0012 are above the limit on increases, but how many there were is not known.
    const mended = await judged(before, { [FILE]: manifest, [CASES]: rows(10) });
    expect(mended.exitCode).toBe(0);
    expect(reportOf(mended).violations).toEqual([]);
    expect(notesOf(reportOf(mended), 'files_not_counted')).toEqual([
      `${reason}; its calls have no price at base, so their increase is not judged.`,
    ]);
    const dearer = await judged(before, { [FILE]: two(`{rows: ${CASES}}`, 15), [CASES]: rows(10) });
    expect(reportOf(dearer).violations.map(({ rule, actual }) => [rule, actual])).toEqual([
      ['increase_per_run', '0.006'],
    ]);
  });

  test('on the default branch alone leaves the increase against it unjudged, and that against base judged', async () => {
    const old = await fixture.github.commit({ [FILE]: manifest, [CASES]: rows(2) }, { branch: 'main' });
    const files = { [FILE]: manifest, [CASES]: rows(3) };
    const head = await fixture.github.commit(files, { parents: [old] });
    const { number } = await fixture.github.openPullRequest({ head, mergeFiles: files });
    await fixture.github.commit({ [FILE]: manifest, [CASES]: BROKEN }, { parents: [old], branch: 'main' });
    const result = await fixture.runOnPullRequest(number);
    const report = reportOf(result);
    expect(report.violations).toEqual([]);
    expect(report.delta?.per_run).toBe('0.0012');
    expect(notesOf(report, 'files_not_counted')).toEqual([
      `${reason}; its calls have no price on the default branch, so their increase is not judged.`,
    ]);
  });

  test('that neither head nor the default branch has is no failure either, and one that head removes is', async () => {
    const before = { [FILE]: manifest };
    const untouched = await judged(before, { ...before, 'README.md': 'x' });
    expect(untouched.exitCode).toBe(0);
    expect(callsOf(reportOf(untouched))[0]?.reason).toBe(`data file ${CASES} does not exist`);
    const removed = await judged({ ...before, [CASES]: rows(1) }, before);
    expect(removed.exitCode).toBe(2);
  });

  test('counts nowhere as zero: without it the sum is not known', async () => {
    const before = { [FILE]: manifest, [CASES]: BROKEN };
    const report = reportOf(await judged(before, { ...before, 'README.md': 'x' }));
    expect([report.head.per_run, callsOf(report)[0]?.head?.per_run]).toEqual([null, null]);
    expect(report.coverage).toEqual({ priced: 1, free: 0, unpriced: 1 });
  });
});

describe('a promptfoo configuration that cannot be counted', () => {
  const limits = 'budget: {increase_per_run: 0.001}';
  const right = { [FILE]: suite(limits), ...evals() };
  const code = {
    [FILE]: suite(limits).replace('promptfooconfig.yaml', 'promptfooconfig.js'),
    'evals/promptfooconfig.js': 'throw new Error("this ran");',
  };
  const broken = {
    ...right,
    [CONFIG]: 'prompts: [file://answer.txt]\nproviders: [file://rag.py]\ntests: cases.jsonl\n',
  };

  test('since it is code is an error that says what to write, and is not run', async () => {
    const result = await judged(right, code);
    expect(result.exitCode).toBe(2);
    expect(errorsOf(result)).toEqual([
      {
        message: expect.stringMatching(
          /^suites\.evals\.promptfoo: evals\/promptfooconfig\.js is code, which is not run: write the configuration in YAML or JSON, or list its calls instead/,
        ),
        file: FILE,
        line: 5,
        column: 5,
      },
    ]);
    expect(JSON.stringify({ ...result, outputs: [...result.outputs] })).not.toContain('this ran');
  });

  test('since it is code is no failure of a change that does not touch it', async () => {
    const result = await judged(code, { ...code, 'README.md': 'x' });
    expect(result.exitCode).toBe(0);
    const report = reportOf(result);
    expect(report.violations.map(({ rule, severity }) => [rule, severity])).toEqual([['unpriced', 'warn']]);
    expect([report.head.per_run, report.delta?.per_run]).toEqual([null, '0']);
  });

  test('for a provider that is code is an error in its own file', async () => {
    const result = await judged(right, broken);
    expect(errorsOf(result)).toEqual([
      {
        message: expect.stringContaining(
          'provider file://rag.py is code, which is not run: name the model in the manifest, promptfoo: {models: {"file://rag.py": openai/gpt-5-mini}}, or null if it asks no model',
        ),
        file: CONFIG,
        line: 2,
        column: 13,
      },
    ]);
    expect(result.annotations).toMatchObject([{ level: 'error', file: CONFIG, line: 2 }]);
  });

  test('and is the same on the default branch is no failure of a change that does not touch it', async () => {
    const result = await judged(broken, { ...broken, 'README.md': 'x' });
    expect([result.exitCode, result.outputs.get('verdict')]).toEqual([0, 'warn']);
    expect(callsOf(reportOf(result)).map(({ name, state }) => [name, state])).toEqual([[CONFIG, 'unpriced']]);
  });

  test('at base alone leaves the increase of all its calls unjudged: $0.00203 is no violation of $0.001', async () => {
    const result = await judged(broken, right);
    const report = reportOf(result);
    expect([result.exitCode, report.violations]).toEqual([0, []]);
    expect([report.base?.per_run, report.head.per_run, report.delta?.per_run]).toEqual([null, '0.00203', null]);
    expect(callsOf(report).map(({ name, status }) => [name, status])).toEqual([
      ['openai:gpt-5-mini / evals/answer.txt', 'changed'],
    ]);
    expect(causes(report)).toEqual([['openai:gpt-5-mini / evals/answer.txt', null, 'requests', null, 10, null]]);
    expect(result.comment).toContain('`evals / openai:gpt-5-mini / evals/answer.txt`: not counted -> 10 requests');
    expect(notesOf(report, 'files_not_counted')).toEqual([
      expect.stringMatching(/file:\/\/rag\.py .*; its calls have no price at base, so their increase is not judged\.$/),
    ]);
  });

  test('at base alone hides no increase of a call that the manifest lists: 1 x $0.0012 is above $0.001', async () => {
    const listed = {
      name: 'more',
      text: '      - {name: more, model: acme/small, count: 1, prompt_tokens: 1000, completion_tokens: 100}\n',
    };
    const result = await judged(broken, { ...right, [FILE]: `${suite(limits)}    calls:\n${listed.text}` });
    expect(reportOf(result).violations.map(({ rule, actual }) => [rule, actual])).toEqual([
      ['increase_per_run', '0.0012'],
    ]);
  });

  test('for its data is the same: the error is in the data at head, and none where the data is that of the tip', async () => {
    const data = { ...right, [CASES]: '{"vars": {"question": "x"}}\n{"vars"\n' };
    const result = await judged(right, data);
    expect(errorsOf(result)).toEqual([
      {
        message: `suites.evals.promptfoo: ${CASES} is not JSON Lines: line 2 is not JSON`,
        file: CASES,
        line: 2,
        column: 1,
      },
    ]);
    expect((await judged(data, { ...data, 'README.md': 'x' })).exitCode).toBe(0);
  });

  test('since a file that it names is missing is an error of who removes the file, and of nobody else', async () => {
    const without = Object.fromEntries(Object.entries(right).filter(([path]) => path !== PROMPT));
    const result = await judged(right, without);
    expect(errorsOf(result).map(({ message }) => message)).toEqual([
      `suites.evals.promptfoo: ${PROMPT} does not exist`,
    ]);
    expect((await judged(without, { ...without, 'README.md': 'x' })).exitCode).toBe(0);
  });
});

describe('a pattern that matches no file', () => {
  const manifest = counted('{files: "evals/*.md"}');

  test('is an error of who removes the last one, and no failure of others', async () => {
    const removed = await judged({ [FILE]: manifest, 'evals/a.md': 'x' }, { [FILE]: manifest });
    expect(errorsOf(removed).map(({ message }) => message)).toEqual(['evals/*.md matches no file']);
    const untouched = await judged({ [FILE]: manifest }, { [FILE]: manifest, 'README.md': 'x' });
    expect(untouched.exitCode).toBe(0);
    expect(callsOf(reportOf(untouched))[0]).toMatchObject({ state: 'unpriced', reason: 'evals/*.md matches no file' });
  });
});
