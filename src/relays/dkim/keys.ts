import { createPrivateKey, type KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { domainToASCII } from 'node:url';

/** One entry of DKIM=, before its file is read. */
export interface DkimSettings {
  selector: string;
  /** In ASCII. */
  domain: string;
  keyFile: string;
}

/** A key that signs for a domain. */
export interface DkimKey {
  selector: string;
  domain: string;
  algorithm: 'rsa-sha256' | 'ed25519-sha256';
  key: KeyObject;
}

/** Every fault found in DKIM= or its key files, each a sentence. */
export class DkimError extends Error {
  override name = 'DkimError';
  readonly problems: string[];

  constructor(problems: string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9])?';
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`, 'i');

/** Reads DKIM=: `selector:domain:keyfile`, several with commas. Reads no file. Throws DkimError. */
export function parseDkim(value: string): DkimSettings[] {
  const problems: string[] = [];
  // A comma belongs to a file name unless another entry follows it.
  const entries = value.split(/,(?=\s*[^,:]+:[^,:]+:|\s*$)/).map((entry) => entry.trim());
  const settings: DkimSettings[] = [];
  for (const entry of entries.filter((text) => text !== '')) {
    const match = /^([^:]*):([^:]*):(.+)$/.exec(entry);
    if (!match) {
      problems.push(`DKIM: "${entry}" is not selector:domain:keyfile`);
      continue;
    }
    const [, selector = '', typed = '', keyFile = ''] = match.map((part) => part.trim());
    const domain = domainToASCII(typed);
    if (!NAME.test(selector)) problems.push(`DKIM: "${selector}" is no selector`);
    else if (!NAME.test(domain)) problems.push(`DKIM: "${typed}" is no domain`);
    else settings.push({ selector, domain, keyFile });
  }
  if (settings.length === 0 && problems.length === 0) {
    problems.push('DKIM is empty: unset it, or give selector:domain:keyfile');
  }
  if (problems.length > 0) throw new DkimError(problems);
  return settings;
}

/** Reads the private keys (PEM, PKCS#8 or PKCS#1). Rejects with DkimError naming every bad file. */
export async function loadDkimKeys(settings: readonly DkimSettings[]): Promise<DkimKey[]> {
  const read = await Promise.allSettled(settings.map(loadDkimKey));
  const problems = read.flatMap((result) =>
    result.status === 'rejected' ? [`DKIM: ${result.reason.message}`] : [],
  );
  if (problems.length > 0) throw new DkimError(problems);
  return read.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
}

async function loadDkimKey({ selector, domain, keyFile }: DkimSettings): Promise<DkimKey> {
  const pem = await readFile(keyFile).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'ENOENT' ? 'it is not there' : error.message;
    throw new Error(`cannot read the key file ${keyFile}: ${why}`);
  });
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch {
    throw new Error(
      `${keyFile} holds no private key in PEM without a passphrase; openssl genpkey -algorithm ed25519 (or rsa -pkeyopt rsa_keygen_bits:2048) makes one`,
    );
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return { selector, domain, algorithm: 'ed25519-sha256', key };
    case 'rsa':
      if (bits >= 1024) return { selector, domain, algorithm: 'rsa-sha256', key };
      throw new Error(
        `${keyFile} is an RSA key of ${bits} bits; receivers ask for 1024, better 2048`,
      );
    default:
      throw new Error(`${keyFile} is neither an RSA nor an Ed25519 key`);
  }
}
