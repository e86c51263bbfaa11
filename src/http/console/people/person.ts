import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { commit } from '../../../actions/commit.ts';
import {
  type By,
  changeOperator,
  endOperatorSessions,
  letInOperator,
  linkForOperator,
  resetOperatorTwoFactor,
  shutOutOperator,
} from '../../../actions/operators.ts';
import type { Context } from '../../../context.ts';
import type { DbOrTransaction } from '../../../database/connection.ts';
import { openSealing } from '../../../database/sealing.ts';
import { getOperator, LastOwner, OperatorNotFound } from '../../../operators/accounts.ts';
import { InvalidBinding } from '../../../operators/bindings.ts';
import { roles } from '../../../operators/roles.ts';
import { listSessions } from '../../../operators/sessions.ts';
import { readId } from '../../../text/id.ts';
import { lineSchema } from '../../../text/one-line.ts';
import { mayAct, requireScopedRole, roleOf, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { bindingIn, givable } from '../settings/binding.ts';
import { timeIn } from '../times.ts';
import { byOf } from './by.ts';
import { keepLink, takeLink } from './made-link.ts';
import { grantable, personInList, standing } from './view.ts';

const pageOf = (id: string) => `/console/settings/people/${id}`;
const changes = z.object({ name: lineSchema(100), role: z.enum(roles).optional() });

/** One person: role, links, sessions, second factor, shut out and let in. */
export function personRoutes(context: Context): Router {
  const router = Router();
  const { db, config } = context;
  const sealing = openSealing(context.secrets);

  router.get('/settings/people/:id', requireScopedRole('admin'), (req, res) =>
    show(req, res, idOf(req.params.id)),
  );

  router.post('/settings/people/:id', requireScopedRole('admin'), async (req, res) => {
    const { t } = wordsFor(req, res);
    const id = idOf(req.params.id);
    const read = changes.safeParse(req.body);
    if (!read.success) {
      const wrong = { name: t('people.wrong.name') };
      return show(req, res, id, { typed: req.body ?? {}, wrong });
    }
    const { name, role } = read.data;
    // nobody widens or narrows their own account
    const newsletters = res.locals.operator.id === id ? undefined : bindingIn(req, res);
    await answer(req, res, id, 'people.saved', (tx) =>
      changeOperator(tx, byOf(res), id, {
        name,
        ...(role ? { role } : {}),
        ...(newsletters === undefined ? {} : { newsletters }),
      }),
    );
  });

  const buttons: [string, string, (tx: DbOrTransaction, by: By, id: string) => Promise<unknown>][] =
    [
      ['disable', 'people.disabled', shutOutOperator],
      ['enable', 'people.enabled', letInOperator],
      ['end-sessions', 'people.sessionsEnded', endOperatorSessions],
      ['reset-two-factor', 'people.twoFactorReset', resetOperatorTwoFactor],
    ];
  for (const [verb, said, act] of buttons)
    router.post(`/settings/people/:id/${verb}`, requireScopedRole('admin'), (req, res) => {
      const id = idOf(req.params.id);
      return answer(req, res, id, said, (tx) => act(tx, byOf(res), id));
    });

  router.post('/settings/people/:id/link', requireScopedRole('admin'), async (req, res) => {
    const id = idOf(req.params.id);
    const mail = req.body?.mail === 'yes';
    const { link } = await commit(context, async (tx) => {
      const made = await linkForOperator(tx, byOf(res), id, { mail });
      return { value: made, enqueue: (queues) => queues.enqueueLetters(made.letters) };
    });
    if (!mail) await keepLink(req, sealing, { operatorId: id, link });
    const { email } = await getOperator(db, id);
    await leaveMessage(req, mail ? 'people.linkMailed' : 'people.linkMade', true, { email });
    res.redirect(303, pageOf(id));
  });

  /** Does what a button says, and leads back to the page, which says what came of it. */
  async function answer(
    req: Request,
    res: Response,
    id: string,
    said: string,
    act: (tx: DbOrTransaction) => Promise<unknown>,
  ) {
    try {
      await db.transaction().execute(act);
      const { email } = await getOperator(db, id);
      await leaveMessage(req, said, true, { email });
    } catch (error) {
      if (error instanceof LastOwner) await leaveMessage(req, 'people.lastOwner', false);
      else if (error instanceof InvalidBinding) await leaveMessage(req, 'binding.wrong', false);
      else throw error;
    }
    res.redirect(303, pageOf(id));
  }

  async function show(
    req: Request,
    res: Response,
    id: string,
    again?: { typed: Record<string, string>; wrong: { name: string } },
  ) {
    const { language, t } = wordsFor(req, res);
    const [operator, sessions, link] = await Promise.all([
      getOperator(db, id, scopeOf(res)),
      listSessions(db, id),
      takeLink(req, sealing, id),
    ]);
    const binding = await givable(db, res, operator.newsletters);
    const frame = { t, language, now: context.now() };
    await showPage(context, req, res, {
      view: 'people/person.eta',
      nav: 'settings',
      title: operator.name || operator.email,
      styles: ['people', 'access'],
      scripts: ['people'],
      status: again ? 422 : 200,
      data: {
        person: {
          ...personInList(operator, frame),
          state: standing(operator),
          bound: operator.newsletters?.join(', '),
          made: timeIn(operator.createdAt, language, 'UTC'),
        },
        typed: again?.typed ?? { name: operator.name, role: operator.role },
        wrong: again?.wrong ?? {},
        binding,
        sessions: sessions.length,
        link: link && `${config.publicUrl}/console/setup/${link}`,
        roles: grantable(roleOf(res)),
        mayChange: mayAct(res, operator.role),
        self: res.locals.operator.id === operator.id,
      },
    });
  }
  return router;
}

function idOf(text: unknown): string {
  const id = readId(text);
  if (id === undefined) throw new OperatorNotFound('There is no such operator.');
  return id;
}
