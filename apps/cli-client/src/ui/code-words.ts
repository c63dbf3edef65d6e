/** Why a code was not taken. */
import type { Factor, Rejection } from '@countersign/auth-client';
import { counted } from '@countersign/terminal';

const WRONG: Readonly<Record<Factor['kind'], string>> = {
  totp: 'That code is wrong or out of date.',
  recovery: 'That recovery code is wrong, or has been used already.',
};

const REASONS: Readonly<Record<Exclude<NonNullable<Rejection['reason']>, 'wrong'>, string>> = {
  used: 'That code has been used already, and each works once. Wait until the app shows the next one.',
  own: 'What was made in this login pays for nothing in it. Log in again, and use it there.',
  malformed: 'The server cannot read that as a code.',
};

/** The rejection in sentences; `diagnosis` is what the library makes of the server's hint. */
export function rejectionWords(
  { reason = 'wrong', attemptsLeft }: Rejection,
  kind: Factor['kind'],
  diagnosis?: string,
): string {
  const why = diagnosis ?? (reason === 'wrong' ? WRONG[kind] : REASONS[reason]);
  return attemptsLeft > 0 ? `${why} ${counted(attemptsLeft, 'attempt')} left.` : why;
}

/** What was typed is no code at all; no attempt was spent on it. */
export const NO_CODE = {
  totp: 'A code has 6 to 8 digits.',
  recovery: 'A recovery code has 16 letters and digits.',
  either: 'A code has 6 to 8 digits, a recovery code has 16 letters and digits.',
  typo: 'There is a typing mistake in that recovery code.',
} as const;
