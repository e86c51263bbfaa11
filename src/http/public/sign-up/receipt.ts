import { Router } from 'express';
import { sendConfirmationAgain } from '../../../letters/confirm-again.ts';
import { InvalidAddress, readAddress } from '../../../mail/address.ts';
import { receiverGroup } from '../../../mail/receiver-groups.ts';
import { formBody } from '../../middleware/bodies.ts';
import type { PublicContext } from '../public-context.ts';
import { languageOf, words } from '../site/page.ts';
import { openSeal } from '../site/sealed.ts';
import { secretPage } from '../site/security-headers.ts';

/** What the page after a sign-up knows of it: the fields of the form, to name the address and to mend them. */
export type Receipt = Record<string, string | string[]>;

/** Seals what was typed for the address of the page after it, and opens it there. */
export interface Receipts {
  seal(fields: Record<string, unknown>): string;
  open(text: unknown): Receipt | undefined;
}

const DAY_MS = 24 * 3_600_000;
const FIELDS = ['email', 'name', 'newsletter', 'sections', 'frequency', 'hour', 'language'];

/** Opens the receipts of this installation. They are good for a day. */
export function openReceipts({ secrets, now }: PublicContext['context']): Receipts {
  const { seal, open } = openSeal<Receipt>(secrets, 'sign-up receipt', now);
  return {
    seal(fields) {
      const receipt: Receipt = {};
      for (const name of FIELDS) {
        const values = [fields[name]].flat().filter((one) => typeof one === 'string');
        const short = values.slice(0, 50).map((one) => one.slice(0, 320));
        if (short.length === 1) receipt[name] = short[0] ?? '';
        else if (short.length > 1) receipt[name] = short;
      }
      return seal(receipt, new Date(now().getTime() + DAY_MS));
    },
    open,
  };
}

/**
 * The page after a sign-up: it names the address, leads to its inbox, and offers to correct it or to send the
 * message again. It says nothing about the address, and not that a message was sent: there may be none.
 */
export function receiptRoutes({
  context,
  show,
  limits,
  masthead,
  enqueueLetters,
}: PublicContext): Router {
  const receipts = openReceipts(context);
  const router = Router();

  router.get('/subscribed', secretPage, async (req, res) => {
    const to = textOf(req.query.to);
    const receipt = receipts.open(to);
    const address = typeof receipt?.email === 'string' ? receipt.email : undefined;
    const language = languageOf(req);
    const t = words(language);
    const sealed = address ? `&to=${to}` : '';
    await show(req, res, {
      view: './subscribed',
      title: t('subscribed.title'),
      language,
      here: address ? `/subscribed?to=${to}` : '/subscribed',
      data: {
        secret: true,
        noindex: true,
        text: address ? t('subscribed.textTo', { address }) : t('subscribed.text'),
        again: req.query.again === '1',
        webmail: address && webmailOf(address),
        to: address ? to : null,
        back: `/?lang=${language}${sealed}`,
      },
    });
  });

  router.post('/subscribed', formBody, async (req, res) => {
    const to = textOf((req.body as { to?: unknown } | undefined)?.to);
    const language = languageOf(req);
    // Answered before anything is looked up, so that the time does not tell whether there is anything to send.
    res.redirect(
      303,
      `/subscribed?lang=${language}&again=1${receipts.open(to) ? `&to=${to}` : ''}`,
    );
    const email = receipts.open(to)?.email;
    if (typeof email !== 'string') return;
    try {
      const address = readAddress(email);
      const { signUp } = await masthead();
      const { decision } = await limits.admit(req.ip ?? '', address, null, signUp);
      if (decision !== 'record') return;
      const about = { origin: new URL(context.config.publicUrl).host, now: context.now() };
      enqueueLetters(await sendConfirmationAgain(context.db, address.key, about));
    } catch (error) {
      context.log.warn({ err: error }, 'a confirmation could not be sent again');
    }
  });
  return router;
}

/** A query or form value that is one text; else empty. */
export const textOf = (value: unknown) => (typeof value === 'string' ? value : '');

/** The inboxes of providers whose readers read in the browser. */
const webmail: Record<string, { name: string; url: string }> = {
  google: { name: 'Gmail', url: 'https://mail.google.com/' },
  microsoft: { name: 'Outlook', url: 'https://outlook.live.com/mail/' },
  yahoo: { name: 'Yahoo Mail', url: 'https://mail.yahoo.com/' },
  apple: { name: 'iCloud Mail', url: 'https://www.icloud.com/mail/' },
  gmx: { name: 'GMX', url: 'https://www.gmx.com/' },
  proton: { name: 'Proton Mail', url: 'https://mail.proton.me/' },
  yandex: { name: 'Yandex Mail', url: 'https://mail.yandex.com/' },
};

function webmailOf(email: string) {
  try {
    return webmail[receiverGroup(readAddress(email).domain)];
  } catch (error) {
    if (error instanceof InvalidAddress) return undefined;
    throw error;
  }
}
