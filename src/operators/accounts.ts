import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { reaches, type Scope } from '../database/scope.ts';
import type { Role } from '../database/tables.ts';
import { InvalidAddress, readAddress } from '../mail/address.ts';
import { lineSchema } from '../text/one-line.ts';
import { boundSlugs, InvalidBinding } from './bindings.ts';
import {
  hashPassword,
  type PasswordFault,
  passwordFault,
  shortestPassword,
  verifyPassword,
} from './passwords.ts';

export interface Operator {
  id: string;
  email: string;
  name: string;
  role: Role;
  /** The newsletters, by slug, that they are bound to; null: the whole newsroom. */
  newsletters: string[] | null;
  language: string;
  /** Wants a mail when a draft waits to be read. */
  draftNotices: boolean;
  /** What they are mailed about when it needs a person: causes of src/actions/attention. */
  alerts: string[];
  createdAt: Date;
  /** When they last used the console, to a few minutes; null: they never came. */
  lastSeenAt: Date | null;
  disabledAt: Date | null;
  /** Whether a password alone does not let them in: they have an authenticator app or a passkey. */
  twoFactor: boolean;
}

export class OperatorNotFound extends Error {
  override name = 'OperatorNotFound';
}
export class OperatorExists extends Error {
  override name = 'OperatorExists';
  /** The id of that operator. */
  readonly existing: string | undefined;

  constructor(message: string, existing?: string) {
    super(message);
    this.existing = existing;
  }
}
export class InvalidOperator extends Error {
  override name = 'InvalidOperator';
  /** What is wrong, for pages that say it in the operator's language. */
  readonly fault: PasswordFault | 'email' | 'name';

  constructor(fault: InvalidOperator['fault'], detail: string = faults[fault]) {
    super(detail);
    this.fault = fault;
  }
}
const faults: Record<InvalidOperator['fault'], string> = {
  email: 'An operator needs an email address, for example ana@example.org.',
  name: 'A name has at most 100 characters, on one line.',
  short: `A password has at least ${shortestPassword} characters.`,
  long: 'A password has at most 1,000 characters.',
  weak: 'This password is easily guessed: choose a longer one, such as four words that have nothing to do with each other.',
};
/** Somebody has to be left who can let others in. */
export class LastOwner extends Error {
  override name = 'LastOwner';
}

const columns = [
  'id',
  'email',
  'name',
  'role',
  'language',
  'draftNotices',
  'alerts',
  'createdAt',
  'lastSeenAt',
  'disabledAt',
  boundSlugs('operators').as('newsletters'),
  sql<boolean>`exists (select from totp_secrets t
    where t.operator_id = operators.id and t.confirmed_at is not null)
    or exists (select from passkeys p where p.operator_id = operators.id)`.as('twoFactor'),
] as const;

/** Those whose newsletters are all within the scope, in the order they were made. */
export function listOperators(db: DbOrTransaction, scope: Scope = null): Promise<Operator[]> {
  return db
    .selectFrom('operators')
    .select(columns)
    .where(reaches(scope, 'operators.boundTo'))
    .orderBy('id')
    .execute();
}

/** The operator with this id, unless disabled. */
export function getActiveOperator(db: DbOrTransaction, id: string): Promise<Operator | undefined> {
  return db
    .selectFrom('operators')
    .select(columns)
    .where('id', '=', id)
    .where('disabledAt', 'is', null)
    .executeTakeFirst();
}

export async function anyOperator(db: DbOrTransaction): Promise<boolean> {
  const row = await db.selectFrom('operators').select('id').limit(1).executeTakeFirst();
  return row !== undefined;
}

/** A name stands in mails and their headers: what would have to be repaired is refused. */
function readName(typed: string): string {
  const { data } = lineSchema(100).safeParse(typed);
  if (data === undefined) throw new InvalidOperator('name');
  return data;
}

