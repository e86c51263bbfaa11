import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { oneLine } from '../text/one-line.ts';

/** A passkey as its operator sees it. */
export interface Passkey {
  id: string;
  name: string;
  createdAt: Date;
  lastUsedAt: Date | null;
}

/** What a passkey is checked with (WebAuthn's names). */
export interface Credential {
  id: string;
  publicKey: Uint8Array<ArrayBuffer>;
  counter: number;
  transports: string[];
}

export const LONGEST_NAME = 60;

export class PasskeyNotFound extends Error {
  override name = 'PasskeyNotFound';
}
/** This authenticator holds a passkey of this or another account already. */
export class PasskeyExists extends Error {
  override name = 'PasskeyExists';
}

export function listPasskeys(db: DbOrTransaction, operatorId: string): Promise<Passkey[]> {
  return db
    .selectFrom('passkeys')
    .select(['id', 'name', 'createdAt', 'lastUsedAt'])
    .where('operatorId', '=', operatorId)
    .orderBy('id')
    .execute();
}

export async function hasPasskey(db: DbOrTransaction, operatorId: string): Promise<boolean> {
  const row = await db
    .selectFrom('passkeys')
    .select('id')
    .where('operatorId', '=', operatorId)
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** The credentials of an operator, so that a browser does not offer to add the same one again. */
export function credentialsOf(
  db: DbOrTransaction,
  operatorId: string,
): Promise<{ id: string; transports: string[] }[]> {
  return db
    .selectFrom('passkeys')
    .select(['credentialId as id', 'transports'])
    .where('operatorId', '=', operatorId)
    .execute();
}

/** Stores a passkey that was checked. Throws PasskeyExists. */
export async function addPasskey(
  tx: DbOrTransaction,
  operatorId: string,
  credential: Credential,
  name: string,
): Promise<string> {
  const added = await tx
    .insertInto('passkeys')
    .values({
      operatorId,
      credentialId: credential.id,
      publicKey: Buffer.from(credential.publicKey),
      counter: String(credential.counter),
      transports: credential.transports,
      name: nameOf(name),
    })
    .onConflict((oc) => oc.column('credentialId').doNothing())
    .returning('id')
    .executeTakeFirst();
  if (!added) throw new PasskeyExists('This passkey was added before.');
  return added.id;
}

/** Throws PasskeyNotFound. */
export async function renamePasskey(
  tx: DbOrTransaction,
  operatorId: string,
  id: string,
  name: string,
): Promise<void> {
  const renamed = await tx
    .updateTable('passkeys')
    .set({ name: nameOf(name) })
    .where('operatorId', '=', operatorId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (renamed.numUpdatedRows === 0n) throw new PasskeyNotFound('There is no such passkey.');
}

/** Throws PasskeyNotFound. */
export async function removePasskey(
  tx: DbOrTransaction,
  operatorId: string,
  id: string,
): Promise<void> {
  const removed = await tx
    .deleteFrom('passkeys')
    .where('operatorId', '=', operatorId)
    .where('id', '=', id)
    .executeTakeFirst();
  if (removed.numDeletedRows === 0n) throw new PasskeyNotFound('There is no such passkey.');
}

/** Whose passkey this is, and what it is checked with; undefined when nobody's who may sign in. */
export async function findCredential(
  db: DbOrTransaction,
  credentialId: string,
): Promise<{ operatorId: string; credential: Credential } | undefined> {
  const row = await db
    .selectFrom('passkeys')
    .innerJoin('operators', 'operators.id', 'passkeys.operatorId')
    .select(['operatorId', 'credentialId', 'publicKey', 'counter', 'transports'])
    .where('credentialId', '=', credentialId)
    .where('operators.disabledAt', 'is', null)
    .executeTakeFirst();
  return (
    row && {
      operatorId: row.operatorId,
      credential: {
        id: row.credentialId,
        publicKey: new Uint8Array(row.publicKey),
        counter: Number(row.counter),
        transports: row.transports,
      },
    }
  );
}

/** Notes that a passkey was used, and how often its authenticator says that it was. */
export async function notePasskeyUse(
  db: DbOrTransaction,
  credentialId: string,
  counter: number,
): Promise<void> {
  await db
    .updateTable('passkeys')
    .set({ counter: String(counter), lastUsedAt: sql`now()` })
    .where('credentialId', '=', credentialId)
    .execute();
}

const nameOf = (typed: string) => oneLine(typed.slice(0, LONGEST_NAME)) || 'Passkey';
