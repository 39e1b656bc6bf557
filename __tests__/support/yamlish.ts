import fc from 'fast-check';
import { EVERY_FIELD } from './manifest-text.js';

/** Texts that are almost YAML, almost a manifest, or nothing at all, with the runner's own signs in them. */

const FRAGMENTS = [
  'version', 'suites', 'calls', 'budget', 'policy', 'defaults', 'model', 'count', 'per_run', '__proto__', '<<', 'acme/one',
  ': ', ':', '- ', '? ', ', ', '{', '}', '[', ']', '\n', '\n  ', '\n    ', '\t', ' ', '#', '&a', '*a', '!t ', '!!int ', '"', "'",
  '\\', '|\n', '>\n', '%YAML 1.1\n', '---\n', '...\n', '1', '1e3', '0x1', '.nan', 'null', 'yes', '\r\n', '\r', '\0', '\ufeff', '😀',
  '::error::x', '\n::error::x', '##[error]x', '\u2028::add-mask::a', '\u0085', '\u200b',
]; // prettier-ignore

const glued = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 60 }).map((parts) => parts.join(''));
const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
/** A right manifest with a piece of it replaced. */
const damaged = fc
  .tuple(fc.nat(EVERY_FIELD.length), fc.nat(40), glued)
  .map(([start, length, piece]) => EVERY_FIELD.slice(0, start) + piece + EVERY_FIELD.slice(start + length));
/** A right manifest with any text for the model and its fallback: none of them has a price. */
const strangeModels = fc
  .array(fc.oneof(glued, fc.string({ unit: 'binary', maxLength: 20 })), { minLength: 1, maxLength: 5 })
  .map((names) => {
    const rows = names.map(
      (name) => `{model: ${JSON.stringify(`${name}x`)}, count: 1, prompt_tokens: 1, completion_tokens: 1}`,
    );
    return `version: 1\nbudget: {per_run: 1}\nsuites: {s: {calls: [${rows.join(', ')}]}}\n`;
  });

export const yamlishFile: fc.Arbitrary<string | Buffer> = fc.oneof(
  glued,
  bytes,
  damaged,
  { weight: 2, arbitrary: strangeModels },
  fc.string({ unit: 'binary' }),
);
