import { DEFAULT_LOCK, DEFAULT_MANIFEST } from '../lib/inputs.js';
import { resolve } from 'node:path';
import type { ChangeTarget } from '../budget/verdict/judge.js';
import { check } from '../check/check.js';
import type { ManifestSource, PolicySource, Sources } from '../check/sources.js';
import { NoVerdictError, type Problem } from '../lib/errors/problem.js';
import { mergeBase } from '../lib/files/git.js';
import { readAtRef } from '../lib/files/git-files.js';
import { readFileText, readOptionalFile } from '../lib/files/read-file.js';
import { writeTextFile } from '../lib/files/write-file.js';
import { jsonDocument } from '../lib/text/plain.js';
import { renderComment } from '../report/markdown/comment.js';
import { errorExitCode, errorReport, exitCodeOf, FAIL_ON, type FailOn } from '../report/model/document.js';
import type { ErrorReport, Report } from '../report/model/schema.js';
import { renderTerminal, type TerminalOptions } from '../report/terminal/render.js';
import {
  catalogueUrlOption,
  choiceOption,
  instantOption,
  isGiven,
  parseOptions,
  textOption,
  valueDespiteErrors,
  type ParsedOptions,
} from './options.js';
import { keyOfEnvironment } from './prices-and-account.js';
import { filesOnDisk, LOCK_LIMITS, MANIFEST_LIMITS } from './files-on-disk.js';
import { wantsColour, withProgress, writeLine, type World } from './world.js';

const FORMATS = ['table', 'json', 'markdown'] as const;

interface Show {
  readonly format: (typeof FORMATS)[number];
  readonly output: string | null;
  readonly explain: boolean;
}

/** `llm-budget check`: the main job. Figures go to stdout or `--output`, everything else to stderr. */
export async function checkCommand(args: readonly string[], world: World): Promise<number> {
  let show = showDespiteErrors(args);
  let failOn: FailOn = 'violation';
  try {
    const options = parseOptions('check', args);
    show = {
      format: choiceOption(options, 'format', FORMATS),
      output: textOption(options, 'output') ?? null,
      explain: isGiven(options, 'explain'),
    };
    failOn = choiceOption(options, 'fail-on', FAIL_ON);
    const report = await checkAll(options, show, world);
    await put(report, show, world);
    return exitCodeOf(report, failOn);
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    // A document is written for an error too, so that a program can read it and no file of an earlier run is mistaken for
    // it. A person at a terminal gets the lines on stderr alone.
    const unwritten = show.format === 'table' && show.output === null ? [] : await putError(error, show, world);
    const problems = [...error.problems, ...unwritten];
    throw new NoVerdictError(error.exitCode, problems, errorExitCode(error.exitCode, failOn));
  }
}

/** Writes the document of a run without a verdict. Returns why it could not be written, where `error` does not say so. */
async function putError(error: NoVerdictError, show: Show, world: World): Promise<readonly Problem[]> {
  try {
    await put(errorReport(error), show, world);
    return [];
  } catch (failure) {
    if (!(failure instanceof NoVerdictError)) throw failure;
    const known = new Set(error.problems.map(({ message }) => message));
    return failure.problems.filter(({ message }) => !known.has(message));
  }
}

/** Reads the form and place of the output before the other options, since a document is expected for a wrong option too. */
function showDespiteErrors(args: readonly string[]): Show {
  const format = valueDespiteErrors('check', args, 'format');
  return {
    format: FORMATS.find((word) => word === format) ?? 'table',
    output: valueDespiteErrors('check', args, 'output') ?? null,
    explain: false,
  };
}

async function checkAll(options: ParsedOptions, { explain }: Show, world: World): Promise<Report> {
  const settings = {
    catalogueUrl: catalogueUrlOption(options),
    offline: isGiven(options, 'offline'),
    at: instantOption(options, 'at'),
    explain,
    account: null,
    apiKey: keyOfEnvironment(world),
    usage: null,
    usageNotes: [],
  };
  const sources = await gatherSources(
    {
      manifest: options.positionals[0] ?? DEFAULT_MANIFEST,
      base: textOption(options, 'base') ?? null,
      policy: textOption(options, 'policy') ?? null,
      lock: textOption(options, 'lock') ?? DEFAULT_LOCK,
    },
    world.cwd,
  );
  const checked = () => check(sources, settings, world.effects);
  if (settings.offline) return await checked();
  return await withProgress(`Asking ${settings.catalogueUrl.host} for prices`, world, checked);
}

