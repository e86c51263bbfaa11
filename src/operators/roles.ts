import type { Role } from '../database/tables.ts';

/** From the least to the most: each may do all that those before it may. */
export const roles = ['viewer', 'sender', 'editor', 'admin', 'owner'] as const satisfies Role[];

/** The roles that an API token may have: only a person can be an owner. */
export const tokenRoles = ['viewer', 'sender', 'editor', 'admin'] as const satisfies Role[];

/** The role of a token for which none is named. */
export const LEAST_TOKEN_ROLE = tokenRoles[0];

/** This takes another role than the one of the caller. */
export class RoleNeeded extends Error {
  override name = 'RoleNeeded';
  readonly role: Role;
  readonly least: Role;

  constructor(role: Role, least: Role) {
    super(
      least === 'owner'
        ? `Requires the role owner; yours is ${role}.`
        : `Requires the role ${least} or higher; yours is ${role}.`,
    );
    this.role = role;
    this.least = least;
  }
}

/** Whether a role includes all that `least` may do. */
export function mayAct(role: Role, least: Role): boolean {
  return roles.indexOf(role) >= roles.indexOf(least);
}

/** Throws RoleNeeded unless `role` includes all that `least` may do. */
export function requireRole(role: Role, least: Role): void {
  if (!mayAct(role, least)) throw new RoleNeeded(role, least);
}
