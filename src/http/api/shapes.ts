import { z } from 'zod';
import { leftOutReasons } from '../../earlier-editions/found.ts';
import { archiveFormats } from '../../earlier-editions/read-export.ts';
import { layoutSchema, typefaceSchema } from '../../newsletters/settings.ts';
import { formatSchema } from '../../subscribers/choices.ts';
import { ID_FORM } from '../../text/id.ts';

const id = z.string().meta({ description: 'An opaque string', example: '7' });
const time = z.iso.datetime().meta({ description: 'ISO 8601, UTC' });
const clock = z.string().meta({ example: '07:00' });
const slug = z.string().meta({ example: 'daily' });

/** Path of one thing by its id. */
export const byId = z.object({
  id: z.string().regex(ID_FORM).meta({ example: '7' }),
});
/** Path of one newsletter. */
export const bySlug = z.object({ slug: z.string().max(100).meta({ example: 'daily' }) });

export const problemShape = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.number().int(),
    detail: z.string(),
    instance: z.string(),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
    existing: id.optional().meta({ description: 'Of a conflict: the id of what is there already' }),
  })
  .meta({ id: 'Problem', description: 'RFC 9457' });

export const newsletterShape = z
  .object({
    id,
    slug,
    title: z.string(),
    description: z.string(),
    active: z.boolean(),
    language: z.string(),
    timezone: z.string(),
    sendAt: clock,
    kinds: z.array(z.enum(['daily', 'weekly', 'special'])),
    days: z.array(z.number().int()).meta({ description: '1 is Monday' }),
    weeklyDay: z.number().int(),
    sections: z.array(
      z.object({ slug: z.string(), title: z.string(), articleLimit: z.number().int() }),
    ),
    from: z.string().nullable(),
    replyTo: z.string().nullable(),
    private: z.boolean(),
    origins: z.array(z.string()),
    linkParameters: z.string().nullable(),
    reviewMinutes: z
      .number()
      .int()
      .meta({ description: 'How long before its time a draft is shown to the editors' }),
    reviewRequired: z.boolean().meta({
      description: 'true: a draft that no one has saved waits instead of being sent automatically',
    }),
    colour: z.string().nullable().meta({ description: "null: the newsroom's", example: '#0b4f6c' }),
    logo: z.string().nullable().meta({
      description:
        "A web address, or the path at this service of one that was uploaded; null: the newsroom's",
    }),
    layout: layoutSchema,
    typeface: typefaceSchema.meta({ description: 'Of the headlines' }),
    welcome: z.string().meta({ description: 'What the welcome email says first' }),
    wording: z.record(z.string(), z.string()).meta({
      description: "Its own consent text by language; a language without one has the newsroom's",
    }),
    wordingVersion: z.string().nullable().meta({
      description: 'Follows the wording, and is kept with each consent',
    }),
    archivedAt: time.nullable().meta({ description: 'null: it is not archived' }),
    complaintsHeldAt: time.nullable().meta({
      description: 'Since when complaints hold it, until somebody decides; null: they do not',
    }),
    createdAt: time,
    scheduledSince: time.meta({ description: 'When its hours and days became what they are' }),
  })
  .meta({ id: 'Newsletter' });

export const wordingShape = z
  .object({
    version: z.string().meta({ example: 'daily/2026-11-24' }),
    wording: z
      .record(z.string(), z.string())
      .meta({ description: 'By language; empty: taken back' }),
    createdAt: time,
  })
  .meta({ id: 'Wording' });

export const feedShape = z
  .object({
    id,
    newsletter: slug,
    url: z.string(),
    title: z.string().nullable(),
    section: z.string().nullable(),
    hasPassword: z
      .boolean()
      .meta({ description: 'Read with a name and password, given in the address' }),
    state: z.enum(['active', 'off', 'gone']),
    lastFetchedAt: time.nullable(),
    nextFetchAt: time.nullable(),
    lastError: z
      .string()
      .nullable()
      .meta({ description: 'Why it could not be read last, in English' }),
    lastCause: z
      .object({ code: z.string(), values: z.record(z.string(), z.union([z.string(), z.number()])) })
      .nullable()
      .meta({ description: 'The same for programs' }),
    articles: z.number().int(),
    waiting: z
      .number()
      .int()
      .meta({ description: 'Articles with a date to come, which wait for it' }),
    nextArticleAt: time.nullable().meta({ description: 'When the next of these comes' }),
  })
  .meta({ id: 'Feed' });

