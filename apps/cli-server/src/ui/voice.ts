/**
 * How this program speaks. Every word the administrator sees is in this folder, except the help text, which stands with
 * the options it explains.
 *
 * Short sentences: what happened, why, what to do now. "Your" is the administrator's, "users" are the others. Values from
 * outside (paths, names, answers of other programs) go through `sentence` or `plain`.
 */
import { CliError, type ExitCode, plain } from '@countersign/terminal';

/** Names and values below each other, for one thing shown in full. */
export function fields(pairs: readonly (readonly [name: string, value: string])[]): string {
  const width = pairs.reduce((widest, [name]) => Math.max(widest, name.length), 0);
  return pairs.map(([name, value]) => `  ${name.padEnd(width)}  ${plain(value, 500)}`).join('\n');
}

/** An error of ours. */
export function problem(
  code: string,
  exit: ExitCode,
  message: string,
  hint?: string,
  cause?: unknown,
): CliError {
  return new CliError({ code, exit, message, ...(hint === undefined ? {} : { hint }), cause });
}

/** With a full stop unless it has one. */
export function ended(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
