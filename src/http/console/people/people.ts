import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { commit } from '../../../actions/commit.ts';
import { inviteOperator, setTwoFactorRequired } from '../../../actions/operators.ts';
import type { Context } from '../../../context.ts';
import { openSealing } from '../../../database/sealing.ts';
import { languages } from '../../../locales/index.ts';
import { InvalidOperator, listOperators, OperatorExists } from '../../../operators/accounts.ts';
import { InvalidBinding } from '../../../operators/bindings.ts';
import { roles } from '../../../operators/roles.ts';
import { twoFactorRequired } from '../../../operators/two-factor.ts';
import { lineSchema } from '../../../text/one-line.ts';
import { mayAct, requireRole, requireScopedRole, roleOf, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { givable, tickedIn } from '../settings/binding.ts';
import { byOf } from './by.ts';
import { keepLink } from './made-link.ts';
import { grantable, personInList, standing } from './view.ts';

const page = '/console/settings/people';

const invitation = z.object({
  email: z.string().max(320),
  name: lineSchema(100).default(''),
  role: z.enum(roles).default('editor'),
  language: z.enum(languages as [string, ...string[]]).default('en'),
  mail: z.literal('yes').optional(),
});
type Typed = Partial<Record<'email' | 'name' | 'role' | 'language' | 'mail', string>>;

/** Who works here: the list, invitations, and whether everybody needs a second factor. */
export function peopleRoutes(context: Context): Router {
  const router = Router();
  const sealing = openSealing(context.secrets);

  router.get('/settings/people', requireScopedRole('admin'), (req, res) =>
    show(req, res, {
      typed: { mail: 'yes', role: 'editor', language: wordsFor(req, res).language },
    }),
  );

  router.post('/settings/people', requireScopedRole('admin'), async (req, res) => {
    const { t } = wordsFor(req, res);
    const typed: Typed = req.body ?? {};
    const read = invitation.safeParse(typed);
    if (!read.success) {
      const at = read.error.issues[0]?.path[0] === 'name' ? 'name' : 'email';
      return show(req, res, { typed, wrong: { [at]: t(`people.wrong.${at}`) } });
    }
    const newsletters = tickedIn(req);
    const { mail, ...wish } = read.data;
    const input = { ...wish, ...(newsletters ? { newsletters } : {}) };
    try {
      const { operator, link } = await commit(context, async (tx) => {
        const made = await inviteOperator(tx, byOf(res), input, { mail: mail === 'yes' });
        return { value: made, enqueue: (queues) => queues.enqueueLetters(made.letters) };
      });
      await keepLink(req, sealing, { operatorId: operator.id, link });
      const said = mail ? 'people.invitedByMail' : 'people.invited';
      await leaveMessage(req, said, true, { email: operator.email });
      return res.redirect(303, `${page}/${operator.id}`);
    } catch (error) {
      if (error instanceof OperatorExists)
        return show(req, res, {
          typed,
          wrong: { email: t('people.wrong.exists') },
          existing: error.existing,
        });
      if (error instanceof InvalidBinding)
        return show(req, res, { typed, wrong: { role: t('binding.wrong') } });
      if (!(error instanceof InvalidOperator)) throw error;
      return show(req, res, { typed, wrong: { email: t('people.wrong.email') } });
    }
  });

  router.post('/settings/people/two-factor', requireRole('admin'), async (req, res) => {
    const required = req.body?.required === 'yes';
    await context.db.transaction().execute((tx) => setTwoFactorRequired(tx, byOf(res), required));
    await leaveMessage(req, required ? 'people.nowRequired' : 'people.nowOptional', true);
    res.redirect(303, page);
  });

  interface Shown {
    typed: Typed;
    wrong?: Partial<Record<'email' | 'name' | 'role', string>>;
    /** The id of the operator who has the address. */
    existing?: string | undefined;
  }
  async function show(req: Request, res: Response, { typed, wrong, existing }: Shown) {
    const { language, t } = wordsFor(req, res);
    const [operators, required, binding] = await Promise.all([
      listOperators(context.db, scopeOf(res)),
      twoFactorRequired(context.db),
      givable(context.db, res, tickedIn(req) ?? null),
    ]);
    await showPage(context, req, res, {
      view: 'people/list.eta',
      nav: 'settings',
      title: t('people.title'),
      styles: ['people', 'access'],
      status: wrong ? 422 : 200,
      data: {
        typed,
        binding,
        wrong: wrong ?? {},
        existing,
        people: operators.map((one) => personInList(one, { t, language, now: context.now() })),
        roles: grantable(roleOf(res)),
        languages: languages.map((code) => ({ code, name: t(`me.languages.${code}`) })),
        required,
        mayChangeRule: mayAct(res, required ? 'owner' : 'admin') && scopeOf(res) === null,
        withoutTwoFactor: operators.filter((one) => standing(one) === 'active' && !one.twoFactor)
          .length,
      },
    });
  }
  return router;
}