interface SourceNames {
  readonly manifest: string;
  /** A file, or a git ref where no file has that name. */
  readonly base: string | null;
  readonly policy: string | null;
  readonly lock: string;
}

/** Reads the sources of a check: files of the working tree, and git refs for base and policy. */
async function gatherSources(names: SourceNames, cwd: string): Promise<Sources> {
  const text = await readOptionalFile(names.manifest, cwd, MANIFEST_LIMITS);
  const lock = await readOptionalFile(names.lock, cwd, LOCK_LIMITS);
  const base = names.base === null ? null : await readBase(names.base, names.manifest, cwd);
  const policy = names.policy === null ? null : await readPolicy(names.policy, names.manifest, cwd);
  return {
    manifestFile: names.manifest,
    head: { commit: null, text, problem: null, file: null },
    base,
    files: filesOnDisk(cwd, { base: base?.commit ?? null, 'default branch': policy?.sha ?? null }),
    policy,
    change: await changeKind(base, policy, cwd),
    lock: { file: names.lock, text: lock },
    approvals: null,
    changedFiles: null,
    notes: [],
  };
}

async function readBase(base: string, manifest: string, cwd: string): Promise<ManifestSource> {
  const file = await readFileText(resolve(cwd, base), MANIFEST_LIMITS);
  if (file.state === 'text') return { commit: null, text: file.text, problem: null, file: base };
  try {
    const { sha, text } = await readAtRef(cwd, base, manifest, MANIFEST_LIMITS);
    return { commit: sha, text, problem: null, file: null };
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    const [first] = error.problems;
    const message = `--base ${JSON.stringify(base)} is neither a readable file nor a usable git ref: ${first?.message ?? ''}`;
    throw new NoVerdictError(2, [{ message, file: null, line: null, column: null }]);
  }
}

async function readPolicy(ref: string, manifest: string, cwd: string): Promise<PolicySource> {
  const { sha, text } = await readAtRef(cwd, ref, manifest, MANIFEST_LIMITS);
  return { ref, sha, text };
}

/**
 * Returns the kind of change, as in the action: a pull request where base is on the branch of the policy. Without `--policy`,
 * base is the user's choice.
 */
async function changeKind(
  base: ManifestSource | null,
  policy: PolicySource | null,
  cwd: string,
): Promise<ChangeTarget> {
  if (base === null || policy === null) return 'default_branch';
  const isOnBranch = base.commit !== null && (await mergeBase(cwd, base.commit, policy.sha)) === base.commit;
  return isOnBranch ? 'pull_request' : 'other_branch';
}

/** Writes the report; for a file, one line on stderr says what is in it. */
async function put(report: Report | ErrorReport, show: Show, world: World): Promise<void> {
  const { format, output, explain } = show;
  if (output === null) {
    world.stdout.write(rendered(report, format, { colour: wantsColour(world), width: world.stdout.columns, explain }));
    return;
  }
  const text = rendered(report, format, { colour: false, width: null, explain });
  await writeTextFile(resolve(world.cwd, output), text);
  writeLine(`Verdict: ${report.verdict}. The report is in ${output}`, world.stderr);
}

/** The report in the requested format, with a newline at its end; of a run without a verdict too. */
function rendered(report: Report | ErrorReport, format: Show['format'], look: TerminalOptions): string {
  switch (format) {
    case 'json':
      return jsonDocument(report);
    case 'markdown':
      return renderComment(report, NOWHERE);
    case 'table':
      return renderTerminal(report, look);
  }
}

/** On the command line there is no pull request, so there are no links. */
const NOWHERE = { repositoryUrl: null, headSha: null, summaryUrl: null };
