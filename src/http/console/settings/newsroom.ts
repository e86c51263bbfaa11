import { createHash } from 'node:crypto';
import { type Request, type Response, Router } from 'express';
import { commit } from '../../../actions/commit.ts';
import { changeNewsroom, putNewsroomLogo } from '../../../actions/newsletters.ts';
import {
  InvalidSettings,
  readSettings,
  replaceSettings,
  type Settings,
} from '../../../actions/settings.ts';
import type { Context } from '../../../context.ts';
import { languages, type Translate } from '../../../locales/index.ts';
import { LOGO_PATH } from '../../../newsletters/logo-files.ts';
import { KEPT_DAYS } from '../../../privacy/retention.ts';
import { actorOf, mayAct, requireRole } from '../../middleware/roles.ts';
import { readUpload } from '../../middleware/upload.ts';
import { consentIn } from '../../public/sign-up/consent-wording.ts';
import { languageName } from '../language-name.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { pictureIn, refusalOf } from '../uploaded-logo.ts';
import {
  limitFields,
  sendingFields,
  settingsFrom,
  type Typed,
  typedFrom,
  typedOf,
} from './form.ts';

const page = '/console/settings/newsroom';
const house = { wording: {}, wordingVersion: null };

/** What the newsroom says of itself, and how readers get in: to be seen by all, changed by admins. */
export function newsroomRoutes(context: Context): Router {
  const router = Router();

  router.get('/settings/newsroom', requireRole('viewer'), async (req, res) => {
    const settings = await readSettings(context.db);
    await show(req, res, { settings, typed: typedOf(settings, wordsFor(req, res).language) });
  });

  router.post('/settings/newsroom', requireRole('admin'), async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const settings = await readSettings(context.db);
    const typed = typedFrom(req.body, typedOf(settings, language));
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

  const logo = `${page.replace('/console', '')}/logo`;
  router.post(logo, requireRole('admin'), ...readUpload, async (req, res) => {
    try {
      const file = pictureIn(res);
      await commit(context, async (tx) => ({
        value: await putNewsroomLogo(tx, actorOf(res), file),
      }));
    } catch (error) {
      const { language } = wordsFor(req, res);
      const settings = await readSettings(context.db);
      const typed = typedOf(settings, language);
      return show(req, res, {
        settings,
        typed,
        logoWrong: refusalOf(error, language),
        status: 422,
      });
    }
    await leaveMessage(req, 'newsletters.done.logo', true);
    return res.redirect(303, `${page}#logo`);
  });

  router.post(`${logo}/remove`, requireRole('admin'), async (req, res) => {
    await commit(context, async (tx) => ({
      value: await changeNewsroom(tx, actorOf(res), { logo: null }),
    }));
    await leaveMessage(req, 'newsletters.done.logoRemoved', true);
    res.redirect(303, `${page}#logo`);
  });

  async function show(
    req: Request,
    res: Response,
    shown: {
      settings: Settings;
      typed: Typed;
      wrong?: Typed;
      status?: number;
      message?: string;
      logoWrong?: string;
    },
  ) {
    const { language, t } = wordsFor(req, res);
    const { settings, typed, wrong = {}, status = 200, message, logoWrong } = shown;
    await showPage(context, req, res, {
      view: 'settings/newsroom.eta',
      nav: 'settings',
      title: t('settings.title'),
      status,
      styles: ['newsletters'],
      message: message === undefined ? undefined : { good: false, text: message },
      data: {
        typed,
        wrong,
        first: Object.keys(wrong)[0],
        seen: seenOf(settings),
        mayChange: mayAct(res, 'admin'),
        keptDays: KEPT_DAYS,
        logo: settings.newsroom.logo,
        ownLogo: settings.newsroom.logo !== null && LOGO_PATH.test(settings.newsroom.logo),
        logoWrong,
        wordings: languages.map((code) => ({
          code,
          name: languageName(code, language),
          house: consentIn({ newsroom: settings.newsroom, signUp: house }, code).wording,
        })),
        limits: limitFields,
        sending: sendingFields,
      },
    });
  }
  return router;
}

/** Changes when anybody changes a setting. */
const seenOf = (settings: Settings) =>
  createHash('sha256')
    .update(JSON.stringify(typedOf(settings, 'en')))
    .digest('base64url')
    .slice(0, 22);

/** What to do about each field that is wrong, in the order of the form. */
function wrongFields({ errors }: InvalidSettings, typed: Typed, t: Translate): Typed {
  const found: Typed = {};
  for (const { pointer, detail } of errors) {
    const [group = '', ...path] = pointer.split('/').slice(1);
    const name = path.join('.');
    if (group === 'signUp' && path[0] !== 'wording')
      found[name] ??= t(/not less/.test(detail) ? 'settings.wrong.order' : 'settings.wrong.number');
    else if (group === 'sending')
      found[name] ??= t(
        /not less/.test(detail) ? 'settings.wrong.order' : 'settings.wrong.sending',
      );
    else found[name] ??= t(`settings.wrong.${path[0]}`);
  }
  const order = Object.keys(typed);
  return Object.fromEntries(
    Object.entries(found).toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other)),
  );
}
