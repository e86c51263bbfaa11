import { LRUCache } from 'lru-cache';
import { digestOf } from '../../emails/digest/from-edition.ts';
import { imprintOf } from '../../emails/digest/imprint.ts';
import type { Place } from '../../emails/message/placeholders.ts';
import { type PreparedVariant, prepareVariant } from '../../emails/message/splice.ts';
import { buildVariant } from '../../emails/message/variant.ts';
import type { Context } from '../../src/context.ts';
import { findVariant, keepVariant } from '../../src/deliveries/variants.ts';
import type { EditionContent } from '../../src/editions/content.ts';
import { frozenContent } from '../../src/editions/read-content.ts';
import { type Choice, chooseArticles, type ReaderChoice } from '../../src/editions/variant.ts';
import { domainOf } from '../../src/mail/message-id.ts';
import { getNewsroom } from '../../src/newsletters/newsroom.ts';
import { type BodyHasher, bodyHasher } from '../../src/relays/dkim/body-hash.ts';
import { openUnsubscribeLinks, viewUrl } from '../../src/subscribers/links.ts';
import { openReturnPath } from '../../src/subscribers/return-path.ts';

/** A variant ready to be spliced. */
export interface ReadyVariant {
  id: string;
  prepared: PreparedVariant;
  hasher: BodyHasher;
}

/** One revision of an edition in this worker's memory. */
export interface ReadyEdition {
  content: EditionContent;
  /** Of its From: whose keys sign it. */
  domain: string;
  /** How a reader leaves the newsletter. */
  unsubscribeLinks: ReturnType<typeof openUnsubscribeLinks>;
  /** To whom a message that cannot be delivered goes back. */
  returnPath: ReturnType<typeof openReturnPath>;
  /** Which variant a reader gets; null: nothing is left for them. Kept by choice. */
  choose(reader: ReaderChoice): Choice | null;
  /** At hand, or a promise of it: from the database, else rendered and kept there for all workers. */
  variant(choice: Choice): ReadyVariant | Promise<ReadyVariant>;
}

/** Revisions and variants at hand: a bounded cache, whatever the number of readers. */
export interface Variants {
  edition(id: string, revision: number): ReadyEdition | Promise<ReadyEdition>;
}

// A variant is some 100 kB in memory, an edition's content less.
const MOST_VARIANTS = 64;
const MOST_EDITIONS = 16;
const MOST_CHOICES = 4_096;

/** Renders through the context's child process; the worker itself loads no template. */
export function openVariants(context: Context): Variants {
  const variants = new LRUCache<string, ReadyVariant | Promise<ReadyVariant>>({
    max: MOST_VARIANTS,
  });
  const editions = new LRUCache<string, ReadyEdition | Promise<ReadyEdition>>({
    max: MOST_EDITIONS,
  });

  async function load(edition: string, revision: number): Promise<ReadyEdition> {
    const content = await frozenContent(context.db, edition, revision);
    if (!content) throw new Error(`edition ${edition} has no revision ${revision}`);
    const choices = new LRUCache<string, { choice: Choice | null }>({ max: MOST_CHOICES });
    const { config, tokens } = context;
    const links = { publicUrl: config.publicUrl, tokens };
    const { newsletter } = content;
    const from = newsletter.from ?? config.mailFrom;
    const page = viewUrl(links, newsletter, content.edition);
    return {
      content,
      domain: domainOf(from),
      unsubscribeLinks: openUnsubscribeLinks(
        links,
        newsletter.replyTo ?? from,
        newsletter.id,
        content.edition.id,
        config.inboundDomain,
      ),
      returnPath: openReturnPath(tokens, from, content.edition.id, config.inboundDomain),
      choose(reader) {
        if (reader.excluded) return chooseArticles(content, reader);
        const { language, sections, format } = reader;
        const key = `${language ?? ''} ${sections?.join(' ') ?? '*'} ${format ?? 'full'}`;
        const known = choices.get(key);
        if (known) return known.choice;
        const choice = chooseArticles(content, reader);
        choices.set(key, { choice });
        return choice;
      },
      variant: (choice) =>
        remember(variants, `${edition}/${revision}/${choice.key}`, () =>
          ready(content, revision, choice, page),
        ),
    };
  }

  async function ready(
    content: EditionContent,
    revision: number,
    choice: Choice,
    page: string,
  ): Promise<ReadyVariant> {
    const key = { edition: content.edition.id, revision, key: choice.key };
    const stored = (await findVariant(context.db, key)) ?? (await render(key, content, choice));
    const places = stored.places as Place[];
    const prepared = prepareVariant({ message: stored.message, places }, page);
    return { id: stored.id, prepared, hasher: bodyHasher(prepared.fixed) };
  }

  async function render(
    key: { edition: string; revision: number; key: string },
    content: EditionContent,
    choice: Choice,
  ) {
    const { config, db, renderer } = context;
    const newsroom = await getNewsroom(db);
    const imprint = imprintOf(newsroom, config);
    const digest = digestOf(content, choice, { imprint, from: config.mailFrom });
    const built = await buildVariant(renderer, digest);
    const listed = choice.sections.flatMap(({ articles }) => articles);
    const shown = choice.lead ? [choice.lead, ...listed] : listed;
    const articleIds = shown.map(({ id }) => id);
    const { subject, message, places } = built;
    return keepVariant(db, key, {
      language: choice.language,
      articleIds,
      subject,
      message,
      places,
    });
  }

  return {
    edition: (id, revision) => remember(editions, `${id}/${revision}`, () => load(id, revision)),
  };
}

/** The value, or the promise of it until it is there; a failure is forgotten, so that it is tried again. */
function remember<V extends object>(
  cache: LRUCache<string, V | Promise<V>>,
  key: string,
  make: () => Promise<V>,
): V | Promise<V> {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const making = make();
  cache.set(key, making);
  making.then(
    (value) => cache.set(key, value),
    () => cache.delete(key),
  );
  return making;
}