export const articleShape = z
  .object({
    id,
    title: z.string(),
    standfirst: z.string(),
    url: z.string(),
    image: z.object({ url: z.string(), alt: z.string(), credit: z.string().nullable() }).nullable(),
    author: z.string().nullable(),
    section: z.string().nullable(),
    language: z.string().nullable(),
    publishedAt: time,
    feed: id.nullable(),
    externalId: z.string().nullable().meta({
      description: 'What it is called where it comes from, such as a CMS',
      example: 'post-4711',
    }),
    updatedAt: time,
    withdrawnAt: time
      .nullable()
      .meta({ description: 'When its feeds had it no more, though they have older ones' }),
  })
  .meta({ id: 'Article' });

const copyShape = z
  .object({ url: z.string(), width: z.number().int(), height: z.number().int() })
  .meta({ id: 'PictureCopy', description: 'By its path below PUBLIC_URL' });

const editionArticleShape = articleShape
  .omit({ feed: true, externalId: true, updatedAt: true, withdrawnAt: true })
  .extend({
    language: z.string(),
    image: articleShape.shape.image
      .unwrap()
      .extend({ lead: copyShape.optional(), thumbnail: copyShape.optional() })
      .nullable()
      .meta({
        description:
          'With PICTURES=own: the copies that are shown, null until there is one. Else linked by its address',
      }),
  })
  .meta({ id: 'EditionArticle', description: "With the edition's own wording" });

export const ledgerShape = z
  .object({
    queued: z.number().int(),
    sending: z.number().int(),
    sent: z.number().int(),
    failed: z.number().int(),
    skipped: z.number().int(),
    uncertain: z.number().int(),
  })
  .meta({ id: 'Ledger' });

export const editionShape = z
  .object({
    id,
    newsletter: slug,
    number: z.number().int(),
    kind: z.enum(['daily', 'weekly', 'special']),
    localDate: z.iso.date().meta({ description: "In the newsletter's time zone" }),
    state: z.enum(['draft', 'scheduled', 'sending', 'paused', 'sent', 'cancelled']),
    reason: z.string().nullable(),
    heldBy: z.enum(['editor', 'missed', 'refusals', 'restore', 'nothing', 'complaints']).nullable(),
    warnings: z.array(z.string()).meta({
      description:
        'Before it starts: articles that the newsletter has sent within the week, and withdrawn ones',
    }),
    revision: z.number().int(),
    subject: z.string(),
    preheader: z.string(),
    introduction: z.string(),
    layout: layoutSchema.nullable().meta({ description: "null: the newsletter's" }),
    articles: z.array(editionArticleShape),
    sendAt: time.nullable(),
    startedAt: time.nullable(),
    plannedAt: time.nullable(),
    finishedAt: time.nullable(),
    audience: z.number().int().nullable(),
    ledger: ledgerShape,
    messagesPerSecond: z.number().nullable(),
  })
  .meta({ id: 'Edition' });

export const deliveryShape = z.object({
  subscriber: id,
  email: z.string().nullable().meta({
    description: 'Masked for roles below admin; null once erased',
  }),
  state: z.enum(['queued', 'sending', 'sent', 'failed', 'skipped', 'uncertain']),
  reason: z.string().nullable(),
  revision: z.number().int().nullable(),
  relay: z.string().nullable(),
  answer: z.string().nullable(),
  attempts: z.number().int(),
  dueAt: time,
  nextAt: time.nullable().meta({ description: 'When a queued message is tried next' }),
  sentAt: time.nullable(),
  uncertainAt: time.nullable(),
  messageId: z.string(),
});

export const subscriptionShape = z
  .object({
    newsletter: slug,
    state: z.enum(['pending', 'active', 'unsubscribed']),
    frequency: z.enum(['daily', 'weekdays', 'weekly', 'special']),
    hour: clock.nullable().meta({ description: "null: the newsletter's" }),
    sections: z.array(z.string()).nullable().meta({ description: 'null: all, also later ones' }),
    format: formatSchema.meta({
      description: 'All of an edition, its headlines alone, or all of it without pictures',
    }),
    pausedUntil: time.nullable(),
    confirmedAt: time.nullable(),
    unsubscribedAt: time.nullable(),
  })
  .meta({ id: 'Subscription' });

export const subscriberShape = z
  .object({
    id,
    email: z.string().nullable().meta({ description: 'null once erased' }),
    name: z.string().nullable(),
    language: z.string().nullable(),
    timezone: z.string().nullable(),
    rests: z.enum(['domain-gone', 'asleep']).nullable().meta({
      description:
        'Why nothing is sent for now, though the subscriptions stay: the domain of the address takes no email, or no sign of life and no answer when asked. null: it is sent',
    }),
    createdAt: time,
    subscriptions: z.array(subscriptionShape),
  })
  .meta({ id: 'Subscriber' });

