import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { configurationError } from '../lib/errors/problem.js';
import { refusedTarget } from '../lib/files/write-file.js';
import type { Network } from '../lib/http/network.js';

/** Returns a variable of the runner; the empty text where it is not set. */
export type Variable = (name: string) => string;

export interface GitHubUrls {
  readonly api: string;
  readonly graphql: string;
  /** The web pages: `https://github.com`. */
  readonly server: string;
}

/**
 * Returns GitHub's addresses, which the runner sets. On GitHub Enterprise Server they are those of the server, and no request
 * goes anywhere else. NoVerdictError (2) where one of them is no URL.
 */
export function gitHubUrls(variable: Variable): GitHubUrls {
  return {
    api: webUrl('GITHUB_API_URL', variable, 'https://api.github.com'),
    graphql: webUrl('GITHUB_GRAPHQL_URL', variable, 'https://api.github.com/graphql'),
    server: webUrl('GITHUB_SERVER_URL', variable, 'https://github.com'),
  };
}

function webUrl(name: string, variable: Variable, otherwise: string): string {
  const text = variable(name) === '' ? otherwise : variable(name);
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw configurationError(`${name} is not a URL; it is set by the runner`);
}

/** Reads the payload of the event, and checks nothing in it. NoVerdictError (2) where the file is missing or no JSON. */
export async function readEventPayload(variable: Variable): Promise<unknown> {
  const path = variable('GITHUB_EVENT_PATH');
  if (path === '') throw configurationError('GITHUB_EVENT_PATH is not set: this runs as a step of a workflow');
  const text = await readFile(path, 'utf8').catch(() => {
    throw configurationError('The file at GITHUB_EVENT_PATH cannot be read; it is written by the runner');
  });
  try {
    return JSON.parse(text);
  } catch {
    throw configurationError('The file at GITHUB_EVENT_PATH is not JSON; it is written by the runner');
  }
}

/**
 * Returns the path of the report: `asked`, from the workspace; if that is empty, a file in the runner's temporary folder,
 * one for each key.
 */
export function reportPath(asked: string, commentKey: string, variable: Variable): string {
  if (asked !== '') return resolve(variable('GITHUB_WORKSPACE') || '.', asked);
  const plain = commentKey.replace(/[^A-Za-z0-9.-]+/g, '-').slice(0, 80);
  // Keys that differ only in what a file name cannot have must not share a file.
  const name =
    plain === commentKey ? plain : `${plain}-${createHash('sha256').update(commentKey).digest('hex').slice(0, 12)}`;
  return join(variable('RUNNER_TEMP') || tmpdir(), `llm-budget-report-${name}.json`);
}

/** Throws a NoVerdictError (2) where the input names something that exists and is no regular file, such as a folder. */
export async function checkReportFile(asked: string, variable: Variable): Promise<void> {
  if (asked === '') return;
  const refused = await refusedTarget(reportPath(asked, '', variable));
  if (refused === null) return;
  const accepted = 'a regular file, or a path where there is nothing yet, is accepted';
  throw configurationError(`The input "report-file" is wrong: ${refused}; ${accepted}`);
}

/** A message of the run, shown at a line of a file of the pull request, or at the top of the run where `file` is null. */
export interface Annotation {
  readonly level: 'error' | 'warning';
  readonly message: string;
  readonly title: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly column: number | null;
}

/** What the action reads before it can write anything: variables and inputs of the runner, and its network and clock. */
export interface ActionEnvironment {
  readonly variable: Variable;
  readonly input: (name: string) => string;
  readonly effects: Network;
}

/** Everything that the action reads from the runner and writes to it, and its network and clock. */
export interface ActionWorld extends ActionEnvironment {
  /** Writes a line to the log. Untrusted text in it has passed the filter of the log. */
  readonly log: (line: string) => void;
  readonly warn: (message: string) => void;
  readonly annotate: (annotation: Annotation) => void;
  readonly setOutput: (name: string, value: string) => void;
  readonly writeSummary: (markdown: string) => Promise<void>;
}

/**
 * Reads variables and inputs from the environment of the process. The runner hands each input over in a variable, and
 * `getInput` of `@actions/core` reads it in the same way; a test compares the two. The library itself is loaded later.
 */
export function actionEnvironment(
  variables: Readonly<Record<string, string | undefined>>,
  effects: Network,
): ActionEnvironment {
  const variable = (name: string) => variables[name] ?? '';
  return { variable, input: (name) => variable(`INPUT_${name.toUpperCase()}`).trim(), effects };
}
