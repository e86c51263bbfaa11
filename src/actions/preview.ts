import type { DigestContent, Layout, ReaderMarks } from '../../emails/content.ts';
import { digestOf } from '../../emails/digest/from-edition.ts';
import { imprintOf } from '../../emails/digest/imprint.ts';
import { builtBody, prepareVariant, spliceMessage } from '../../emails/message/splice.ts';
import { buildVariant } from '../../emails/message/variant.ts';
import type { Context } from '../context.ts';
import { EditionNotFound, NothingNew } from '../editions/errors.ts';
import { editionContent, type Unsaved } from '../editions/read-content.ts';
import { chooseArticles, type ReaderChoice } from '../editions/variant.ts';
import type { Mailbox } from '../mail/mailbox.ts';
import { messageIdOf } from '../mail/message-id.ts';
import { getNewsroom } from '../newsletters/newsroom.ts';
import { mailtoUnsubscribe } from '../subscribers/links.ts';

export const previewFormats = ['html', 'text', 'mjml', 'eml'] as const;
export type PreviewFormat = (typeof previewFormats)[number];

/** Whose mail is looked at, and how it is laid out; without a layout: as the edition says. */
export type LookedAt = ReaderChoice & { layout?: Layout | undefined };

type Rendering = Pick<Context, 'db' | 'renderer' | 'config' | 'now'>;

/**
 * An edition as a reader with these choices gets it: what is frozen, or the draft as it stands. The
 * reader's own links lead nowhere. Throws EditionNotFound, and NothingNew when nothing is left for them.
 */
export async function previewEdition(
  context: Rendering & Pick<Context, 'origin'>,
  id: string,
  format: PreviewFormat,
  choice: LookedAt,
): Promise<{ subject: string; body: Buffer }> {
  const { renderer, config } = context;
  if (format === 'eml') {
    const to = { address: `reader@${context.origin.domain}`, name: null };
    const messageId = messageIdOf(id, 'preview', context.origin);
    const { subject, message } = await editionMessage(context, id, choice, to, messageId);
    return { subject, body: message };
  }
  if (format === 'mjml') {
    const content = await contentFor(context, id, choice);
    const source = await renderer.render('mjml', { content, reader: nobody(config.publicUrl) });
    return { subject: content.edition.subject ?? '', body: Buffer.from(source) };
  }
  const rendered = await previewMail(context, id, choice);
  return { subject: rendered.subject, body: Buffer.from(rendered[format]) };
}

/**
 * Both forms of a message at once; with `unsaved`, as it would be if that were saved. Throws as
 * previewEdition does.
 */
export async function previewMail(
  context: Rendering,
  id: string,
  choice: ReaderChoice,
  unsaved?: Unsaved,
): Promise<{ subject: string; html: string; text: string }> {
  const content = await contentFor(context, id, choice, unsaved);
  const reader = nobody(context.config.publicUrl);
  return context.renderer.render('digest', { content, reader });
}

/**
 * The whole message of an edition to one address that need not be a reader's: a preview, or a test to an
 * operator. CRLF, not dot-stuffed. Throws as previewEdition does, and Unaddressable.
 */
export async function editionMessage(
  context: Rendering,
  id: string,
  choice: LookedAt,
  to: { address: string; name: string | null },
  messageId: string,
): Promise<{ subject: string; from: Mailbox; message: Buffer; utf8: boolean }> {
  const { config, renderer } = context;
  const content = await contentFor(context, id, choice);
  const variant = await buildVariant(renderer, content);
  const links = nobody(config.publicUrl);
  const { from, replyTo } = content.newsletter;
  const prepared = prepareVariant(variant, links.viewUrl);
  const spliced = spliceMessage(prepared, {
    ...links,
    to,
    messageId,
    date: context.now(),
    unsubscribeMailto: mailtoUnsubscribe((replyTo ?? from).address, 'preview'),
  });
  return {
    subject: variant.subject,
    from,
    message: Buffer.concat([spliced.headers, ...builtBody(prepared, spliced)]),
    utf8: spliced.utf8,
  };
}

async function contentFor(
  { db, config, now }: Rendering,
  id: string,
  { layout, ...reader }: LookedAt,
  unsaved?: Unsaved,
): Promise<DigestContent> {
  const content = await editionContent(db, id, now(), unsaved);
  if (!content) throw new EditionNotFound(id);
  if (layout) content.newsletter.layout = layout;
  const choice = chooseArticles(content, reader);
  if (!choice) throw new NothingNew(content.newsletter.slug, content.edition.kind);
  const newsroom = await getNewsroom(db);
  const imprint = imprintOf(newsroom, config);
  return digestOf(content, choice, { imprint, from: config.mailFrom });
}

/** A reader who is nobody: their links show what is there, and change nothing. */
const nobody = (publicUrl: string): ReaderMarks => ({
  unsubscribeUrl: `${publicUrl}/unsubscribe/preview`,
  preferencesUrl: `${publicUrl}/preferences/preview`,
  viewUrl: `${publicUrl}/archive`,
  maskedAddress: 'r•••••@example.org',
  name: '',
});
