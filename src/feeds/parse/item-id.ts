import { createHash } from 'node:crypto';
import { oneLine } from '../../text/one-line.ts';

/**
 * Entries of one document that would be known by the same id although their titles differ are known by id and title: a
 * ticker or a status page gives them all its own address, and the last would overwrite the rest.
 */
export function tellApart<Item extends { id: string; title: string | null }>(
  items: Item[],
): Item[] {
  const byId = Map.groupBy(items, ({ id }) => id);
  return items.map((item) => {
    const same = byId.get(item.id) ?? [];
    const differ = new Set(same.map(({ title }) => title)).size > 1;
    return differ ? { ...item, id: itemId(`${item.id} ${item.title ?? ''}`) } : item;
  });
}

/** What an entry is known by from now on; one too long for an index is known by its digest. */
export function itemId(text: string): string {
  const id = oneLine(text);
  if (Buffer.byteLength(id) <= 1000) return id;
  return `sha256:${createHash('sha256').update(id).digest('hex')}`;
}
