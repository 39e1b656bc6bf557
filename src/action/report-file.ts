import { dirname } from 'node:path';
import { jsonDocument } from '../check/render.js';
import { configurationError, NoVerdictError } from '../lib/errors/problem.js';
import type { ErrorReport, Report } from '../report/model/schema.js';
import { makeFolder, refusedTarget, writeTextFile } from '../lib/files/write-file.js';
import { reportPath } from './environment.js';
import type { ActionWorld } from './world.js';

/** NoVerdictError (2) where the input names what is no file to write to, as `check --output` refuses it too. */
export async function checkReportFile(asked: string, world: ActionWorld): Promise<void> {
  if (asked === '') return;
  const refused = await refusedTarget(reportPath(asked, '', world.variable));
  if (refused === null) return;
  const accepted = 'a regular file, or a path where there is nothing yet, is accepted';
  throw configurationError(`The input "report-file" is wrong: ${refused}; ${accepted}`);
}

/**
 * Writes the report where it was asked for, or to the default file where that is refused: an error has a document too.
 * Returns the path, or "" with a warning where it cannot be written.
 */
export async function writeReportFile(
  report: Report | ErrorReport,
  asked: string,
  commentKey: string,
  world: ActionWorld,
): Promise<string> {
  const named = reportPath(asked, commentKey, world.variable);
  const isRefused = asked !== '' && (await refusedTarget(named)) !== null;
  const path = isRefused ? reportPath('', commentKey, world.variable) : named;
  try {
    // No checkout is needed, so the workspace may be empty.
    await makeFolder(dirname(path));
    await writeTextFile(path, jsonDocument(report));
    return path;
  } catch (error) {
    if (!(error instanceof NoVerdictError)) throw error;
    world.warn(`The report file was not written: ${error.message}`);
    return '';
  }
}
