import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Role } from '../database/tables.ts';
import {
  createOperator,
  getActiveOperator,
  getOperator,
  InvalidOperator,
  LastOwner,
  type Operator,
  updateOperator,
} from './accounts.ts';
import { type Actor, audit } from './audit.ts';
import { roles } from './roles.ts';

/** Who somebody is at the identity provider, once all that proves it was checked. */
export interface Identity {
  issuer: string;
  subject: string;
  email: string | undefined;
  emailVerified: boolean;
  name: string;
  /** What the claim of the roles holds; undefined where roles come by invitation alone. */
  claimed: unknown;
}

/** Why somebody whom the provider knows does not come in. */
export type SignInRefusal =
  | 'noAddress'
  | 'unverified'
  | 'notInvited'
  | 'noRole'
  | 'disabled'
  | 'otherIdentity';

export class SignInRefused extends Error {
  override name = 'SignInRefused';
  readonly why: SignInRefusal;

  constructor(why: SignInRefusal) {
    super(`Single sign-on was refused: ${why}.`);
    this.why = why;
  }
}

/**
 * The operator that an identity belongs to: found by the provider's own name for them, the first time by their
 * verified address. Where a claim says the roles, somebody new is made, and the role follows the claim at each
 * sign-in; else only who was invited comes in. Throws SignInRefused.
 */
export async function operatorOfIdentity(
  tx: DbOrTransaction,
  identity: Identity,
  { byClaim, language }: { byClaim: boolean; language: string },
): Promise<Operator> {
  const { email, issuer, subject } = identity;
  if (!email) throw new SignInRefused('noAddress');
  if (!identity.emailVerified) throw new SignInRefused('unverified');
  const role = byClaim ? highestOf(identity.claimed) : undefined;
  if (byClaim && !role) throw new SignInRefused('noRole');
  // two first sign-ins at once make one operator
  await sql`select pg_advisory_xact_lock(hashtext(${`gaceta-identity ${issuer} ${subject}`}))`.execute(
    tx,
  );
  const found = await tx
    .selectFrom('operators')
    .select(['id', 'disabledAt', 'oidcSubject', 'oidcIssuer'])
    .where((eb) =>
      eb.or([
        eb.and([eb('oidcIssuer', '=', issuer), eb('oidcSubject', '=', subject)]),
        eb(sql`lower(email)`, '=', email.toLowerCase()),
      ]),
    )
    .orderBy(sql`oidc_subject is not distinct from ${subject}`, 'desc')
    .executeTakeFirst();
  if (!found) {
    if (!role) throw new SignInRefused('notInvited');
    return make(tx, { email, name: identity.name, role, language }, identity);
  }
  if (found.disabledAt) throw new SignInRefused('disabled');
  // the address has passed to another person of the provider
  if (found.oidcSubject !== null && (found.oidcSubject !== subject || found.oidcIssuer !== issuer))
    throw new SignInRefused('otherIdentity');
  const actor: Actor = { kind: 'operator', id: found.id };
  if (found.oidcSubject === null) {
    await link(tx, found.id, identity);
    await audit(tx, actor, 'link identity', `operator ${found.id}`, { issuer });
  }
  if (role) await follow(tx, found.id, role);
  const operator = await getActiveOperator(tx, found.id);
  if (!operator) throw new SignInRefused('disabled');
  return operator;
}

async function make(
  tx: DbOrTransaction,
  input: { email: string; name: string; role: Role; language: string },
  identity: Identity,
): Promise<Operator> {
  const operator = await createOperator(tx, input).catch((error: unknown) => {
    if (error instanceof InvalidOperator) throw new SignInRefused('noAddress');
    throw error;
  });
  await link(tx, operator.id, identity);
  const { issuer } = identity;
  const detail = { role: operator.role, issuer };
  await audit(tx, { kind: 'system' }, 'create', `operator ${operator.id}`, detail);
  return operator;
}

async function link(tx: DbOrTransaction, id: string, { issuer, subject }: Identity): Promise<void> {
  await tx
    .updateTable('operators')
    .set({ oidcIssuer: issuer, oidcSubject: subject })
    .where('id', '=', id)
    .execute();
}

/** Gives an operator the role of their claim; the last owner stays one. */
async function follow(tx: DbOrTransaction, id: string, role: Role): Promise<void> {
  const before = await getOperator(tx, id);
  if (before.role === role) return;
  try {
    await updateOperator(tx, id, { role });
  } catch (error) {
    if (error instanceof LastOwner) return;
    throw error;
  }
  const detail = { fields: ['role'], from: before.role, to: role };
  await audit(tx, { kind: 'system' }, 'change', `operator ${id}`, detail);
}

/** The highest of the roles in a claim: one name or a list of them, among whatever else stands there. */
function highestOf(claimed: unknown): Role | undefined {
  const named = Array.isArray(claimed) ? claimed : [claimed];
  return roles.findLast((role) => named.includes(role));
}
