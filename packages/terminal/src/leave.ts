/**
 * Leaves the process although a thread of it waits for something, such as a resolver that does not answer. `process.exit`
 * waits for such threads; the default action of a signal does not.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

/** What libuv's threads do that may never come to an end. */
const THREADS = /^(?:GetAddrInfo|GetNameInfo|FS)Req/;

/** Milliseconds in which a thread that does not wait for anything is done. */
const GRACE = 200;

/** Whether a thread still waits for something, after time enough to finish what is at hand. */
export async function hasWaitingThread(): Promise<boolean> {
  for (let waited = 0; ; waited += 10) {
    if (!process.getActiveResourcesInfo().some((name) => THREADS.test(name))) return false;
    if (waited >= GRACE) return true;
    await sleep(10);
  }
}

const SIGNALS: Readonly<Record<number, NodeJS.Signals>> = {
  [EXIT.interrupted]: 'SIGINT',
  [EXIT.terminated]: 'SIGTERM',
  [EXIT.hungUp]: 'SIGHUP',
};

/** Ends the process at once for this reason: as its signal does that has no listener, or with its exit code. */
export function leaveFor({ exit }: CliError): void {
  const signal = SIGNALS[exit];
  if (signal === undefined) process.exit(exit);
  // What gives the terminal back.
  process.emit('exit', 0);
  if (process.stdin.isTTY) process.stdin.setRawMode(false);
  // The first process of a container ignores every signal that it does not listen to.
  if (process.pid === 1) process.abort();
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
}
