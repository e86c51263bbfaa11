import { type Request, type Response, Router } from 'express';
import { commit } from '../../../actions/commit.ts';
import { changeSubscriber, subscriberWork } from '../../../actions/subscribers.ts';
import type { Context } from '../../../context.ts';
import { listNewsletters } from '../../../newsletters/newsletters.ts';
import { SubscriberNotFound } from '../../../subscribers/errors.ts';
import { type ReaderSubscription, readerOf } from '../../../subscribers/own-page.ts';
import { getSubscriber } from '../../../subscribers/subscribers.ts';
import { Problem } from '../../middleware/problem.ts';
import { actorOf, requireScopedRole, scopeOf } from '../../middleware/roles.ts';
import { pauseDay, pauseOf, UnusableChoice } from '../../public/account/preferences-input.ts';
import { leaveMessage, showPage, wordsFor } from '../pages.ts';
import { choicesOf, fieldsOf } from './choices.ts';
import { faultOf } from './faults.ts';
import { pageOf, readerId } from './reader-address.ts';

type Fields = ReturnType<typeof fieldsOf>;
interface Fault {
  /** The newsletter whose form it is of; undefined: the person's. */
  slug?: string | undefined;
  field: string;
  words: string;
}

const personFields = ['email', 'name', 'language', 'timezone'] as const;
const placeFields = ['frequency', 'hour', 'format', 'pause'] as const;

/**
 * A reader's name, address and choices. Each form brings along what its fields held when it was shown, and only what
 * differs is changed: what a colleague changed meanwhile stays.
 */
export function changeRoutes(context: Context): Router {
  const router = Router();
  const { db, now } = context;

  router.get('/readers/:id/change', requireScopedRole('admin'), (req, res) => showForms(req, res));

  router.post('/readers/:id/change', requireScopedRole('admin'), async (req, res) => {
    const fields = fieldsOf(req.body);
    const changed = personFields.filter((name) => fields.text(name) !== fields.text(`was.${name}`));
    const changes = Object.fromEntries(
      changed.map((name) => [name, emptied(fields.text(name, 1000), name !== 'email')]),
    );
    await save(req, res, changes, fields);
  });

  router.post('/readers/:id/subscription', requireScopedRole('admin'), async (req, res) => {
    const fields = fieldsOf(req.body);
    const slug = fields.text('newsletter');
    const reader = await visible(req, res);
    const place = reader.subscriptions.find((one) => one.slug === slug);
    if (!place) throw new Problem(404, 'There is no such subscription.');
    const { text } = fields;
    const changed = placeFields.filter((name) => text(name) !== text(`was.${name}`));
    const sections = fields.several('sections');
    try {
      const given: Record<string, unknown> = {};
      for (const name of changed)
        if (name === 'pause')
          given['pausedUntil'] = pausedUntil(text('pause'), reader.timezone ?? place.timezone);
        else given[name] = emptied(text(name), name === 'hour');
      if (place.offered.length > 1 && sections.join() !== text('was.sections'))
        given['sections'] = sectionsOf(place, sections);
      const any = Object.keys(given).length > 0;
      const changes = any ? { subscriptions: [{ newsletter: slug, ...given }] } : {};
      await save(req, res, changes, fields, slug);
    } catch (error) {
      if (!(error instanceof UnusableChoice)) throw error;
      await showForms(req, res, { fields, fault: { slug, field: 'pause', words: 'pause' } });
    }
  });

  function pausedUntil(day: string, timezone: string): string | null {
    const until = pauseOf(day, timezone, now());
    if (day !== '' && until === null) throw new UnusableChoice();
    return until?.toISOString() ?? null;
  }

  async function save(req: Request, res: Response, changes: object, fields: Fields, slug?: string) {
    if (Object.keys(changes).length === 0) {
      await leaveMessage(req, 'readers.unchanged', true);
      return res.redirect(303, pageOf(readerId(req)));
    }
    try {
      const by = subscriberWork(context, scopeOf(res));
      await commit(context, (tx) => changeSubscriber(tx, actorOf(res), readerId(req), changes, by));
    } catch (error) {
      const fault = faultOf(error);
      if (!fault) throw error;
      return showForms(req, res, { fields, fault: { ...fault, slug } });
    }
    await leaveMessage(req, 'readers.changed', true);
    return res.redirect(303, pageOf(readerId(req)));
  }

  /** The reader with the subscriptions within the caller's scope. Throws SubscriberNotFound. */
  async function visible(req: Request, res: Response) {
    const { subscriptions } = await getSubscriber(db, readerId(req), scopeOf(res));
    const reader = await readerOf(db, readerId(req));
    if (!reader) throw new SubscriberNotFound(readerId(req));
    const slugs = subscriptions.map((one) => one.newsletter);
    return {
      ...reader,
      subscriptions: reader.subscriptions.filter((one) => slugs.includes(one.slug)),
    };
  }

  async function showForms(
    req: Request,
    res: Response,
    sent?: { fields: Fields; fault: Fault },
  ): Promise<void> {
    const { language, t } = wordsFor(req, res);
    const [reader, newsletters] = await Promise.all([visible(req, res), listNewsletters(db)]);
    const stored = {
      email: reader.email,
      name: reader.name ?? '',
      language: reader.language ?? '',
      timezone: reader.timezone ?? '',
    };
    const { fields, fault } = sent ?? {};
    const isPersons = fields && fault?.slug === undefined;
    const typed = isPersons
      ? Object.fromEntries(personFields.map((name) => [name, fields.text(name, 1000)]))
      : stored;
    const wrong = (slug: string | undefined) =>
      fault && fault.slug === slug ? { [fault.field]: t(`readers.wrong.${fault.words}`) } : {};
    await showPage(context, req, res, {
      view: 'readers/change.eta',
      nav: 'readers',
      title: t('readers.changeTitle', { reader: reader.email }),
      status: fault ? 422 : 200,
      styles: ['readers'],
      data: {
        id: reader.id,
        typed,
        was: stored,
        wrong: wrong(undefined),
        addressHint: t('readers.addressHint'),
        ...choicesOf(newsletters, { language, now: now() }, stored),
        places: reader.subscriptions
          .filter((one) => one.state === 'active')
          .map((one) => {
            const was = {
              frequency: one.frequency,
              hour: one.hour ?? '',
              format: one.format,
              pause: pauseDay(one.pausedUntil, reader.timezone ?? one.timezone, now()),
              sections: one.sections ?? one.offered.map(({ slug }) => slug),
            };
            const mine = fault?.slug === one.slug ? fields : undefined;
            return {
              ...one,
              was,
              wrong: wrong(one.slug),
              typed: mine
                ? {
                    frequency: mine.text('frequency'),
                    hour: mine.text('hour'),
                    format: mine.text('format'),
                    pause: mine.text('pause'),
                    sections: mine.several('sections'),
                  }
                : was,
            };
          }),
      },
    });
  }
  return router;
}

const emptied = (text: string, mayBeEmpty: boolean) => (text === '' && mayBeEmpty ? null : text);

/** All ticked means all, also later ones. */
function sectionsOf({ offered }: ReaderSubscription, ticked: string[]): string[] | null {
  return offered.every(({ slug }) => ticked.includes(slug)) ? null : ticked;
}
