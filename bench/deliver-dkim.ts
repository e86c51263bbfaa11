import { createPrivateKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ALGORITHMS = ['rsa', 'ed25519'] as const;
type Algorithm = (typeof ALGORITHMS)[number];

/** Makes a key of the kind asked for, in a file in `folder`. */
export function makeDkimKey(algorithm: Algorithm, folder: string): string {
  const { privateKey } =
    algorithm === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const file = join(folder, 'dkim.pem');
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  return file;
}

/** What a signature takes of a processor, alone and without a message around it. */
export interface SignatureRun {
  cpuMsPerSignature: number;
}

const SIGNATURES = 1_000;

/** The floor of what signing a message can cost on this machine just now. */
export function bareSignature(keyFile: string): SignatureRun {
  const key = createPrivateKey(readFileSync(keyFile));
  const digestOf = key.asymmetricKeyType === 'ed25519' ? null : 'sha256';
  const headers = randomBytes(2_048);
  const before = process.cpuUsage();
  for (let made = 0; made < SIGNATURES; made += 1) sign(digestOf, headers, key);
  const { user, system } = process.cpuUsage(before);
  return { cpuMsPerSignature: (user + system) / 1_000 / SIGNATURES };
}
