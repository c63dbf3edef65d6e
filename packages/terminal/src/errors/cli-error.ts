/**
 * The error that ends a run: a message for people, a code for scripts, and what to do next. The programs turn the
 * libraries' errors into these; `reportError` prints them.
 */
import { EXIT, type ExitCode } from './exit-codes.ts';

/** Ends a run with an exit code. */
export class CliError extends Error {
  override readonly name = 'CliError';
  /** For scripts: lower case with underscores, never changed once published. */
  readonly code: string;
  readonly exit: ExitCode;
  /** One sentence: what to do now. */
  readonly hint: string | undefined;

  /** @param message one sentence: what happened, and why. Values from outside go through `plain` first */
  constructor(code: string, exit: ExitCode, message: string, hint?: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.exit = exit;
    this.hint = hint;
  }
}

/** Creates a `CliError` from its parts. */
export function problem(...parts: ConstructorParameters<typeof CliError>): CliError {
  return new CliError(...parts);
}

/** Wrong use of a program: its command line, its files, or its input. */
export function usageError(code: string, message: string, hint?: string, cause?: unknown): CliError {
  return new CliError(code, EXIT.usage, message, hint, cause);
}

/** Input ended before the answer to the question `wanted`. */
export function endOfInput(wanted: string, hint?: string): CliError {
  return usageError('end_of_input', `Input ended while this was being asked for: ${ended(wanted)}`, hint);
}

/** Returns a question as the end of a sentence. */
export function ended(question: string): string {
  return /[.?]$/.test(question) ? question : `${question}.`;
}
