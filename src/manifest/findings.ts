import type { z } from 'zod';
import type { Problem } from '../lib/errors/problem.js';
import { NoVerdictError } from '../lib/errors/problem.js';
import type { Locate, Path, Position } from './manifest.js';
import { shownPath } from './shown.js';

/** Something wrong in a file, found by any of the checks. */
export interface Finding {
  readonly message: string;
  readonly position: Position;
}

/** A finding of a check that knows paths and not yet positions; the message goes on after the path and a colon. */
export interface Fault {
  readonly path: Path;
  readonly message: string;
}

/** More mistakes than these are counted and not put into words: nobody reads them. */
export const MAX_MISTAKES = 1000;
const MOST_SHOWN = 100;

/** The path of a schema's issue as one into the file. */
export function stepsOf({ path }: z.core.$ZodIssue): Path {
  return path.map((step) => (typeof step === 'number' ? step : String(step)));
}

/** `originOf` turns the path of a value into that of the place where it was written. */
export function located(faults: readonly Fault[], locate: Locate, originOf = (path: Path) => path): Finding[] {
  return faults.map(({ path, message }) => {
    const origin = originOf(path);
    const subject = origin.length === 0 ? 'the file' : shownPath(origin);
    return { message: `${subject}: ${message}`, position: locate(origin) };
  });
}

/** All findings in the order of the file, each once, as the error that ends the run. `unsaid` were found too. */
export function refusal(file: string, findings: readonly Finding[], unsaid = 0): NoVerdictError {
  const problems = inOrder(findings).map(({ message, position }): Problem => ({ message, file, ...position }));
  const next = problems[MOST_SHOWN];
  if (next === undefined) return new NoVerdictError(2, problems);
  const more = { ...next, message: `and ${problems.length - MOST_SHOWN + unsaid} more` };
  return new NoVerdictError(2, [...problems.slice(0, MOST_SHOWN), more]);
}

function inOrder(findings: readonly Finding[]): Finding[] {
  const unique = new Map<string, Finding>();
  for (const finding of findings) {
    unique.set(`${finding.position.line}:${finding.position.column} ${finding.message}`, finding);
  }
  // Findings at one place keep the order in which the checks made them.
  return [...unique.values()].sort(({ position: a }, { position: b }) => a.line - b.line || a.column - b.column);
}
