/**
 * A process that leaves in the middle of a commit.
 *
 * `process.exit` waits for the threads of the pool, and the one that writes waits for callbacks that will never run: the
 * process would hang for ever, and with it everybody who waits for LMDB's write lock. Ended by a signal it is gone at once;
 * the system gives the lock back, and the next writer finds the state before or after the commit.
 */

let commits = 0;
let listening = false;

/** Runs a commit, and sees to it that the process can leave meanwhile. */
export async function duringCommit<T>(commit: () => Promise<T>): Promise<T> {
  if (!listening) process.on('exit', leave);
  listening = true;
  commits += 1;
  try {
    return await commit();
  } finally {
    commits -= 1;
  }
}

/** The exit codes by which shells tell of signals: dying of that signal, it is the same number to them. */
const SIGNALS: Readonly<Record<number, NodeJS.Signals>> = { 129: 'SIGHUP', 130: 'SIGINT', 143: 'SIGTERM' };

function leave(code: number): void {
  if (commits === 0) return;
  const signal = SIGNALS[code];
  if (signal !== undefined) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.kill(process.pid, 'SIGKILL');
}
