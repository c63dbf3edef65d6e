/**
 * Reports the state of the service to systemd (`Type=notify`) by running `systemd-notify`, since Node.js cannot send Unix
 * datagrams. Without `NOTIFY_SOCKET` nothing is reported.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { type Io, sentence, systemReason } from '@countersign/terminal';
import type { Log } from './log.ts';

/** systemd waits longer, but a program that hangs must not hold up the server. */
const LIMIT_MILLISECONDS = 10_000;

/** Reports that the server listens, or that it is ending. A failure is only logged. */
export async function notifySystemd({ env }: Io, log: Log, state: 'ready' | 'stopping'): Promise<void> {
  const { NOTIFY_SOCKET, PATH } = env;
  if (!NOTIFY_SOCKET) return;
  try {
    await promisify(execFile)('systemd-notify', [`${state.toUpperCase()}=1`], {
      env: { NOTIFY_SOCKET, PATH },
      timeout: LIMIT_MILLISECONDS,
    });
  } catch (error) {
    log.warn(sentence`systemd was not notified that the service is ${state}: ${systemReason(error)}.`);
  }
}
