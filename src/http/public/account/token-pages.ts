import type { Request, Response } from 'express';
import type { Context } from '../../../context.ts';
import { maskAddress } from '../../../mail/address.ts';
import { isCurrent } from '../../../subscribers/links.ts';
import { type Reader, readerOf } from '../../../subscribers/own-page.ts';
import { tokenIn } from '../../../subscribers/tokens.ts';
import { Problem } from '../../middleware/problem.ts';
import { languageOf, type Show, words } from '../site/page.ts';

/** The page for an invalid token: cut short, forged, expired, or of an erased subscriber. */
export async function showBadLink(req: Request, res: Response, show: Show): Promise<void> {
  if (req.accepts(['html', 'json']) === 'json')
    throw new Problem(
      404,
      'This link does not work: it may be incomplete, expired or already used.',
    );
  const language = languageOf(req);
  const t = words(language);
  await show(req, res, {
    view: './message',
    title: t('badLink.title'),
    language,
    status: 404,
    data: {
      secret: true,
      noindex: true,
      texts: [t('badLink.text')],
      links: [{ href: `/?lang=${language}`, label: t('badLink.again') }],
    },
  });
}

/** The masked address, for pages whose link may have been forwarded. */
export const shownAddress = (reader: Reader) => maskAddress(reader.email);

/** "The Daily and El Diario". */
export function titlesOf(newsletters: { title: string }[], language: string): string {
  return new Intl.ListFormat(language, { type: 'conjunction' }).format(
    newsletters.map((newsletter) => newsletter.title),
  );
}

/** The token of an address such as `/confirm/:token`, without what a mail program left around the link. */
export const tokenOf = (req: Request): string => {
  const given = String(req.params.token);
  return tokenIn(given) ?? given;
};

/** A reader, and the edition whose link they followed. */
export interface LinkReader extends Reader {
  edition?: string | undefined;
}

/**
 * The reader of a link that opens what they have; undefined where it is no such link, has expired, or was mailed to an
 * address that they no longer have.
 */
export async function readerOfLink(
  { db, tokens }: Pick<Context, 'db' | 'tokens'>,
  purpose: 'preferences' | 'privacy' | 'keep',
  req: Request,
): Promise<LinkReader | undefined> {
  const subject = tokens.verify(purpose, tokenOf(req));
  const reader = subject && (await readerOf(db, subject.subscriber));
  return reader && isCurrent(subject, reader) ? { ...reader, edition: subject.edition } : undefined;
}
