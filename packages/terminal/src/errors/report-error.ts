/** Reports a failed run: a paragraph for a person, one line for a log, one JSON line for a program, and the exit code. */

import { jsonLine } from '../output/json-lines.ts';
import { shownOn } from '../output/output.ts';
import { plain, printable } from '../output/sanitise.ts';
import { styleFor } from '../output/style.ts';
import type { Io } from '../program/io.ts';
import { CliError, problem } from './cli-error.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Endings that the user has caused, which need no explanation. */
const SILENT: readonly ExitCode[] = [EXIT.interrupted, EXIT.terminated, EXIT.hungUp, EXIT.outputClosed];

/**
 * Prints an error and returns the exit code. With `json` it also prints `{"event":"error","code","message","hint"}` on
 * stdout. An error that is not a `CliError` is reported as a bug. `COUNTERSIGN_TRACE=1` in the environment adds the stack.
 */
export function reportError(io: Io, error: unknown, { json = false }: { json?: boolean } = {}): ExitCode {
  const known = error instanceof CliError ? error : unexpected(error);
  if (json && known.exit !== EXIT.outputClosed) {
    const { code, hint } = known;
    const message = oneLine(known.message);
    io.stdout.write(jsonLine({ event: 'error', code, message, hint }));
  }
  if (!SILENT.includes(known.exit)) {
    const style = styleFor(io.stderr, io.env);
    const hint = known.hint === undefined ? '' : ` ${known.hint}`;
    const words = `${style.red('Error:')} ${printable(known.message + hint)}`;
    const shown = io.stderr.isTTY === true ? shownOn(io, io.stderr, words) : oneLine(words);
    io.stderr.write(`${shown}\n`);
  }
  if (io.env.COUNTERSIGN_TRACE === '1') {
    const root = known.cause ?? known;
    io.stderr.write(`${printable(root instanceof Error ? (root.stack ?? root.message) : String(root))}\n`);
  }
  return known.exit;
}

function oneLine(text: string): string {
  return text.replaceAll(/ *\n */gu, ' ');
}

function unexpected(error: unknown): CliError {
  // Its name and message; an AggregateError can have no message.
  const message =
    error instanceof Error ? [error.name, error.message].filter(Boolean).join(': ') : String(error);
  const hint = 'Run it again with COUNTERSIGN_TRACE=1 to see where, and please report it.';
  return problem('unexpected', EXIT.unexpected, `Unexpected error: ${plain(message, 300)}`, hint, error);
}
