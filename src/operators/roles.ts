import type { Role } from '../database/tables.ts';

/** From the least to the most: whoever may do something, so may every role after it. */
export const roles = ['viewer', 'sender', 'editor', 'admin', 'owner'] as const satisfies Role[];

/** The roles that an API token may have: owning the house is a person's. */
export const tokenRoles = ['viewer', 'sender', 'editor', 'admin'] as const satisfies Role[];

/** Whether a role includes all that `least` may do. */
export function mayAct(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}
