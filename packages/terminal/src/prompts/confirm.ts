/** Questions that are answered by yes or no, and confirmations of what cannot be undone. */
import { problem } from '../errors/cli-error.ts';
import { EXIT } from '../errors/exit-codes.ts';
import { warn } from '../output/output.ts';
import type { Io } from '../program/io.ts';
import type { Prompts } from './prompts.ts';

const ANSWERS = new Map([
  ['y', true],
  ['yes', true],
  ['n', false],
  ['no', false],
  ['', false],
]);

/**
 * Asks until a person answers yes or no, in any case; Enter alone is a no.
 *
 * @throws {CliError} bad_input for another line
 */
export async function askYesOrNo(io: Io, prompts: Prompts, question: string): Promise<boolean> {
  const meaningOf = (answer: string) => ANSWERS.get(answer.trim().toLowerCase());
  const message = `${question} (y or n)`;
  const validate = (answer: string) => (meaningOf(answer) === undefined ? 'Type y or n.' : undefined);
  for (;;) {
    const answer = meaningOf(await prompts.text(io.isTerminal ? { message } : { message, validate }));
    if (answer !== undefined) return answer;
    warn(io, 'Type y or n.');
  }
}

/** Like `askYesOrNo`, but only the whole word counts as yes. Without a terminal, every other line is a no. */
export async function askWholeYes(io: Io, prompts: Prompts, question: string): Promise<boolean> {
  for (;;) {
    const typed = (await prompts.text({ message: `${question} (yes or no)` })).trim();
    if (!io.isTerminal) return typed === 'yes';
    const answer = typed.toLowerCase() === 'y' ? undefined : ANSWERS.get(typed.toLowerCase());
    if (answer !== undefined) return answer;
    warn(io, 'Type yes or no.');
  }
}

/** What is confirmed, and how. */
export interface ConfirmOptions {
  /** A question; with `expected` what to type and what it does. */
  readonly message: string;
  /** What has to be typed where a yes is not enough. */
  readonly expected?: string | undefined;
  /** `--yes` was given: nothing is asked. */
  readonly yes?: boolean | undefined;
  /** Another question follows. */
  readonly more?: boolean | undefined;
}

/**
 * Confirms something that cannot be undone.
 *
 * @throws {CliError} not_confirmed, exit 3; surplus_input after the last question
 */
export async function confirm(
  io: Io,
  prompts: Prompts,
  { message, expected, yes = false, more = false }: ConfirmOptions,
): Promise<void> {
  const isConfirmed = async () =>
    expected === undefined
      ? askYesOrNo(io, prompts, message)
      : (await prompts.text({ message })).trim() === expected;
  if (!yes && !(await isConfirmed()))
    throw problem('not_confirmed', EXIT.refused, 'That was not confirmed. Nothing was changed.');
  if (!more) await prompts.done();
}
