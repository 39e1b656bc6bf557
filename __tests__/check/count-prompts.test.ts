import { describe, expect, test } from '@jest/globals';
import { countPromptFiles } from '../../src/check/count-prompts.js';
import type { ManifestsWithHead } from '../../src/check/read-manifests.js';
import type { PromptFileReader } from '../../src/check/sources.js';
import type { Manifest } from '../../src/manifest/manifest.js';
import { configurationError } from '../../src/lib/errors/problem.js';
import type { Side } from '../../src/manifest/prompt-tokens/prompt-files.js';
import type { FileText } from '../../src/lib/files/file-text.js';
import { evals, manifest, policyFile, tokens } from '../support/judged.js';
import { call } from '../support/manifest.js';
import { problemsOf } from '../support/problems.js';

/** 3 tokens of o200k; each further " Hello" is one more. */
const HELLO = 'Hello world!';
const BINARY: FileText = { state: 'unusable', reason: 'is binary' };

type Files = Readonly<Partial<Record<Side, Readonly<Record<string, string | FileText>>>>>;

/** One call of 1,000 prompt tokens besides these files. */
function naming(...paths: readonly string[]): Manifest {
  const files = paths.map((path) => ({ path, cached: false }));
  return manifest({
    suites: [evals(call({ model: 'openai/gpt-5-mini', prompt_tokens: tokens(1000), prompt_files: files }))],
  });
}

const without = manifest({ suites: [evals(call({ model: 'openai/gpt-5-mini' }))] });

/** Reads from memory what each side has, and keeps what was asked for. */
function reader(files: Files): { readonly read: PromptFileReader; readonly asked: [Side, readonly string[]][] } {
  const asked: [Side, readonly string[]][] = [];
  const read: PromptFileReader = (side, paths) => {
    asked.push([side, paths]);
    const there = new Map(Object.entries(files[side] ?? {}));
    return Promise.resolve(
      new Map(
        paths.map((path): [string, FileText] => {
          const file = there.get(path) ?? { state: 'missing' };
          return [path, typeof file === 'string' ? { state: 'text', text: file } : file];
        }),
      ),
    );
  };
  return { read, asked };
}

function given(fields: Partial<ManifestsWithHead>): ManifestsWithHead {
  return { head: without, base: null, defaultBranch: null, policyFile: null, notes: [], ...fields };
}

const promptOf = (of: Manifest | null) => of?.suites[0]?.calls[0]?.prompt_tokens?.expected ?? null;

async function counted(fields: Partial<ManifestsWithHead>, files: Files) {
  const { manifests, tokenSources } = await countPromptFiles(given(fields), reader(files).read);
  return {
    head: promptOf(manifests.head),
    base: promptOf(manifests.base),
    defaultBranch: promptOf(manifests.defaultBranch),
    notes: manifests.notes.map(({ code, message }) => `${code}: ${message}`),
    sources: [...tokenSources.values()],
  };
}

describe('manifests that name no prompt files', () => {
  test('are left as they are, and nothing is read', async () => {
    const { read, asked } = reader({});
    const manifests = given({ base: without });
    const result = await countPromptFiles(manifests, read);
    expect(result.manifests).toBe(manifests);
    expect(result.tokenSources.size).toBe(0);
    expect(asked).toEqual([]);
  });
});

describe('the tokens of prompt files', () => {
  const three = { head: naming('p'), base: naming('p'), defaultBranch: naming('p') };
  const files = { head: { p: `${HELLO} Hello` }, base: { p: HELLO }, 'default branch': { p: 'Hello' } };

  test('are those of the files at each side: 1000 + 4, 1000 + 3 and 1000 + 1', async () => {
    expect(await counted(three, files)).toEqual({
      head: 1004,
      base: 1003,
      defaultBranch: 1001,
      notes: [],
      sources: ['exact', 'exact'],
    });
  });

  test('are asked for by the paths that each side names, and nowhere else', async () => {
    const { read, asked } = reader({ head: { a: HELLO, b: HELLO } });
    await countPromptFiles(given({ head: naming('a', 'b', 'a'), base: without }), read);
    expect(asked).toEqual([['head', ['a', 'b']]]);
  });

  test('count at base where head has no manifest any more', async () => {
    const gone = { head: null, base: naming('p'), defaultBranch: null, policyFile: policyFile({}), notes: [] };
    const { manifests } = await countPromptFiles(gone, reader(files).read);
    expect([manifests.head, promptOf(manifests.base)]).toEqual([null, 1003]);
  });

  test('add their notes to those that were there', async () => {
    const earlier = { code: 'base_missing', message: 'said before' } as const;
    const { notes } = await counted({ head: naming('p'), base: naming('q'), notes: [earlier] }, files);
    expect(notes).toEqual([
      'base_missing: said before',
      'prompt_file_missing: Prompt file q does not exist at base; there it counts no tokens.',
    ]);
  });
});

