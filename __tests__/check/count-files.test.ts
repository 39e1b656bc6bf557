import { describe, expect, test } from '@jest/globals';
import { countFiles, countHead } from '../../src/check/count-files.js';
import type { DeclaredManifests } from '../../src/check/read-manifests.js';
import type { FileReader } from '../../src/check/sources.js';
import { configurationError } from '../../src/lib/errors/problem.js';
import type { FileText } from '../../src/lib/files/read-file.js';
import type { DeclaredManifest, Manifest } from '../../src/manifest/manifest.js';
import { parseManifest } from '../../src/manifest/parse.js';
import { type FilesOfSides, filesInMemory } from '../support/files-in-memory.js';
import { policyOfText } from '../support/manifest.js';
import { problemsOf } from '../support/problems.js';

/** 3 tokens of o200k; each further " Hello" is one more. */
const HELLO = 'Hello world!';
const BINARY: FileText = { state: 'unusable', reason: 'is binary' };

/** One suite with this call; its fields are YAML in a flow mapping. */
async function declared(call: string): Promise<DeclaredManifest> {
  const text = `version: 1\nsuites:\n  s:\n    calls:\n      - {model: openai/gpt-5-mini, completion_tokens: 10, ${call}}\n`;
  return await parseManifest(text, 'llm-budget.yml');
}

const naming = (...paths: readonly string[]) =>
  declared(`count: 1, prompt_tokens: 1000, prompt_files: [${paths.join(', ')}]`);
const rowsOf = (count: string) => declared(`count: ${count}, prompt_tokens: 5`);
const plain = await declared('count: 1, prompt_tokens: 1000');

function given(fields: Partial<DeclaredManifests> & { readonly head?: DeclaredManifest }): DeclaredManifests {
  return { head: plain, base: null, defaultBranch: null, policyFile: null, notes: [], ...fields };
}

const callOf = (of: Manifest | null) => of?.suites[0]?.calls[0];
const promptOf = (of: Manifest | null) => callOf(of)?.prompt_tokens?.expected ?? null;

async function counted(fields: Parameters<typeof given>[0], files: FilesOfSides) {
  const { manifests, tokenSources } = await countFiles(given(fields), filesInMemory(files).reader);
  const { head, base, defaultBranch } = manifests;
  return {
    head: callOf(head),
    base: callOf(base),
    defaultBranch: callOf(defaultBranch),
    notes: manifests.notes.map(({ code, message }) => `${code}: ${message}`),
    sources: [...tokenSources.values()],
  };
}

test('manifests that name no files need none', async () => {
  const { reader, asked } = filesInMemory({});
  const { manifests, tokenSources } = await countFiles(given({ base: plain }), reader);
  expect([promptOf(manifests.head), promptOf(manifests.base), tokenSources.size]).toEqual([1000, 1000, 0]);
  expect(asked).toEqual([]);
});

const three = { head: await naming('p'), base: await naming('p'), defaultBranch: await naming('p') };

describe('the tokens of prompt files', () => {
  const files = { head: { p: `${HELLO} Hello` }, base: { p: HELLO }, 'default branch': { p: 'Hello' } };

  test('are those of the files at each side: 1000 + 4, 1000 + 3 and 1000 + 1', async () => {
    expect(await counted(three, files)).toMatchObject({
      head: { prompt_tokens: { expected: 1004 }, file_tokens: [{ path: 'p', o200k: 4, cached: false }] },
      base: { prompt_tokens: { expected: 1003 } },
      defaultBranch: { prompt_tokens: { expected: 1001 } },
      notes: [],
      sources: ['exact', 'exact'],
    });
  });

  test('are asked for by the paths that each side names, and nowhere else', async () => {
    const { reader, asked } = filesInMemory({ head: { a: HELLO, b: HELLO } });
    await countFiles(given({ head: await naming('a', 'b', 'a'), base: plain }), reader);
    expect(asked).toEqual([['head', ['a', 'b']]]);
  });

  test('are added once for each time that a file is named, to cached_tokens too where it is cached', async () => {
    const call = 'count: 1, prompt_tokens: {expected: 10, max: 20}, prompt_files: [p, {path: p, cached: true}]';
    const { head } = await counted({ head: await declared(call) }, { head: { p: HELLO } });
    expect(head).toMatchObject({ prompt_tokens: { expected: 16, max: 26 }, cached_tokens: { expected: 3, max: null } });
  });

  test('count at base where head has no manifest any more', async () => {
    const gone = {
      head: null,
      base: await naming('p'),
      defaultBranch: null,
      policyFile: await policyOfText('{}', 'f'),
      notes: [],
    };
    const { manifests } = await countFiles(gone, filesInMemory(files).reader);
    expect([manifests.head, promptOf(manifests.base)]).toEqual([null, 1003]);
  });

  test('missing at another side count nothing there, with a note', async () => {
    expect(await counted(three, { head: { p: HELLO } })).toMatchObject({
      head: { prompt_tokens: { expected: 1003 } },
      base: { prompt_tokens: { expected: 1000 } },
      notes: [
        'prompt_file_missing: Prompt file p does not exist at base; there it counts no tokens.',
        'prompt_file_missing: Prompt file p does not exist on the default branch; there it counts no tokens.',
      ],
    });
  });
});

