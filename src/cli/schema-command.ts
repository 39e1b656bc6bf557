import { manifestJsonSchemaText } from '../manifest/json-schema.js';
import { reportJsonSchemaText } from '../report/model/schema.js';
import { choiceOption, parseOptions } from './options.js';
import type { World } from './world.js';

/** `llm-budget schema`: prints the JSON Schema of the manifest or of the report. */
export function schemaCommand(args: readonly string[], world: World): number {
  const options = parseOptions('schema', args);
  const subject = choiceOption(options, 'of', ['manifest', 'report']);
  world.stdout.write(subject === 'report' ? reportJsonSchemaText() : manifestJsonSchemaText());
  return 0;
}
