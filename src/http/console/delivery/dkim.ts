import type { Router } from 'express';
import {
  KeySetElsewhere,
  NoKeyWaits,
  NotPublished,
  prepareDkimKey,
  switchDkimKey,
} from '../../../actions/dkim.ts';
import type { Context } from '../../../context.ts';
import { readId } from '../../../text/id.ts';
import { actorOf, requireRole } from '../../middleware/roles.ts';
import { leaveMessage } from '../pages.ts';

const back = '/console/delivery#dns';

/** Making the next key of a domain, and switching to it once its record is published. */
export function dkimRoutes(router: Router, context: Context): void {
  router.post('/delivery/dkim', requireRole('admin'), async (req, res) => {
    const domain = String((req.body as { domain?: string }).domain ?? '');
    try {
      await prepareDkimKey(context, actorOf(res), domain);
      await leaveMessage(req, 'delivery.dkim.made', true);
    } catch (error) {
      if (!(error instanceof KeySetElsewhere)) throw error;
      await leaveMessage(req, 'delivery.dkim.elsewhere', false, { domain });
    }
    res.redirect(303, back);
  });

  router.post('/delivery/dkim/:id/activate', requireRole('admin'), async (req, res) => {
    try {
      const { key } = await switchDkimKey(context, actorOf(res), readId(req.params.id) ?? '0');
      await leaveMessage(req, 'delivery.dkim.switched', true, { domain: key.domain });
    } catch (error) {
      if (error instanceof NoKeyWaits) await leaveMessage(req, 'delivery.dkim.gone', false);
      else if (error instanceof NotPublished)
        await leaveMessage(req, `delivery.dkim.${error.published}`, false, { name: error.record });
      else throw error;
    }
    res.redirect(303, back);
  });
}