export const suppressionShape = z
  .object({
    hash: z.string().meta({ description: 'HMAC of the address: it cannot be read back' }),
    reason: z.enum(['bounce', 'complaint', 'erasure', 'operator', 'provider']),
    edition: id.nullable(),
    held: z.boolean().meta({ description: 'true: not yet in force, waits for an operator' }),
    detail: z.string().nullable(),
    createdAt: time,
  })
  .meta({ id: 'Suppression' });

export const earlierEditionShape = z
  .object({
    id,
    newsletter: slug,
    title: z.string(),
    summary: z.string(),
    language: z.string(),
    publishedAt: time,
    url: z.string().meta({ description: 'Its page in the archive' }),
    oldAddress: z.string().nullable(),
    createdAt: time,
    updatedAt: time,
  })
  .meta({ id: 'EarlierEdition' });

export const bulkJobShape = z
  .object({
    id,
    action: z.enum(['unsubscribe', 'move', 'section', 'erase']),
    newsletter: slug.nullable().meta({ description: 'null: all, or none' }),
    to: slug.nullable(),
    section: z.string().nullable(),
    newsletters: z
      .array(z.string())
      .nullable()
      .meta({ description: 'Beyond these nothing is changed; null: any' }),
    state: z.enum(['prepared', 'running', 'done', 'stopped']),
    size: z.number().int().meta({ description: 'Subscribers that it is about' }),
    done: z.number().int(),
    changed: z.number().int().meta({ description: 'Of whom something is different now' }),
    unknown: z.number().int().meta({ description: 'Addresses that no subscriber has' }),
    createdAt: time,
    finishedAt: time.nullable(),
  })
  .meta({ id: 'BulkJob' });

export const suppressedListShape = z
  .object({
    lines: z.number().int(),
    suppressed: z.number().int(),
    known: z.number().int().meta({ description: 'Suppressed before; they keep their reason' }),
    refusedCount: z.number().int(),
    refused: z
      .array(z.object({ line: z.number().int(), fault: z.string() }))
      .meta({ description: 'The first thousand lines that are no address' }),
  })
  .meta({ id: 'SuppressedList' });

export const archiveImportShape = z
  .object({
    format: z.enum(archiveFormats),
    added: z.number().int(),
    changed: z.number().int(),
    same: z.number().int(),
    leftOut: z
      .array(z.object({ name: z.string(), reason: z.enum(leftOutReasons) }))
      .meta({ description: 'The first thousand' }),
    leftOutCount: z.number().int(),
  })
  .meta({ id: 'ArchiveImport' });

const importFields = {
  id,
  state: z.enum(['running', 'ready', 'stopped', 'done', 'failed']).meta({
    description:
      '`ready`: a dry run that waits to be started; `stopped`: by somebody, and can go on',
  }),
  newsletter: z
    .string()
    .nullable()
    .meta({ description: 'Its slug; null: each line named its own' }),
  format: z
    .string()
    .nullable()
    .meta({ description: 'Whose export it was taken for; `other`: of nobody known' }),
  dryRun: z.boolean().meta({ description: 'true: nothing is stored' }),
  counts: z
    .object({
      new: z.number().int(),
      changed: z.number().int(),
      same: z.number().int(),
      left: z.number().int(),
      suppressed: z.number().int(),
      refused: z.number().int(),
    })
    .meta({
      description:
        'What became of the lines; one that speaks of several newsletters counts for each',
    }),
  report: z
    .string()
    .nullable()
    .meta({ description: 'Where it is told of each line; null: there is nothing yet' }),
  lines: z.number().int(),
  added: z.number().int(),
  updated: z.number().int(),
  skipped: z.number().int(),
  progress: z.number().meta({ description: 'How much of the file was read, from 0 to 1' }),
  failure: z.string().nullable().meta({ description: 'Why it failed, and what to do' }),
  createdAt: time,
  finishedAt: time.nullable(),
  touchedAt: time.meta({ description: 'When it was last worked on' }),
};
export const importSummaryShape = z.object(importFields).meta({ id: 'ImportSummary' });
export const importShape = z
  .object({
    ...importFields,
    columns: z
      .array(z.object({ title: z.string(), field: z.string().nullable() }))
      .meta({ description: 'The columns of the file and what each holds; null: it is ignored' }),
    errors: z
      .array(z.object({ line: z.number().int(), code: z.string(), reason: z.string() }))
      .meta({ description: 'The first 1,000 lines that were skipped; there once it has ended' }),
    notes: z.array(z.string()).meta({ description: 'What had to be assumed of the file' }),
  })
  .meta({ id: 'Import' });

/** A list, a page at a time. */
export const pageOf = <T extends z.ZodType>(shape: T) =>
  z.object({
    data: z.array(shape),
    next: z.string().nullable().meta({ description: '`after` of the next page; null: the last' }),
  });
