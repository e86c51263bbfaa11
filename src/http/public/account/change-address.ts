import { type Request, Router } from 'express';
import { confirmAgain } from '../../../letters/confirm-again.ts';
import { addressAsked } from '../../../letters/own-links.ts';
import { readAddress } from '../../../mail/address.ts';
import { changeAddress } from '../../../subscribers/change.ts';
import { AddressTaken } from '../../../subscribers/errors.ts';
import { readerOf } from '../../../subscribers/own-page.ts';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { showBadLink, tokenOf } from './token-pages.ts';

/** The answer to the letter at a new address: GET asks, POST changes. */
export function addressRoutes({ context, show, enqueueLetters }: PublicContext): Router {
  const router = Router();
  router.get('/address/:token', async (req, res) => {
    const found = await find(req);
    if (!found) return showBadLink(req, res, show);
    const language = languageOf(req, found.reader.language);
    await show(req, res, {
      view: './address',
      title: words(language)('address.question'),
      language,
      here: req.path,
      data: { secret: true, old: found.reader.email, address: found.address.email },
    });
  });

  router.post('/address/:token', formBody, async (req, res) => {
    const found = await find(req);
    if (!found) return showBadLink(req, res, show);
    const { reader, address } = found;
    const language = languageOf(req, reader.language);
    const t = words(language);
    const answer = (title: string, text: string, status = 200) =>
      show(req, res, {
        view: './message',
        title,
        language,
        status,
        data: { secret: true, texts: [text] },
      });
    try {
      const { letters } = await context.db.transaction().execute(async (tx) => {
        await changeAddress(tx, reader.id, address, context.hashAddress(address.key));
        return confirmAgain(tx, reader.id, {
          origin: new URL(context.config.publicUrl).host,
          now: context.now(),
        });
      });
      enqueueLetters(letters);
    } catch (error) {
      if (error instanceof AddressTaken)
        return answer(t('address.takenTitle'), t('address.taken'), 409);
      throw error;
    }
    await answer(t('address.doneTitle'), t('address.done', { new: address.email }));
  });

  async function find(req: Request) {
    const subject = context.tokens.verify('address', tokenOf(req));
    if (!subject?.extra || !/^\d+$/.test(subject.extra)) return undefined;
    const reader = await readerOf(context.db, subject.subscriber);
    const email = reader && (await addressAsked(context.db, reader.id, subject.extra));
    return email ? { reader, address: readAddress(email) } : undefined;
  }
  return router;
}
