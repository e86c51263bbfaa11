import type { Router } from 'express';
import { z } from 'zod';
import { commit } from '../../../actions/commit.ts';
import {
  InvalidPlan,
  receiverPaceChange,
  setReceiverPace,
  setWarmUp,
} from '../../../actions/receivers.ts';
import type { Context } from '../../../context.ts';
import { receiverGroups } from '../../../mail/receiver-groups.ts';
import { actorOf, requireRole } from '../../middleware/roles.ts';
import { leaveMessage, wordsFor } from '../pages.ts';
import { receiverName } from '../receiver-name.ts';

const page = '/console/delivery';
const word = z.string().trim().max(255).default('');
const numberOrNull = word
  .transform((text) => (text === '' ? null : Number(text.replace(',', '.'))))
  .pipe(z.number().positive().nullable());
const receiverForm = z.object({
  group: z.enum(receiverGroups.filter((group) => group !== 'rest')),
  relay: word,
  perSecond: numberOrNull.pipe(receiverPaceChange.shape.perSecond.unwrap()),
  connections: numberOrNull.pipe(receiverPaceChange.shape.connections.unwrap()),
});
const warmUpForm = z.object({
  how: z.enum(['plan', 'none', 'configured']),
  day: word,
  first: word,
  growth: word.transform((text) => text.replace(',', '.')),
});

/** How fast receivers are sent to, and how relays are warmed up. */
export function paceRoutes(router: Router, context: Context): void {
  router.post('/delivery/receivers', requireRole('admin'), async (req, res) => {
    const typed = receiverForm.safeParse(req.body);
    if (!typed.success) await leaveMessage(req, 'delivery.receivers.wrong', false);
    else {
      const { group, ...change } = typed.data;
      const { t } = wordsFor(req, res);
      await commit(context, async (tx) => ({
        value: await setReceiverPace(tx, actorOf(res), context, group, change),
      }));
      await leaveMessage(req, 'delivery.receivers.saved', true, { name: receiverName(group, t) });
    }
    res.redirect(303, `${page}#receivers`);
  });

  router.post('/delivery/relays/:name/warm-up', requireRole('admin'), async (req, res) => {
    const name = String(req.params.name);
    const typed = warmUpForm.safeParse(req.body);
    if (!typed.success) await leaveMessage(req, 'delivery.relay.planWrong', false);
    else {
      const { how, day, first, growth } = typed.data;
      const plan =
        how === 'configured' ? undefined : how === 'none' ? null : `${day}:${first}:${growth}`;
      try {
        await commit(context, async (tx) => ({
          value: await setWarmUp(tx, actorOf(res), context, name, plan),
        }));
        await leaveMessage(req, 'delivery.relay.planSaved', true, { relay: name });
      } catch (error) {
        if (!(error instanceof InvalidPlan)) throw error;
        await leaveMessage(req, 'delivery.relay.planWrong', false);
      }
    }
    res.redirect(303, page);
  });
}
