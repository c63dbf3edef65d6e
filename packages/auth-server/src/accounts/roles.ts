/**
 * Roles of an account. Only the administrator assigns them. A role opens nothing by itself: what it opens is decided
 * where it is listed.
 */
import { z } from 'zod';

/** The largest number of roles of one account. */
export const MOST_ROLES = 32;

/** The names that Linux distributions accept for Unix accounts, so that a role can be one. */
const ROLE = /^[a-z_][a-z0-9_.-]{0,31}$/;

/** Sorted, each once. */
export const rolesSchema = z.array(z.string().regex(ROLE)).max(MOST_ROLES).readonly();

/** Returns whether the text can be a role: 1 to 32 of `a-z 0-9 _ . -`, of which the first is a letter or `_`. */
export function isRole(text: string): boolean {
  return ROLE.test(text);
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
