import { type Request, type Response, Router } from 'express';
import { commit } from '../../../actions/commit.ts';
import { changeNewsletter, sectionsGone } from '../../../actions/newsletters.ts';
import { complaintDays } from '../../../bounces/complaint-days.ts';
import type { Context } from '../../../context.ts';
import { countFeedsOf } from '../../../feeds/feeds.ts';
import { languages, type Translate } from '../../../locales/index.ts';
import { InvalidNewsletter } from '../../../newsletters/errors.ts';
import { LOGO_PATH } from '../../../newsletters/logo-files.ts';
import { type Newsletter, requireNewsletter } from '../../../newsletters/newsletters.ts';
import { getNewsroom } from '../../../newsletters/newsroom.ts';
import { layoutSchema, typefaceSchema } from '../../../newsletters/settings.ts';
import { listWordings } from '../../../newsletters/wordings.ts';
import { type AffectedChoices, countChoices } from '../../../subscribers/section-choices.ts';
import { getSignUpSettings } from '../../../subscribers/sign-up-settings.ts';
import { actorOf, mayAct, requireRoleIn, scopeOf } from '../../middleware/roles.ts';
import { consentIn } from '../../public/sign-up/consent-wording.ts';
import { languageName } from '../language-name.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { reachIn } from '../reach.ts';
import { dateIn, timeIn } from '../times.ts';
import {
  changesFrom,
  emptyRows,
  fieldOf,
  kinds,
  rowsOf,
  seenOf,
  type Typed,
  typedFrom,
  typedOf,
} from './form.ts';
import { dayList, languageChoices, senderAdvice, stateOf, zoneChoices } from './view.ts';

/** What is shown over the form before sections go. */
interface Removal extends AffectedChoices {
  slugs: string;
  titles: string;
  feeds: number;
}

interface Shown {
  typed?: Typed;
  wrong?: Typed;
  /** What somebody else saved meanwhile, by field. */
  theirs?: Typed;
  removal?: Removal;
  /** Why an uploaded logo was refused. */
  logoWrong?: string;
  status?: number;
  message?: string;
}

/** Shows a newsletter's page: its settings as they are, or as somebody typed them. */
export type ShowNewsletter = (
  req: Request,
  res: Response,
  newsletter: Newsletter,
  shown?: Shown,
) => Promise<void>;

/** One newsletter: seen by all within its reach, changed by admins. */
export function newsletterRoutes(context: Context, show: ShowNewsletter): Router {
  const router = Router();
  const { db } = context;
  const { ofNewsletter } = reachIn(db);

  router.get('/newsletters/:slug', requireRoleIn('viewer', ofNewsletter), async (req, res) => {
    await show(req, res, await requireNewsletter(db, String(req.params.slug), scopeOf(res)));
  });

  router.post('/newsletters/:slug', requireRoleIn('admin', ofNewsletter), async (req, res) => {
    const { language, t } = wordsFor(req, res);
    const newsletter = await requireNewsletter(db, String(req.params.slug), scopeOf(res));
    const now = typedOf(newsletter);
    const typed = typedFrom(req.body, now);
    // written over what nobody has seen: shown again, with what is there now beside what was typed
    if (req.body?.seen !== seenOf(newsletter)) {
      const theirs = Object.fromEntries(
        Object.entries(now).filter(([name, value]) => typed[name] !== value),
      );
      const message = t('newsletters.meanwhile');
      return show(req, res, newsletter, { typed, theirs, status: 409, message });
    }
    const changes = changesFrom(typed, newsletter);
    const gone = sectionsGone(newsletter, changes.sections ?? []);
    if (gone.length > 0 && req.body?.sure !== gone.join(' ')) {
      const removal = await removalOf(newsletter, gone, language);
      return show(req, res, newsletter, { typed, removal });
    }
    try {
      await commit(context, async (tx) => ({
        value: await changeNewsletter(tx, actorOf(res), newsletter.slug, changes),
      }));
    } catch (error) {
      if (!(error instanceof InvalidNewsletter)) throw error;
      const wrong = wrongFields(error, typed, t);
      const message = t('newsletters.wrong.notSaved');
      return show(req, res, newsletter, { typed, wrong, status: 422, message });
    }
    await leaveMessage(req, 'newsletters.done.saved', true);
    return res.redirect(303, `/console/newsletters/${newsletter.slug}`);
  });

  async function removalOf(
    newsletter: Newsletter,
    gone: string[],
    language: string,
  ): Promise<Removal> {
    const [choices, feeds] = await Promise.all([
      countChoices(db, newsletter.id, gone),
      countFeedsOf(db, newsletter.id, gone),
    ]);
    const titles = newsletter.sections.filter(({ slug }) => gone.includes(slug));
    return {
      ...choices,
      feeds,
      slugs: gone.join(' '),
      titles: new Intl.ListFormat(language).format(titles.map(({ title }) => title)),
    };
  }
  return router;
}

