import { imprintOf, ownLook } from '../../emails/digest/imprint.ts';
import type { LetterContent } from '../../emails/letters/content.ts';
import type { LetterEnvelope } from '../../emails/letters/message.ts';
import type { Context } from '../../src/context.ts';
import { listArchive } from '../../src/editions/archive.ts';
import { firstEditionAt } from '../../src/editions/first-edition.ts';
import { chooseArticles } from '../../src/editions/variant.ts';
import { RESTORE_DAYS } from '../../src/letters/change-address.ts';
import type { ClaimedLetter } from '../../src/letters/claim.ts';
import type { LetterContents } from '../../src/letters/content.ts';
import { maskWhole, readAddress } from '../../src/mail/address.ts';
import { readMailbox } from '../../src/mail/mailbox.ts';
import { letterMessageId } from '../../src/mail/message-id.ts';
import { listNewsletters, type Newsletter } from '../../src/newsletters/newsletters.ts';
import { getNewsroom } from '../../src/newsletters/newsroom.ts';
import { LINK_HOURS, makeSetupLink } from '../../src/operators/setup-links.ts';
import { addressee, deliveryChoice } from '../../src/subscribers/addressee.ts';
import {
  addressUrl,
  confirmUrl,
  keepUrl,
  openUnsubscribeLinks,
  preferencesUrl,
  privacyUrl,
  restoreUrl,
  viewUrl,
} from '../../src/subscribers/links.ts';
import { letterReturnPath } from '../../src/subscribers/return-path.ts';

const CONFIRM_DAYS = 7;
const READER_LINK_HOURS = 24;

/**
 * What a letter says and whom it is from. Its links are signed here, at the time of sending, since no token
 * is kept in the database.
 */
export async function letterContent(
  context: Context,
  letter: ClaimedLetter,
): Promise<{
  content: LetterContent;
  envelope: Omit<LetterEnvelope, 'to'>;
  returnPath: string;
}> {
  const { db, config } = context;
  const [newsroom, newsletters, subscriber] = await Promise.all([
    getNewsroom(db),
    newslettersOf(context, letter),
    addressee(db, letter.subscriberId ?? '0'),
  ]);
  const [first] = newsletters;
  const ofRoom = imprintOf(newsroom, config);
  // a letter about several newsletters is the newsroom's
  const imprint = first && newsletters.length === 1 ? ownLook(ofRoom, first) : ofRoom;
  const from = readMailbox(first?.from ?? config.mailFrom);
  const replyTo = first?.replyTo ? readMailbox(first.replyTo) : null;
  const addressChanges = subscriber?.addressChanges ?? 0;
  const reader = letter.subscriberId;
  const named = reader && { subscriber: reader, letter: letter.id, addressChanges };
  return {
    returnPath: named
      ? letterReturnPath(context.tokens, from.address, named, config.inboundDomain)
      : from.address,
    content: {
      ...(await partsOf(context, letter, newsletters, {
        replyTo: (replyTo ?? from).address,
        addressChanges,
      })),
      imprint,
      language: letter.language,
      timezone: subscriber?.timezone ?? first?.timezone ?? 'UTC',
    },
    envelope: {
      from,
      replyTo,
      // the same at a second try: a mailbox that has it already can tell
      messageId: letterMessageId(letter.id, context.origin),
      date: letter.createdAt,
    },
  };
}

type Parts = LetterContent extends infer L
  ? L extends { kind: infer K; parts: infer P }
    ? { kind: K; parts: P }
    : never
  : never;

