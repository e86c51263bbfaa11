import type { DbOrTransaction } from '../database/connection.ts';
import { DkimError, type DkimKey, loadDkimKeys, parseDkim } from '../relays/dkim/keys.ts';
import { type DkimSigner, prepareSigner } from '../relays/dkim/sign.ts';
import { activeKeys } from './dkim-keys.ts';

/** Signs mails by the domain of their From, with the keys that are in force. */
export interface Signing {
  /** Undefined where there is no key at all. Costs a look into a map. */
  signer(domain: string): DkimSigner | undefined;
  /** Reads the keys of the database again. What cannot be read leaves those at hand. */
  refresh(): Promise<void>;
}

interface KeySource {
  db: DbOrTransaction;
  /** Newest first. */
  secrets: readonly string[];
  /** DKIM= as it is set. */
  dkim: readonly string[];
  /** Hears of a key that cannot be opened: SECRET was replaced without keeping the one before. */
  onSealed?: (name: string) => void;
}

/** Opens what signs. Throws DkimError where DKIM= or its files cannot be used. */
export async function openSigning(source: KeySource): Promise<Signing> {
  const set = await keysOfSetting(source.dkim);
  let stored: DkimKey[] = [];
  const signers = new Map<string, DkimSigner | undefined>();
  async function refresh(): Promise<void> {
    const { keys, sealed } = await activeKeys(source.db, source.secrets);
    for (const name of sealed) source.onSealed?.(name);
    stored = keys;
    signers.clear();
  }
  await refresh();
  return {
    refresh,
    signer(domain) {
      if (!signers.has(domain)) {
        const keys = keysFor(domain, set, stored);
        signers.set(domain, keys.length > 0 ? prepareSigner(keys, domain) : undefined);
      }
      return signers.get(domain);
    },
  };
}

/** The keys of both places, for those who look. `faults` says what cannot be used, in sentences. */
export interface SigningKeys {
  set: DkimKey[];
  stored: DkimKey[];
  faults: string[];
}

export async function signingKeys({ db, secrets, dkim }: KeySource): Promise<SigningKeys> {
  const faults: string[] = [];
  const set = await keysOfSetting(dkim).catch((error: unknown) => {
    if (!(error instanceof DkimError)) throw error;
    faults.push(...error.problems);
    return [];
  });
  const { keys: stored, sealed } = await activeKeys(db, secrets);
  for (const name of sealed) faults.push(`The key ${name} opens under none of the secrets.`);
  return { set, stored, faults };
}

/** The keys of DKIM=. Throws DkimError. */
const keysOfSetting = async (dkim: readonly string[]): Promise<DkimKey[]> =>
  dkim.length === 0 ? [] : loadDkimKeys(parseDkim(dkim.join(',')));

/** The keys that sign for a domain: those of DKIM= come first, then those of the database; else whatever there is. */
export function keysFor(domain: string, set: DkimKey[], stored: DkimKey[]): DkimKey[] {
  const speaks = (key: DkimKey) => `.${domain}`.toLowerCase().endsWith(`.${key.domain}`);
  const choices = [set.filter(speaks), stored.filter(speaks), set, stored];
  return choices.find((keys) => keys.length > 0) ?? [];
}
