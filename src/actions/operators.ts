import type { DbOrTransaction } from '../database/connection.ts';
import type { Role } from '../database/tables.ts';
import {
  createOperator,
  disableOperator,
  enableOperator,
  getOperator,
  type NewOperator,
  type Operator,
  type OperatorChanges,
  OperatorNotFound,
  updateOperator,
} from '../operators/accounts.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { readBinding } from '../operators/bindings.ts';
import { requireRole } from '../operators/roles.ts';
import type { Scope } from '../operators/scope.ts';
import { endSessionsOf } from '../operators/sessions.ts';
import { makeSetupLink } from '../operators/setup-links.ts';

/**
 * Who changes an operator. Nobody makes, changes or lets in somebody with a higher role than their own, or who reaches
 * newsletters that they do not.
 */
export interface By {
  actor: Actor;
  role: Role;
  scope: Scope;
}

interface Binding {
  /** Slugs of newsletters; null: the whole newsroom. Left out: what the giver reaches, or what it was. */
  newsletters?: readonly string[] | null;
}
export type Invitation = Omit<NewOperator, 'password' | 'boundTo'> & Binding;

/**
 * Makes an operator, and the secret of the one-time link with which they choose a password.
 * Throws RoleNeeded, InvalidOperator, InvalidBinding, OperatorExists.
 */
export async function inviteOperator(
  tx: DbOrTransaction,
  { actor, role, scope }: By,
  { newsletters, ...input }: Invitation,
): Promise<{ operator: Operator; link: string }> {
  requireRole(role, input.role);
  const boundTo = await readBinding(tx, newsletters, scope);
  const operator = await createOperator(tx, { ...input, boundTo });
  await audit(tx, actor, 'create', `operator ${operator.id}`, {
    role: operator.role,
    ...(operator.newsletters ? { newsletters: operator.newsletters } : {}),
  });
  return { operator, link: await makeSetupLink(tx, operator.id) };
}

/** Throws RoleNeeded, OperatorNotFound, InvalidBinding, LastOwner. */
export async function changeOperator(
  tx: DbOrTransaction,
  by: By,
  id: string,
  changes: Omit<OperatorChanges, 'boundTo'> & Binding,
): Promise<Operator> {
  await reachable(tx, by, id);
  if (changes.role !== undefined) requireRole(by.role, changes.role);
  const { newsletters, ...others } = changes;
  const changed = await updateOperator(tx, id, {
    ...others,
    ...(newsletters === undefined ? {} : { boundTo: await readBinding(tx, newsletters, by.scope) }),
  });
  await audit(tx, by.actor, 'change', `operator ${id}`, { fields: Object.keys(changes) });
  return changed;
}

/** Makes the secret of a one-time link for a lost password; earlier ones end. Throws RoleNeeded, OperatorNotFound. */
export async function linkForOperator(tx: DbOrTransaction, by: By, id: string): Promise<string> {
  const { disabledAt } = await reachable(tx, by, id);
  if (disabledAt) throw new OperatorNotFound('This operator is disabled: enable them first.');
  await audit(tx, by.actor, 'link', `operator ${id}`);
  return makeSetupLink(tx, id);
}

/** Shuts an operator out, at once. Throws RoleNeeded, OperatorNotFound, LastOwner. */
export async function shutOutOperator(tx: DbOrTransaction, by: By, id: string): Promise<Operator> {
  await reachable(tx, by, id);
  await audit(tx, by.actor, 'disable', `operator ${id}`);
  return disableOperator(tx, id);
}

/** Lets a disabled operator in again, with the password they had. Throws RoleNeeded, OperatorNotFound. */
export async function letInOperator(tx: DbOrTransaction, by: By, id: string): Promise<Operator> {
  await reachable(tx, by, id);
  await audit(tx, by.actor, 'enable', `operator ${id}`);
  return enableOperator(tx, id);
}

/** Signs an operator out everywhere; answers how many sessions that ended. Throws RoleNeeded, OperatorNotFound. */
export async function endOperatorSessions(
  tx: DbOrTransaction,
  by: By,
  id: string,
): Promise<number> {
  await reachable(tx, by, id);
  await audit(tx, by.actor, 'end sessions', `operator ${id}`);
  return endSessionsOf(tx, id);
}

async function reachable(tx: DbOrTransaction, { role, scope }: By, id: string): Promise<Operator> {
  const operator = await getOperator(tx, id, scope);
  requireRole(role, operator.role);
  return operator;
}
