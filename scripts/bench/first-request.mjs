/**
 * Preloaded into a process: writes the processor time that it has used, in milliseconds, to file descriptor 3 when it
 * opens its first connection, and ends it there; or when it ends without one.
 */
import { writeSync } from 'node:fs';
import { Socket } from 'node:net';

let isWritten = false;
function report() {
  if (isWritten) return;
  isWritten = true;
  const { user, system } = process.cpuUsage();
  writeSync(3, String((user + system) / 1000));
}

Socket.prototype.connect = () => {
  report();
  process.exit(0);
};
process.on('exit', report);
