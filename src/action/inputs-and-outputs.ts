import { z } from 'zod';
import { NoVerdictError, problem } from '../lib/errors/problem.js';
import { readOnce } from '../lib/read-once.js';
import {
  DEFAULT_CATALOGUE_URL,
  DEFAULT_LOCK,
  DEFAULT_MANIFEST,
  isPathPattern,
  parseCatalogueUrl,
  repositoryPathProblem,
} from '../lib/inputs.js';
import { FAIL_ON, hasHeadManifest, reportsIn } from '../report/model/document.js';
import type { Report, ReportDocument } from '../report/model/schema.js';
import type { CommentStatus } from './comment/comment.js';

/** The action's inputs and outputs. Names and defaults are those of action.yml; tests compare the two. */

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

/** The inputs whose values no log and no message may show. */
export const SECRET_INPUTS = ['github-token', 'openrouter-api-key'] as const;

/** The values of inputs that the workflow leaves empty: the defaults of action.yml. */
const DEFAULTS: ReadonlyMap<string, string> = new Map([
  ['manifest', DEFAULT_MANIFEST],
  ['comment', 'on-change'],
  ['fail-on', 'violation'],
  ['lock', DEFAULT_LOCK],
  ['catalogue-url', DEFAULT_CATALOGUE_URL],
]);

const INPUT_NAMES = Object.keys(inputsSchema.shape);

/**
 * Reads all inputs through `get`. NoVerdictError (2) with every wrong input at once; the values of the two secrets are
 * never shown.
 */
export function readInputs(get: (name: string) => string): ActionInputs {
  const given = Object.fromEntries(INPUT_NAMES.map((name) => [name, get(name).trim() || (DEFAULTS.get(name) ?? '')]));
  const result = readOnce(inputsSchema, given);
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

/**
 * Whether the input names several manifests: a list, or a pattern. One path is the usual case and has a report of its
 * own.
 */
export function namesSeveral(entries: readonly string[]): boolean {
  return entries.length > 1 || entries.some(isPathPattern);
}

/**
 * Every output by its name, in the order of action.yml. Each is set on every path, and empty where there is no figure. Of several
 * manifests the figures are those of the worst one that has figures, and the violations those of all.
 */
export function outputsOf(
  report: ReportDocument,
  written: { readonly reportFile: string; readonly commentStatus: CommentStatus },
): ReadonlyMap<string, string> {
  const reports = judgedReports(report);
  const figures = worstOf(reports);
  const violations = reports.reduce((sum, one) => sum + one.violations.length, 0);
  return new Map([
    ['verdict', report.verdict],
    ['cost-per-run', figures?.head.per_run ?? ''],
    ['cost-per-month', figures?.head.per_month ?? ''],
    ['worst-case-per-run', figures?.head.worst_case_per_run ?? ''],
    ['delta-per-run', figures?.delta?.per_run ?? ''],
    ['delta-percent', figures?.delta?.percent ?? ''],
    ['price-drift-per-run', figures?.price_drift?.per_run ?? ''],
    ['violations', figures === null ? '' : String(violations)],
    ['price-source', figures?.prices.source ?? ''],
    ['comment-status', written.commentStatus],
    ['report-file', written.reportFile],
  ]);
}

/** The reports with a verdict; those without one have no figures. */
function judgedReports(document: ReportDocument): readonly Report[] {
  return reportsIn(document).flatMap((report) => (report.verdict === 'error' ? [] : [report]));
}

const WORST_FIRST = ['fail', 'warn', 'pass'];

/** The worst report with figures; that of a manifest that head removed only where there is no other, since it has none. */
function worstOf(reports: readonly Report[]): Report | null {
  const sorted = reports.toSorted((a, b) => WORST_FIRST.indexOf(a.verdict) - WORST_FIRST.indexOf(b.verdict));
  return sorted.find(hasHeadManifest) ?? sorted[0] ?? null;
}
