import { z } from 'zod';
import { manifestSchema } from './schema.js';

type JsonSchema = z.core.JSONSchema.BaseSchema;

const TITLE = 'LLM Budget manifest';
const DESCRIPTION = 'The LLM calls that test suites make through OpenRouter, and the budget they must keep. Version 1.';

/** A suite needs `calls` or `promptfoo`. */
const CALLS: JsonSchema[] = [{ required: ['calls'] }, { required: ['promptfoo'] }];

/** Fields that every call needs, in the call or in `defaults`. */
const NEEDED: readonly JsonSchema[] = [
  { required: ['model'] },
  { required: ['count'] },
  { required: ['completion_tokens'] },
  {
    anyOf: [
      { required: ['prompt_tokens'] },
      { required: ['prompt_files'], properties: { prompt_files: { minItems: 1 } } },
    ],
  },
];

/** Makes the manifest's JSON Schema (draft 2020-12) for editors from the schema of the parser. */
export function manifestJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(manifestSchema, {
    io: 'input',
    // Numbers are checked as text by our own code, which zod cannot convert. Their metadata says what they accept.
    unrepresentable: 'any',
    override: ({ path, jsonSchema }) => {
      // `defaults` may have the required fields of a call, so `allOf` at the root requires them.
      if (path.at(-1) === 'items' && path.at(-2) === 'calls') delete jsonSchema.required;
      if (path.at(-1) === 'additionalProperties' && path.at(-2) === 'suites') jsonSchema.anyOf = CALLS;
    },
  });
  return { $schema, title: TITLE, description: DESCRIPTION, ...schema, allOf: NEEDED.map(unlessInDefaults) };
}

function unlessInDefaults(needed: JsonSchema): JsonSchema {
  return {
    if: { required: ['defaults'], properties: { defaults: needed } },
    else: { properties: { suites: { additionalProperties: { properties: { calls: { items: needed } } } } } },
  };
}

/** The text of `llm-budget.schema.json`. */
export function manifestJsonSchemaText(): string {
  return `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`;
}
