import type { Db } from '../../database/connection.ts';
import { listNewsletters, type Newsletter } from '../../newsletters/newsletters.ts';
import { getNewsroom, type Newsroom } from '../../newsletters/newsroom.ts';
import { getSignUpSettings, type SignUpSettings } from '../../subscribers/sign-up-settings.ts';

/** What every page of a reader shows. */
export interface Masthead {
  newsroom: Newsroom;
  /** Active and not private, in the order they were made. */
  newsletters: Newsletter[];
  signUp: SignUpSettings;
}

const FRESH_MS = 5_000;

/** Reads the masthead; kept for 5 s, so that a rush of readers does not ask for the same settings each time. */
export function openMasthead(db: Db): () => Promise<Masthead> {
  let kept: { at: number; masthead: Promise<Masthead> } | undefined;
  return () => {
    const now = performance.now();
    if (kept && now - kept.at < FRESH_MS) return kept.masthead;
    const masthead = read(db);
    kept = { at: now, masthead };
    // what failed is not kept: the next reader asks again
    masthead.catch(() => {
      kept = undefined;
    });
    return masthead;
  };
}

async function read(db: Db): Promise<Masthead> {
  const [newsroom, all, signUp] = await Promise.all([
    getNewsroom(db),
    listNewsletters(db),
    getSignUpSettings(db),
  ]);
  return {
    newsroom,
    signUp,
    newsletters: all.filter((newsletter) => newsletter.active && !newsletter.private),
  };
}
