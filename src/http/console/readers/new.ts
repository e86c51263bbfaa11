import { type Request, type Response, Router } from 'express';
import { commit } from '../../../actions/commit.ts';
import { addReader, subscriberWork } from '../../../actions/subscribers.ts';
import type { Context } from '../../../context.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { inScope } from '../../../operators/scope.ts';
import { actorOf, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { choicesOf, fieldsOf } from './choices.ts';
import { faultOf } from './faults.ts';
import { pageOf } from './reader-address.ts';

/** A reader added by hand: with a consent active at once, else asked first. */
export function newReaderRoutes(context: Context): Router {
  const router = Router();

  router.get('/readers/new', requireScopedRole('admin'), (req, res) =>
    showForm(req, res, fieldsOf(req.query)),
  );

  router.post('/readers', requireScopedRole('admin'), async (req, res) => {
    const fields = fieldsOf(req.body);
    const { text } = fields;
    const given = text('how') === 'given';
    const input = {
      email: text('email', 1000),
      ...(text('name') ? { name: text('name') } : {}),
      ...(text('language') ? { language: text('language') } : {}),
      ...(text('timezone') ? { timezone: text('timezone') } : {}),
      newsletter: fields.several('newsletter'),
      ...(given
        ? { consent: { source: text('consentSource'), at: `${text('consentAt')}T00:00:00Z` } }
        : {}),
    };
    const by = subscriberWork(context, scopeOf(res));
    try {
      const { subscriber } = await commit(context, (tx) => addReader(tx, actorOf(res), input, by));
      await leaveMessage(req, given ? 'readers.done.added' : 'readers.done.asked', true);
      res.redirect(303, pageOf(subscriber.id));
    } catch (error) {
      const fault = faultOf(error);
      if (!fault) throw error;
      await showForm(req, res, fields, fault);
    }
  });

  async function showForm(
    req: Request,
    res: Response,
    { text, several }: ReturnType<typeof fieldsOf>,
    fault?: { field: string; words: string },
  ) {
    const { language, t } = wordsFor(req, res);
    const all = await listNewsletters(context.db);
    const newsletters = all.filter(({ id }) => inScope(scopeOf(res), id));
    const names = ['email', 'name', 'language', 'timezone', 'consentSource', 'consentAt', 'how'];
    const typed = Object.fromEntries(names.map((name) => [name, text(name)]));
    await showPage(context, req, res, {
      view: 'readers/new.eta',
      nav: 'readers',
      title: t('readers.addTitle'),
      status: fault ? 422 : 200,
      styles: ['readers'],
      data: {
        typed,
        ticked: newsletters.length === 1 ? [newsletters[0]?.slug] : several('newsletter'),
        wrong: fault ? { [fault.field]: t(`readers.wrong.${fault.words}`) } : {},
        newsletters,
        today: context.now().toISOString().slice(0, 10),
        ...choicesOf(
          newsletters,
          { language, now: context.now() },
          { language: text('language'), timezone: text('timezone') },
        ),
      },
    });
  }
  return router;
}