const several = await declared(
  'count: {rows: c.jsonl}, prompt_files: [a.md, b.md, a.md, {rows: c.jsonl, field: q}, {rows: c.jsonl, field: r}]',
);

describe('one note is about many files and calls', () => {
  const rows = { 'c.jsonl': '{"q": "Hello"}\n{"r": "Hello"}\n{"r": "Hello"}\n' };

  test('prompt files that a side does not have', async () => {
    const files = { head: { ...rows, 'a.md': HELLO, 'b.md': HELLO }, base: rows };
    const { notes } = await counted({ head: several, base: several }, files);
    expect(notes.filter((note) => note.startsWith('prompt_file_missing'))).toEqual([
      'prompt_file_missing: Prompt files a.md and b.md do not exist at base; there they count no tokens.',
    ]);
  });

  test('rows without the field that is counted', async () => {
    const { notes } = await counted({ head: several }, { head: { ...rows, 'a.md': HELLO, 'b.md': HELLO } });
    expect(notes).toEqual([
      'rows_without_field: 2 of 3 rows of c.jsonl have no q and 1 of 3 rows of c.jsonl have no r; they count no tokens.',
    ]);
  });

  test('files that cannot be counted', async () => {
    const both = await naming('a.png', 'b.png', 'a.png');
    const broken = { 'a.png': BINARY, 'b.png': BINARY };
    const { notes } = await counted(
      { head: both, base: both },
      { head: { 'a.png': HELLO, 'b.png': HELLO }, base: broken },
    );
    expect(notes).toEqual([
      'files_not_counted: 2 files cannot be counted: prompt file a.png is binary and prompt file b.png is binary; their calls have no price at base, so the increase is not judged.',
    ]);
  });
});

describe('the rows of a data set', () => {
  const cases = (rows: number) => '{"q": "Hello world!"}\n'.repeat(rows);

  test('are the count, times what is asked for each: 3 x 2 at head, 2 x 2 at base', async () => {
    const of = await rowsOf('{rows: evals/cases.jsonl, times: 2}');
    const files = { head: { 'evals/cases.jsonl': cases(3) }, base: { 'evals/cases.jsonl': cases(2) } };
    expect(await counted({ head: of, base: of }, files)).toMatchObject({
      head: { count: 6, row_count: { path: 'evals/cases.jsonl', rows: 3, times: 2, unit: 'row' } },
      base: { count: 4, row_count: { rows: 2 } },
    });
  });

  test('renamed is counted under its name at each side', async () => {
    const head = await rowsOf('{rows: b.csv}');
    const files = { head: { 'b.csv': 'q\n1\n2\n' }, base: { 'a.csv': 'q\n1\n2\n' } };
    expect(await counted({ head, base: await rowsOf('{rows: a.csv}') }, files)).toMatchObject({
      head: { count: 2 },
      base: { count: 2 },
      notes: [],
    });
  });

  test('have tokens: the mean of 3 and 4, rounded up, is expected, and the longest is the worst case', async () => {
    const call = 'count: {rows: c.csv}, prompt_tokens: 100, prompt_files: [{rows: c.csv, field: q}]';
    const { head } = await counted(
      { head: await declared(call) },
      { head: { 'c.csv': `q\n${HELLO}\n${HELLO} Hello\n` } },
    );
    expect(head).toMatchObject({ count: 2, prompt_tokens: { expected: 104, max: 104 } });
    const longer = await counted(
      { head: await declared(call) },
      { head: { 'c.csv': `q\n${HELLO}\n${HELLO}${' Hello'.repeat(5)}\n` } },
    );
    expect(longer.head?.prompt_tokens).toEqual({ expected: 106, max: 108 });
  });

  test('may be files that match a pattern', async () => {
    const of = await rowsOf('{files: "evals/*.md"}');
    const head = { 'evals/a.md': '', 'evals/b.md': '', 'evals/deep/c.md': '', 'evals/.hidden.md': '' };
    expect(await counted({ head: of }, { head })).toMatchObject({ head: { count: 2, row_count: { unit: 'file' } } });
  });
});

