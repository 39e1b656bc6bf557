import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { reportJsonSchema, reportJsonSchemaText } from '../../../src/report/model/schema.js';

const COMMITTED = new URL('../../../llm-budget-report.schema.json', import.meta.url);

test('the committed schema is made from the definition', async () => {
  expect(await readFile(COMMITTED, 'utf8')).toBe(reportJsonSchemaText());
});

const validate = new Ajv2020({ strict: false }).compile(reportJsonSchema());
const errors = {
  schema_version: 1,
  verdict: 'error',
  errors: [{ message: 'x', file: null, line: null, column: null }],
};

test('it accepts the document of a run without a verdict', () => {
  expect(validate(errors)).toBe(true);
});

test.each([
  ['another version', { ...errors, schema_version: 2 }],
  ['a field nobody knows', { ...errors, more: 1 }],
  ['a verdict nobody knows', { ...errors, verdict: 'maybe' }],
  ['no errors', { schema_version: 1, verdict: 'error' }],
])('it refuses %s', (_, document) => {
  expect(validate(document)).toBe(false);
});
