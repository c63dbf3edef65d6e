/**
 * Refuses to handle secrets while a debugger can attach: through an open inspector every local user can read the memory
 * of the process. `--inspect`, NODE_OPTIONS and, until a program ignores it, SIGUSR1 open one.
 */
import { url } from 'node:inspector';
import { problem } from '../errors/cli-error.ts';
import { EXIT } from '../errors/exit-codes.ts';

/**
 * Call it at the start of a program and before each secret is read.
 *
 * @throws {CliError} inspector_open
 */
export function refuseInspector(): void {
  if (url() === undefined) return;
  const message = 'A debugger can attach to this process and read its secrets.';
  const hint = 'Start the program without --inspect, also in NODE_OPTIONS, and do not send it SIGUSR1.';
  throw problem('inspector_open', EXIT.unexpected, message, hint);
}
