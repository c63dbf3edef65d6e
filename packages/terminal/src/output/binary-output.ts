/** Output that is not for reading: bytes, and text that must not be wrapped. */
import { usageError } from '../errors/cli-error.ts';
import type { Io } from '../program/io.ts';

/**
 * Checks that standard output is not a terminal.
 *
 * @throws {CliError} output_is_terminal
 */
export function refuseTerminal(io: Io, what: string): void {
  if (io.stdout.isTTY === true)
    throw usageError(
      'output_is_terminal',
      `${what} is binary data, and standard output is a terminal.`,
      'Redirect it to a file or a pipe.',
    );
}

/** Writes to standard output as it is. Resolves when the stream has taken it, so that a slow reader slows the writer down. */
export function writeOut(io: Io, chunk: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    io.stdout.write(chunk, (error) => (error ? reject(error) : resolve()));
  });
}
