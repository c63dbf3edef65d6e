/** Why a code was not taken. */
import type { Rejection } from '@countersign/auth-client';
import { counted } from '@countersign/terminal';

const REASONS: Readonly<Record<NonNullable<Rejection['reason']>, string>> = {
  wrong: 'That code is wrong.',
  used: 'That code has been used already. Wait until the app shows the next one.',
  malformed: 'The server cannot read that as a code.',
};

/** The rejection in sentences; `diagnosis` is what the library makes of the server's hint. */
export function rejectionWords({ reason = 'wrong', attemptsLeft }: Rejection, diagnosis?: string): string {
  const left = attemptsLeft > 0 ? ` ${counted(attemptsLeft, 'attempt')} left.` : '';
  return `${diagnosis ?? REASONS[reason]}${left}`;
}

/** What was typed is no code at all; no attempt was spent on it. */
export const NO_CODE = {
  totp: 'A code has 6 to 8 digits.',
  recovery: 'A recovery code has 16 letters and digits.',
  either: 'A code has 6 to 8 digits, a recovery code has 16 letters and digits.',
  typo: 'There is a typing mistake in that recovery code. Nothing was sent.',
} as const;
