/**
 * The error that ends a run: a message for people, a code for scripts, and what to do next. The programs turn the
 * libraries' errors into these; `reportError` prints them.
 */
import { EXIT, type ExitCode } from './exit-codes.ts';

/** The parts of a `CliError`. */
export interface CliErrorOptions {
  /** For scripts: lower case with underscores, never changed once published. */
  readonly code: string;
  readonly exit: ExitCode;
  /** One sentence: what happened, and why. Values from outside go through `plain` first. */
  readonly message: string;
  /** One sentence: what to do now. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** Ends a run with an exit code. */
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

/** Creates a `CliError` from its parts. */
export function problem(
  code: string,
  exit: ExitCode,
  message: string,
  hint?: string,
  cause?: unknown,
): CliError {
  return new CliError({ code, exit, message, hint, cause });
}

/** Ctrl-C: the reason of `io.signal`. */
export function interrupted(): CliError {
  return new CliError({ code: 'interrupted', exit: EXIT.interrupted, message: 'Interrupted.' });
}

/** Input ended before the answer to the question `wanted`. */
export function endOfInput(wanted: string, hint?: string): CliError {
  return new CliError({
    code: 'end_of_input',
    exit: EXIT.usage,
    message: `Input ended while this was being asked for: ${wanted}${/[.?]$/.test(wanted) ? '' : '.'}`,
    hint,
  });
}

/** A line has arrived after the answer to the question `last`, and no other question follows. */
export function surplusInput(last: string): CliError {
  return new CliError({
    code: 'surplus_input',
    exit: EXIT.usage,
    message: `Standard input has one line too many, after the answer to: ${last}${/[.?]$/.test(last) ? '' : '.'}`,
    hint: 'Give exactly the lines that the command reads.',
  });
}

/** A line is not a valid answer; without a terminal there is no second try. */
export function badInput(wanted: string, problem: string, cause?: unknown): CliError {
  return new CliError({
    code: 'bad_input',
    exit: EXIT.usage,
    message: `${problem} (asked for: ${wanted})`,
    cause,
  });
}
