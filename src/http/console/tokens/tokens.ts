import { type Request, type Response, Router } from 'express';
import { z } from 'zod';
import { makeToken, withdrawToken } from '../../../actions/tokens.ts';
import type { Context } from '../../../context.ts';
import { openSealing } from '../../../database/sealing.ts';
import { type ApiToken, InvalidToken, listApiTokens } from '../../../operators/api-tokens.ts';
import { LEAST_TOKEN_ROLE, mayAct, tokenRoles } from '../../../operators/roles.ts';
import { readId } from '../../../text/id.ts';
import { Problem } from '../../middleware/problem.ts';
import { requireScopedRole, roleOf, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { byOf } from '../people/by.ts';
import { givable, tickedIn } from '../settings/binding.ts';
import { keepSecret, takeSecret } from '../settings/made-secret.ts';
import { dateIn, timeIn } from '../times.ts';

const page = '/console/settings/tokens';
const lifetimes = ['30', '90', '365', 'never'] as const;
const form = z.object({
  name: z.string().max(200).catch(''),
  role: z.enum(tokenRoles).catch(LEAST_TOKEN_ROLE),
  lifetime: z.enum(lifetimes).catch('365'),
});

/** The keys of programs: made with the least role and for a year, their secret shown once. */
export function tokenRoutes(context: Context): Router {
  const router = Router();
  const { db, now } = context;
  const sealing = openSealing(context.secrets);

  router.get('/settings/tokens', requireScopedRole('admin'), (req, res) =>
    show(req, res, { typed: form.parse({}) }),
  );

  router.post('/settings/tokens', requireScopedRole('admin'), async (req, res) => {
    const typed = form.parse(req.body ?? {});
    const { name, role, lifetime } = typed;
    const newsletters = tickedIn(req);
    const wish = {
      name,
      role,
      ...(newsletters ? { newsletters } : {}),
      expiresAt:
        lifetime === 'never' ? null : new Date(now().getTime() + Number(lifetime) * 86_400_000),
    };
    try {
      const made = await db.transaction().execute((tx) => makeToken(tx, byOf(res), wish, now()));
      await keepSecret(req, sealing, `token ${made.id}`, made.token);
      await leaveMessage(req, 'tokens.made', true, { name: made.name });
      return res.redirect(303, page);
    } catch (error) {
      if (!(error instanceof InvalidToken)) throw error;
      const { t } = wordsFor(req, res);
      return show(req, res, { typed, wrong: t('tokens.wrong') });
    }
  });

  router.post('/settings/tokens/:id/revoke', requireScopedRole('admin'), async (req, res) => {
    const id = readId(req.params['id']);
    if (!id) throw new Problem(404, 'There is no such token.');
    const { name } = await db.transaction().execute((tx) => withdrawToken(tx, byOf(res), id));
    await leaveMessage(req, 'tokens.revoked', true, { name });
    res.redirect(303, page);
  });

  async function show(
    req: Request,
    res: Response,
    { typed, wrong }: { typed: z.output<typeof form>; wrong?: string },
  ) {
    const { t, language } = wordsFor(req, res);
    const [tokens, made, binding] = await Promise.all([
      listApiTokens(db, scopeOf(res)),
      wrong ? undefined : takeSecret(req, sealing),
      givable(db, res, tickedIn(req) ?? null),
    ]);
    const views = tokens.map((token) => view(token, language)).toReversed();
    await showPage(context, req, res, {
      view: 'tokens/list.eta',
      nav: 'settings',
      title: t('tokens.title'),
      styles: ['access'],
      scripts: ['people'],
      status: wrong ? 422 : 200,
      data: {
        typed,
        wrong,
        binding,
        lifetimes,
        roles: tokenRoles.filter((role) => mayAct(roleOf(res), role)),
        secret: made?.of.startsWith('token ') ? made.secret : undefined,
        valid: views.filter(({ state }) => state === 'valid'),
        over: views.filter(({ state }) => state !== 'valid'),
      },
    });
  }

  function view(token: ApiToken, language: string) {
    const { expiresAt, revokedAt, lastUsedAt } = token;
    const expired = expiresAt !== null && expiresAt <= now();
    return {
      ...token,
      state: revokedAt ? 'revoked' : expired ? 'expired' : 'valid',
      used: lastUsedAt && timeIn(lastUsedAt, language, 'UTC'),
      until: expiresAt && dateIn(expiresAt.toISOString().slice(0, 10), language),
      bound: token.newsletters?.join(', '),
    };
  }
  return router;
}
