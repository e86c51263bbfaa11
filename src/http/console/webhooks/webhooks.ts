import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import {
  changeSecret,
  changeWebhook,
  giveUpWebhook,
  makeWebhook,
  resendAttempt,
  testWebhook,
} from '../../../actions/webhooks.ts';
import type { Context } from '../../../context.ts';
import { openSealing } from '../../../database/sealing.ts';
import { causeInWords } from '../../../feeds/causes.ts';
import { ID_FORM } from '../../../text/id.ts';
import { AttemptNotFound, WebhookOff } from '../../../webhooks/errors.ts';
import { listAttempts } from '../../../webhooks/messages.ts';
import {
  getWebhook,
  listWebhooks,
  newWebhook,
  type Webhook,
  webhookEvents,
} from '../../../webhooks/webhooks.ts';
import { requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { byOf } from '../people/by.ts';
import { bindingIn, givable, tickedIn } from '../settings/binding.ts';
import { keepSecret, takeSecret } from '../settings/made-secret.ts';
import { timeIn } from '../times.ts';

const page = '/console/settings/webhooks';

interface Typed {
  url: string;
  description: string;
  events: string[];
}

function typedIn(req: Request): Typed {
  const text = (name: string) => (typeof req.body?.[name] === 'string' ? req.body[name] : '');
  const events: unknown[] = [req.body?.events ?? []].flat();
  return {
    url: text('url').slice(0, 3000),
    description: text('description').slice(0, 300),
    events: events.filter((one) => typeof one === 'string').slice(0, 50),
  };
}

/** Where other programs are told what happens: made, changed, tested, and what they answered. */
export function webhookRoutes(context: Context): Router {
  const router = Router();
  const { db } = context;
  const sealing = openSealing(context.secrets);
  const admin = requireScopedRole('admin');

  router.get('/settings/webhooks', admin, (req, res) => showList(req, res, {}));

  router.post('/settings/webhooks', admin, async (req, res) => {
    const typed = typedIn(req);
    const read = newWebhook.safeParse(typed);
    if (!read.success) return showList(req, res, { typed, wrong: wrongIn(read.error, req, res) });
    const newsletters = tickedIn(req);
    const made = await db.transaction().execute((tx) =>
      makeWebhook(tx, sealing, byOf(res), {
        ...read.data,
        ...(newsletters ? { newsletters } : {}),
      }),
    );
    await keepSecret(req, sealing, `webhook ${made.id}`, made.secret);
    await leaveMessage(req, 'webhooks.made', true);
    return res.redirect(303, `${page}/${made.id}`);
  });

  router.get('/settings/webhooks/:id', admin, async (req, res) => {
    const webhook = await getWebhook(db, idOf(req), scopeOf(res));
    return showOne(req, res, webhook, {});
  });

  router.post('/settings/webhooks/:id', admin, async (req, res) => {
    const webhook = await getWebhook(db, idOf(req), scopeOf(res));
    const typed = typedIn(req);
    const read = newWebhook.safeParse(typed);
    if (!read.success)
      return showOne(req, res, webhook, { typed, wrong: wrongIn(read.error, req, res) });
    const newsletters = bindingIn(req, res);
    const changes = { ...read.data, ...(newsletters === undefined ? {} : { newsletters }) };
    await db.transaction().execute((tx) => changeWebhook(tx, byOf(res), webhook.id, changes));
    await leaveMessage(req, 'webhooks.saved', true);
    return res.redirect(303, `${page}/${webhook.id}`);
  });

  for (const active of [true, false])
    router.post(`/settings/webhooks/:id/${active ? 'on' : 'off'}`, admin, async (req, res) => {
      await db.transaction().execute((tx) => changeWebhook(tx, byOf(res), idOf(req), { active }));
      await leaveMessage(req, active ? 'webhooks.switchedOn' : 'webhooks.switchedOff', true);
      res.redirect(303, `${page}/${idOf(req)}`);
    });

  router.post('/settings/webhooks/:id/test', admin, async (req, res) => {
    const outcome = await orOff(testWebhook(context, byOf(res), idOf(req)));
    if (!outcome) await leaveMessage(req, 'webhooks.isOff', false);
    else if (outcome.ok)
      await leaveMessage(req, 'webhooks.works', true, { status: String(outcome.status) });
    else {
      const { cause, error, status } = outcome;
      const { language } = wordsFor(req, res);
      const reason = cause ? causeInWords(cause, language) : (error ?? String(status));
      await leaveMessage(req, 'webhooks.fails', false, { reason: reason.slice(0, 200) });
    }
    res.redirect(303, `${page}/${idOf(req)}`);
  });

  router.post('/settings/webhooks/:id/secret', admin, async (req, res) => {
    const { id, secret } = await db
      .transaction()
      .execute((tx) => changeSecret(tx, sealing, byOf(res), idOf(req)));
    await keepSecret(req, sealing, `webhook ${id}`, secret);
    await leaveMessage(req, 'webhooks.secretChanged', true);
    res.redirect(303, `${page}/${id}`);
  });

  router.post('/settings/webhooks/:id/resend', admin, async (req, res) => {
    const attempt = z.string().max(20).catch('').parse(req.body?.attempt);
    const done = await orOff(
      db
        .transaction()
        .execute((tx) => resendAttempt(tx, byOf(res), idOf(req), attempt))
        .then(() => true),
    );
    await leaveMessage(req, done ? 'webhooks.resent' : 'webhooks.isOff', Boolean(done));
    res.redirect(303, `${page}/${idOf(req)}`);
  });

  router.post('/settings/webhooks/:id/remove', admin, async (req, res) => {
    await db.transaction().execute((tx) => giveUpWebhook(tx, byOf(res), idOf(req)));
    await leaveMessage(req, 'webhooks.removed', true);
    res.redirect(303, page);
  });

  interface Shown {
    typed?: Typed;
    wrong?: Record<string, string>;
  }

  async function showList(req: Request, res: Response, { typed, wrong }: Shown) {
    const { t } = wordsFor(req, res);
    const [webhooks, binding] = await Promise.all([
      listWebhooks(db, scopeOf(res)),
      givable(db, res, tickedIn(req) ?? null),
    ]);
    await showPage(context, req, res, {
      view: 'webhooks/list.eta',
      nav: 'settings',
      title: t('webhooks.title'),
      styles: ['access'],
      status: wrong ? 422 : 200,
      data: {
        typed: typed ?? { url: '', description: '', events: [] },
        wrong: wrong ?? {},
        binding,
        events: eventsFor(t),
        webhooks: webhooks.map((one) => view(one, t)),
      },
    });
  }

  async function showOne(req: Request, res: Response, webhook: Webhook, { typed, wrong }: Shown) {
    const { t, language } = wordsFor(req, res);
    const after = z.string().regex(ID_FORM).optional().catch(undefined).parse(req.query['after']);
    const [log, binding, made] = await Promise.all([
      listAttempts(db, webhook.id, { limit: 25, after }),
      givable(db, res, tickedIn(req) ?? webhook.newsletters),
      wrong ? undefined : takeSecret(req, sealing),
    ]);
    await showPage(context, req, res, {
      view: 'webhooks/webhook.eta',
      nav: 'settings',
      title: t('webhooks.one', { host: new URL(webhook.url).host }),
      styles: ['access'],
      scripts: ['people'],
      status: wrong ? 422 : 200,
      data: {
        typed: typed ?? webhook,
        wrong: wrong ?? {},
        binding,
        events: eventsFor(t),
        webhook: view(webhook, t),
        secret: made?.of === `webhook ${webhook.id}` ? made.secret : undefined,
        after,
        next: log.next,
        attempts: log.data.map((one) => ({
          ...one,
          when: { iso: one.at.toISOString(), text: timeIn(one.at, language, 'UTC') },
          again: one.nextAt && timeIn(one.nextAt, language, 'UTC'),
        })),
      },
    });
  }
  return router;
}

const eventsFor = (t: (key: string) => string) =>
  webhookEvents.map((type) => ({ type, text: t(`webhooks.events.${type.replace('.', '-')}`) }));

function view(webhook: Webhook, t: (key: string) => string) {
  const { active, failingSince, disabledBy } = webhook;
  const state = active ? (failingSince ? 'failing' : 'on') : (disabledBy ?? 'operator');
  return {
    ...webhook,
    look: active ? (failingSince ? 'paused' : 'sent') : 'cancelled',
    stateText: t(`webhooks.state.${state}`),
    stateHelp: state === 'on' || state === 'operator' ? '' : t(`webhooks.stateHelp.${state}`),
    bound: webhook.newsletters?.join(', '),
  };
}

/** What to do about each field that is wrong. */
function wrongIn(error: z.ZodError, req: Request, res: Response): Record<string, string> {
  const { t } = wordsFor(req, res);
  return Object.fromEntries(
    error.issues.map(({ path }) => [String(path[0]), t(`webhooks.wrong.${String(path[0])}`)]),
  );
}

/** Undefined where the webhook is off, or what should be told again is forgotten. */
const orOff = <T>(work: Promise<T>): Promise<T | undefined> =>
  work.catch((error) => {
    if (error instanceof WebhookOff || error instanceof AttemptNotFound) return undefined;
    throw error;
  });

const idOf = (req: Request): string => String(req.params['id']);
