import { type Request, type Response, Router } from 'express';
import { moveToAddress, restoreAddress } from '../../../letters/change-address.ts';
import { addressOfLetter } from '../../../letters/letters.ts';
import { type Address, maskAddress, readAddress } from '../../../mail/address.ts';
import { AddressSuppressed, AddressTaken } from '../../../subscribers/errors.ts';
import { type Reader, readerOf } from '../../../subscribers/own-page.ts';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { showBadLink, tokenOf } from './token-pages.ts';

/**
 * The answer to the letter at a new address (`/address/:token`), and the way back for the old one
 * (`/restore/:token`): GET asks, POST changes. Each of them sees the other address masked.
 */
export function addressRoutes({ context, show, enqueueLetters }: PublicContext): Router {
  const router = Router();
  const about = () => ({ origin: new URL(context.config.publicUrl).host, now: context.now() });
  const target = (address: Address) => ({
    address,
    addressHash: context.hashAddress(address.key),
  });

  router.get('/address/:token', async (req, res) => {
    const found = await findChange(req);
    if (!found) return showBadLink(req, res, show);
    const { reader, address, done } = found;
    if (done) return showResult(req, res, reader, 'done', { new: address.email });
    const values = { old: maskAddress(reader.email), new: address.email };
    await showQuestion(req, res, reader, 'question', values);
  });

  router.post('/address/:token', formBody, async (req, res) => {
    const found = await findChange(req);
    if (!found) return showBadLink(req, res, show);
    const { reader, address } = found;
    await change(req, res, reader, (tx) => moveToAddress(tx, reader.id, target(address), about()));
  });

  router.get('/restore/:token', async (req, res) => {
    const found = await findRestore(req);
    if (!found) return showBadLink(req, res, show);
    const { reader, address, done } = found;
    if (done) return showResult(req, res, reader, 'done', { new: address.email });
    const values = { old: address.email, new: maskAddress(reader.email) };
    await showQuestion(req, res, reader, 'restore', values);
  });

  router.post('/restore/:token', formBody, async (req, res) => {
    const found = await findRestore(req);
    if (!found) return showBadLink(req, res, show);
    const { reader, address, letter } = found;
    await change(req, res, reader, (tx) =>
      restoreAddress(tx, reader.id, letter, target(address), about()),
    );
  });

  /** Changes the address, unless somebody has it, and sends the browser on to the page that says so. */
  async function change(
    req: Request,
    res: Response,
    reader: Reader,
    work: (tx: Parameters<typeof moveToAddress>[0]) => Promise<string[]>,
  ) {
    try {
      enqueueLetters(await context.db.transaction().execute(work));
    } catch (error) {
      if (error instanceof AddressSuppressed) return showBadLink(req, res, show);
      if (!(error instanceof AddressTaken)) throw error;
      return showResult(req, res, reader, 'taken');
    }
    res.redirect(303, `${req.path}?lang=${languageOf(req, reader.language)}`);
  }

  async function showQuestion(
    req: Request,
    res: Response,
    reader: Reader,
    kind: 'question' | 'restore',
    values: { old: string; new: string },
  ) {
    const language = languageOf(req, reader.language);
    const t = words(language);
    await show(req, res, {
      view: './address',
      title: t(`address.${kind}`),
      language,
      here: req.path,
      data: {
        secret: true,
        lead: t(`address.${kind}Lead`, values),
        button: t(`address.${kind}Button`),
      },
    });
  }

  async function showResult(
    req: Request,
    res: Response,
    reader: Reader,
    result: 'done' | 'taken',
    values: Record<string, string> = {},
  ) {
    const language = languageOf(req, reader.language);
    const t = words(language);
    await show(req, res, {
      view: './message',
      title: t(`address.${result}Title`),
      language,
      status: result === 'taken' ? 409 : 200,
      here: result === 'taken' ? null : req.path,
      data: { secret: true, texts: [t(`address.${result}`, values)] },
    });
  }

  /** What the letter asked; `done` once the subscriber has that address. Undefined after any other change. */
  async function findChange(req: Request) {
    const subject = context.tokens.verify('address', tokenOf(req));
    const [letter = '', changes] = subject?.extra?.split('_') ?? [];
    const reader = subject && (await readerOf(context.db, subject.subscriber));
    const email = reader && (await addressOfLetter(context.db, 'address', reader.id, letter));
    if (!email) return undefined;
    const address = readAddress(email);
    const done = readAddress(reader.email).key === address.key;
    return done || changes === String(reader.addressChanges)
      ? { reader, address, done }
      : undefined;
  }

  async function findRestore(req: Request) {
    const subject = context.tokens.verify('restore', tokenOf(req));
    const reader = subject && (await readerOf(context.db, subject.subscriber));
    const letter = subject?.extra ?? '';
    const email = reader && (await addressOfLetter(context.db, 'moved', reader.id, letter));
    if (!email) return undefined;
    const address = readAddress(email);
    return { reader, address, letter, done: readAddress(reader.email).key === address.key };
  }
  return router;
}
