/** The processor time of `llm-budget --version`, against that of Node itself. */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CLI = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url));
const RUNS = 31;

/** Seconds of processor time, user and system, of one run out of many, as a POSIX shell adds up its children. */
function processorTime(command) {
  const script = `i=0; while [ $i -lt ${RUNS} ]; do ${command} >/dev/null; i=$((i + 1)); done; times`;
  const children = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim().split('\n').at(-1);
  const seconds = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, rest]) => minutes * 60 + Number(rest));
  return seconds.reduce((sum, value) => sum + value, 0) / RUNS;
}

/** What `--version` and `--help` take, as multiples of `node -e 0`. */
export function benchStart() {
  const node = processorTime(`'${process.execPath}' -e 0`);
  const ours = (argument) => processorTime(`'${process.execPath}' '${CLI}' ${argument}`) / node;
  return { version: ours('--version'), help: ours('--help') };
}
