import {
  type Manifest,
  type NamedCall,
  type NamedSuite,
  type PolicyFile,
  withoutFiles,
} from '../../src/manifest/manifest.js';
import { type Tokens, callSchema, policySchema } from '../../src/manifest/schema.js';
import { parseManifest, policyFrom } from '../../src/manifest/parse.js';
import { NumberLiteral } from '../../src/manifest/scalars.js';
import { readYaml } from '../../src/manifest/yaml-tree.js';

/** Checked manifests for tests, without a file: every builder takes what a test is about and fills in the rest. */

/** `{expected, max}` of a token field. */
export function tokens(expected: number, max: number | null = null): Tokens {
  return { expected, max };
}

const zero = new NumberLiteral('0');
/** The schema's own defaults, read once: properties build tens of thousands of calls. */
const CALL_DEFAULTS = callSchema.parse({ model: 'acme/one', count: zero, completion_tokens: zero });
export const POLICY_DEFAULTS = policySchema.parse({});

/** The policy of a file of this text. */
export async function policyOfText(text: string, file: string): Promise<PolicyFile> {
  return policyFrom(await readYaml(text), file);
}

/** A manifest whose numbers all stand in its text. */
export async function countedManifest(text: string, file = 'llm-budget.yml'): Promise<Manifest> {
  return withoutFiles(await parseManifest(text, file));
}

/** One request of 1,000 prompt and 100 completion tokens, with the schema's own defaults. */
export function call(fields: Partial<NamedCall> & { readonly model: string }): NamedCall {
  return {
    ...CALL_DEFAULTS,
    count: 1,
    prompt_tokens: tokens(1000),
    completion_tokens: tokens(100),
    display_name: fields.name ?? fields.model,
    index: 0,
    ...fields,
  };
}

/** A suite that runs once per CI run, its calls numbered in their order. */
export function suite(fields: Partial<NamedSuite> & { readonly name: string }): NamedSuite {
  return {
    repeat: 1,
    run: 'ci',
    budget: {},
    ...fields,
    calls: (fields.calls ?? []).map((one, index) => ({ ...one, index })),
  };
}

/** A manifest without limits, rules or runs per month. */
export function manifest(fields: Partial<Manifest> = {}): Manifest {
  return {
    file: 'llm-budget.yml',
    runs_per_month: null,
    runs: new Map(),
    budget: {},
    policy: POLICY_DEFAULTS,
    suites: [],
    locate: () => ({ line: 1, column: 1 }),
    ...fields,
  };
}
