import { z } from 'zod';
import { NoVerdictError, problem } from '../lib/errors/problem.js';
import { DEFAULT_CATALOGUE_URL, isPathPattern, parseCatalogueUrl, repositoryPathProblem } from '../lib/inputs.js';
import { FAIL_ON } from '../report/model/document.js';

/** The action's inputs. Names and defaults are those of action.yml; a test holds the two against each other. */

const repositoryPath = z.string().superRefine((path, context) => {
  const fault = repositoryPathProblem(path);
  if (fault !== null) context.addIssue(fault);
});

const catalogueUrl = z.string().transform((text, context) => {
  try {
    return parseCatalogueUrl(text);
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    context.addIssue(error.message);
    return z.NEVER;
  }
});

const COMMENT_MODES = ['on-change', 'always', 'on-violation', 'never'] as const;

function lines(text: string): string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

const manifestPaths = z.string().transform((text, context) => {
  const paths = [...new Set(lines(text))];
  for (const path of paths) {
    const fault = repositoryPathProblem(path);
    if (fault !== null)
      context.addIssue(paths.length === 1 ? fault : `${JSON.stringify(path.slice(0, 100))}: ${fault}`);
  }
  return paths;
});

export const DEFAULT_LOCK = 'llm-budget.lock.json';

const inputsSchema = z.object({
  /** At least one; patterns are accepted. */
  manifest: manifestPaths,
  'github-token': z.string().min(1, 'it is empty; `${{ github.token }}` is the default and all that is needed'),
  comment: z.enum(COMMENT_MODES, { error: `accepted are ${COMMENT_MODES.join(', ')}` }),
  'comment-key': z
    .string()
    .max(200, 'at most 200 characters are accepted')
    .regex(/^\P{Cc}*$/u, 'control characters are not accepted'),
  'fail-on': z.enum(FAIL_ON, { error: `accepted are ${FAIL_ON.join(', ')}` }),
  lock: repositoryPath,
  'catalogue-url': catalogueUrl,
  'openrouter-api-key': z.string().regex(/^[\x21-\x7e]*$/, 'a key has no blanks and only ASCII characters'),
  usage: z.string().transform(lines),
  'report-file': z.string(),
});
export type ActionInputs = z.output<typeof inputsSchema>;

export type CommentMode = ActionInputs['comment'];

/** What an input is where the workflow leaves it empty: the same as where it leaves it out. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['manifest', 'llm-budget.yml'],
  ['comment', 'on-change'],
  ['fail-on', 'violation'],
  ['lock', DEFAULT_LOCK],
  ['catalogue-url', DEFAULT_CATALOGUE_URL],
]);

const INPUT_NAMES = Object.keys(inputsSchema.shape);

/** Reads all inputs through `get`. NoVerdictError (2) with every wrong input at once; no value is shown of the two that are secret. */
export function readInputs(get: (name: string) => string): ActionInputs {
  const given = Object.fromEntries(INPUT_NAMES.map((name) => [name, get(name).trim() || (DEFAULTS.get(name) ?? '')]));
  const result = inputsSchema.safeParse(given);
  if (!result.success) {
    throw new NoVerdictError(
      2,
      result.error.issues.map((issue) =>
        problem(`The input "${issue.path.map(String).join('.')}" is wrong: ${issue.message}`),
      ),
    );
  }
  const inputs = result.data;
  return {
    ...inputs,
    'comment-key': inputs['comment-key'] === '' ? inputs.manifest.join('\n') : inputs['comment-key'],
  };
}

/** Whether the input names several manifests: a list, or a pattern. One path is the usual case and has a report of its own. */
export function namesSeveral(entries: readonly string[]): boolean {
  return entries.length > 1 || entries.some(isPathPattern);
}
