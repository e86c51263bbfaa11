import type { Context } from '../context.ts';
import type { DbOrTransaction } from '../database/connection.ts';
import { publishedAs } from '../doctor/dkim.ts';
import { type Dns, systemDns } from '../doctor/dns.ts';
import { senderDomains } from '../doctor/senders.ts';
import {
  activateKey,
  makeKey,
  publicPart,
  recordNeededUntil,
  type StoredKey,
  storedKeys,
} from '../identity/dkim-keys.ts';
import { signingKeys } from '../identity/signing.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';
import { type Actor, audit } from '../operators/audit.ts';
import { inScope, type Scope } from '../operators/scope.ts';
import { dkimRecord } from '../relays/dkim/record.ts';

/** No mail comes from that domain. */
export class NotASender extends Error {
  override name = 'NotASender';
  constructor(domain: string) {
    super(`No newsletter sends from ${domain}.`);
  }
}

/** A key of DKIM= signs for that domain, and comes first. */
export class KeySetElsewhere extends Error {
  override name = 'KeySetElsewhere';
  constructor(domain: string) {
    super(
      `DKIM= has a key for ${domain}, which comes first: take it out of the configuration to have keys made here.`,
    );
  }
}

/** No such key waits for its record. */
export class NoKeyWaits extends Error {
  override name = 'NoKeyWaits';
}

/** The record of a key is not in the DNS as it has to be: nothing was switched. */
export class NotPublished extends Error {
  override name = 'NotPublished';
  readonly record: string;
  readonly published: 'different' | 'missing';
  constructor(name: string, published: 'different' | 'missing') {
    super(
      published === 'missing'
        ? `${name} is not published yet. A new record can take an hour to be seen.`
        : `${name} is published, but with another key.`,
    );
    this.record = name;
    this.published = published;
  }
}

/** A key with the record that it needs. */
export interface ShownKey extends StoredKey {
  record: { name: string; value: string };
  /** Of a retired key: until then the record has to stay. */
  recordNeededUntil: Date | null;
}

/** Who signs for a domain that mails come from. */
export interface DomainKeys {
  domain: string;
  /** Names of keys of DKIM=, which come first. */
  set: string[];
  /** Why keys cannot be used, in sentences. */
  faults: string[];
  keys: ShownKey[];
}

const shown = (key: StoredKey): ShownKey => ({
  ...key,
  record: dkimRecord(publicPart(key)),
  recordNeededUntil: recordNeededUntil(key),
});

/** The keys of every domain that mails come from; of those in scope. */
export async function listDkim(
  { db, config, secrets }: Pick<Context, 'db' | 'config' | 'secrets'>,
  scope: Scope = null,
): Promise<DomainKeys[]> {
  const [newsletters, stored, keys] = await Promise.all([
    listNewsletters(db),
    storedKeys(db),
    signingKeys({ db, secrets, dkim: config.dkim }),
  ]);
  const visible = newsletters.filter(({ id }) => inScope(scope, id));
  return senderDomains(config, visible).map((domain) => ({
    domain,
    set: keys.set
      .filter((key) => speaksFor(key.domain, domain))
      .map((key) => `${key.selector}._domainkey.${key.domain}`),
    faults: keys.faults,
    keys: stored.filter((key) => key.domain === domain).map(shown),
  }));
}

const speaksFor = (signing: string, domain: string) => `.${domain}`.endsWith(`.${signing}`);

/**
 * Makes the next key of a domain, or answers with the one that waits already. It signs nothing until its record is
 * published and it is switched to. Throws NotASender, KeySetElsewhere.
 */
export async function prepareDkimKey(
  { db, config, secrets }: Pick<Context, 'db' | 'config' | 'secrets'>,
  actor: Actor,
  domain: string,
): Promise<{ key: ShownKey; made: boolean }> {
  if (!senderDomains(config, await listNewsletters(db)).includes(domain))
    throw new NotASender(domain);
  const { set } = await signingKeys({ db, secrets, dkim: config.dkim });
  if (set.some((key) => speaksFor(key.domain, domain))) throw new KeySetElsewhere(domain);
  return db.transaction().execute(async (tx) => {
    const { key, made } = await makeKey(tx, secrets, domain);
    if (made) await audit(tx, actor, 'make', `dkim key ${key.selector}._domainkey.${domain}`);
    return { key: shown(key), made };
  });
}

/**
 * Looks whether the record of a waiting key is published, and if so has every worker sign with it, within a minute. The
 * key before it is retired; its record has to stay for a week. Throws NoKeyWaits, NotPublished.
 */
export async function switchDkimKey(
  { db }: Pick<Context, 'db'>,
  actor: Actor,
  id: string,
  dns: Dns = systemDns(),
): Promise<{ key: ShownKey; retired: ShownKey | null }> {
  const key = await waitingKey(db, id);
  const record = dkimRecord(publicPart(key));
  const published = await publishedAs(dns, publicPart(key));
  if (published !== 'same') throw new NotPublished(record.name, published);
  await db.transaction().execute(async (tx) => {
    // another was quicker
    if (!(await activateKey(tx, key))) throw new NoKeyWaits('This key waits no more.');
    await audit(tx, actor, 'activate', `dkim key ${record.name}`);
  });
  const after = await storedKeys(db, key.domain);
  const active = after.find((one) => one.id === id) ?? key;
  const retired = after.find(
    ({ state, retiredAt }) =>
      state === 'retired' && retiredAt?.getTime() === active.activatedAt?.getTime(),
  );
  return { key: shown(active), retired: retired ? shown(retired) : null };
}

async function waitingKey(db: DbOrTransaction, id: string): Promise<StoredKey> {
  const found = (await storedKeys(db)).find((key) => key.id === id);
  if (!found) throw new NoKeyWaits('There is no such key.');
  if (found.state !== 'waiting') throw new NoKeyWaits('This key waits no more.');
  return found;
}
