import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** systemd waits longer, but a program that hangs must not hold up the server. */
const LIMIT_MILLISECONDS = 10_000;

/**
 * Reports the state of a service to systemd (`Type=notify`) by running `systemd-notify`, since Node.js cannot send Unix
 * datagrams. Without `NOTIFY_SOCKET` nothing is reported.
 *
 * @throws the error of the system when `systemd-notify` cannot be run
 */
export async function notifySystemd(
  { NOTIFY_SOCKET, PATH }: Readonly<Record<string, string | undefined>>,
  state: 'ready' | 'stopping',
): Promise<void> {
  if (!NOTIFY_SOCKET) return;
  await promisify(execFile)('systemd-notify', [`${state.toUpperCase()}=1`], {
    env: { NOTIFY_SOCKET, PATH },
    timeout: LIMIT_MILLISECONDS,
  });
}
