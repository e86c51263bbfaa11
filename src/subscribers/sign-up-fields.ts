import type { z } from 'zod';
import { type Address, InvalidAddress, readAddress } from '../mail/address.ts';
import { InvalidSubscriber } from './errors.ts';

/** HMAC of an address' compared form, under the key that is never rotated. */
export type HashAddress = (emailKey: string) => Buffer;

/** Reads what was given about a subscriber. Throws InvalidSubscriber with all that is wrong. */
export function readFields<T>(schema: z.ZodType<T>, input: unknown): T {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  throw new InvalidSubscriber(
    read.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({
            pointer: pointer([...issue.path, key]),
            detail: 'There is no such field.',
          }))
        : [{ pointer: pointer(issue.path), detail: issue.message }],
    ),
  );
}

/** Reads an address; throws InvalidSubscriber that points to `/email`. */
export function toAddress(email: string): Address {
  try {
    return readAddress(email);
  } catch (error) {
    if (!(error instanceof InvalidAddress)) throw error;
    throw new InvalidSubscriber([{ pointer: '/email', detail: error.message }]);
  }
}

const pointer = (path: PropertyKey[]) =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
