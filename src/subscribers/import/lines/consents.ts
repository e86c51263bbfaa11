import { z } from 'zod';
import type { ConsentRow } from '../../subscriptions/record.ts';
import { WrongCell } from './cells.ts';

const text = z.string().nullable().default(null);
const consentsSchema = z.array(
  z.object({
    action: z.enum(['request', 'confirm', 'withdraw', 'undo', 'import', 'operator']),
    at: z.iso.datetime().transform((at) => new Date(at)),
    originAddress: text,
    userAgent: text,
    form: text,
    wording: text,
    wordingVersion: text,
    detail: z.record(z.string(), z.unknown()).nullable().default(null),
  }),
);
const requestedSchema = z.record(z.string(), z.string().nullable());

/** All consents of a subscription, as an export writes them. */
export const consentsIn = (cell: string): ConsentRow[] | null =>
  cell === '' ? null : inJson(consentsSchema, cell);

/** What a sign-up that is not confirmed says of the person. */
export const requestedIn = (cell: string): Record<string, string | null> | null =>
  cell === '' ? null : inJson(requestedSchema, cell);

function inJson<T>(schema: z.ZodType<T>, cell: string): T {
  try {
    const found = schema.safeParse(JSON.parse(cell));
    if (found.success) return found.data;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new WrongCell('consents');
}

/** What another house tells of a consent: when and from where it was asked for and confirmed. */
export interface Evidence {
  requestedAt: Date | null;
  requestedIp: string;
  confirmedAt: Date | null;
  confirmedIp: string;
}

/** That as consents, null where there is no more to it than a time; `source` is the house. */
export function evidenceOf(
  { requestedAt, requestedIp, confirmedAt, confirmedIp }: Evidence,
  source: string,
): ConsentRow[] | null {
  const row = (action: 'request' | 'confirm', at: Date, ip: string): ConsentRow => ({
    action,
    at,
    originAddress: ip || null,
    userAgent: null,
    form: 'import',
    wording: null,
    wordingVersion: null,
    detail: { source },
  });
  if (!requestedIp && !confirmedIp && !(requestedAt && confirmedAt)) return null;
  return [
    ...(requestedAt ? [row('request', requestedAt, requestedIp)] : []),
    ...(confirmedAt ? [row('confirm', confirmedAt, confirmedIp)] : []),
  ];
}
