import { appendFileSync, existsSync } from 'node:fs';
import { EOL } from 'node:os';
import type { RunnerCommands } from '../../src/action/runner-world.js';

/**
 * Workflow commands as `@actions/core` 3.0.1 writes them, into a text instead of stdout. The escapes are those of its
 * command.ts and utils.ts (https://github.com/actions/toolkit/tree/main/packages/core/src); that the bundle, which has
 * the library itself, writes the same log is tested in e2e/same-log.test.ts.
 */

type Properties = Readonly<Record<string, string | number | undefined>>;

export interface WrittenCommands extends RunnerCommands {
  readonly text: () => string;
}

export function runnerCommands(environment: Readonly<Record<string, string | undefined>>): WrittenCommands {
  const lines: string[] = [];
  const issue = (name: string, message: string | Error, properties: Properties = {}) => {
    const given = Object.entries(properties).filter(([, value]) => value !== undefined && value !== '');
    const list = given.map(([key, value]) => `${key}=${escapedProperty(String(value))}`).join(',');
    lines.push(`::${name}${list === '' ? '' : ` ${list}`}::${escapedMessage(String(message))}`);
  };
  return {
    text: () => lines.map((line) => `${line}${EOL}`).join(''),
    info: (message) => lines.push(message),
    debug: (message) => {
      issue('debug', message);
    },
    warning: (message, place = {}) => {
      issue('warning', message, commandProperties(place));
    },
    error: (message, place = {}) => {
      issue('error', message, commandProperties(place));
    },
    setSecret: (secret) => {
      issue('add-mask', secret);
    },
    setOutput: (name, value: string) => {
      const file = environment.GITHUB_OUTPUT ?? '';
      if (!existsSync(file)) throw new Error(`Missing file at path: ${file}`);
      const delimiter = 'ghadelimiter_00000000-0000-4000-8000-000000000000';
      appendFileSync(file, `${name}<<${delimiter}${EOL}${value}${EOL}${delimiter}${EOL}`);
    },
  };
}

interface Place {
  readonly title?: string | undefined;
  readonly file?: string | undefined;
  readonly startLine?: number | undefined;
  readonly endLine?: number | undefined;
  readonly startColumn?: number | undefined;
  readonly endColumn?: number | undefined;
}

function commandProperties({ title, file, startLine, endLine, startColumn, endColumn }: Place): Properties {
  return { title, file, line: startLine, endLine, col: startColumn, endColumn };
}

function escapedMessage(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapedProperty(text: string): string {
  return escapedMessage(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