async function partsOf(
  context: Context,
  letter: ClaimedLetter,
  newsletters: Newsletter[],
  { replyTo, addressChanges }: { replyTo: string; addressChanges: number },
): Promise<Parts> {
  const links = { publicUrl: context.config.publicUrl, tokens: context.tokens };
  const subscriber = letter.subscriberId ?? '0';
  const inHours = (hours: number) => new Date(letter.createdAt.getTime() + hours * 3_600_000);
  const withUnsubscribeLinks = (newsletter: Newsletter) => ({
    slug: newsletter.slug,
    title: newsletter.title,
    description: newsletter.description,
    ...openUnsubscribeLinks(
      links,
      newsletter.replyTo ?? replyTo,
      newsletter.id,
      undefined,
      context.config.inboundDomain,
    )(subscriber, addressChanges),
  });
  const written = { kind: letter.kind, content: letter.content } as Written;
  switch (written.kind) {
    case 'confirmation': {
      const sentTo = context.hashAddress(readAddress(letter.email).key);
      return {
        kind: 'confirmation',
        parts: {
          requestedAt: new Date(written.content.requestedAt),
          origin: written.content.origin,
          newsletters,
          confirmUrl: confirmUrl(links, subscriber, sentTo, inHours(CONFIRM_DAYS * 24)),
          days: CONFIRM_DAYS,
        },
      };
    }
    case 'notice':
      return {
        kind: 'notice',
        parts: {
          requestedAt: new Date(written.content.requestedAt),
          origin: written.content.origin,
          newsletters: newsletters.map(withUnsubscribeLinks),
          preferencesUrl: preferencesUrl(links, subscriber, addressChanges),
        },
      };
    case 'welcome':
      return {
        kind: 'welcome',
        parts: {
          newsletters: await Promise.all(
            newsletters.map(async (one) => ({
              ...withUnsubscribeLinks(one),
              ...(await forNewcomer(context, subscriber, one)),
              welcome: one.welcome,
            })),
          ),
          preferencesUrl: preferencesUrl(links, subscriber, addressChanges),
        },
      };
    case 'address':
      return {
        kind: 'address',
        parts: {
          oldAddress: maskWhole(written.content.oldAddress),
          confirmUrl: addressUrl(
            links,
            subscriber,
            letter.id,
            inHours(READER_LINK_HOURS),
            addressChanges,
          ),
          hours: READER_LINK_HOURS,
        },
      };
    case 'moved':
      return {
        kind: 'moved',
        parts: {
          newAddress: maskWhole(written.content.newAddress),
          changedAt: new Date(written.content.changedAt),
          restoreUrl: restoreUrl(links, subscriber, letter.id, inHours(RESTORE_DAYS * 24)),
          days: RESTORE_DAYS,
        },
      };
    case 'links':
      return {
        kind: 'links',
        parts: {
          requestedAt: new Date(written.content.requestedAt),
          newsletters: newsletters.map(withUnsubscribeLinks),
          preferencesUrl: preferencesUrl(links, subscriber, addressChanges),
        },
      };
    case 'silent':
      return {
        kind: 'silent',
        parts: {
          newsletters: newsletters.map(withUnsubscribeLinks),
          keepUrl: keepUrl(links, subscriber, addressChanges),
          weeks: written.content.weeks,
        },
      };
    case 'privacy':
      return {
        kind: 'access',
        parts: {
          requestedAt: new Date(written.content.requestedAt),
          url: privacyUrl(links, subscriber, inHours(READER_LINK_HOURS), addressChanges),
          hours: READER_LINK_HOURS,
        },
      };
    case 'erased':
      return { kind: 'erased', parts: { requestedAt: new Date(written.content.requestedAt) } };
    case 'invitation': {
      const { operatorId, inviter, role } = written.content;
      const token = await makeSetupLink(context.db, 'invitation', operatorId);
      const url = `${links.publicUrl}/console/setup/${token}`;
      return { kind: 'invitation', parts: { inviter, role, url, hours: LINK_HOURS.invitation } };
    }
    case 'password': {
      const token = await makeSetupLink(context.db, 'password', written.content.operatorId);
      const url = `${links.publicUrl}/console/setup/${token}`;
      return { kind: 'password', parts: { url, hours: LINK_HOURS.password } };
    }
    case 'draft': {
      const { edition, sendAt, ...rest } = written.content;
      const url = `${links.publicUrl}/console/editions/${edition}`;
      return { kind: 'draft', parts: { ...rest, sendAt: new Date(sendAt), url } };
    }
  }
}

// What queueLetter wrote: its kind says which content it is. A test and a reply have no template: see letter-message.ts.
type Written = {
  [K in Exclude<keyof LetterContents, 'test' | 'reply'>]: { kind: K; content: LetterContents[K] };
}[Exclude<keyof LetterContents, 'test' | 'reply'>];

/** When a new subscriber gets their first edition of a newsletter, and what they can read until then. */
async function forNewcomer(context: Context, subscriber: string, newsletter: Newsletter) {
  const { db, config, tokens } = context;
  const [choice, editions] = await Promise.all([
    deliveryChoice(db, subscriber, newsletter.id),
    listArchive(db, newsletter.slug, { limit: 1 }),
  ]);
  const [edition] = editions;
  const lead =
    edition &&
    chooseArticles(edition.content, { language: newsletter.language, sections: null })?.lead;
  return {
    firstEditionAt: choice ? firstEditionAt(newsletter, choice, context.now()) : null,
    newest:
      edition && lead
        ? {
            headline: edition.content.edition.subject || lead.title,
            url: viewUrl({ publicUrl: config.publicUrl, tokens }, newsletter, edition),
          }
        : null,
  };
}

/** The newsletters a letter names, as they are now; one that is gone meanwhile is left out. */
async function newslettersOf(context: Context, letter: ClaimedLetter): Promise<Newsletter[]> {
  const named = (letter.content.newsletters ?? []) as { slug: string }[];
  const slugs = new Set(named.map(({ slug }) => slug));
  const all = await listNewsletters(context.db);
  return all.filter(({ id, slug }) => slugs.has(slug) || id === letter.newsletterId);
}
