import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Scope } from '../database/scope.ts';
import type { Frequency } from '../database/tables.ts';
import { getNewsletter, type Newsletter } from '../newsletters/newsletters.ts';
import {
  frequencySchema,
  hourSchema,
  languageSchema,
  nameSchema,
  timezoneSchema,
} from '../subscribers/choices.ts';
import { withoutRequest } from '../subscribers/consent-evidence.ts';
import { AddressSuppressed, InvalidSubscriber } from '../subscribers/errors.ts';
import { type HashAddress, readFields, toAddress } from '../subscribers/sign-up-fields.ts';
import { storeSubscribers } from '../subscribers/store-subscribers.ts';
import { recordSubscriptions } from '../subscribers/subscriptions/record.ts';
import { requestSubscriptions } from '../subscribers/subscriptions/request.ts';
import { subscribedWithin } from '../subscribers/within-scope.ts';

/** A subscriber that an operator or program adds. With a recorded consent active at once, else asked first. */
export const newSubscriber = z.strictObject({
  email: z.string(),
  name: nameSchema.nullish(),
  language: languageSchema.nullish(),
  timezone: timezoneSchema.nullish(),
  newsletter: z.union([
    z.string().transform((slug) => [slug]),
    z.array(z.string()).min(1, 'Name at least one newsletter.').max(100),
  ]),
  sections: z.array(z.string()).min(1, 'Name a section, or leave the field out for all.').nullish(),
  /** Left out: daily, or as it is where the subscriber is known. */
  frequency: frequencySchema.optional(),
  hour: hourSchema.nullish(),
  /** Where and when the person agreed, for instance `{source: "fair at Port Alder", at: "2026-11-01T10:00:00Z"}`. */
  consent: z
    .strictObject({
      source: z.string().trim().min(1, 'Say where the consent was given.').max(200),
      at: z.iso.datetime({ offset: true, error: 'A time such as 2026-11-01T10:00:00Z.' }),
    })
    .optional(),
});

/**
 * Adds a subscriber, or subscriptions to one who is known by the address, whose name and choices then become
 * what is given. Returns the subscriber's id, whether they are new, and the letters to enqueue.
 * To a caller who is bound to some newsletters a person of others alone is new. Throws InvalidSubscriber,
 * AddressSuppressed.
 */
export async function addSubscriber(
  tx: DbOrTransaction,
  input: unknown,
  {
    hashAddress,
    origin,
    now,
    scope = null,
    by = 'operator',
  }: {
    hashAddress: HashAddress;
    origin: string;
    now: Date;
    scope?: Scope;
    by?: 'operator' | 'api';
  },
): Promise<{ id: string; added: boolean; letters: string[] }> {
  const given = readFields(newSubscriber, input);
  const address = toAddress(given.email);
  const addressHash = hashAddress(address.key);
  const consentAt = given.consent && new Date(given.consent.at);
  if (consentAt && consentAt > now)
    throw new InvalidSubscriber([{ pointer: '/consent/at', detail: 'This lies in the future.' }]);
  const newsletters = await newslettersOf(tx, given.newsletter, given.sections ?? null, scope);

  const { name = null, language = null, timezone = null } = given;
  // a person of other newsletters, too, stays who they are there
  const known = await subscribedWithin(tx, scope, { emailKey: address.key });
  const words = known.outside
    ? { name: null, language: null, timezone: null }
    : { name, language, timezone };
  const person = { address, addressHash, ...words };
  const [stored] = await storeSubscribers(tx, [person], now);
  if (!stored?.id) throw new AddressSuppressed();
  const { id, outcome } = stored;
  const added = scope === null ? outcome === 'added' : !known.inside;
  const evidence = withoutRequest(by);
  const { frequency = null, hour = null } = given;
  if (!consentAt) {
    await setActiveChoices(tx, id, newsletters, { frequency, hour });
    const request = {
      ...person,
      language: language ?? newsletters[0]?.language ?? 'en',
      newsletters,
      frequency: frequency ?? ('daily' as const),
      hour,
      origin,
      evidence,
    };
    const asksNothing = await areActive(tx, id, newsletters);
    return {
      id,
      added,
      letters: asksNothing ? [] : await requestSubscriptions(tx, [request], now),
    };
  }

  const consents = [
    {
      action: 'operator' as const,
      at: consentAt,
      ...evidence,
      detail: { source: given.consent?.source },
    },
  ];
  const recorded = newsletters.map(({ id: newsletterId, sections }) => ({
    subscriberId: id,
    newsletterId,
    state: 'active' as const,
    consentAt,
    unsubscribedAt: null,
    consents,
    frequency,
    hour,
    sections,
    format: null,
    pausedUntil: null,
  }));
  const outcomes = await recordSubscriptions(tx, recorded, now);
  const ended = newsletters.find((_, index) => outcomes[index] === 'unsubscribed');
  if (ended)
    throw new InvalidSubscriber([
      {
        pointer: '/consent/at',
        detail: `The reader has unsubscribed from ${ended.title} since: a consent from before no longer counts.`,
      },
    ]);
  return { id, added, letters: [] };
}

