import { existsSync, readFileSync } from 'node:fs';

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Milliseconds of the median of `runs` runs, after `warmUp` that do not count. */
export function medianTime(run, { runs = 15, warmUp = 3 } = {}) {
  const times = [];
  for (let index = 0; index < runs + warmUp; index += 1) {
    const began = process.hrtime.bigint();
    run();
    if (index >= warmUp) times.push(Number(process.hrtime.bigint() - began) / 1e6);
  }
  return median(times);
}

export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(2)} MB`;
}

export function milliseconds(value) {
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ms`;
}

/** Milliseconds of processor time that this process has had, with the engine's own threads in the background. */
export function processorTime() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

const OF_THREAD = '/proc/self/schedstat';

/**
 * The same of the main thread alone, to a few milliseconds: what is waited for on a machine that does nothing else. Where
 * Linux does not say it, that of all threads.
 */
export function mainThreadTime() {
  return existsSync(OF_THREAD) ? Number(readFileSync(OF_THREAD, 'utf8').split(' ')[0]) / 1e6 : processorTime();
}
