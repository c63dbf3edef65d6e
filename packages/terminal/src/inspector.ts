/**
 * Refuses to handle secrets while a debugger can attach. An open inspector lets every local user read the memory of
 * the process. `--inspect`, NODE_OPTIONS and, until a program ignores it, SIGUSR1 open one.
 */
import { url } from 'node:inspector';
import { CliError } from './cli-error.ts';
import { EXIT } from './exit-codes.ts';

/** Call it at the start of a program and before each secret is read. @throws {CliError} inspector_open */
export function refuseInspector(): void {
  if (url() === undefined) return;
  throw new CliError({
    code: 'inspector_open',
    exit: EXIT.unexpected,
    message: 'A debugger can attach to this process, and would read its secrets.',
    hint: 'Start the program without --inspect, also in NODE_OPTIONS, and send it no SIGUSR1.',
  });
}
