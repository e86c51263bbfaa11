import { createHmac, randomInt } from 'node:crypto';
import { type Challenge, createChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { z } from 'zod';
import type { Counter } from '../limits/counters.ts';

/** A challenge that takes a browser a second or two to solve, and us almost nothing to check (ALTCHA, self-hosted). */
export interface Proofs {
  challenge(): Promise<Challenge>;
  /** Whether this is the solution of a challenge of ours, not too old, and not used before. */
  accepts(proof: string): Promise<boolean>;
}

const VALID_SECONDS = 20 * 60;
const payloadSchema = z.object({
  challenge: z.object({
    parameters: z.looseObject({
      algorithm: z.literal('PBKDF2/SHA-256'),
      nonce: z.string().max(128),
      salt: z.string().max(128),
      cost: z.number(),
      keyLength: z.number(),
      keyPrefix: z.string().max(128),
      keySignature: z.string().max(256),
      expiresAt: z.number(),
    }),
    signature: z.string().max(256),
  }),
  solution: z.looseObject({ counter: z.number(), derivedKey: z.string().max(256) }),
});

/** Makes and checks proofs of work, with keys derived from the secret; `used` remembers the solved ones. */
export function openProofs(secret: string, used: Counter): Proofs {
  const key = (name: string) => createHmac('sha256', secret).update(name).digest('hex');
  const secrets = {
    hmacSignatureSecret: key('proof of work'),
    hmacKeySignatureSecret: key('proof of work, solution'),
  };
  return {
    challenge: () =>
      createChallenge({
        algorithm: 'PBKDF2/SHA-256',
        cost: 2000,
        counter: randomInt(600, 1800),
        deriveKey,
        expiresAt: new Date(Date.now() + VALID_SECONDS * 1000),
        ...secrets,
      }),
    async accepts(proof) {
      const payload = decode(proof);
      if (!payload) return false;
      try {
        const { verified } = await verifySolution({ ...payload, deriveKey, ...secrets });
        if (!verified) return false;
      } catch {
        return false; // altcha-lib throws for parameters it cannot work with
      }
      return (await used.add(payload.challenge.signature)).count === 1;
    },
  };
}

function decode(proof: string) {
  try {
    const json: unknown = JSON.parse(Buffer.from(proof, 'base64').toString('utf8'));
    return payloadSchema.safeParse(json).data;
  } catch {
    return undefined;
  }
}
