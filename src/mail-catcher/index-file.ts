import { type FileHandle, open, readFile, rename, writeFile } from 'node:fs/promises';

/** What is kept of a message beside its bytes: its envelope, one line of the index. */
export interface Envelope {
  id: string;
  /** ISO 8601, UTC. */
  receivedAt: string;
  from: string;
  to: string[];
  /** Bytes. */
  size: number;
}

/** An append-only file of envelopes, one JSON line each. A message exists once its line is there. */
export interface IndexFile {
  /** Resolves when the line is written; lines that come in meanwhile share the next write. */
  append(envelope: Envelope): Promise<void>;
  close(): Promise<void>;
}

/** Reads the index, oldest first; a line cut short by a crash is no message. */
export async function readIndex(path: string): Promise<Envelope[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  const envelopes = text.split('\n').flatMap((line) => {
    try {
      return [JSON.parse(line) as Envelope];
    } catch {
      return [];
    }
  });
  return envelopes.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Opens the index for more lines after writing it anew with its newest `keep` envelopes alone; does
 * the same again whenever it has grown to four times that.
 */
export async function openIndex(
  path: string,
  envelopes: Envelope[],
  keep: number,
): Promise<IndexFile> {
  let newest = envelopes.slice(-keep);
  let file = await rewrite(path, newest);
  let lines = newest.length;
  let torn = false;
  let waiting: Envelope[] = [];
  let turn: Promise<void> | undefined;
  let writing = Promise.resolve();

  async function write(): Promise<void> {
    const batch = waiting;
    waiting = [];
    turn = undefined;
    if (lines > 4 * keep) {
      await file.close();
      file = await rewrite(path, newest);
      lines = newest.length;
    }
    try {
      // after a write that failed half-way, its rest must not spoil the line that follows
      await file.appendFile((torn ? '\n' : '') + toLines(batch));
      torn = false;
    } catch (error) {
      torn = true;
      throw error;
    }
    lines += batch.length;
    newest = [...newest, ...batch].slice(-keep);
  }

  return {
    append(envelope) {
      waiting.push(envelope);
      if (!turn) {
        turn = writing.then(write, write);
        writing = turn;
      }
      return turn;
    },
    async close() {
      await writing.catch(() => undefined); // the one that appended has been told
      await file.close();
    },
  };
}

async function rewrite(path: string, envelopes: Envelope[]): Promise<FileHandle> {
  await writeFile(`${path}.new`, toLines(envelopes), { mode: 0o600 });
  await rename(`${path}.new`, path);
  return open(path, 'a', 0o600);
}

const toLines = (envelopes: Envelope[]) =>
  envelopes.map((envelope) => `${JSON.stringify(envelope)}\n`).join('');
