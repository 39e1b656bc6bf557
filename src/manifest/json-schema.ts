import { z } from 'zod';
import { manifestSchema } from './schema.js';

type JsonSchema = z.core.JSONSchema.BaseSchema;

const TITLE = 'LLM Budget manifest';
const DESCRIPTION = 'The LLM calls that test suites make through OpenRouter, and the budget they must keep. Version 1.';

/** A suite lists its calls, or has a promptfoo configuration that makes them. */
const CALLS: JsonSchema[] = [{ required: ['calls'] }, { required: ['promptfoo'] }];

/** What a call needs, from itself or from `defaults`. */
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

/** The manifest's JSON Schema (draft 2020-12) for editors, made from the schema that the manifest is parsed with. */
export function manifestJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(manifestSchema, {
    io: 'input',
    // Numbers are read as text, by checks that JSON Schema does not know; what they accept is in their metadata.
    unrepresentable: 'any',
    override: ({ path, jsonSchema }) => {
      // A call may have these from `defaults`, which only the root can see.
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

/** The text of the committed file. */
export function manifestJsonSchemaText(): string {
  return `${JSON.stringify(manifestJsonSchema(), null, 2)}\n`;
}
