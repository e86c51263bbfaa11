import type { DbOrTransaction } from '../database/connection.ts';
import type { Role } from '../database/tables.ts';
import { queueLetter } from '../letters/letters.ts';
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
import { LINK_HOURS, makeSetupLink, replaceSetupLinks } from '../operators/setup-links.ts';
import { requireTwoFactor, resetTwoFactor, twoFactorRequired } from '../operators/two-factor.ts';

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

/** A one-time link for an operator. `letters` are to be enqueued: the link by mail, where that was asked for. */
export interface MadeLink {
  /** The secret that goes into the address. */
  link: string;
  hours: number;
  letters: string[];
}

/**
 * Makes an operator, and a one-time link with which they choose a password; `mail` also sends them one.
 * Throws RoleNeeded, InvalidOperator, InvalidBinding, OperatorExists.
 */
export async function inviteOperator(
  tx: DbOrTransaction,
  { actor, role, scope }: By,
  { newsletters, ...input }: Invitation,
  { mail = false }: { mail?: boolean | undefined } = {},
): Promise<MadeLink & { operator: Operator }> {
  requireRole(role, input.role);
  const boundTo = await readBinding(tx, newsletters, scope);
  const operator = await createOperator(tx, { ...input, boundTo });
  await audit(tx, actor, 'create', `operator ${operator.id}`, {
    role: operator.role,
    ...(operator.newsletters ? { newsletters: operator.newsletters } : {}),
  });
  return { operator, ...(await linkFor(tx, actor, operator, mail)) };
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

/**
 * Makes a one-time link: a new invitation for somebody who never came, else for a lost password. Earlier ones
 * end. Throws RoleNeeded, OperatorNotFound.
 */
export async function linkForOperator(
  tx: DbOrTransaction,
  by: By,
  id: string,
  { mail = false }: { mail?: boolean | undefined } = {},
): Promise<MadeLink> {
  const operator = await reachable(tx, by, id);
  if (operator.disabledAt)
    throw new OperatorNotFound('This operator is disabled: enable them first.');
  await audit(tx, by.actor, 'link', `operator ${id}`);
  await replaceSetupLinks(tx, id);
  return linkFor(tx, by.actor, operator, mail);
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

/**
 * Takes away the second factors of an operator who lost them, and ends their sessions: whoever holds them now
 * is out too. Throws RoleNeeded, OperatorNotFound.
 */
export async function resetOperatorTwoFactor(
  tx: DbOrTransaction,
  by: By,
  id: string,
): Promise<Operator> {
  await reachable(tx, by, id);
  await resetTwoFactor(tx, id);
  await audit(tx, by.actor, 'reset two-factor', `operator ${id}`);
  await endSessionsOf(tx, id);
  return getOperator(tx, id);
}

/**
 * Requires a second factor of every operator, or no longer. Asked again it changes nothing. Throws RoleNeeded: admins
 * may make it stricter, only owners laxer.
 */
export async function setTwoFactorRequired(
  tx: DbOrTransaction,
  by: By,
  required: boolean,
): Promise<void> {
  requireRole(by.role, required ? 'admin' : 'owner');
  if ((await twoFactorRequired(tx)) === required) return;
  await requireTwoFactor(tx, required);
  await audit(tx, by.actor, 'require two-factor', 'newsroom', { required });
}

async function linkFor(
  tx: DbOrTransaction,
  actor: Actor,
  operator: Operator,
  mail: boolean,
): Promise<MadeLink> {
  const { id, email, language, role } = operator;
  const purpose = operator.lastSeenAt === null ? 'invitation' : 'password';
  const link = await makeSetupLink(tx, purpose, id);
  const hours = LINK_HOURS[purpose];
  if (!mail) return { link, hours, letters: [] };
  const to = { email, language, expiresAt: new Date(Date.now() + hours * 3_600_000) };
  const letter =
    purpose === 'invitation'
      ? await queueLetter(tx, {
          kind: purpose,
          ...to,
          content: { operatorId: id, inviter: await nameOf(tx, actor), role },
        })
      : await queueLetter(tx, { kind: purpose, ...to, content: { operatorId: id } });
  return { link, hours, letters: [letter] };
}

/** How an invitation calls the person who sent it; null where no person did. */
async function nameOf(tx: DbOrTransaction, actor: Actor): Promise<string | null> {
  if (actor.kind !== 'operator') return null;
  const { name, email } = await getOperator(tx, actor.id);
  return name || email;
}

async function reachable(tx: DbOrTransaction, { role, scope }: By, id: string): Promise<Operator> {
  const operator = await getOperator(tx, id, scope);
  requireRole(role, operator.role);
  return operator;
}
