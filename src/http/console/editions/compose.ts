import { type Request, type Response, Router } from 'express';
import { commit } from '../../../actions/commit.ts';
import { composeAndSend } from '../../../actions/compose.ts';
import { writeArticle } from '../../../actions/write-article.ts';
import { ArticleExists, InvalidArticle, UnknownArticles } from '../../../articles/errors.ts';
import { requireArticlesWithin } from '../../../articles/within-scope.ts';
import type { Context } from '../../../context.ts';
import { addableArticles, draftArticles } from '../../../editions/draft.ts';
import { readEdits } from '../../../editions/edits.ts';
import { InvalidEdition, NothingNew } from '../../../editions/errors.ts';
import { similarSpecial } from '../../../editions/same-special.ts';
import { listNewsletters, type Newsletter } from '../../../newsletters/newsletters.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, mayAct, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { languageName } from '../language-name.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { timeIn } from '../times.ts';
import { type ComposeForm, fieldsOf, kinds, readComposeForm } from './compose-form.ts';

const MOST_FOUND = 30;

/** What a page of the form shows beside what was typed. */
interface Shown {
  status?: number;
  wrong?: Set<string>;
  message?: { good: boolean; text: string } | undefined;
  /** The same special, made a moment ago. */
  same?: { id: string; createdAt: Date } | undefined;
}

/** Composing an edition of any kind. It makes a draft and sends nothing. */
export function composeRoutes(context: Context): Router {
  const { db } = context;
  const router = Router();

  router.get('/editions/new', requireScopedRole('sender'), async (req, res) => {
    await show(req, res, readComposeForm(req.query), {});
  });

  router.post('/editions/new', requireScopedRole('sender'), async (req, res) => {
    const form = readComposeForm(req.body);
    const newsletter = (await listNewsletters(db, scopeOf(res))).find(
      ({ slug }) => slug === form.newsletter,
    );
    if (!newsletter) throw new Problem(404, 'There is no such newsletter.');
    if (form.do === 'search') return show(req, res, form, {});
    const { t } = wordsFor(req, res);
    try {
      if (form.do === 'write') return show(req, res, await written(res, newsletter, form), {});
      return await prepare(req, res, newsletter, form);
    } catch (error) {
      if (error instanceof NothingNew) {
        const message = { good: false, text: t(`editions.nothing.${form.kind}`) };
        return show(req, res, form, { status: 409, message });
      }
      const wrong = wrongFields(error);
      if (!wrong) throw error;
      const message = { good: false, text: t('editions.wrong.title') };
      return show(req, res, form, { status: 422, wrong, message });
    }
  });

  /** Makes the draft; a special that was made a moment ago asks first. */
  async function prepare(req: Request, res: Response, newsletter: Newsletter, form: ComposeForm) {
    const own = form.kind === 'special' && mayAct(res, 'editor');
    const { subject = '', introduction = '' } = readEdits({
      subject: form.subject,
      introduction: form.introduction,
    });
    const now = context.now();
    const special = { newsletterId: newsletter.id, articles: form.article, introduction, now };
    const same = own && form.do !== 'again' ? await similarSpecial(db, special) : undefined;
    if (same) return show(req, res, form, { status: 409, same });
    const { id, made } = await commit(context, async (tx) => {
      await requireArticlesWithin(tx, scopeOf(res), form.article);
      return composeAndSend(tx, actorOf(res), {
        newsletter: newsletter.slug,
        kind: form.kind,
        now,
        send: false,
        ...(own
          ? { articles: form.article, subject, introduction, again: form.do === 'again' }
          : {}),
      });
    });
    await leaveMessage(req, made ? 'done.composed' : 'editions.done.there', true);
    return res.redirect(303, `/console/editions/${id}`);
  }

  /** Writes the article of the form; it is chosen then, and its fields are empty again. */
  async function written(
    res: Response,
    newsletter: Newsletter,
    form: ComposeForm,
  ): Promise<ComposeForm> {
    if (!mayAct(res, 'editor')) throw new Problem(403, 'Articles are written by editors.');
    const article = {
      newsletter: newsletter.slug,
      title: form['own-title'],
      url: form['own-url'],
      standfirst: form['own-standfirst'],
      ...(form['own-section'] ? { section: form['own-section'] } : {}),
    };
    const { id } = await db
      .transaction()
      .execute((tx) => writeArticle(tx, actorOf(res), article, context.now(), scopeOf(res)));
    const empty = { 'own-title': '', 'own-url': '', 'own-standfirst': '' };
    return { ...form, ...empty, article: [...form.article, id] };
  }

  async function show(req: Request, res: Response, form: ComposeForm, shown: Shown) {
    const { language, t } = wordsFor(req, res);
    const newsletters = await listNewsletters(db, scopeOf(res));
    const newsletter = newsletters.find(({ slug }) => slug === form.newsletter);
    const special = form.kind === 'special' && mayAct(res, 'editor');
    const found =
      newsletter && special ? await articlesFor(newsletter, form) : { chosen: [], others: [] };
    const view = (article: (typeof found.chosen)[number]) => ({
      ...article,
      date: timeIn(article.publishedAt, language, newsletter?.timezone ?? 'UTC'),
      name: languageName(article.language, language),
    });
    await showPage(context, req, res, {
      view: 'editions/new.eta',
      nav: 'editions',
      title: t('editions.new.title'),
      status: shown.status ?? 200,
      styles: ['editions'],
      message: shown.message,
      data: {
        newsletters,
        kinds,
        form,
        newsletter,
        special,
        chosen: found.chosen.map(view),
        others: found.others.map(view),
        wrong: shown.wrong ?? new Set(),
        same: shown.same && {
          id: shown.same.id,
          at: timeIn(shown.same.createdAt, language, newsletter?.timezone ?? 'UTC'),
        },
      },
    });
  }

  async function articlesFor({ id }: Newsletter, form: ComposeForm) {
    const [chosen, others] = await Promise.all([
      draftArticles(db, id, form.article),
      addableArticles(db, id, { held: form.article, search: form.search, limit: MOST_FOUND }),
    ]);
    const at = new Map(form.article.map((one, index) => [one, index]));
    const place = (one: { id: string }) => at.get(one.id) ?? 0;
    return { chosen: chosen.toSorted((a, b) => place(a) - place(b)), others };
  }
  return router;
}

function wrongFields(error: unknown): Set<string> | undefined {
  if (error instanceof InvalidEdition) return fieldsOf(error.errors);
  if (error instanceof InvalidArticle) return fieldsOf(error.errors, 'own-');
  if (error instanceof ArticleExists) return new Set(['own-exists']);
  if (error instanceof UnknownArticles) return new Set(['articles']);
  return undefined;
}