function readEmail(typed: string): string {
  try {
    return readAddress(typed).email;
  } catch (error) {
    if (error instanceof InvalidAddress) throw new InvalidOperator('email', error.message);
    throw error;
  }
}

/** The operator with this id, disabled or not, if their newsletters are within the scope. Throws OperatorNotFound. */
export async function getOperator(
  db: DbOrTransaction,
  id: string,
  scope: Scope = null,
): Promise<Operator> {
  const found = await db
    .selectFrom('operators')
    .select(columns)
    .where('id', '=', id)
    .where(reaches(scope, 'operators.boundTo'))
    .executeTakeFirst();
  if (!found) throw new OperatorNotFound('There is no such operator.');
  return found;
}

/** The operator with this address, disabled or not. Throws OperatorNotFound. */
export async function getOperatorByEmail(db: DbOrTransaction, email: string): Promise<Operator> {
  const found = await db
    .selectFrom('operators')
    .select(columns)
    .where(sql`lower(email)`, '=', email.trim().toLowerCase())
    .executeTakeFirst();
  if (!found) throw new OperatorNotFound(`There is no operator with the address ${email}.`);
  return found;
}

/** The operators who want to hear of a draft that waits for them: address and language. */
export function toldOfDrafts(db: DbOrTransaction): Promise<{ email: string; language: string }[]> {
  return db
    .selectFrom('operators')
    .select(['email', 'language'])
    .where('draftNotices', '=', true)
    .where('disabledAt', 'is', null)
    .where('role', '<>', 'viewer')
    .execute();
}

/** What an operator is made of. */
export interface NewOperator {
  email: string;
  password?: string;
  role: Role;
  /** Ids of the newsletters that they are bound to; null or left out: the whole newsroom. */
  boundTo?: Scope;
  name?: string;
  language?: string;
}

/**
 * Makes an operator. Without a password they cannot sign in until they have opened a set-up link.
 * Throws InvalidOperator, InvalidBinding, OperatorExists.
 */
export async function createOperator(tx: DbOrTransaction, input: NewOperator): Promise<Operator> {
  const email = readEmail(input.email);
  if (input.password !== undefined) await requireStrong(input.password, email);
  const { boundTo = null } = input;
  requireWholeOwner(input.role, boundTo);
  const made = await tx
    .insertInto('operators')
    .values({
      email,
      role: input.role,
      boundTo: boundTo && [...boundTo],
      name: readName(input.name ?? ''),
      language: input.language ?? 'en',
      passwordHash: input.password === undefined ? null : await hashPassword(input.password),
    })
    .onConflict((oc) => oc.expression(sql`lower(email)`).doNothing())
    .returning(columns)
    .executeTakeFirst();
  if (!made) {
    const other = await tx
      .selectFrom('operators')
      .select('id')
      .where(sql`lower(email)`, '=', email.toLowerCase())
      .executeTakeFirst();
    throw new OperatorExists(
      `There is an operator with the address ${email} already.`,
      other && String(other.id),
    );
  }
  return made;
}

function requireWholeOwner(role: Role, boundTo: Scope): void {
  if (role === 'owner' && boundTo !== null)
    throw new InvalidBinding('An owner is bound to no newsletter: choose another role.');
}

async function requireStrong(password: string, email: string): Promise<void> {
  const fault = await passwordFault(password, [email]);
  if (fault) throw new InvalidOperator(fault);
}

/** Throws InvalidOperator, and OperatorNotFound when there is none or it is disabled. */
export async function setPassword(
  tx: DbOrTransaction,
  id: string,
  password: string,
): Promise<void> {
  const operator = await getActiveOperator(tx, id);
  if (!operator) throw new OperatorNotFound('There is no such operator.');
  await requireStrong(password, operator.email);
  await tx
    .updateTable('operators')
    .set({ passwordHash: await hashPassword(password) })
    .where('id', '=', id)
    .execute();
}

