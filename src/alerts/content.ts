import { imprintOf } from '../../emails/digest/imprint.ts';
import type { LetterContent } from '../../emails/letters/content.ts';
import type { Alert } from '../actions/attention/alerts.ts';
import { attentionInWords, attentionPath } from '../actions/attention/words.ts';
import type { Context } from '../context.ts';
import { listNewsletters } from '../newsletters/newsletters.ts';
import { getNewsroom } from '../newsletters/newsroom.ts';

/** What a mail says about several things at once, to one address. At least one. */
export async function alertContent(
  { db, config }: Pick<Context, 'db' | 'config'>,
  alerts: Alert[],
): Promise<LetterContent> {
  const [newsroom, newsletters] = await Promise.all([getNewsroom(db), listNewsletters(db)]);
  const [first] = alerts;
  const language = first?.language ?? 'en';
  return {
    kind: 'alert',
    parts: {
      items: alerts.map((alert) => ({
        // a mail may be read, and forwarded, by anybody
        ...attentionInWords(alert, language, { unmasked: false }),
        since: alert.since,
        over: alert.event === 'over' ? (alert.over ?? alert.createdAt) : null,
      })),
      chosen: alerts.every(({ chosen }) => chosen),
      url: `${config.publicUrl}${first && alerts.length === 1 ? attentionPath(first) : '/console'}`,
    },
    imprint: imprintOf(newsroom, config),
    language,
    timezone: newsletters[0]?.timezone ?? 'UTC',
  };
}
