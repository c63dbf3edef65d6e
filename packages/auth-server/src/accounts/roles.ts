/** Roles of an account, assigned by the administrator. What a role opens is decided where it is listed. */
import { MOST_ROLES, ROLE_FORM } from '@countersign/wire-protocol';
import { z } from 'zod';

export { MOST_ROLES };

export const roleSchema = z.string().regex(ROLE_FORM);
/** Sorted, each once. */
export const rolesSchema = z.array(roleSchema).max(MOST_ROLES).readonly();

/** Returns whether the text can be a role: 1 to 32 of `a-z 0-9 _ . -`, of which the first is a letter or `_`. */
export function isRole(text: string): boolean {
  return ROLE_FORM.test(text);
}

/** Roles to assign and to take away. */
export interface RoleChange {
  readonly add?: readonly string[] | undefined;
  readonly remove?: readonly string[] | undefined;
}

/** Returns the roles after the change, sorted. A role that is both added and removed is removed. */
export function withRoles(
  roles: readonly string[],
  { add = [], remove = [] }: RoleChange,
): readonly string[] {
  return [...new Set([...roles, ...add])].filter((role) => !remove.includes(role)).sort();
}

/** Returns a change as on the command line: `+added -removed`. */
export function roleChangeInWords({ add = [], remove = [] }: RoleChange): string {
  return [...new Set([...add.map((role) => `+${role}`), ...remove.map((role) => `-${role}`)])].join(' ');
}
