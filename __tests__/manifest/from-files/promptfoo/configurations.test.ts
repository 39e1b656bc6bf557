import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { countHead } from '../../../../src/check/count-files.js';
import { parseManifest } from '../../../../src/manifest/parse.js';
import { derivedCalls, derivedNotes, derivedProblems, derivedRequests } from '../../../support/derived-calls.js';
import { filesInMemory } from '../../../support/files-in-memory.js';
import { PROMPTFOO_CASES } from '../../../support/promptfoo-configs.js';

/** Whole configurations; `test:peers` holds the same ones against promptfoo itself. */

const below = (folder: string, files: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
const totalOf = async (suite: Parameters<typeof derivedRequests>[0]) =>
  Object.values(await derivedRequests(suite)).reduce((sum, requests) => sum + requests, 0);

describe('the requests of a configuration, as counted by hand', () => {
  test.each(PROMPTFOO_CASES.map((one) => [one.title, one] as const))('%s', async (_, { files, requests }) => {
    const { 'promptfooconfig.yaml': config = '', ...others } = files;
    const fields = 'completion_tokens: 1, models: {a: openai/gpt-5, b: openai/gpt-5}';
    expect(await totalOf({ config, files: below('evals', others), fields })).toBe(requests);
  });
});

describe('what only running code can tell is an error that names it and says what to write', () => {
  const instead = 'list the calls of the suite with `count` instead';
  const head = 'providers: [openai:gpt-5]\n';
  test.each([
    ['tests: file://make.py', `tests file://make.py are code, which is not run: ${instead}`],
    ['tests: file://make.js:cases', `tests file://make.js:cases are code, which is not run: ${instead}`],
    ['tests: [file://make.ts]', `tests file://make.ts are code, which is not run: ${instead}`],
    ['tests: [{path: file://make.cjs}]', `tests file://make.cjs are code, which is not run: ${instead}`],
    ['tests: huggingface://datasets/a/b', `tests huggingface://datasets/a/b are not in the repository: ${instead}`],
    [
      'tests: https://example.com/cases.csv',
      `tests https://example.com/cases.csv are not in the repository: ${instead}`,
    ],
    ['tests: cases.xlsx', `tests cases.xlsx are a spreadsheet, which is not read: save it as CSV, or ${instead}`],
    ['tests: cases.parquet', 'tests evals/cases.parquet: a file of .csv, .json, .jsonl, .yaml or .yml is accepted'],
    ['prompts: [file://prompt.py]', 'prompt evals/prompt.py is code, which is not run: list the calls with `count`'],
    ['prompts: [prompt.js:make]', 'prompt evals/prompt.js:make is code, which is not run: list the calls with `count`'],
    ["prompts: ['exec:./make.sh']", 'prompt exec:./make.sh is code, which is not run: list the calls with `count`'],
    [
      "prompts: ['langfuse://support-answer']",
      'prompt langfuse://support-answer is kept elsewhere, so it cannot be counted: list the calls with `count`',
    ],
    [
      'tests: [{vars: {x: file://x.py}}]',
      'variable file://x.py is code, which is not run: list the calls with `count`',
    ],
    [
      'tests: [{vars: {x: file://x.png}}]',
      'variable file://x.png is no text, so its tokens cannot be counted: list the calls with `count`',
    ],
    ['defaultTest: file://default.js', 'file://default.js is code, which is not run: list the calls with `count`'],
  ])('%s', async (line, message) => {
    const files = { 'evals/cases.parquet': 'x' };
    expect(await derivedProblems({ config: `${head}${line}\n`, files })).toEqual([`evals/c.yaml: ${message}`]);
  });
});

describe('a path', () => {
  const config = (reference: string) => `prompts: ['${reference}']\nproviders: [openai:gpt-5]\n`;

  test('is from the folder of the configuration, and may go up within the repository', async () => {
    const files = { 'evals/deep/a.txt': 'x', 'shared/b.txt': 'x' };
    for (const reference of ['file://deep/a.txt', 'deep/a.txt', './deep/a.txt', '../shared/b.txt']) {
      expect(await totalOf({ config: config(reference), files })).toBe(1);
    }
  });

  test.each(['../../outside.txt', 'file://../../etc/passwd.txt'])(
    'that leaves the repository is an error: %s',
    async (path) => {
      expect(await derivedProblems({ config: config(path) })).toEqual([
        `evals/c.yaml: ${path} is outside the repository`,
      ]);
    },
  );

  test.each(['/etc/passwd.txt', 'file:///etc/passwd.txt', 'file://~/x.txt', 'C:/x.txt'])(
    'of the machine is an error: %s',
    async (path) => {
      expect(await derivedProblems({ config: config(path) })).toEqual([
        `evals/c.yaml: ${path} is outside the repository; a path from the configuration's folder is accepted`,
      ]);
    },
  );
});

test('a chain of more than 20 files is refused', async () => {
  const files = Object.fromEntries(
    Array.from({ length: 30 }, (_, index) => [`evals/${index}.yaml`, `$ref: '${index + 1}.yaml'`]),
  );
  const [message] = await derivedProblems({
    config: "prompts: [hi]\nproviders: [openai:gpt-5]\ntests: [{$ref: '0.yaml'}]\n",
    files,
  });
  expect(message).toMatch(
    /^evals\/\d+\.yaml is named by a chain of more than 20 files, each by the one before \(\$ref in evals\/\d+\.yaml\)$/,
  );
});

describe('a configuration that cannot be read', () => {
  test.each([
    ['prompts: [', 'evals/c.yaml is not YAML that can be read'],
    ['- a\n- b\n', 'evals/c.yaml is not a mapping of prompts, providers and tests'],
    ['', 'evals/c.yaml is not a mapping of prompts, providers and tests'],
    ['prompts: []\nproviders: [openai:gpt-5]\n', 'evals/c.yaml: no prompts; expected at least one, or no key prompts'],
    ['prompts: [hi]\n', 'evals/c.yaml: no providers; expected providers or targets'],
    ['providers: [openai:gpt-5]\ntests: [{}]\n', 'evals/c.yaml: expected a test with one of assert, vars, options'],
    [
      'providers: [openai:gpt-5]\ntests: [5]\n',
      'evals/c.yaml: expected a test: a mapping with vars, or a file of tests',
    ],
    ['providers: [openai:gpt-5]\ntests: [none/*.yaml]\n', 'evals/c.yaml: no file of tests matches none/*.yaml'],
    [
      'providers: [openai:gpt-5]\nscenarios: [5]\n',
      'evals/c.yaml: expected a scenario: a mapping with config and tests',
    ],
    [
      'providers: [openai:gpt-5]\nscenarios: [{config: [5], tests: [{vars: {x: y}}]}]\n',
      'evals/c.yaml: expected config: a list of mappings with vars',
    ],
    [
      "providers: [openai:gpt-5]\ntests: [{$ref: '#/nothing'}]\n",
      'evals/c.yaml has $ref #/nothing, which does not exist',
    ],
    ["tests: [{$ref: 'none.yaml'}]\n", 'evals/none.yaml does not exist ($ref in evals/c.yaml)'],
    ["tests: [{$ref: '../../x.yaml'}]\n", 'evals/c.yaml: $ref ../../x.yaml is outside the repository'],
    [
      "tests: [{$ref: 'https://acme.test/x.yaml'}]\n",
      'evals/c.yaml: $ref https://acme.test/x.yaml is not a file of the repository',
    ],
    ["prompts: [hi]\nproviders: [openai:gpt-5]\ntests: ['file://..']\n", 'evals/c.yaml: "file://.." names no file'],
    [
      'providers: [openai:gpt-5]\ntests: [{vars: {x: y}, providers: [other]}]\n',
      'evals/c.yaml has a test for the provider "other", which the configuration does not have',
    ],
    [
      'providers: [openai:gpt-5]\ntests: [{vars: {x: y}, prompts: [other]}]\n',
      'evals/c.yaml has a test for the prompt "other", which the configuration does not have',
    ],
    ['providers: [openai:gpt-5]\ntests: [{vars: &a {x: *a}}]\n', 'evals/c.yaml has an alias inside of its own anchor'],
  ])('%j', async (config, message) => {
    const problems = await derivedProblems({ config });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(message);
  });

  const other = 'evals/c.yaml: expected config: a list of mappings with vars; promptfoo reads no file there';
  test.each([
    ['tests: {vars: {x: y}}', 'evals/c.yaml: expected a list of tests, a file of them, or {path: …}'],
    ['tests: t.yaml', 'evals/t.yaml is empty; expected a list of tests'],
    ['tests: [{assert: [file://t.yaml]}]', 'evals/c.yaml has an assertion that is no mapping with a type'],
    [
      'tests: [{vars: file://v.yaml}]',
      'evals/c.yaml: vars file://v.yaml: promptfoo reads no file here that begins with file://; write v.yaml',
    ],
    ['scenarios: [{tests: [{vars: {x: y}}]}]', other],
    ['scenarios: [{config: v.yaml, tests: [{vars: {x: y}}]}]', other],
    [
      'scenarios: [{config: [{vars: {x: y}}], tests: t.csv}]',
      'evals/c.yaml: t.csv is neither YAML nor JSON; .yaml, .yml and .json are accepted',
    ],
    [
      "tests: 'file://{{env.SET}}.csv'",
      'evals/c.yaml: file://{{env.SET}}.csv is filled in from the environment, which is not read: write the path itself',
    ],
  ])('since promptfoo 0.121.20 passes it over, or counts nothing: %s', async (line, message) => {
    const files = { 'evals/t.yaml': '# none yet\n', 'evals/v.yaml': 'x: y\n', 'evals/t.csv': 'x\ny\n' };
    expect(await derivedProblems({ config: `providers: [openai:gpt-5]\n${line}\n`, files })).toEqual([message]);
  });

  test('since a file that it names is missing is an error where it names it', async () => {
    const manifest = 'version: 1\nsuites:\n  s:\n    promptfoo: {config: evals/c.yaml, completion_tokens: 1}\n';
    const config = 'providers: [openai:gpt-5]\nprompts:\n  - hi\n  - file://none.txt\n';
    const { reader } = filesInMemory({ head: { 'evals/c.yaml': config } });
    await expect(countHead(await parseManifest(manifest, 'llm-budget.yml'), reader)).rejects.toMatchObject({
      problems: [
        { message: 'suites.s.promptfoo: evals/none.txt does not exist', file: 'evals/c.yaml', line: 4, column: 5 },
      ],
    });
  });

  test('for values that are nested too deep is an error, and no crash', async () => {
    const deep = `[{"vars": {"x": ${'['.repeat(200_000)}${']'.repeat(200_000)}}}]`;
    const config = "prompts: ['{{x}}']\nproviders: [openai:gpt-5]\ntests: t.json\n";
    expect(await derivedProblems({ config, files: { 'evals/t.json': deep } })).toEqual([
      'evals/c.yaml has tests that are nested too deep',
    ]);
  });

  test.each([
    ['t.csv', 'q,r\na\n', 'evals/t.csv is not CSV that promptfoo reads in line 2'],
    ['t.jsonl', '{"vars": {}}\n{"vars"', 'evals/t.jsonl is not JSON Lines: line 2 is not JSON'],
    ['t.json', '[{"vars"', 'evals/t.json is not JSON'],
    ['t.yaml', '- vars: {x: y}\n- 5\n', 'evals/t.yaml has a test that is no mapping: number 2'],
    ['t.jsonl', '{"vars": {"x": 1}}\n{"question": "why?"}\n', 'evals/t.jsonl has a test without any of'],
  ])('for its data in %s: %j', async (file, text, message) => {
    const config = `prompts: [hi]\nproviders: [openai:gpt-5]\ntests: [${file}]\n`;
    const [problem] = await derivedProblems({ config, files: { [`evals/${file}`]: text } });
    expect(problem).toContain(message);
  });
});

describe('the tokens of a call', () => {
  test('are the mean of its prompts with their variables, and those of the longest in the worst case', async () => {
    // "Hello world!" is 3 tokens of o200k, each further " Hello" one more: 3 and 7.
    const config = `prompts: ['{{q}}']\nproviders: [openai:gpt-5]\ntests: [{vars: {q: Hello world!}}, {vars: {q: Hello world! Hello Hello Hello Hello}}]\n`;
    expect((await derivedCalls({ config }))[0]?.prompt_tokens).toEqual({ expected: 5, max: 7 });
  });

  test('are weighed by the repeats of their tests: (3 x 3 + 7) / 4', async () => {
    const config = `prompts: ['{{q}}']\nproviders: [openai:gpt-5]\ntests: [{vars: {q: Hello world!}, options: {repeat: 3}}, {vars: {q: Hello world! Hello Hello Hello Hello}}]\n`;
    expect((await derivedCalls({ config }))[0]?.prompt_tokens).toEqual({ expected: 4, max: 7 });
  });

  test('tell the prompt file from the values that are put in', async () => {
    const config = `prompts: [p.txt]\nproviders: [openai:gpt-5]\ntests: [{vars: {q: Hello world!}}]\n`;
    const [call] = await derivedCalls({ config, files: { 'evals/p.txt': 'Hello world! {{q}}' } });
    // "Hello world! Hello world!" is 3 + 3, and "Hello world! " alone 4 with its blank.
    expect(call).toMatchObject({ prompt_tokens: { expected: 6 }, file_tokens: [{ path: 'evals/p.txt', o200k: 4 }] });
  });

  test('may be changed by hooks, which are code: that is noted', async () => {
    const config = `prompts: [hi]\nproviders: [openai:gpt-5]\nextensions: ['file://hooks.js:beforeAll']\n`;
    expect(await derivedNotes({ config })).toContain(
      'evals/c.yaml: extensions are code, which is not run; tests and variables that they change are counted as written.',
    );
  });

  test('of a prompt with other template syntax are said to be approximate, and nothing of it is run', async () => {
    const raw = '{% for x in range(1000000000) %}{{ x | upper }}{% endfor %}';
    const config = `prompts: [{raw: '${raw}', label: p}]\nproviders: [openai:gpt-5]\n`;
    expect(await derivedNotes({ config })).toContain(
      'evals/c.yaml: the tokens of p are approximate, since template syntax other than {{ name }} is counted as text at head.',
    );
  });
});

test('a configuration that makes no request says so', async () => {
  const config = 'prompts: [{raw: hi, label: a}]\nproviders: [{id: openai:gpt-5, prompts: [other]}]\n';
  expect(await derivedRequests({ config })).toEqual({});
  expect(await derivedNotes({ config })).toEqual([
    'evals/c.yaml makes no request, so that nothing is estimated for it.',
  ]);
});

describe('for any configuration', () => {
  const names = ['a', 'b', 'c'] as const;
  const filter = fc.option(fc.subarray([...names], { minLength: 1 }), { nil: null });
  const testCase = fc.record({
    lists: fc.array(fc.integer({ min: 1, max: 3 }), { maxLength: 3 }),
    providers: filter,
    prompts: filter,
    repeat: fc.option(fc.integer({ min: 1, max: 4 }), { nil: null }),
  });
  const configuration = fc.record({
    providers: fc.subarray([...names], { minLength: 1 }),
    prompts: fc.subarray([...names], { minLength: 1 }),
    tests: fc.array(testCase, { minLength: 1, maxLength: 6 }),
    repeat: fc.option(fc.integer({ min: 1, max: 5 }), { nil: null }),
  });

  test('the requests of each provider and prompt are the sum of repeat x product of list lengths over its tests', async () => {
    await fc.assert(
      fc.asyncProperty(configuration, async ({ providers, prompts, tests, repeat }) => {
        const known = (filtered: readonly string[] | null, all: readonly string[]) =>
          filtered === null ? null : filtered.filter((name) => all.includes(name));
        const cases = tests.map((one) => ({
          ...one,
          providers: known(one.providers, providers),
          prompts: known(one.prompts, prompts),
        }));
        const data = {
          providers: providers.map((label) => ({ id: 'openai:gpt-5', label, config: { label } })),
          prompts: prompts.map((label) => ({ raw: `prompt ${label}`, label })),
          ...(repeat === null ? {} : { evaluateOptions: { repeat } }),
          tests: cases.map((one) => ({
            vars: Object.fromEntries(
              one.lists.map((length, index) => [`v${index}`, Array.from({ length }, (_, item) => `value ${item}`)]),
            ),
            ...(one.providers === null ? {} : { providers: one.providers }),
            ...(one.prompts === null ? {} : { prompts: one.prompts }),
            ...(one.repeat === null ? {} : { options: { repeat: one.repeat } }),
          })),
        };
        const expected: Record<string, number> = {};
        for (const provider of providers) {
          for (const prompt of prompts) {
            const asked = cases.filter(
              (one) => (one.providers?.includes(provider) ?? true) && (one.prompts?.includes(prompt) ?? true),
            );
            const requests = asked.reduce(
              (sum, one) =>
                sum + (one.repeat ?? repeat ?? 1) * one.lists.reduce((product, length) => product * length, 1),
              0,
            );
            if (requests > 0) expected[`${provider} / ${prompt}`] = requests;
          }
        }
        expect(await derivedRequests({ config: JSON.stringify(data) })).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
