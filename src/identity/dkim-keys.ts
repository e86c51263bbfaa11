import { createPrivateKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { openSealing, Unsealable } from '../database/sealing.ts';
import type { DkimKey } from '../relays/dkim/keys.ts';
import type { PublicKey } from '../relays/dkim/record.ts';

/** How long the record of a key has to stay published after its last signature: mail waits in queues for days. */
export const KEEP_RECORD_DAYS = 7;
const BITS = 2048;

/** A key of the database, without its private part. */
export interface StoredKey {
  id: string;
  domain: string;
  selector: string;
  state: 'waiting' | 'active' | 'retired';
  /** What `p=` of its record holds. */
  publicKey: string;
  createdAt: Date;
  activatedAt: Date | null;
  retiredAt: Date | null;
}

/** The keys of a domain, or of all, newest first. */
export function storedKeys(db: DbOrTransaction, domain?: string): Promise<StoredKey[]> {
  return db
    .selectFrom('dkimKeys')
    .select([
      'id',
      'domain',
      'selector',
      'state',
      'publicKey',
      'createdAt',
      'activatedAt',
      'retiredAt',
    ])
    .$if(domain !== undefined, (query) => query.where('domain', '=', domain ?? ''))
    .orderBy('domain')
    .orderBy('id', 'desc')
    .execute();
}

/**
 * Makes a key that waits for its record, or answers with the one that waits already. Its selector was never used
 * before, so that no receiver has another record of that name at hand.
 */
export async function makeKey(
  tx: DbOrTransaction,
  secrets: readonly string[],
  domain: string,
): Promise<{ key: StoredKey; made: boolean }> {
  // two that rotate at once get the same key
  await sql`select pg_advisory_xact_lock(hashtext(${`gaceta-dkim ${domain}`}))`.execute(tx);
  const known = await storedKeys(tx, domain);
  const waiting = known.find(({ state }) => state === 'waiting');
  if (waiting) return { key: waiting, made: false };
  const { privateKey, publicKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: BITS,
  });
  const selector = `gaceta${known.length + 1}`;
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  await tx
    .insertInto('dkimKeys')
    .values({
      domain,
      selector,
      publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
      privateKey: openSealing(secrets).seal(pem, sealedFor(domain, selector)),
    })
    .execute();
  const [key] = await storedKeys(tx, domain);
  if (!key) throw new Error('the key that was made is not there');
  return { key, made: true };
}

/** Has a waiting key sign from now on, and retires the one before it. False where it waits no more. */
export async function activateKey(tx: DbOrTransaction, key: StoredKey): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtext(${`gaceta-dkim ${key.domain}`}))`.execute(tx);
  // the private part of a key that signs no more is of use to nobody but a thief
  await sql`update dkim_keys set state = 'retired', retired_at = now(), private_key = null
    where domain = ${key.domain} and state = 'active'
      and exists (select from dkim_keys where id = ${key.id} and state = 'waiting')`.execute(tx);
  const { numAffectedRows } = await sql`update dkim_keys set state = 'active', activated_at = now()
    where id = ${key.id} and state = 'waiting'`.execute(tx);
  return numAffectedRows === 1n;
}

/** When the record of a retired key may be removed from the DNS; null for one that is not retired. */
export const recordNeededUntil = ({ retiredAt }: Pick<StoredKey, 'retiredAt'>): Date | null =>
  retiredAt && new Date(retiredAt.getTime() + KEEP_RECORD_DAYS * 86_400_000);

export const publicPart = ({ selector, domain, publicKey }: StoredKey): PublicKey => ({
  selector,
  domain,
  type: 'rsa',
  p: publicKey,
});

/** The keys that sign. `sealed` names those that open under none of the secrets. */
export async function activeKeys(
  db: DbOrTransaction,
  secrets: readonly string[],
): Promise<{ keys: DkimKey[]; sealed: string[] }> {
  const rows = await db
    .selectFrom('dkimKeys')
    .select(['domain', 'selector', 'privateKey'])
    .where('state', '=', 'active')
    .orderBy('id')
    .execute();
  const sealing = openSealing(secrets);
  const keys: DkimKey[] = [];
  const sealed: string[] = [];
  for (const { domain, selector, privateKey } of rows) {
    try {
      const pem = sealing.open(privateKey ?? Buffer.alloc(0), sealedFor(domain, selector));
      keys.push({ domain, selector, algorithm: 'rsa-sha256', key: createPrivateKey(pem) });
    } catch (error) {
      if (!(error instanceof Unsealable)) throw error;
      sealed.push(`${selector}._domainkey.${domain}`);
    }
  }
  return { keys, sealed };
}

const sealedFor = (domain: string, selector: string) => `dkim ${selector}.${domain}`;