const counting = {
  head: await rowsOf('{rows: c.jsonl}'),
  base: await rowsOf('{rows: c.jsonl}'),
  defaultBranch: await rowsOf('{rows: c.jsonl}'),
};

describe('a file that cannot be counted', () => {
  const BROKEN = '{"a": 1}\n{"b": \n';

  test('at head ends the run, with its line', async () => {
    const files = { head: { 'c.jsonl': BROKEN }, base: { 'c.jsonl': '1' }, 'default branch': { 'c.jsonl': '1' } };
    expect(await problemsOf(() => counted(counting, files))).toEqual([
      'data file c.jsonl is not JSON Lines: line 2 is not JSON',
    ]);
  });

  test('and is the same on the default branch leaves its calls without a price', async () => {
    const files = { head: { 'c.jsonl': BROKEN }, base: { 'c.jsonl': '1' }, 'default branch': { 'c.jsonl': BROKEN } };
    expect(await counted(counting, files)).toMatchObject({
      head: { count: 0, uncounted: 'data file c.jsonl is not JSON Lines: line 2 is not JSON' },
      base: { count: 1 },
    });
  });

  test('and is missing at head and on the default branch leaves its calls without a price', async () => {
    const result = await counted(counting, { base: { 'c.jsonl': '1' } });
    expect(result.head).toMatchObject({ uncounted: 'data file c.jsonl does not exist' });
  });

  test.each([
    ['base', 'at base'],
    ['default branch', 'on the default branch'],
  ] as const)('at %s alone leaves the calls that need it without a price there, with a note', async (side, where) => {
    const right = { 'c.jsonl': '1\n2' };
    const files = { head: right, base: right, 'default branch': right, [side]: { 'c.jsonl': BROKEN } };
    const result = await counted(counting, files);
    expect(result.head?.count).toBe(2);
    expect(result[side === 'base' ? 'base' : 'defaultBranch']).toMatchObject({
      count: 0,
      uncounted: expect.any(String),
    });
    expect(result.notes).toEqual([
      `files_not_counted: data file c.jsonl is not JSON Lines: line 2 is not JSON; its calls have no price ${where}, so their increase is not judged.`,
    ]);
  });

  test('keeps what is known of its call: the requests of the manifest, or the rows of another file', async () => {
    const broken = { 'p.md': BINARY, 'c.jsonl': '1\n2\n' };
    const files = { head: broken, base: broken, 'default branch': broken };
    const count = async (fields: string) => {
      const call = await declared(`count: ${fields}, prompt_files: [p.md]`);
      return (await counted({ head: call, base: call, defaultBranch: call }, files)).head;
    };
    expect(await count('100')).toMatchObject({ count: 100, uncounted: 'prompt file p.md is binary' });
    expect(await count('{rows: c.jsonl, times: 3}')).toMatchObject({
      count: 6,
      uncounted: 'prompt file p.md is binary',
    });
  });

  test('is one too many where all files of a side have more than 50 MB: 6 x 9 MB', async () => {
    const names = Array.from({ length: 6 }, (_, index) => `${index}.txt`);
    const calls = names.map(
      (name) => `      - {model: openai/gpt-5-mini, count: {rows: ${name}}, prompt_tokens: 1, completion_tokens: 1}`,
    );
    const manifest = await parseManifest(
      `version: 1\nsuites:\n  s:\n    calls:\n${calls.join('\n')}\n`,
      'llm-budget.yml',
    );
    const { reader } = filesInMemory({ head: Object.fromEntries(names.map((name) => [name, 'x'.repeat(9_000_000)])) });
    expect(await problemsOf(() => countHead(manifest, reader))).toEqual([
      'data file 5.txt is too much: the files of one side are read up to 50 MB in all',
    ]);
  });

  test('is reported with every other of the same call', async () => {
    const call = await declared('count: {rows: a.csv}, prompt_files: [b.md, c.png]');
    const counting = () => countHead(call, filesInMemory({ head: { 'c.png': BINARY } }).reader);
    expect(await problemsOf(counting)).toEqual([
      'data file a.csv does not exist',
      'prompt file b.md does not exist',
      'prompt file c.png is binary',
    ]);
  });
});

