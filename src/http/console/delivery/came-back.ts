import { Router } from 'express';
import { z } from 'zod';
import { showBounces } from '../../../actions/bounces.ts';
import { bouncesByEdition, kinds, type ListedBounce } from '../../../bounces/list.ts';
import { reasons } from '../../../bounces/reasons.ts';
import type { Context } from '../../../context.ts';
import english from '../../../locales/en/console/bounces.ts';
import type { Translate } from '../../../locales/index.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { ID_FORM } from '../../../text/id.ts';
import { mayAct, requireScopedRole, roleOf, scopeOf } from '../../middleware/roles.ts';
import { knownWord } from '../known-word.ts';
import { showPage, wordsFor } from '../pages.ts';
import { receiverName } from '../receiver-name.ts';
import { clockIn } from '../times.ts';

const page = '/console/delivery/came-back';
const ROWS = 50;
const EDITIONS = 10;
const asked = z.object({
  kind: z.enum(kinds).optional().catch(undefined),
  hard: z.enum(['true', 'false']).optional().catch(undefined),
  reason: z.enum(reasons).optional().catch(undefined),
  newsletter: z.string().min(1).max(100).optional().catch(undefined),
  edition: z.string().regex(ID_FORM).optional().catch(undefined),
  since: z.iso.date().optional().catch(undefined),
  after: z.string().regex(ID_FORM).optional().catch(undefined),
});

/** What came back of what was sent: bounces, complaints, and how many of each edition. */
export function cameBackRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;

  router.get('/delivery/came-back', requireScopedRole('viewer'), async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const { after, ...typed } = asked.parse(req.query);
    const scope = scopeOf(res);
    const [newsletters, editions, list] = await Promise.all([
      listNewsletters(db, scope),
      bouncesByEdition(db, scope, EDITIONS),
      showBounces(
        db,
        { role: roleOf(res), scope },
        {
          ...typed,
          hard: typed.hard === undefined ? undefined : typed.hard === 'true',
          since: typed.since === undefined ? undefined : new Date(`${typed.since}T00:00:00Z`),
          limit: ROWS,
          after,
        },
      ),
    ]);
    const timezone = newsletters[0]?.timezone ?? 'UTC';
    const here = (more: Record<string, string>) => {
      const given = Object.entries({ ...typed, ...more }).filter(([, value]) => value);
      return given.length > 0
        ? `${page}?${new URLSearchParams(given as [string, string][]).toString()}`
        : page;
    };
    const line = (one: ListedBounce) => ({
      ...one,
      at: clockIn(one.at, language, timezone),
      kindText: t(`bounces.kind.${kindOf(one)}`),
      isBad: one.hard || one.kind === 'complaint',
      reasonText: reasonText(one, t),
      receiver: receiverName(one.receiverGroup, t),
      sourceText: t(`bounces.source.${one.source}`),
      title: newsletters.find(({ slug }) => slug === one.newsletter)?.title ?? one.newsletter,
    });
    await showPage(context, req, res, {
      view: 'delivery/came-back.eta',
      nav: 'delivery',
      title: t('bounces.title'),
      styles: ['delivery'],
      data: {
        typed,
        kinds,
        reasons,
        newsletters,
        editions,
        lines: list.data.map(line),
        timezone,
        number: new Intl.NumberFormat(language),
        maySeeReaders: mayAct(res, 'admin'),
        first: after && here({}),
        next: list.next && here({ after: list.next }),
      },
    });
  });
  return router;
}

const reasonText = ({ kind, reason }: ListedBounce, t: Translate) =>
  kind === 'bounce'
    ? t(`bounces.reason.${reason}`)
    : knownWord(reason, english.other[kind], `bounces.other.${kind}`, t);

const kindOf = ({ kind, hard }: ListedBounce) =>
  kind === 'bounce' ? (hard ? 'hard' : 'soft') : kind;
