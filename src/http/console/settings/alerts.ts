import { Router } from 'express';
import { z } from 'zod';
import { newestAlerts } from '../../../actions/attention/alerts.ts';
import { causes, newsroomWide } from '../../../actions/attention/causes.ts';
import type { Context } from '../../../context.ts';
import { translator } from '../../../locales/index.ts';
import { maskAddressesIn } from '../../../mail/address.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { type Operator, updateOperator } from '../../../operators/accounts.ts';
import { audit } from '../../../operators/audit.ts';
import { actorOf, mayAct, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { timeIn } from '../times.ts';

const page = '/console/settings/alerts';
const SHOWN = 20;

const oneOrMore = z
  .union([z.enum(causes), z.array(z.enum(causes))])
  .optional()
  .transform((ticked) => [ticked ?? []].flat());
const choices = z.object({ alerts: oneOrMore });

/** What an operator is mailed about; and for admins who else is, by which way, and what became of the mails. */
export function alertRoutes(context: Context): Router {
  const router = Router();
  const { config, db } = context;

  router.get('/settings/alerts', requireScopedRole('viewer'), async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const operator: Operator = res.locals.operator;
    const said = translator(language, 'attention');
    const isAdmin = mayAct(res, 'admin') && scopeOf(res) === null;
    const [first] = await listNewsletters(db);
    const timezone = first?.timezone ?? 'UTC';
    await showPage(context, req, res, {
      view: 'settings/alerts.eta',
      nav: 'settings',
      title: t('alerts.title'),
      styles: ['alerts'],
      data: {
        causes: causesFor(scopeOf(res)).map((cause) => ({
          cause,
          title: said(`title.${cause}`),
          meaning: said(`meaning.${cause}`),
          chosen: operator.alerts.includes(cause),
        })),
        alertTo: isAdmin ? config.alertTo : undefined,
        way: (config.alertRelays ?? context.relays).map(({ host, port }) => `${host}:${port}`),
        ownWay: config.alertRelays !== undefined,
        sent: isAdmin
          ? (await newestAlerts(db, SHOWN)).map((alert) => ({
              ...alert,
              title: said(`title.${alert.cause}`),
              answer: alert.answer === null ? null : maskAddressesIn(alert.answer),
              at: timeIn(alert.sentAt ?? alert.createdAt, language, timezone),
              iso: (alert.sentAt ?? alert.createdAt).toISOString(),
            }))
          : [],
      },
    });
  });

  router.post('/settings/alerts', requireScopedRole('viewer'), async (req, res) => {
    const operator: Operator = res.locals.operator;
    const { alerts } = choices.parse(req.body);
    const allowed = causesFor(scopeOf(res));
    await db.transaction().execute(async (tx) => {
      await updateOperator(tx, operator.id, {
        alerts: allowed.filter((cause) => alerts.includes(cause)),
      });
      await audit(tx, actorOf(res), 'change', `operator ${operator.id}`, { fields: ['alerts'] });
    });
    await leaveMessage(req, 'alerts.saved', true);
    res.redirect(303, page);
  });
  return router;
}

/** Those who are bound to some newsletters are not told of the whole newsroom. */
const causesFor = (scope: ReturnType<typeof scopeOf>) =>
  scope === null ? causes : causes.filter((cause) => !newsroomWide.has(cause));
