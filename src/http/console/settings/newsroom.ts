import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { commit } from '../../../actions/commit.ts';
import {
  InvalidSettings,
  readSettings,
  replaceSettings,
  type Settings,
} from '../../../actions/settings.ts';
import type { Context } from '../../../context.ts';
import { languages, type Translate } from '../../../locales/index.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { KEPT_DAYS } from '../../../privacy/retention.ts';
import { actorOf, mayAct, requireRole } from '../../middleware/roles.ts';
import { consentIn } from '../../public/sign-up/consent-wording.ts';
import { languageName } from '../language-name.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { limitFields, settingsFrom, sitesIn, type Typed, typedFrom, typedOf } from './form.ts';

const page = '/console/settings/newsroom';
const house = { wording: {}, wordingVersion: null };

/** What the newsroom says of itself, and how readers get in: to be seen by all, changed by admins. */
export function newsroomRoutes(context: Context): Router {
  const router = Router();

  router.get('/settings/newsroom', requireRole('viewer'), async (req, res) => {
    const settings = await readSettings(context.db);
    await show(req, res, { settings, typed: typedOf(settings) });
  });

  router.post('/settings/newsroom', requireRole('admin'), async (req, res) => {
    const { t } = wordsFor(req, res);
    const settings = await readSettings(context.db);
    const typed = typedFrom(req.body, typedOf(settings));
    // written over what nobody has seen: shown again, and what was typed is still there
    if (req.body?.seen !== seenOf(settings))
      return show(req, res, { settings, typed, status: 409, message: t('settings.meanwhile') });
    try {
      const wanted = settingsFrom(typed, settings);
      const changed = await commit(context, (tx) => replaceSettings(tx, actorOf(res), wanted));
      await leaveMessage(req, changed ? 'settings.saved' : 'settings.same', true);
      return res.redirect(303, page);
    } catch (error) {
      if (!(error instanceof InvalidSettings)) throw error;
      const wrong = wrongFields(error, typed, t);
      return show(req, res, {
        settings,
        typed,
        wrong,
        status: 422,
        message: t('settings.wrong.title'),
      });
    }
  });

  async function show(
    req: Request,
    res: Response,
    shown: { settings: Settings; typed: Typed; wrong?: Typed; status?: number; message?: string },
  ) {
    const { language, t } = wordsFor(req, res);
    const { settings, typed, wrong = {}, status = 200, message } = shown;
    const newsletters = await listNewsletters(context.db);
    await showPage(context, req, res, {
      view: 'settings/newsroom.eta',
      nav: 'settings',
      title: t('settings.title'),
      status,
      message: message === undefined ? undefined : { good: false, text: message },
      data: {
        typed,
        wrong,
        first: Object.keys(wrong)[0],
        seen: seenOf(settings),
        mayChange: mayAct(res, 'admin'),
        keptDays: KEPT_DAYS,
        newsletters: newsletters.map(({ slug, title, language }) => ({ slug, title, language })),
        wordings: languages.map((code) => ({
          code,
          name: languageName(code, language),
          house: consentIn({ newsroom: settings.newsroom, signUp: house }, code).wording,
        })),
        limits: limitFields,
      },
    });
  }
  return router;
}

/** Changes when anybody changes a setting. */
const seenOf = (settings: Settings) =>
  createHash('sha256')
    .update(JSON.stringify(typedOf(settings)))
    .digest('base64url')
    .slice(0, 22);

/** What to do about each field that is wrong, in the order of the form. */
function wrongFields({ errors }: InvalidSettings, typed: Typed, t: Translate): Typed {
  const found: Typed = {};
  for (const { pointer, detail } of errors) {
    const [group = '', ...path] = pointer.split('/').slice(1);
    const name = group === 'origins' ? `origins.${path[0]}` : path.join('.');
    if (group === 'origins') {
      const site = sitesIn(typed[name] ?? '')[Number(path[1])];
      found[name] ??= t(site === undefined ? 'settings.wrong.sites' : 'settings.wrong.site', {
        site: site?.slice(0, 100) ?? '',
      });
    } else if (group === 'signUp' && path[0] !== 'wording')
      found[name] ??= t(/not less/.test(detail) ? 'settings.wrong.order' : 'settings.wrong.number');
    else found[name] ??= t(`settings.wrong.${path[0]}`);
  }
  const order = Object.keys(typed);
  return Object.fromEntries(
    Object.entries(found).toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other)),
  );
}
