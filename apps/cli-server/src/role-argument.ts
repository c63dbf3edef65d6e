import { isRole } from '@countersign/auth-server/accounts';
import { InvalidArgumentError } from 'commander';

/** Parses the name of a role. */
export function role(text: string): string {
  if (!isRole(text))
    throw new InvalidArgumentError(
      'A role has 1 to 32 characters of a-z, 0-9, _ . and -, and begins with a letter or _.',
    );
  return text;
}
