import { systemNetwork } from '../../src/lib/http/network.js';
import { runCommandLine } from '../../src/cli/run.js';
import type { Output, Shell } from '../../src/cli/world.js';
import { fakeTime, type FakeTime } from './fake-time.js';

/** Runs a command in the process, with streams that are kept and a clock that stands at the time of the catalogue. */

export const NOW = '2026-11-24T09:00:00Z';
/** For a catalogue server whose prices are of `NOW`. */
export const DATE = 'Tue, 24 Nov 2026 09:00:00 GMT';

export interface Setting {
  readonly cwd: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** Columns of the terminal that reads; without it a pipe does. */
  readonly terminal?: number;
  /** Whether what takes time takes more than a second. */
  readonly isSlow?: boolean;
  readonly now?: string;
}

export interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function commandLine(args: readonly string[], setting: Setting): Promise<Ended> {
  const [stdout, stderr] = [stream(setting.terminal), stream(setting.terminal)];
  // The environment's proxy counts, as it does for the process.
  const { connect } = systemNetwork(setting.environment ?? {});
  const time = { ...fakeTime(setting.now ?? NOW), connect };
  const shell: Shell = {
    cwd: setting.cwd,
    environment: new Map(Object.entries(setting.environment ?? {})),
    stdout,
    stderr,
  };
  const network = setting.isSlow === true ? secondsLong(time) : time;
  const exitCode = await runCommandLine(args, shell, () => Promise.resolve(network));
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() };
}

/** The same time, in which everything that is waited for takes more than a second. */
function secondsLong(time: FakeTime): FakeTime {
  const alarm: FakeTime['alarm'] = (milliseconds, ring) => {
    const silence = time.alarm(milliseconds, ring);
    if (milliseconds <= 1000) time.ringAlarm();
    return silence;
  };
  return { ...time, alarm };
}

function stream(columns: number | undefined): Output & { readonly text: () => string } {
  const parts: string[] = [];
  return {
    write: (text) => {
      parts.push(text);
    },
    isTerminal: columns !== undefined,
    columns: columns ?? null,
    text: () => parts.join(''),
  };
}

/**
 * A manifest of one suite: by default 100 requests of 1,000 prompt and 500 completion tokens on acme/one, which costs
 * $1 and $2 per million: 100 x (0.001 + 0.001) = $0.20 a run, at worst with 1,000 tokens 100 x (0.001 + 0.002) = $0.30.
 */
export function manifestText({ count = 100, limit = '1', model = 'acme/one', more = '' } = {}): string {
  return `version: 1
budget: {per_run: ${limit}}
${more}suites:
  evals:
    calls:
      - {name: answer, model: ${model}, count: ${count}, prompt_tokens: 1000, completion_tokens: 500, max_tokens: 1000}
`;
}
