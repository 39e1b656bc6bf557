import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { manifestJsonSchemaText } from '../../src/manifest/json-schema.js';
import { parseManifest } from '../../src/manifest/parse.js';
import { exampleManifests } from '../support/examples.js';
import { allCodeBlocks, readProjectFile } from '../support/project-files.js';
import { isSteps, isWorkflow } from '../support/workflows.js';

const isManifest = (text: string): boolean => /^version: 1$/m.test(text) && /^suites:$/m.test(text);

/** Parts of files of other makers, and of manifests: named by their first key. */
const isPart = (text: string): boolean => /^(?:budget|policy|suites|runs_per_month):/.test(text);

const yamlBlocks = (await allCodeBlocks()).filter(({ language }) => language === 'yaml');
const manifests = [
  ...yamlBlocks.filter(({ text }) => isManifest(text)).map(({ file, line, text }) => [`${file}:${String(line)}`, text]),
  ...(await Promise.all((await exampleManifests()).map(async (file) => [file, await readProjectFile(file)]))),
] as const satisfies readonly (readonly string[])[];

test('every YAML block in the Markdown files is a workflow, steps of one, a manifest or a part of one', () => {
  const others = yamlBlocks.filter(({ text }) => ![isWorkflow, isSteps, isManifest, isPart].some((is) => is(text)));
  expect(others.map(({ file, line }) => `${file}:${String(line)}`)).toEqual([]);
});

describe.each(manifests)('%s', (name = '', text = '') => {
  test('is read without an error', async () => {
    expect((await parseManifest(text, name)).suites.length).toBeGreaterThan(0);
  });

  test('is valid by the published JSON Schema', () => {
    const validate = new Ajv2020({ allErrors: true, strict: false }).compile(JSON.parse(manifestJsonSchemaText()));
    validate(parse(text));
    expect(validate.errors ?? []).toEqual([]);
  });
});

describe('parts of a manifest', () => {
  const parts = yamlBlocks.filter(({ text }) => isPart(text) && !isManifest(text));
  test.each(parts.map(({ file, line, text }) => [`${file}:${String(line)}`, text]))(
    '%s belong into one',
    async (name, text) => {
      const rest = 'suites: {s: {calls: [{model: a/b, count: 1, prompt_tokens: 1, completion_tokens: 1}]}}\n';
      const runs = /^runs_per_month:/m.test(text) ? '' : 'runs_per_month: 1\n';
      const whole = `version: 1\n${runs}${text}${/^suites:/m.test(text) ? '' : rest}`;
      expect((await parseManifest(whole, name)).suites.length).toBeGreaterThan(0);
    },
  );
});

/** The names of all properties of a JSON Schema, at any depth. */
function propertyNames(schema: unknown): string[] {
  if (typeof schema !== 'object' || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => [
    ...(key === 'properties' && typeof value === 'object' && value !== null ? Object.keys(value) : []),
    ...propertyNames(value),
  ]);
}

test('docs/manifest.md has every field that there is', async () => {
  const page = await readProjectFile('docs/manifest.md');
  const fields = new Set(propertyNames(JSON.parse(manifestJsonSchemaText())));
  expect(fields.size).toBeGreaterThan(60);
  expect([...fields].filter((name) => !new RegExp(String.raw`\b${name}:`).test(page))).toEqual([]);
});
