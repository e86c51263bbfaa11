import type { Router } from 'express';
import type { Context } from '../../../context.ts';
import { senderDomains } from '../../../doctor/senders.ts';
import { addressOfReports } from '../../../mail/report-addresses.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { inScope } from '../../../operators/scope.ts';
import { mondayOf, reportedWeeks, sendersOf, tlsOf } from '../../../reports/weeks.ts';
import { requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import { dateIn } from '../times.ts';
import { tlsView } from './view.ts';

/** What receivers report about mail in the newsroom's name, by week. */
export function reportRoutes(router: Router, context: Context): void {
  const { config, db, now } = context;
  router.get('/delivery/reports', requireScopedRole('viewer'), async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const scope = scopeOf(res);
    const weeks = await reportedWeeks(db);
    const week =
      weeks.find((one) => one.week === req.query.week)?.week ?? weeks[0]?.week ?? mondayOf(now());
    const own = (await listNewsletters(db)).filter(({ id }) => inScope(scope, id));
    const [senders, tls] = await Promise.all([
      sendersOf(db, week, scope === null ? undefined : senderDomains(config, own)),
      scope === null ? tlsOf(db, week) : [],
    ]);
    await showPage(context, req, res, {
      view: 'delivery/reports.eta',
      nav: 'delivery',
      title: t('delivery.reports.title'),
      styles: ['delivery'],
      data: {
        week,
        weeks: weeks.map((one) => ({
          value: one.week,
          text: t('delivery.reports.weekOf', { day: dateIn(one.week, language) }),
        })),
        senders,
        tls: tlsView(tls, { language, t }),
        number: new Intl.NumberFormat(language),
        address: config.inboundDomain && addressOfReports('dmarc', config.inboundDomain),
      },
    });
  });
}