/** What can be changed of an operator. */
export interface OperatorChanges {
  name?: string;
  role?: Role;
  /** Ids of newsletters; null: the whole newsroom. */
  boundTo?: Scope;
  language?: string;
  draftNotices?: boolean;
  alerts?: string[];
}

/** Changes an operator who is not disabled. Throws OperatorNotFound, InvalidBinding, LastOwner. */
export async function updateOperator(
  tx: DbOrTransaction,
  id: string,
  { boundTo, name, ...changes }: OperatorChanges,
): Promise<Operator> {
  if (changes.role !== undefined && changes.role !== 'owner') await keepAnOwner(tx, id);
  const before = await tx
    .selectFrom('operators')
    .select(['role', 'boundTo'])
    .where('id', '=', id)
    .where('disabledAt', 'is', null)
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (!before) throw new OperatorNotFound('There is no such operator, or they are disabled.');
  const bound = boundTo === undefined ? before.boundTo : boundTo;
  requireWholeOwner(changes.role ?? before.role, bound);
  return tx
    .updateTable('operators')
    .set({
      ...changes,
      boundTo: bound && [...bound],
      ...(name === undefined ? {} : { name: readName(name) }),
    })
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirstOrThrow();
}

/** Throws LastOwner when this is the only owner there is. Holds until the transaction ends. */
async function keepAnOwner(tx: DbOrTransaction, id: string): Promise<void> {
  // Two who disable each other at the same moment must not both find the other still there.
  await sql`select pg_advisory_xact_lock(hashtext('gaceta-owners'))`.execute(tx);
  const owners = await tx
    .selectFrom('operators')
    .select('id')
    .where('role', '=', 'owner')
    .where('disabledAt', 'is', null)
    .execute();
  if (owners.length === 1 && owners[0]?.id === id)
    throw new LastOwner('The last owner stays one: make another one first.');
}

/**
 * Looks for the operator who has this address and password. `operator` is undefined when either is wrong, `id`
 * when nobody who may sign in has the address; the time it takes tells neither. Throws TooBusy.
 * Without a limit of its own: see http/console/account/password-checks.ts.
 */
export async function checkPassword(
  db: DbOrTransaction,
  email: string,
  password: string,
): Promise<{ operator: Operator | undefined; id: string | undefined }> {
  const found = await db
    .selectFrom('operators')
    .select([...columns, 'passwordHash'])
    .where(sql`lower(email)`, '=', email.trim().toLowerCase())
    .where('disabledAt', 'is', null)
    .executeTakeFirst();
  const right = await verifyPassword(found?.passwordHash ?? null, password);
  if (!found) return { operator: undefined, id: undefined };
  const { passwordHash: _, ...operator } = found;
  return { operator: right ? operator : undefined, id: found.id };
}

/** Notes that an operator is here. */
export async function noteSeen(db: DbOrTransaction, id: string): Promise<void> {
  await db.updateTable('operators').set({ lastSeenAt: sql`now()` }).where('id', '=', id).execute();
}

/**
 * Shuts an operator out, at once in every process: their sessions end with the statement. Done before, it
 * changes nothing. Throws OperatorNotFound, LastOwner.
 */
export async function disableOperator(tx: DbOrTransaction, id: string): Promise<Operator> {
  await keepAnOwner(tx, id);
  const disabled = await tx
    .updateTable('operators')
    .set({ disabledAt: sql`coalesce(disabled_at, now())` })
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst();
  if (!disabled) throw new OperatorNotFound('There is no such operator.');
  await tx.deleteFrom('sessions').where('operatorId', '=', id).execute();
  return disabled;
}

/** Lets an operator in again who was disabled. Done before, it changes nothing. Throws OperatorNotFound. */
export async function enableOperator(tx: DbOrTransaction, id: string): Promise<Operator> {
  const enabled = await tx
    .updateTable('operators')
    .set({ disabledAt: null })
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst();
  if (!enabled) throw new OperatorNotFound('There is no such operator.');
  return enabled;
}