type WantedSubscriptions = { id: string; sections: string[] | null }[];

/** Gives subscriptions that are active already the choices that were named; the others are asked for with them. */
async function setActiveChoices(
  tx: DbOrTransaction,
  subscriberId: string,
  newsletters: WantedSubscriptions,
  { frequency, hour }: { frequency: Frequency | null; hour: string | null },
): Promise<void> {
  for (const { id, sections } of newsletters)
    await tx
      .updateTable('subscriptions')
      .set((eb) => ({
        frequency: eb.fn.coalesce(eb.val(frequency), 'frequency'),
        hour: eb.fn.coalesce(eb.val(hour), 'hour'),
        sections: eb.fn.coalesce(eb.val(sections), 'sections'),
      }))
      .where('subscriberId', '=', subscriberId)
      .where('newsletterId', '=', id)
      .where('state', '=', 'active')
      .execute();
}

/** Whether there is nothing to ask: a notice is for sign-ups that somebody else may have typed. */
async function areActive(
  tx: DbOrTransaction,
  subscriberId: string,
  newsletters: WantedSubscriptions,
) {
  const ids = newsletters.map((newsletter) => newsletter.id);
  const { active } = await tx
    .selectFrom('subscriptions')
    .select((eb) => eb.fn.countAll<string>().as('active'))
    .where('subscriberId', '=', subscriberId)
    .where('newsletterId', 'in', ids)
    .where('state', '=', 'active')
    .executeTakeFirstOrThrow();
  return Number(active) === ids.length;
}

async function newslettersOf(
  tx: DbOrTransaction,
  slugs: string[],
  sections: string[] | null,
  scope: Scope,
) {
  const found: (Newsletter & { sections: Newsletter['sections'] })[] = [];
  for (const slug of new Set(slugs)) {
    const newsletter = await getNewsletter(tx, slug, scope);
    if (!newsletter)
      throw new InvalidSubscriber([
        { pointer: '/newsletter', detail: `There is no newsletter "${slug.slice(0, 60)}".` },
      ]);
    found.push(newsletter);
  }
  const known = new Set(found.flatMap((one) => one.sections.map((section) => section.slug)));
  const unknown = sections?.find((slug) => !known.has(slug));
  if (unknown !== undefined)
    throw new InvalidSubscriber([
      { pointer: '/sections', detail: `There is no section "${unknown.slice(0, 60)}".` },
    ]);
  return found.map(({ id, slug, title, description, language, sections: own }) => {
    const some = own.map((section) => section.slug).filter((one) => sections?.includes(one));
    return { id, slug, title, description, language, sections: some.length > 0 ? some : null };
  });
}
