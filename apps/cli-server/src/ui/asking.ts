/** Questions, waits, and what is said before them. */
import { type PasswordProblem, prepareNewPassword } from '@countersign/srp-core';
import { type CliError, counted, EXIT, type Io, note, sentence } from '@countersign/terminal';
import type { Settings } from '../settings.ts';
import { problem } from './voice.ts';

export const questions = {
  passphrase: "Administrator's passphrase",
  newPassphrase: 'New passphrase, 8 characters or more',
  newPassphraseAgain: 'The same again',
} as const;

export const waits = {
  opening: 'Opening the store',
  making: 'Making the store',
  backingUp: 'Writing the backup',
  restoring: 'Reading the backup',
  copying: 'Copying every record',
  checking: 'Opening every record',
  verifying: 'Reading the audit log',
  counters: 'Reading who has to wait',
  rotating: 'Sealing every record again',
} as const;

export function welcome(io: Io, { dataDir }: Settings): void {
  if (!io.isTerminal) return;
  note(io, sentence`This is the first start. The store will be made in ${dataDir}.`);
  note(io, 'Its passphrase cannot be recovered: keep it somewhere safe. You need it at every start.');
}

const PROBLEMS: Readonly<Record<PasswordProblem, string>> = {
  too_short: 'At least 8 characters, please.',
  too_long: 'At most 256 characters, please.',
  forbidden_character:
    'It holds what cannot be typed again: a control character, a tab, a second line end, or one that is not seen.',
};

export const EMPTY_PASSPHRASE = 'A passphrase has at least one character.';

/** What is wrong with a new passphrase by the rule that holds for users' passwords as well, or nothing. */
export function newPassphraseProblem(passphrase: string): string | undefined {
  const prepared = prepareNewPassword(passphrase);
  return prepared.ok ? undefined : PROBLEMS[prepared.problem];
}

export function badNewPassphrase(why: string): CliError {
  return problem('bad_input', EXIT.usage, `The new passphrase cannot be used. ${why}`);
}

export function wrongPassphrase(left: number): string {
  return `This is not the passphrase of this store. ${counted(left, 'try', 'tries')} left.`;
}

export function passphrasesDiffer(): CliError {
  return problem(
    'passphrases_differ',
    EXIT.usage,
    'The two passphrases are not the same. Nothing was changed.',
  );
}