describe('a prompt file that is missing', () => {
  test('at head ends the run', async () => {
    const counting = () => counted({ head: naming('p') }, {});
    expect(await problemsOf(counting)).toEqual(['prompt file p does not exist']);
  });

  test('elsewhere counts nothing there, and each side is called by its name', async () => {
    const all = { head: naming('p'), base: naming('p'), defaultBranch: naming('p') };
    expect(await counted(all, { head: { p: HELLO } })).toMatchObject({
      head: 1003,
      base: 1000,
      defaultBranch: 1000,
      notes: [
        'prompt_file_missing: Prompt file p does not exist at base; there it counts no tokens.',
        'prompt_file_missing: Prompt file p does not exist on the default branch; there it counts no tokens.',
      ],
    });
  });
});

describe('a prompt file that is no text', () => {
  const all = { head: naming('p'), base: naming('p'), defaultBranch: naming('p') };

  test('at head ends the run', async () => {
    const counting = () => counted(all, { head: { p: BINARY }, base: { p: HELLO } });
    expect(await problemsOf(counting)).toEqual(['prompt file p is binary']);
  });

  test('at base leaves the increase over base unjudged, and that over the default branch as it is', async () => {
    const files: Files = { head: { p: HELLO }, base: { p: BINARY }, 'default branch': { p: HELLO } };
    expect(await counted(all, files)).toMatchObject({
      base: null,
      defaultBranch: 1003,
      notes: [
        'base_invalid: The prompt files at base cannot be counted, so increases are not judged against it: prompt file p is binary',
      ],
    });
  });

  test('on the default branch leaves the increase over that unjudged, and base as it is', async () => {
    const files: Files = { head: { p: HELLO }, base: { p: HELLO }, 'default branch': { p: BINARY } };
    expect(await counted(all, files)).toMatchObject({
      base: 1003,
      defaultBranch: null,
      notes: [
        'default_branch_invalid: The prompt files on the default branch cannot be counted, so increases are not judged against it: prompt file p is binary',
      ],
    });
  });
});

describe('more prompt files than are read', () => {
  const many = naming(...Array.from({ length: 201 }, (_, index) => `p${index}`));

  test('end the run at head, before any is read', async () => {
    const { read, asked } = reader({});
    expect(await problemsOf(() => countPromptFiles(given({ head: many }), read))).toEqual([
      'more than 200 different prompt files; at most 200 are read',
    ]);
    expect(asked).toEqual([]);
  });

  test.each([
    ['base', { base: many }, 'base_invalid: The prompt files at base'],
    ['the default branch', { defaultBranch: many }, 'default_branch_invalid: The prompt files on the default branch'],
  ])('leave the increase unjudged at %s, where none is read', async (_, other, words) => {
    const { read, asked } = reader({ head: { p: HELLO } });
    const { manifests } = await countPromptFiles(given({ head: naming('p'), ...other }), read);
    expect([manifests.base, manifests.defaultBranch]).toEqual([null, null]);
    expect(manifests.notes.map(({ code, message }) => `${code}: ${message}`)).toEqual([
      `${words} cannot be counted, so increases are not judged against it: more than 200 different prompt files; at most 200 are read`,
    ]);
    expect(asked).toEqual([['head', ['p']]]);
  });
});

test.each(['head', 'base', 'default branch'] as const)(
  'a side that cannot be read ends the run, or an outage would lift a limit: %s',
  async (broken) => {
    const { read } = reader({ head: { p: HELLO }, base: { p: HELLO }, 'default branch': { p: HELLO } });
    const outage: PromptFileReader = (side, paths) =>
      side === broken ? Promise.reject(configurationError('GitHub answered 502')) : read(side, paths);
    const all = given({ head: naming('p'), base: naming('p'), defaultBranch: naming('p') });
    expect(await problemsOf(() => countPromptFiles(all, outage))).toEqual(['GitHub answered 502']);
  },
);
