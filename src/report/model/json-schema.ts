import { z } from 'zod';
import { errorReportSchema, reportSchema } from './schema.js';

/** The JSON Schema of the report document, made from the same definition; committed as `llm-budget-report.schema.json`. */
export function reportJsonSchema(): object {
  const { $schema, ...schema } = z.toJSONSchema(z.union([reportSchema, errorReportSchema]));
  return {
    $schema,
    title: 'LLM Budget report',
    description: 'What llm-budget check --format json prints and the action writes to report-file, schema_version 1.',
    ...schema,
  };
}

/** The text of the committed file. */
export function reportJsonSchemaText(): string {
  return `${JSON.stringify(reportJsonSchema(), null, 2)}\n`;
}
