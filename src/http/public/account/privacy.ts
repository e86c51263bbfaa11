import { type Request, type Response, Router } from 'express';
import { requestAddressChange } from '../../../letters/own-links.ts';
import { InvalidAddress, readAddress } from '../../../mail/address.ts';
import { eraseSubscriber } from '../../../privacy/erase.ts';
import { personalData } from '../../../privacy/export.ts';
import { SubscriberNotFound } from '../../../subscribers/errors.ts';
import { isCurrent } from '../../../subscribers/links.ts';
import { type Reader, readerOf } from '../../../subscribers/own-page.ts';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { answered, type Typo, typoIn } from '../sign-up/typo-question.ts';
import { languageOf, words } from '../site/page.ts';
import { openSeal } from '../site/sealed.ts';
import { readerOfLink, showBadLink, tokenOf } from './token-pages.ts';

const HOUR_MS = 3_600_000;

/**
 * A person's own data: see and save, move to another address, erase. The link comes in a letter of its own
 * to the present address and works for a day, so the page shows the address in full.
 */
export function privacyRoutes({ context, show, enqueueLetters }: PublicContext): Router {
  const router = Router();
  const find = (req: Request) => readerOfLink(context, 'privacy', req);
  const seal = openSeal<string>(context.secrets, 'address asked');
  router.get('/privacy/:token', async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    await showPage(req, res, reader);
  });

  router.get('/privacy/:token/data.json', async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    res.attachment('my-data.json').type('json');
    res.send(`${JSON.stringify(await personalData(context.db, reader.id), null, 2)}\n`);
  });

  router.post('/privacy/:token/address', formBody, async (req, res) => {
    const reader = await find(req);
    if (!reader) return showBadLink(req, res, show);
    const language = languageOf(req, reader.language);
    const t = words(language);
    const fields = answered((req.body ?? {}) as Record<string, unknown>);
    const typed = typeof fields.email === 'string' ? fields.email : '';
    try {
      const address = readAddress(typed);
      if (address.key === readAddress(reader.email).key)
        return await showPage(req, res, reader, { wrong: t('privacy.same'), typed });
      const typo = typoIn(fields, address);
      if (typo) return await showPage(req, res, reader, { typo, typed });
      const target = { address, addressHash: context.hashAddress(address.key) };
      const { letters, refused } = await requestAddressChange(
        context.db,
        reader,
        target,
        context.now(),
      );
      if (refused === 'targets')
        return await showPage(req, res, reader, { wrong: t('privacy.tooMany'), typed });
      enqueueLetters(letters);
      const to = seal.seal(address.email, new Date(context.now().getTime() + HOUR_MS));
      res.redirect(303, `/privacy/${tokenOf(req)}/sent?to=${to}&lang=${language}`);
    } catch (error) {
      if (!(error instanceof InvalidAddress)) throw error;
      await showPage(req, res, reader, { wrong: t(`address.${error.fault}`), typed });
    }
  });

  router.get('/privacy/:token/sent', async (req, res) => {
    const reader = await find(req);
    const address = seal.open(req.query.to);
    if (!reader || !address) return showBadLink(req, res, show);
    const language = languageOf(req, reader.language);
    const t = words(language);
    await show(req, res, {
      view: './message',
      title: t('privacy.addressSentTitle'),
      language,
      data: { secret: true, texts: [t('privacy.addressSent', { address })] },
    });
  });

  router.post('/privacy/:token/erase', formBody, async (req, res) => {
    const subject = context.tokens.verify('privacy', tokenOf(req));
    const reader = subject && (await readerOf(context.db, subject.subscriber));
    if (reader && !isCurrent(subject, reader)) return showBadLink(req, res, show);
    const sure = Boolean(req.body?.sure);
    if (!subject || !(reader || sure)) return showBadLink(req, res, show);
    const language = languageOf(req, reader?.language);
    if (reader && !sure)
      return showPage(req, res, reader, { unsure: words(language)('privacy.eraseUnsure') });
    try {
      const { letters } = await context.db
        .transaction()
        .execute((tx) => eraseSubscriber(tx, subject.subscriber, context.now()));
      enqueueLetters(letters);
    } catch (error) {
      // the button was pressed twice: the second one finds nothing left to erase
      if (!(error instanceof SubscriberNotFound)) throw error;
    }
    res.redirect(303, `/erased?lang=${language}`);
  });

  router.get('/erased', async (req, res) => {
    const language = languageOf(req);
    const t = words(language);
    await show(req, res, {
      view: './message',
      title: t('privacy.erasedTitle'),
      language,
      data: { secret: true, texts: [t('privacy.erased')] },
    });
  });

  async function showPage(
    req: Request,
    res: Response,
    reader: Reader,
    trouble: { wrong?: string; typed?: string; typo?: Typo; unsure?: string } = {},
  ) {
    const language = languageOf(req, reader.language);
    const page = `/privacy/${tokenOf(req)}`;
    await show(req, res, {
      view: './privacy',
      title: words(language)('privacy.title'),
      language,
      status: trouble.wrong || trouble.typo || trouble.unsure ? 422 : 200,
      here: page,
      data: { secret: true, reader, here: page, typed: '', ...trouble },
    });
  }
  return router;
}
