import type { Db } from '../../../database/connection.ts';
import { listNewsletters, type Newsletter } from '../../../newsletters/newsletters.ts';
import { getNewsroom, type Newsroom } from '../../../newsletters/newsroom.ts';
import { getSignUpSettings, type SignUpSettings } from '../../../subscribers/sign-up-settings.ts';
import { cachedFor } from './cache-for.ts';

/** What every page of a reader shows. */
export interface Masthead {
  newsroom: Newsroom;
  /** Active and not private, in the order they were made. */
  newsletters: Newsletter[];
  /** Not private, and not on offer (any more): their editions stay. */
  closed: Newsletter[];
  signUp: SignUpSettings;
}

/** Reads the masthead; kept for 5 s. */
export const openMasthead = (db: Db): (() => Promise<Masthead>) => cachedFor(5_000, () => read(db));

async function read(db: Db): Promise<Masthead> {
  const [newsroom, all, signUp] = await Promise.all([
    getNewsroom(db),
    listNewsletters(db),
    getSignUpSettings(db),
  ]);
  const open = all.filter((newsletter) => !newsletter.private);
  return {
    newsroom,
    signUp,
    newsletters: open.filter(({ active }) => active),
    closed: open.filter(({ active }) => !active),
  };
}
