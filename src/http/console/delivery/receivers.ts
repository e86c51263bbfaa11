import type { Router } from 'express';
import { senderRules } from '../../../actions/sender-rules.ts';
import type { Context } from '../../../context.ts';
import { providerDays } from '../../../deliveries/answer-causes.ts';
import { requireScopedRole } from '../../middleware/roles.ts';
import { showPage, wordsFor } from '../pages.ts';
import { daysView, rulesView } from './view.ts';

/** What the receivers took and refused, by day, and what the large ones ask of who sends. */
export function receiverRoutes(router: Router, context: Context): void {
  router.get('/delivery/receivers', requireScopedRole('viewer'), async (req, res) => {
    const words = { ...wordsFor(req, res), timezone: 'UTC' };
    const [rules, days] = await Promise.all([senderRules(context), providerDays(context.db)]);
    await showPage(context, req, res, {
      view: 'delivery/receivers.eta',
      nav: 'delivery',
      title: words.t('delivery.days.title'),
      styles: ['delivery'],
      data: {
        rules: rulesView(rules, words),
        days: daysView(days, words),
        number: new Intl.NumberFormat(words.language),
      },
    });
  });
}
