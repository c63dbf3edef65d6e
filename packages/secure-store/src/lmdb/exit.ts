/**
 * Exiting in the middle of a commit.
 *
 * `process.exit` waits for the thread pool, and the writing thread waits for callbacks that will never run.
 * The process would hang forever, and every process that waits for LMDB's write lock with it. A signal ends
 * the process at once: the system releases the lock, and the next writer finds the state before or after the
 * commit.
 */

let commits = 0;
let listening = false;

/** Runs a commit, and makes sure that the process can exit while it runs. */
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

/** Exit codes by which shells report signals. Dying from the signal produces the same code. */
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
