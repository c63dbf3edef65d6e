/**
 * Ends the process while one of its threads waits for something, such as a resolver that does not answer. `process.exit`
 * waits for such threads; the default action of a signal does not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliError } from '../errors/cli-error.ts';
import { EXIT } from '../errors/exit-codes.ts';

/** The signals that ask a process to end, each with the error of a run that it ends. */
export const SIGNALS = [
  ['SIGINT', 'interrupted', EXIT.interrupted, 'Interrupted.'],
  ['SIGTERM', 'terminated', EXIT.terminated, 'Terminated.'],
  ['SIGHUP', 'hung_up', EXIT.hungUp, 'The terminal was closed.'],
  // Without a listener these end the process during its work. Signals of program faults keep their default action.
  ...(['SIGQUIT', 'SIGALRM', 'SIGVTALRM', 'SIGPROF', 'SIGXCPU', 'SIGIO', 'SIGPWR', 'SIGSTKFLT'] as const).map(
    (signal) => [signal, 'terminated', EXIT.terminated, 'Terminated.'] as const,
  ),
] as const;

/** Work of libuv's threads that may never end. */
const THREADS = /^(?:GetAddrInfo|GetNameInfo|FS)Req/;

/** Milliseconds in which a thread that waits for nothing finishes. */
const GRACE = 200;

/** Whether a thread still waits for something after `GRACE`. */
export async function hasWaitingThread(): Promise<boolean> {
  for (let waited = 0; ; waited += 10) {
    if (!process.getActiveResourcesInfo().some((name) => THREADS.test(name))) return false;
    if (waited >= GRACE) return true;
    await sleep(10);
  }
}

/** Ends the process at once: by the default action of the signal in `reason`, or with its exit code. */
export function leaveFor({ exit }: CliError): void {
  const [signal] = SIGNALS.find((each) => each[2] === exit) ?? [];
  if (signal === undefined) process.exit(exit);
  // Listeners restore the terminal. One that ends the process in its own way needs the code.
  process.emit('exit', exit);
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  // The first process of a container ignores signals without a listener.
  if (process.pid === 1) process.abort();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
