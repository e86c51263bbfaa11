import { Router } from 'express';
import { listDkim } from '../../../actions/dkim.ts';
import { listRelays, testRelay } from '../../../actions/relays.ts';
import {
  checkSenders,
  lastMachineChecks,
  lastSenderChecks,
} from '../../../actions/sender-checks.ts';
import { TooManyTests } from '../../../actions/test-send.ts';
import { answersSoon } from '../../../actions/watch-sending.ts';
import type { Context } from '../../../context.ts';
import { recentAnswers } from '../../../deliveries/answer-counts.ts';
import { livingWorkers } from '../../../deliveries/living-workers.ts';
import { receiverLimits } from '../../../deliveries/receiver-limits.ts';
import { receiverPaces } from '../../../deliveries/receiver-pace.ts';
import { receiverGroups } from '../../../mail/receiver-groups.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import type { Operator } from '../../../operators/accounts.ts';
import { inScope } from '../../../operators/scope.ts';
import { countResting, goneDomains } from '../../../receivers/domains.ts';
import {
  actorOf,
  mayAct,
  requireRole,
  requireScopedRole,
  scopeOf,
} from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { receiverName } from '../receiver-name.ts';
import { timeIn } from '../times.ts';
import { dkimRoutes } from './dkim.ts';
import { paceRoutes } from './pace.ts';
import { receiverRoutes } from './receivers.ts';
import { reportRoutes } from './reports.ts';
import { dkimView, groupViews, machinesView, relayView, senderView, workerView } from './view.ts';

const page = '/console/delivery';
/** A page does not wait for a queue that is away. */
const QUEUE_MS = 1_000;

/** How messages leave: relays, the sender's DNS, the receivers, the queue and the workers. */
export function deliveryRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;

  router.get('/delivery', requireScopedRole('viewer'), async (req, res) => {
    const all = await listNewsletters(db);
    const newsletters = all.filter(({ id }) => inScope(scopeOf(res), id));
    const words = { ...wordsFor(req, res), timezone: newsletters[0]?.timezone ?? 'UTC' };
    const [relays, senders, keys, machines, answers, limits, paces, resting, gone, workers, queue] =
      await Promise.all([
        listRelays(context, words.language),
        lastSenderChecks(context, newsletters),
        listDkim(context, scopeOf(res)),
        lastMachineChecks(db),
        recentAnswers(db, 'receiverGroup'),
        receiverLimits(db),
        receiverPaces(db),
        countResting(db),
        goneDomains(db, 50),
        livingWorkers(db),
        queueView(context),
      ]);
    await showPage(context, req, res, {
      view: 'delivery/page.eta',
      nav: 'delivery',
      title: words.t('delivery.title'),
      styles: ['delivery'],
      data: {
        relays: relays.map((relay) => relayView(relay, words)),
        senders: senders.map((sender) => ({
          ...senderView(sender, words),
          dkim: keys
            .filter(({ domain }) => domain === sender.domain)
            .map((one) => dkimView(one, context.now(), words))[0],
        })),
        machines: machinesView(machines, words),
        groups: groupViews(answers, limits, paces, words),
        choices: receiverGroups
          .filter((group) => group !== 'rest')
          .map((group) => ({ group, name: receiverName(group, words.t) })),
        resting,
        gone: gone.map((one) => ({
          ...one,
          goneSince: timeIn(one.goneSince, words.language, words.timezone),
        })),
        mayChange: mayAct(res, 'admin') && scopeOf(res) === null,
        workers: workers.map((worker) => workerView(worker, words)),
        queue,
        number: new Intl.NumberFormat(words.language),
        mayTest: mayAct(res, 'admin') && scopeOf(res) === null,
        mayCheck: mayAct(res, 'admin'),
        mayRotate: mayAct(res, 'admin') && scopeOf(res) === null,
        embedded: context.mailbox !== undefined,
      },
    });
  });

  router.post('/delivery/relays/:name/test', requireRole('admin'), async (req, res) => {
    const { email, language }: Operator = res.locals.operator;
    const { name } = req.params;
    try {
      const { ok, reply, fix } = await testRelay(context, actorOf(res), name, { email, language });
      await leaveMessage(req, `delivery.test.${ok ? 'taken' : 'notTaken'}`, ok, {
        relay: name,
        email,
        reply,
        fix: fix ?? '',
      });
    } catch (error) {
      if (!(error instanceof TooManyTests)) throw error;
      await leaveMessage(req, 'delivery.test.tooMany', false);
    }
    res.redirect(303, page);
  });

  router.post('/delivery/dns', requireScopedRole('admin'), async (req, res) => {
    await checkSenders(context);
    await leaveMessage(req, 'delivery.dns.checked', true);
    res.redirect(303, `${page}#dns`);
  });
  dkimRoutes(router, context);
  receiverRoutes(router, context);
  paceRoutes(router, context);
  reportRoutes(router, context);
  return router;
}

/** How many jobs wait on each queue; `jobs` is null while it is away. */
async function queueView({ queues }: Context) {
  const names = ['deliver', 'letters', 'editions', 'feeds'] as const;
  const counted = Promise.all(
    names.map(async (name) => {
      const { waiting = 0, prioritized = 0, active = 0, delayed = 0 } = await queues.counts(name);
      return { name, waiting: waiting + prioritized, active, delayed };
    }),
  );
  const jobs = (await answersSoon(counted, QUEUE_MS)) ? await counted : null;
  return { backend: queues.backend, jobs };
}
