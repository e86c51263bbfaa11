import { createHash } from 'node:crypto';
import { oneLine } from '../../text/plain-text.ts';

/** What an entry is known by from now on; one too long for an index is known by its digest. */
export function itemId(text: string): string {
  const id = oneLine(text);
  if (Buffer.byteLength(id) <= 1000) return id;
  return `sha256:${createHash('sha256').update(id).digest('hex')}`;
}
