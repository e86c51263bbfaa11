import type { Envelope } from './index-file.ts';
import { type Reading, readMessage, readSummary } from './reading.ts';
import type { Store } from './store.ts';

/** A line of the list. */
export type Summary = Envelope & Pick<Reading, 'subject' | 'sender' | 'messageId'>;
/** One message, opened. */
export type Message = Envelope & Reading;

/** The stored messages, read when somebody looks and not before. */
export interface Letterbox {
  keep: number;
  /** Messages received since the folder was made, also those that have made room for newer ones. */
  count(): number;
  /** Newest first; `to` is part of a recipient's address. */
  list(filter?: { to?: string }): Envelope[];
  summarize(envelopes: Envelope[]): Promise<Summary[]>;
  message(id: string): Promise<Message | undefined>;
  /** The bytes as they came over SMTP. */
  raw(id: string): Promise<Buffer | undefined>;
}

/** Reads from a store. Summaries are remembered for the messages that are still there. */
export function openLetterbox(store: Store, keep: number): Letterbox {
  const summaries = new WeakMap<Envelope, Summary>();
  async function summarizeOne(envelope: Envelope): Promise<Summary[]> {
    const known = summaries.get(envelope);
    if (known) return [known];
    const raw = await store.read(envelope.id);
    if (!raw) return [];
    const summary = { ...envelope, ...(await readSummary(raw)) };
    summaries.set(envelope, summary);
    return [summary];
  }
  return {
    keep,
    count: store.received,
    list: store.list,
    async summarize(envelopes) {
      const read: Summary[] = [];
      for (const envelope of envelopes) read.push(...(await summarizeOne(envelope)));
      return read;
    },
    async message(id) {
      const envelope = store.find(id);
      const raw = await store.read(id);
      return envelope && raw && { ...envelope, ...(await readMessage(raw)) };
    },
    raw: store.read,
  };
}
