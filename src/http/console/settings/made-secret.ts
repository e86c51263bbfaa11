import type { Request } from 'express';
import type { Sealing } from '../../../database/sealing.ts';

declare module '../account/sessions.ts' {
  interface SessionData {
    /** A secret that was just made, encrypted: shown once, on the next page. */
    madeSecret: { of: string; sealed: string };
  }
}

/** Keeps a secret for the next page; `of` names what it opens, such as `token 3`. */
export async function keepSecret(
  req: Request,
  sealing: Sealing,
  of: string,
  secret: string,
): Promise<void> {
  await req.session?.keep({
    madeSecret: { of, sealed: sealing.seal(secret, `secret ${of}`).toString('base64') },
  });
}

/** The secret that was just made; the next time it is gone. */
export async function takeSecret(
  req: Request,
  sealing: Sealing,
): Promise<{ of: string; secret: string } | undefined> {
  const kept = await req.session?.take('madeSecret');
  if (!kept) return undefined;
  const { of } = kept;
  return { of, secret: sealing.open(Buffer.from(kept.sealed, 'base64'), `secret ${of}`) };
}
