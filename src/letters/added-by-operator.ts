import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import { getNewsletter, type Newsletter } from '../newsletters/newsletters.ts';
import {
  frequencySchema,
  hourSchema,
  languageSchema,
  nameSchema,
  timezoneSchema,
} from '../subscribers/choices.ts';
import type { Evidence } from '../subscribers/consent-evidence.ts';
import { recordConsents } from '../subscribers/consents.ts';
import { AddressSuppressed, InvalidSubscriber } from '../subscribers/errors.ts';
import { type HashAddress, readFields, toAddress } from '../subscribers/sign-up-fields.ts';
import { isSuppressed } from '../subscribers/suppression.ts';
import { requestSubscription } from './sign-up.ts';

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
  frequency: frequencySchema.default('daily'),
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
 * Adds a subscriber, or subscriptions to one who is known by the address. Answers the subscriber's id and
 * the letters to enqueue. Throws InvalidSubscriber, AddressSuppressed.
 */
export async function addSubscriber(
  tx: DbOrTransaction,
  input: unknown,
  { hashAddress, origin, now }: { hashAddress: HashAddress; origin: string; now: Date },
): Promise<{ id: string; letters: string[] }> {
  const given = readFields(newSubscriber, input);
  const address = toAddress(given.email);
  const addressHash = hashAddress(address.key);
  const consentAt = given.consent && new Date(given.consent.at);
  if (consentAt && consentAt > now)
    throw new InvalidSubscriber([{ pointer: '/consent/at', detail: 'This lies in the future.' }]);
  if (await isSuppressed(tx, addressHash)) throw new AddressSuppressed();
  const newsletters = await newslettersOf(tx, given.newsletter, given.sections ?? null);

  const evidence: Evidence = {
    originAddress: null,
    userAgent: null,
    form: 'api',
    wording: null,
    wordingVersion: null,
  };
  const request = {
    address,
    addressHash,
    name: given.name ?? null,
    language: given.language ?? newsletters[0]?.language ?? 'en',
    timezone: given.timezone ?? null,
    newsletters,
    frequency: given.frequency,
    hour: given.hour ?? null,
    origin,
    evidence,
  };
  const { letters } = await requestSubscription(tx, request, now, { silent: Boolean(consentAt) });
  const { id } = await tx
    .selectFrom('subscribers')
    .select('id')
    .where('emailKey', '=', address.key)
    .executeTakeFirstOrThrow();
  if (!consentAt) return { id, letters };

  const activated = await tx
    .updateTable('subscriptions')
    .set({ state: 'active', confirmedAt: consentAt, activeFrom: now, leftAt: null })
    .where('subscriberId', '=', id)
    .where('state', '=', 'pending')
    .where(
      'newsletterId',
      'in',
      newsletters.map((newsletter) => newsletter.id),
    )
    .returning('newsletterId')
    .execute();
  await recordConsents(
    tx,
    id,
    activated.map((row) => row.newsletterId),
    { action: 'operator', at: consentAt, evidence, detail: { source: given.consent?.source } },
  );
  return { id, letters };
}

async function newslettersOf(tx: DbOrTransaction, slugs: string[], sections: string[] | null) {
  const found: (Newsletter & { sections: Newsletter['sections'] })[] = [];
  for (const slug of new Set(slugs)) {
    const newsletter = await getNewsletter(tx, slug);
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
