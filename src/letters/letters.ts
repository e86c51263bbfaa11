import type { DbOrTransaction } from '../database/connection.ts';
import type { LetterContents, LetterKind } from './content.ts';

/** A message to one person, to be written down in the transaction of its cause. */
export interface NewLetter<K extends LetterKind> {
  kind: K;
  subscriberId?: string;
  newsletterId?: string;
  /** Null: the subscriber's address at the time of sending. */
  email: string | null;
  language: string;
  content: LetterContents[K];
  /** After this it is not sent any more; 24 hours from now when left out. */
  expiresAt?: Date;
}

/** Writes a letter down; returns its id, for the caller to enqueue after the commit. */
export async function queueLetter<K extends LetterKind>(
  tx: DbOrTransaction,
  letter: NewLetter<K>,
): Promise<string> {
  const row = await tx
    .insertInto('letters')
    .values({
      kind: letter.kind,
      subscriberId: letter.subscriberId ?? null,
      newsletterId: letter.newsletterId ?? null,
      email: letter.email,
      language: letter.language,
      content: JSON.stringify(letter.content),
      ...(letter.expiresAt ? { expiresAt: letter.expiresAt } : {}),
    })
    .returning('id')
    .executeTakeFirstOrThrow();
  return row.id;
}

/** The address that a letter of that kind was sent to; undefined when there is no such letter of this subscriber. */
export async function addressOfLetter(
  db: DbOrTransaction,
  kind: 'address' | 'moved',
  subscriberId: string,
  letterId: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('letters')
    .select('email')
    .where('id', '=', letterId)
    .where('subscriberId', '=', subscriberId)
    .where('kind', '=', kind)
    .executeTakeFirst();
  return row?.email ?? undefined;
}
