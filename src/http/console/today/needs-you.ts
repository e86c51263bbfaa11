import type { Response } from 'express';
import type { Cause } from '../../../actions/attention/causes.ts';
import { listAttention } from '../../../actions/attention/list.ts';
import { attentionInWords, attentionPath } from '../../../actions/attention/words.ts';
import type { Db } from '../../../database/connection.ts';
import type { Translate } from '../../../locales/index.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { mayAct, scopeOf } from '../../middleware/roles.ts';
import { timeIn } from '../times.ts';

/** Where what mends a cause is one press that loses nothing, the press; elsewhere the page on which it is mended. */
const presses: Partial<Record<Cause, 'resume'>> = { paused: 'resume' };

/** What needs whoever is signed in, each with what happened, since when, and what mends it. */
export async function needsYou(
  db: Db,
  res: Response,
  newsletters: Newsletter[],
  { language, t }: { language: string; t: Translate },
) {
  const unmasked = mayAct(res, 'admin');
  const sends = mayAct(res, 'sender');
  const found = await listAttention(db, scopeOf(res));
  return found.map((one) => {
    const { timezone } =
      newsletters.find(({ slug }) => slug === one.newsletter) ?? newsletters[0] ?? utc;
    const page = attentionPath(one);
    const press = sends ? presses[one.cause] : undefined;
    return {
      cause: one.cause,
      ...attentionInWords(one, language, { unmasked }),
      since: { iso: one.since.toISOString(), text: timeIn(one.since, language, timezone) },
      // a page that is this one mends nothing
      page: page === '/console' ? null : page,
      go: t(`today.go.${page.split('/')[2] ?? 'editions'}`),
      press: press ? { action: `${page}/${press}`, text: t(`today.press.${press}`) } : null,
    };
  });
}

const utc = { timezone: 'UTC' };
