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
  return problem('interrupted', EXIT.interrupted, 'Interrupted.');
}

/** Input ended before the answer to the question `wanted`. */
export function endOfInput(wanted: string, hint?: string): CliError {
  return problem(
    'end_of_input',
    EXIT.usage,
    `Input ended while this was being asked for: ${ended(wanted)}`,
    hint,
  );
}

/** A line has arrived after the answer to the question `last`, and no other question follows. */
export function surplusInput(last: string): CliError {
  const message = `Standard input has one line too many, after the answer to: ${ended(last)}`;
  return problem('surplus_input', EXIT.usage, message, 'Give exactly the lines that the command reads.');
}

/** A line is not a valid answer; without a terminal there is no second try. */
export function badInput(wanted: string, wrong: string, cause?: unknown): CliError {
  return problem('bad_input', EXIT.usage, `${wrong} (asked for: ${wanted})`, undefined, cause);
}

function ended(question: string): string {
  return /[.?]$/.test(question) ? question : `${question}.`;
}
