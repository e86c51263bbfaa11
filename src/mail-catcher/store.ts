import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Envelope, openIndex, readIndex } from './index-file.ts';

/** The newest messages of the mailbox, as files. */
export interface Store {
  /** Resolves when the message and its envelope are files. They outlive the process; a power cut
   * may take the last ones. */
  add(message: Buffer, envelope: { from: string; to: string[] }): Promise<Envelope>;
  /** Newest first; `to` is a part of a recipient's address, in any case. */
  list(filter?: { to?: string }): Envelope[];
  find(id: string): Envelope | undefined;
  /** The message's bytes; undefined when it has made room for newer ones. */
  read(id: string): Promise<Buffer | undefined>;
  /** How many have come in since the folder was made. */
  received(): number;
  close(): Promise<void>;
}

/** Opens the messages kept in a folder, which is for our account alone. */
export async function openStore(dir: string, keep: number): Promise<Store> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const indexPath = join(dir, 'index.jsonl');
  const fileOf = (id: string) => join(dir, `${id}.eml`);

  const kept = new Map<string, Envelope>();
  for (const envelope of (await readIndex(indexPath)).slice(-keep)) kept.set(envelope.id, envelope);
  const newest = [...kept.keys()].at(-1);
  let received = newest ? Number.parseInt(newest, 10) : 0;
  const index = await openIndex(indexPath, [...kept.values()], keep);
  await removeStrangers(dir, kept);

  async function makeRoom(): Promise<void> {
    for (const id of kept.keys()) {
      if (kept.size <= keep) break;
      kept.delete(id);
      await rm(fileOf(id), { force: true });
    }
  }

  return {
    async add(message, { from, to }) {
      received += 1;
      const id = String(received).padStart(12, '0');
      const receivedAt = new Date().toISOString();
      const envelope = { id, receivedAt, from, to, size: message.length };
      await writeFile(fileOf(id), message, { mode: 0o600 });
      await index.append(envelope);
      kept.set(id, envelope);
      await makeRoom();
      return envelope;
    },
    list({ to = '' } = {}) {
      const part = to.trim().toLowerCase();
      const newestFirst = [...kept.values()].reverse();
      if (part === '') return newestFirst;
      return newestFirst.filter((each) =>
        each.to.some((address) => address.toLowerCase().includes(part)),
      );
    },
    find: (id) => kept.get(id),
    async read(id) {
      if (!kept.has(id)) return undefined;
      try {
        return await readFile(fileOf(id));
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
    },
    received: () => received,
    close: () => index.close(),
  };
}

/** Removes files whose line was never written: nobody was told that they are stored. */
async function removeStrangers(dir: string, kept: Map<string, Envelope>): Promise<void> {
  for (const name of await readdir(dir)) {
    const id = /^(\d+)\.eml$/.exec(name)?.[1];
    if (id !== undefined && !kept.has(id)) await rm(join(dir, name), { force: true });
  }
}
