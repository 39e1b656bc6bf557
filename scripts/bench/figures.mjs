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
