/**
 * The error that ends a run: what a person reads, what a script branches on, and what to do next. The programs
 * turn the libraries' errors into these; `reportError` prints them.
 */
import { EXIT, type ExitCode } from './exit-codes.ts';

export interface CliErrorOptions {
  /** For scripts: lower case with underscores, never changed once published. */
  readonly code: string;
  readonly exit: ExitCode;
  /**
   * One sentence: what happened, and why. Text from the other side goes through `plain` first. Its line ends are seen on
   * a terminal only.
   */
  readonly message: string;
  /** One sentence: what to do now. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export class CliError extends Error {
  override readonly name = 'CliError';
  readonly code: string;
  readonly exit: ExitCode;
  readonly hint: string | undefined;

  constructor({ code, exit, message, hint, cause }: CliErrorOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.exit = exit;
    this.hint = hint;
  }
}

/** Returns the error in one line of a program. */
export function problem(
  code: string,
  exit: ExitCode,
  message: string,
  hint?: string,
  cause?: unknown,
): CliError {
  return new CliError({ code, exit, message, hint, cause });
}

/** Ctrl-C. The reason of `io.signal` after it. */
export function interrupted(): CliError {
  return new CliError({ code: 'interrupted', exit: EXIT.interrupted, message: 'Interrupted.' });
}

/** Input ended while `wanted` (the prompt's message) was being asked for. */
export function endOfInput(wanted: string, hint?: string): CliError {
  return new CliError({
    code: 'end_of_input',
    exit: EXIT.usage,
    message: `Input ended while this was being asked for: ${wanted}${/[.?]$/.test(wanted) ? '' : '.'}`,
    hint,
  });
}

/** Another line has arrived after the answer to `last` (the prompt's message), and no question asks for it. */
export function surplusInput(last: string): CliError {
  return new CliError({
    code: 'surplus_input',
    exit: EXIT.usage,
    message: `Standard input has one line too many, after the answer to: ${last}${/[.?]$/.test(last) ? '' : '.'}`,
    hint: 'Give exactly the lines that the command reads.',
  });
}

/** A line was given and cannot be taken; without a terminal there is no second try. */
export function badInput(wanted: string, problem: string, cause?: unknown): CliError {
  return new CliError({
    code: 'bad_input',
    exit: EXIT.usage,
    message: `${problem} (asked for: ${wanted})`,
    cause,
  });
}