test('more than 200 prompt files end the run', async () => {
  const many = await naming(...Array.from({ length: 201 }, (_, index) => `p${index}`));
  const files = Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`p${index}`, HELLO]));
  expect(await problemsOf(() => countHead(many, filesInMemory({ head: files }).reader))).toEqual([
    'more than 200 different prompt files; at most 200 are read',
  ]);
});

test('cached tokens are held against the whole prompt with its files: 1035 of 1003', async () => {
  const call = await declared('count: 1, prompt_tokens: 1000, cached_tokens: 1035, prompt_files: [p]');
  expect(await problemsOf(() => countHead(call, filesInMemory({ head: { p: HELLO } }).reader))).toEqual([
    'with the tokens of prompt_files: cached_tokens (1035) is more than prompt_tokens (1003), the whole',
  ]);
});

test.each(['head', 'base', 'default branch'] as const)(
  'a side that cannot be read ends the run, or an outage would lift a limit: %s',
  async (broken) => {
    const { reader } = filesInMemory({ head: { p: HELLO }, base: { p: HELLO }, 'default branch': { p: HELLO } });
    const outage: FileReader = {
      ...reader,
      read: async (side, paths, limits) => {
        if (side === broken) throw configurationError('GitHub answered 502');
        return await reader.read(side, paths, limits);
      },
    };
    const all = given({ head: await naming('p'), base: await naming('p'), defaultBranch: await naming('p') });
    expect(await problemsOf(() => countFiles(all, outage))).toEqual(['GitHub answered 502']);
  },
);

describe("a fault is the change's own", () => {
  const CASES = { 'c.json': '{"a": [1, 2]}' };
  const at = (list: string) => rowsOf(`{rows: c.json, at: ${list}}`);

  test('where the manifest asks the same file for something else', async () => {
    const files = { head: CASES, base: CASES, 'default branch': CASES };
    const asked = { head: await at('b'), base: await at('a'), defaultBranch: await at('a') };
    expect(await problemsOf(() => counted(asked, files))).toEqual(['data file c.json has no list at b']);
  });

  test('and not where the default branch asks the same of it', async () => {
    const files = { head: CASES, base: CASES, 'default branch': CASES };
    const { head } = await counted({ head: await at('b'), base: await at('a'), defaultBranch: await at('b') }, files);
    expect(head?.uncounted).toBe('data file c.json has no list at b');
  });

  test('where a file that its configuration names is removed, though the configuration is the same', async () => {
    const suite = 'version: 1\nsuites:\n  s:\n    promptfoo: {config: p.yaml, completion_tokens: 1}\n';
    const manifest = await parseManifest(suite, 'llm-budget.yml');
    const config = { 'p.yaml': 'prompts: [hi]\nproviders: [openai:gpt-5]\ntests: [more/*.yaml]\n' };
    const whole = { ...config, 'more/a.yaml': '- vars: {x: one}\n' };
    const all = { head: manifest, base: manifest, defaultBranch: manifest };
    expect(await problemsOf(() => counted(all, { head: config, base: whole, 'default branch': whole }))).toEqual([
      'suites.s.promptfoo: p.yaml: no file of tests matches more/*.yaml',
    ]);
    const { head } = await counted(all, { head: config, base: config, 'default branch': config });
    expect(head?.uncounted).toBe('suites.s.promptfoo: p.yaml: no file of tests matches more/*.yaml');
  });
});
