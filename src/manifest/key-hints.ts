import type { Path } from './manifest.js';
import * as schemas from './schema.js';

/** Where each key of a manifest belongs, and what each list or mapping looks like: for messages about mistakes. */

/** Every mapping of a manifest with its place in words. */
const PLACES: readonly (readonly [place: string, keys: readonly string[]])[] = [
  ['at the top level', Object.keys(schemas.manifestSchema.shape)],
  ['under budget, at the top level or of a suite', Object.keys(schemas.budgetSchema.shape)],
  ['under policy', Object.keys(schemas.policySchema.shape)],
  ['under policy.models', Object.keys(schemas.policySchema.shape.models.unwrap().shape)],
  ['under a kind of run, such as runs: {nightly: {…}}', Object.keys(schemas.runKindSchema.shape)],
  ['in a suite', Object.keys(schemas.suiteSchema.shape)],
  ['in a call', ['name']],
  ['in a call or in defaults', Object.keys(schemas.defaultsSchema.shape)],
  ['under provider of a call', Object.keys(schemas.providerSchema.shape)],
  ['in a limit, such as per_run: {warn: 4, fail: 5}', ['warn', 'fail']],
  ['in a number of tokens, such as prompt_tokens: {expected: 100, max: 200}, or in retries', ['expected', 'max']],
  ['in an item of prompt_files, such as {path: prompts/a.md, cached: true}', ['path', 'cached']],
];

/** Where a key is known, in words such as `under policy`; empty for a key that the manifest has nowhere. */
export function placesOfKey(key: string): string[] {
  return PLACES.filter(([, keys]) => keys.includes(key)).map(([place]) => place);
}

const EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['runs', 'runs: {nightly: {runs_per_month: 30}}'],
  ['budget', 'budget: {per_run: 5}'],
  ['policy', 'policy: {unpriced: warn}'],
  ['models', 'models: {allow: ["openai/*"]}'],
  ['allow', 'allow: ["openai/*"]'],
  ['deny', 'deny: ["*-pro*"]'],
  ['defaults', 'defaults: {retries: 0.02}'],
  ['suites', 'suites: {rag: {calls: […]}}'],
  ['paths', 'paths: ["evals/**"]'],
  ['calls', 'calls: [{model: openai/gpt-5-mini, count: 10, …}]'],
  ['prompt_files', 'prompt_files: [prompts/answer.md]'],
  ['fallback_models', 'fallback_models: [openai/gpt-5-mini]'],
  ['provider', 'provider: {sort: price}'],
  ['order', 'order: [anthropic]'],
  ['only', 'only: [anthropic]'],
  ['ignore', 'ignore: [anthropic]'],
  ['max_price', 'max_price: {prompt: 1, completion: 4}'],
]);

/** What stands at a path, as an example with its key; null where there is none. */
export function exampleOf(path: Path): string | null {
  const key = path.at(-1);
  if (path[0] === 'suites' && path.length === 2) return `${String(key)}: {calls: […]}`;
  if (typeof key === 'number') return path.at(-2) === 'calls' ? '{model: openai/gpt-5-mini, count: 10, …}' : null;
  return key === undefined ? null : (EXAMPLES.get(key) ?? null);
}
