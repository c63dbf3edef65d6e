/** The rule for new passphrases, which is the one for users' passwords. */
import { type PasswordProblem, prepareNewPassword } from '@countersign/srp-core';

const PROBLEMS: Readonly<Record<PasswordProblem, string>> = {
  too_short: 'It must have at least 8 characters.',
  too_long: 'It must have at most 256 characters.',
  forbidden_character:
    'It contains a character that is invisible or hard to type again, such as a tab or a second line end.',
};

export function passphraseProblem(passphrase: string): string | undefined {
  const prepared = prepareNewPassword(passphrase);
  return prepared.ok ? undefined : PROBLEMS[prepared.problem];
}
