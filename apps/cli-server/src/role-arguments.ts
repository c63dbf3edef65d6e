/** Parsers for roles. */
import { isRole, MOST_ROLES, type RoleChange } from '@countersign/auth-server/accounts';
import { textThat } from '@countersign/terminal';
import { InvalidArgumentError } from 'commander';

const RULE = 'A role has 1 to 32 characters of a-z, 0-9, _ . and -, and begins with a letter or _.';

export const role = textThat(isRole, RULE);

/** For an option that can be repeated. */
export function severalRoles(text: string, before: readonly string[] = []): readonly string[] {
  if (before.length >= MOST_ROLES) throw new InvalidArgumentError(`Give at most ${MOST_ROLES} roles.`);
  return [...before, role(text)];
}

/** Parses roles, separated by commas. */
export function roleList(text: string): readonly string[] {
  const roles = text.split(',');
  if (!roles.every(isRole))
    throw new InvalidArgumentError(
      'Give roles separated by commas, each 1 to 32 characters of a-z, 0-9, _ . and -, beginning with a letter or _.',
    );
  if (roles.length > MOST_ROLES) throw new InvalidArgumentError(`Give at most ${MOST_ROLES} roles.`);
  return roles;
}

/** Adds `+ROLE` or `-ROLE` to the changes before it. */
export function roleChange(word: string, before: RoleChange = {}): RoleChange {
  const changed = word.slice(1);
  if (!/^[+-]/.test(word) || !isRole(changed)) throw new InvalidArgumentError(`Use +ROLE or -ROLE. ${RULE}`);
  const { add = [], remove = [] } = before;
  if (add.includes(changed) || remove.includes(changed))
    throw new InvalidArgumentError('Name each role once.');
  return word.startsWith('+') ? { add: [...add, changed], remove } : { add, remove: [...remove, changed] };
}
