import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse as parseYaml } from 'yaml';
import { manifestJsonSchema, manifestJsonSchemaText } from '../../src/manifest/json-schema.js';
import { parseManifest } from '../../src/manifest/parse.js';
import { EVERY_FIELD, withCall, withSuite, withTop } from '../support/manifest-text.js';
import { placedProblems } from '../support/placed-problems.js';

const validate = new Ajv2020({ strict: true, strictRequired: false, strictTypes: false, allErrors: true }).compile(
  manifestJsonSchema(),
);
const accepts = (text: string): boolean => validate(parseYaml(text));

test('the committed schema is what the code makes; `llm-budget schema > llm-budget.schema.json` renews it', () => {
  const committed = readFileSync(new URL('../../llm-budget.schema.json', import.meta.url), 'utf8');
  expect(committed).toBe(manifestJsonSchemaText());
});

test('the schema names its draft and says what it is for', () => {
  expect(manifestJsonSchema()).toMatchObject({
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'LLM Budget manifest',
  });
});

describe('editors and the parser agree to accept', () => {
  test.each([
    ['every field', EVERY_FIELD],
    ['required fields alone', withCall()],
    ['files without prompt tokens', withCall({ prompt_tokens: null, prompt_files: '[a.md]' })],
    ['expected and max', withCall({ prompt_tokens: '{expected: 1, max: 2}', retries: '{expected: "0.5", max: 2}' })],
    ['a limit of two levels', withTop('budget: {per_run: {warn: 1.5, fail: "2"}}')],
    ['paths with globs', withSuite('paths: ["evals/**/*.{ts,py}", "!evals/old/**", ".github/x"]')],
    ['a policy', withTop('policy: {models: {deny: ["*"]}, credits: "off"}')],
    [
      'calls that have all they need from defaults',
      'version: 1\ndefaults: {model: a, count: 1, completion_tokens: 1, prompt_files: [a]}\nsuites: {s: {calls: [{}, {model: b}]}}\n',
    ],
  ])('%s', async (_what, text) => {
    expect(await placedProblems(parseManifest(text, 'f'))).toEqual([]);
    expect(accepts(text)).toBe(true);
  });
});

describe('editors and the parser agree to refuse', () => {
  test.each([
    ['an empty file', 'null'],
    ['a list', '[]'],
    ['version 2', withCall().replace('version: 1', 'version: 2')],
    ['a version as text', withCall().replace('version: 1', 'version: "1"')],
    ['no version', withCall().replace('version: 1\n', '')],
    ['no suites', 'version: 1'],
    ['an empty mapping of suites', 'version: 1\nsuites: {}'],
    ['a suite without calls', 'version: 1\nsuites: {s: {calls: []}}'],
    ['a suite of a wrong name', withCall().replace('  s:', '  -s:')],
    ['an unknown key', withTop('budgets: {}')],
    ['an unknown key of a suite', withSuite('policy: {}')],
    ['an unknown key of a call', withCall({ tokens: '1' })],
    ['an unknown limit', withTop('budget: {per_week: 1}')],
    ['a limit without a level', withTop('budget: {per_run: {}}')],
    ['a negative limit', withTop('budget: {per_run: -1}')],
    ['a limit in dollars', withTop('budget: {per_run: $1}')],
    ['a limit of a million', withTop('budget: {per_run: 1000000}')],
    ['a limit that is null', withTop('budget: {per_run: }')],
    ['an unknown rule', withTop('policy: {unpriced: off}')],
    ['a name in defaults', withTop('defaults: {name: x}')],
    ['no model', withCall({ model: null })],
    ['an empty model', withCall({ model: '""' })],
    ['no count', withCall({ count: null })],
    ['a count as text', withCall({ count: '"1"' })],
    ['half a count', withCall({ count: '1.5' })],
    ['a count above the limit', withCall({ count: '1000000001' })],
    ['no completion tokens', withCall({ completion_tokens: null })],
    ['neither prompt tokens nor files', withCall({ prompt_tokens: null })],
    ['an empty list of files alone', withCall({ prompt_tokens: null, prompt_files: '[]' })],
    ['tokens without what is expected', withCall({ prompt_tokens: '{max: 1}' })],
    ['a lifetime that no cache has', withCall({ cache_ttl: '2h' })],
    ['a file outside of the repository', withCall({ prompt_files: '[../a]' })],
    ['a file in git’s folder', withCall({ prompt_files: '[{path: a/.GIT/config}]' })],
    ['an absolute path', withSuite('paths: [/a]')],
    ['a path with an empty segment', withSuite('paths: [a//b]')],
    [
      'defaults that lack the model',
      'version: 1\ndefaults: {count: 1}\nsuites: {s: {calls: [{prompt_tokens: 1, completion_tokens: 1}]}}',
    ],
  ])('%s', async (_what, text) => {
    expect(await placedProblems(parseManifest(text, 'f'))).not.toEqual([]);
    expect(accepts(text)).toBe(false);
  });
});
