/** Preloaded into a process: writes the processor time of all its threads, in milliseconds, to file descriptor 3 as it ends. */
import { writeSync } from 'node:fs';

process.on('exit', () => {
  const { user, system } = process.cpuUsage();
  writeSync(3, String((user + system) / 1000));
});
