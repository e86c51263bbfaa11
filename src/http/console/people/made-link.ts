import type { Request } from 'express';
import type { Sealing } from '../../../database/sealing.ts';

declare module '../account/sessions.ts' {
  interface SessionData {
    /** A one-time link that was just made, encrypted: shown once, on the page of whom it is for. */
    madeLink: { operatorId: string; sealed: string };
  }
}

const about = (operatorId: string) => `link ${operatorId}`;

/** Keeps a link for the next page. */
export async function keepLink(
  req: Request,
  sealing: Sealing,
  { operatorId, link }: { operatorId: string; link: string },
): Promise<void> {
  const sealed = sealing.seal(link, about(operatorId)).toString('base64');
  await req.session?.keep({ madeLink: { operatorId, sealed } });
}

/** The link that was just made for this operator; the next time it is gone. */
export async function takeLink(
  req: Request,
  sealing: Sealing,
  operatorId: string,
): Promise<string | undefined> {
  const kept = await req.session?.take('madeLink');
  if (kept?.operatorId !== operatorId) return undefined;
  return sealing.open(Buffer.from(kept.sealed, 'base64'), about(operatorId));
}