export function openNewsletterPage(context: Context): ShowNewsletter {
  const { db, config } = context;
  return async (req, res, newsletter, shown = {}) => {
    const { language, t } = wordsFor(req, res);
    const { wrong = {}, theirs = {}, removal, logoWrong, status = 200, message } = shown;
    const typed = shown.typed ?? typedOf(newsletter);
    const [newsroom, signUp, history] = await Promise.all([
      getNewsroom(db),
      getSignUpSettings(db),
      listWordings(db, newsletter.id),
    ]);
    const rows = rowsOf(typed);
    await showPage(context, req, res, {
      view: 'newsletters/newsletter.eta',
      nav: 'newsletters',
      title: newsletter.title,
      status,
      styles: ['newsletters'],
      scripts: ['newsletters'],
      message: message === undefined ? undefined : { good: false, text: message },
      data: {
        newsletter,
        state: stateOf(newsletter),
        heldSince:
          newsletter.complaintsHeldAt &&
          timeIn(newsletter.complaintsHeldAt, language, newsletter.timezone),
        complaints: newsletter.complaintsHeldAt
          ? await complaintLines(db, newsletter, { language, t, now: context.now() })
          : [],
        typed,
        wrong,
        theirs,
        removal,
        logoWrong,
        first: Object.keys(wrong)[0],
        seen: seenOf(newsletter),
        mayChange: mayAct(res, 'admin'),
        rows: [...rows, ...(mayAct(res, 'admin') ? emptyRows(rows) : [])],
        kinds,
        layouts: layoutSchema.options,
        typefaces: typefaceSchema.options,
        days: dayList(language),
        languages: languageChoices(language, typed.language ?? 'en'),
        zones: zoneChoices(language, context.now()),
        advice: senderAdvice(newsletter, config, t),
        mailFrom: config.mailFrom,
        ownLogo: newsletter.logo !== null && LOGO_PATH.test(newsletter.logo),
        wordings: languages.map((code) => ({
          code,
          name: languageName(code, language),
          general: consentIn({ newsroom, signUp }, code).wording,
        })),
        history: history.map(({ version, wording, createdAt }) => ({
          version,
          at: timeIn(createdAt, language, newsletter.timezone),
          iso: createdAt.toISOString(),
          texts: Object.entries(wording).map(([code, words]) => ({
            code,
            name: languageName(code, language),
            words,
          })),
        })),
      },
    });
  };
}

/** Why complaints hold it: a line for each day. */
async function complaintLines(
  db: Context['db'],
  { id }: Newsletter,
  { language, t, now }: { language: string; t: Translate; now: Date },
): Promise<string[]> {
  const days = await complaintDays(db, now);
  const number = new Intl.NumberFormat(language);
  return days
    .filter((one) => one.newsletterId === id)
    .map(({ day, complaints, sent }) =>
      t('newsletters.held.day', {
        day: dateIn(day, language),
        count: complaints,
        sent: number.format(sent),
      }),
    );
}

/** What to do about each field that is wrong, in the order of the form. */
function wrongFields({ errors }: InvalidNewsletter, typed: Typed, t: Translate): Typed {
  const found = new Map<string, string>();
  for (const error of errors) {
    const field = fieldOf(error, typed);
    const [group = '', , part] = field.split('.');
    const key = group === 'section' ? `section.${part}` : group;
    if (!found.has(field)) found.set(field, t(`newsletters.wrong.${key}`));
  }
  const order = Object.keys(typed);
  return Object.fromEntries(
    [...found].toSorted(([one], [other]) => order.indexOf(one) - order.indexOf(other)),
  );
}
