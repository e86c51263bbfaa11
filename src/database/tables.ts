import type { ColumnType, GeneratedAlways } from 'kysely';

// bigint comes from pg as a string, which is also what the API shows: ids are opaque strings.
type Id = GeneratedAlways<string>;
type Time = ColumnType<Date, Date | string, Date | string>;
type Made = ColumnType<Date, Date | string | undefined, Date | string>;
type Optional<T> = ColumnType<T | null, T | null | undefined, T | null>;
type Default<T> = ColumnType<T, T | undefined, T>;

export type Kind = 'daily' | 'weekly' | 'special';
export type Frequency = 'daily' | 'weekdays' | 'weekly' | 'special';
export type SubscriptionState = 'pending' | 'active' | 'unsubscribed';
export type EditionState = 'draft' | 'scheduled' | 'sending' | 'paused' | 'sent' | 'cancelled';
export type DeliveryState = 'queued' | 'sending' | 'sent' | 'failed' | 'skipped' | 'uncertain';
export type Layout = 'broadsheet' | 'compact';
export type Typeface = 'georgia' | 'palatino' | 'times' | 'helvetica';
/** How much of an edition a reader wants: all of it, its headlines alone, or all of it without pictures. */
export type Format = 'full' | 'headlines' | 'text';
export type Role = 'owner' | 'admin' | 'editor' | 'sender' | 'viewer';

interface SettingsTable {
  key: string;
  value: ColumnType<unknown, string, string>;
  updatedAt: Made;
}

interface NewslettersTable {
  id: Id;
  slug: string;
  title: string;
  description: Default<string>;
  active: Default<boolean>;
  language: string;
  timezone: string;
  sendAt: Default<string>;
  kinds: Default<Kind[]>;
  days: Default<number[]>;
  weeklyDay: Default<number>;
  mailFrom: Optional<string>;
  replyTo: Optional<string>;
  private: Default<boolean>;
  origins: Default<string[]>;
  linkParameters: Optional<string>;
  /** Minutes before the send time at which the draft appears to the editors. */
  reviewMinutes: Default<number>;
  /** True: an edition nobody touched waits instead of going by itself. */
  reviewRequired: Default<boolean>;
  /** `#rrggbb`; null: the newsroom's. */
  colour: Optional<string>;
  /** A web address, or the path of an uploaded one; null: the newsroom's. */
  logo: Optional<string>;
  layout: Default<Layout>;
  /** Of its headlines. */
  typeface: Default<Typeface>;
  /** What the welcome letter says first. */
  welcome: Default<string>;
  /** Its own sentence of consent by language; a language without one has the newsroom's. */
  wording: ColumnType<Record<string, string>, string | undefined, string>;
  /** Of its newest wording, also of one that was taken back. */
  wordingVersion: Optional<string>;
  /** No edition goes out any more, until it is brought back; `active` is false as long. */
  archivedAt: Optional<Date>;
  /** Since when complaints hold it: nothing of it is sent until somebody decides. */
  complaintsHeldAt: Optional<Date>;
  /** The newest complaint (`bounces`) that somebody has decided about: older ones hold it no more. */
  complaintsDecided: Default<string>;
  /** The newest edition's number; raised when the next is made. */
  lastNumber: Default<number>;
  createdAt: Made;
  /** When hours and days became what they are: an hour before it is never made up for. */
  scheduledSince: Made;
}

interface SectionsTable {
  id: Id;
  newsletterId: string;
  slug: string;
  title: string;
  position: number;
  articleLimit: Default<number>;
}

/** Every wording that a newsletter ever had, by its version. */
interface WordingsTable {
  newsletterId: string;
  version: string;
  wording: ColumnType<Record<string, string>, string, never>;
  createdAt: Made;
}

/** Pictures that operators uploaded, by the hash of their bytes. */
interface LogosTable {
  hash: string;
  /** Media type. */
  type: string;
  bytes: Buffer;
  width: number;
  height: number;
  createdAt: Made;
}

interface SubscribersTable {
  id: Id;
  /** As typed by the reader; null once erased. */
  email: Optional<string>;
  /** The compared form: whole address lower-cased, domain in ASCII. */
  emailKey: Optional<string>;
  /** HMAC of the compared form under the key that is never rotated. */
  addressHash: Optional<Buffer>;
  /** How often the address was changed: links mailed to an address end with it. */
  addressChanges: Default<number>;
  receiverGroup: Default<string>;
  /** Why nothing is sent to them for now: their domain takes no mail, or they gave no sign of life. */
  rests: Optional<'domain-gone' | 'asleep'>;
  name: Optional<string>;
  language: Optional<string>;
  timezone: Optional<string>;
  createdAt: Made;
  erasedAt: Optional<Date>;
  /** When somebody's sign-up last led to a confirmation, and to a notice: each at most once a day. */
  confirmationAt: Optional<Date>;
  noticeAt: Optional<Date>;
  /** Random, of the sign-up that got the last of those letters: of many at once, which one won. */
  letterMark: Optional<string>;
  /** What a search looks in: address and name by `search_form` of migration 0007. */
  search: GeneratedAlways<string>;
}

interface SubscriptionsTable {
  newsletterId: string;
  subscriberId: string;
  state: SubscriptionState;
  frequency: Default<Frequency>;
  /** What it was before `frequencySince`; kept by a trigger. */
  frequencyBefore: Optional<Frequency>;
  frequencySince: Optional<Date>;
  hour: Optional<string>;
  /** Section slugs; null: all, also later ones. */
  sections: Optional<string[]>;
  format: Default<Format>;
  pausedUntil: Optional<Date>;
  createdAt: Made;
  confirmedAt: Optional<Date>;
  /** Belonging is decided by time: activeFrom ≤ frozenAt and (leftAt is null or leftAt > frozenAt). */
  activeFrom: Optional<Date>;
  leftAt: Optional<Date>;
  leaveReason: Optional<string>;
  /** What a pending sign-up says of the person; theirs once it is confirmed. */
  requested: ColumnType<
    { name: string | null; language: string | null; timezone: string | null } | null,
    string | null | undefined,
    string | null
  >;
}

interface ConsentsTable {
  id: Id;
  subscriberId: string;
  newsletterId: string;
  action: 'request' | 'confirm' | 'withdraw' | 'undo' | 'import' | 'operator';
  at: Made;
  originAddress: Optional<string>;
  userAgent: Optional<string>;
  form: Optional<string>;
  wording: Optional<string>;
  wordingVersion: Optional<string>;
  /** Of a withdrawal: the edition whose link was used. */
  editionId: Optional<string>;
  detail: ColumnType<Record<string, unknown> | null, string | null | undefined, never>;
}

interface SuppressionsTable {
  addressHash: Buffer;
  /** `provider`: the relay's provider has the address on a list of its own. */
  reason: 'bounce' | 'complaint' | 'erasure' | 'operator' | 'provider';
  editionId: Optional<string>;
  /** Made while its edition was in doubt: waits for the operator, not yet in force. */
  held: Default<boolean>;
  detail: Optional<string>;
  createdAt: Made;
}

interface BouncesTable {
  id: Id;
  at: Made;
  /** `suppressed`: a provider says that it had stopped writing to the address before. */
  kind: 'bounce' | 'complaint' | 'suppressed';
  /** The door it came by: `smtp`, `imap`, a provider's name; `relay`: what a relay answered while it was sent. */
  source: string;
  subscriberId: string;
  editionId: Optional<string>;
  newsletterId: Optional<string>;
  letterId: Optional<string>;
  receiverGroup: string;
  hard: boolean;
  /** One of src/bounces/reasons.ts; of a complaint its feedback type. */
  reason: string;
  status: Optional<string>;
  words: string;
  /** The address is not written to again because of this one. */
  suppressed: Default<boolean>;
  /** What follows from it was done. */
  followed: Default<boolean>;
}

/** Domains that readers have their addresses at, as the DNS said of them last. */
interface ReceiverDomainsTable {
  domain: string;
  /** By its MX; null: not known yet. */
  receiverGroup: Optional<string>;
  /** The first of its MX. */
  mx: Optional<string>;
  lookedAt: Optional<Date>;
  nextAt: Made;
  /** Since when every look found that it takes no mail. */
  goneSince: Optional<Date>;
  goneWhy: Optional<'nxdomain' | 'null-mx'>;
  /** Its readers rest. */
  rests: Default<boolean>;
}

/** What an operator set for a group of receivers. */
interface ReceiverPaceTable {
  /** Empty: over all relays. */
  relay: Default<string>;
  receiverGroup: string;
  /** Messages a second over all workers. */
  perSecond: Optional<number>;
  /** Messages under way at once, in one worker. */
  connections: Optional<number>;
}

/** What an operator set for a relay, in place of what SMTP_URL says. */
interface RelayPlansTable {
  relay: string;
  /** As in SMTP_URL; null: none. */
  warmUp: Optional<string>;
}

/** When readers last did something, and were asked whether they still want what they get. */
interface SignsOfLifeTable {
  subscriberId: string;
  seenAt: Optional<Date>;
  askedAt: Optional<Date>;
  /** Since when they rest, having given none. */
  restedAt: Optional<Date>;
}

interface InboundMessagesTable {
  key: Buffer;
  at: Made;
  source: string;
  /** What it was: of src/bounces/kind.ts, or `reply`. */
  kind: string;
}

interface RepliesTable {
  id: Id;
  at: Made;
  newsletterId: string;
  /** Null: a stranger's. */
  subscriberId: Optional<string>;
  /** Whom it is from, as the message says. */
  email: string;
  /** As it came. */
  message: Buffer;
  /** It reads as if its writer wants to be unsubscribed. */
  wantsOut: boolean;
  /** When an operator dealt with that. */
  handledAt: Optional<Date>;
}

interface HookEventsTable {
  provider: string;
  eventId: string;
  nonce: Optional<string>;
  event: ColumnType<unknown, string, string>;
  signed: boolean;
  at: Made;
  takenAt: Optional<Date>;
  tries: Default<number>;
}

interface DkimKeysTable {
  id: Id;
  domain: string;
  selector: string;
  /** `waiting`: for its record to be published; of each domain at most one waits and one is active. */
  state: Default<'waiting' | 'active' | 'retired'>;
  /** PKCS#8 in PEM, sealed; null once it is retired. */
  privateKey: Optional<Buffer>;
  /** What `p=` of its record holds. */
  publicKey: string;
  createdAt: Made;
  activatedAt: Optional<Date>;
  retiredAt: Optional<Date>;
}

interface MachineReportsTable {
  id: Id;
  kind: 'dmarc' | 'tls';
  receivedAt: Made;
  /** Who reports, as they call themselves. */
  reporter: string;
  reportId: string;
  domain: string;
  beginsAt: Time;
  endsAt: Time;
  policy: string;
  /** The domain of the DKIM signature that the mail came with, where it was good. */
  signedBy: Optional<string>;
  /** Why nothing shows that the reporter made it; null: their own signature does. */
  doubt: Optional<'unsigned' | 'other-signer'>;
}

interface DmarcRowsTable {
  reportId: string;
  source: string;
  messages: string;
  disposition: string;
  dkimAligned: boolean;
  spfAligned: boolean;
}

interface TlsRowsTable {
  reportId: string;
  policyType: string;
  sessions: string;
  failed: string;
  failures: ColumnType<{ type: string; host: string | null; sessions: number }[], string, string>;
}

interface SourceNamesTable {
  source: string;
  /** Null: it has none. */
  name: Optional<string>;
  /** Null: it waits to be looked up. */
  lookedUpAt: Optional<Date>;
}

interface AnswerCausesTable {
  day: ColumnType<string, never, never>;
  receiverGroup: string;
  answer: 'deferred' | 'refused';
  cause: string;
  messages: string;
}

interface FeedsTable {
  id: Id;
  newsletterId: string;
  sectionId: Optional<string>;
  url: string;
  /** Name and password, joined by a colon; no page and no program gets them. */
  credentials: Optional<string>;
  title: Optional<string>;
  state: Default<'active' | 'off' | 'gone'>;
  etag: Optional<string>;
  lastModified: Optional<string>;
  lastFetchedAt: Optional<Date>;
  nextFetchAt: Made;
  claimedUntil: Optional<Date>;
  /** Why it could not be read last: see src/feeds/causes.ts. */
  lastCause: ColumnType<
    { code: string; values: Record<string, string | number> } | null,
    string | null | undefined,
    string | null
  >;
  failures: Default<number>;
  /** When its reading first failed since it last went well; null while it goes well. */
  failingSince: Optional<Date>;
  hubUrl: Optional<string>;
  hubTopic: Optional<string>;
  hubSecret: Optional<string>;
  hubLeaseUntil: Optional<Date>;
  createdAt: Made;
}

interface PictureFilesTable {
  hash: string;
  /** A JPEG. */
  bytes: Buffer;
  width: number;
  height: number;
  createdAt: Made;
}
interface PicturesTable {
  /** Where a story's picture lies. */
  url: string;
  state: Default<'wanted' | 'ready' | 'unusable'>;
  /** Why it cannot be used, or why the last try failed: a code. */
  reason: Optional<string>;
  attempts: Default<number>;
  /** When it is fetched, or tried again; while it is being fetched, when that is given up. */
  nextAt: Made;
  leadHash: Optional<string>;
  thumbnailHash: Optional<string>;
  createdAt: Made;
}
interface EditionPicturesTable {
  editionId: string;
  hash: string;
}
interface ArticlesTable {
  id: Id;
  /** What it is called where it comes from, such as a CMS. */
  externalId: Optional<string>;
  title: string;
  standfirst: Default<string>;
  url: string;
  /** The address that two copies of one story share: canonical link, no tracking parameters. */
  canonicalUrl: string;
  imageUrl: Optional<string>;
  imageAlt: Optional<string>;
  imageCredit: Optional<string>;
  author: Optional<string>;
  language: Optional<string>;
  categories: Default<string[]>;
  /** Shared by articles that translate each other. */
  storyId: Optional<string>;
  /** An operator said that it is a story of its own: no feed joins it to another. */
  setApart: Default<boolean>;
  /** Of its whole text; null: not known. */
  words: Optional<number>;
  /** When its newsroom last changed it, as its feed says. */
  revisedAt: Optional<Date>;
  publishedAt: Time;
  createdAt: Made;
  updatedAt: Made;
  /** Set when an editor changed it: what the feed says later no longer overwrites it. */
  editedAt: Optional<Date>;
  deletedAt: Optional<Date>;
}

interface ArticleSourcesTable {
  id: Id;
  articleId: string;
  newsletterId: string;
  sectionId: Optional<string>;
  feedId: Optional<string>;
  guid: Optional<string>;
  url: string;
  title: string;
  /** `url` in the form that is compared with others. */
  canonicalUrl: Optional<string>;
  /** The address that its page says it has, in that form, if another: see src/articles/duplicates.ts. */
  claimedUrl: Optional<string>;
  /** Addresses of the same story in other languages, in that form, whether they have come or not. */
  translations: Default<string[]>;
  /** Null for the source the article was made from. */
  joinedBy: Optional<'guid' | 'url' | 'canonical' | 'title' | 'operator'>;
  seenAt: Made;
  /** When its feed was found without it, though with older ones. */
  withdrawnAt: Optional<Date>;
}

/**
 * Why an edition does not go on: an `editor` took it off the schedule, its time was `missed` for too long,
 * `refusals` paused it, a `restore` did, `nothing` was left in it, or `complaints` hold its newsletter.
 */
export type HeldBy = 'editor' | 'missed' | 'refusals' | 'restore' | 'nothing' | 'complaints';

interface EditionsTable {
  id: Id;
  newsletterId: string;
  number: number;
  kind: Kind;
  /** The date in the newsletter's time zone, as YYYY-MM-DD. */
  localDate: string;
  state: Default<EditionState>;
  /** What keeps it from going on until a person acts; null while nothing does, and after an operator's pause. */
  heldBy: Optional<HeldBy>;
  /** What holds it up, as `writeNotices` of src/text/notice.ts writes it. Never read as a flag. */
  statusText: Optional<string>;
  /** 0 until the content is frozen. */
  revision: Default<number>;
  subject: Default<string>;
  preheader: Default<string>;
  introduction: Default<string>;
  /** Null: the newsletter's. */
  layout: Optional<Layout>;
  sendAt: Optional<Date>;
  /** hour: each reader at their hour; now: all at once. */
  due: Default<'hour' | 'now'>;
  /** Set when an editor changed the draft. */
  touchedAt: Optional<Date>;
  frozenAt: Optional<Date>;
  startedAt: Optional<Date>;
  plannedAt: Optional<Date>;
  finishedAt: Optional<Date>;
  audience: Optional<number>;
  /** Planning has written every reader up to this subscriber id. */
  planCursor: Default<string>;
  createdAt: Made;
}

interface EditionArticlesTable {
  editionId: string;
  articleId: string;
  section: Optional<string>;
  position: number;
  pinned: Default<boolean>;
  dropped: Default<boolean>;
  /** This edition's own wording; null: the article's. */
  title: Optional<string>;
  standfirst: Optional<string>;
}

interface RevisionsTable {
  editionId: string;
  number: number;
  content: ColumnType<unknown, string, never>;
  createdAt: Made;
}

interface VariantsTable {
  id: Id;
  editionId: string;
  revision: number;
  key: string;
  language: string;
  articleIds: string[];
  subject: string;
  message: Buffer;
  places: ColumnType<unknown, string, never>;
  createdAt: Made;
}

interface WorkersTable {
  id: GeneratedAlways<number>;
  host: string;
  pid: number;
  connections: number;
  startedAt: Made;
  leaseUntil: Time;
  stoppedAt: Optional<Date>;
}

interface RangesTable {
  id: Id;
  editionId: string;
  dueAt: Time;
  receiverGroup: string;
  firstSubscriber: string;
  lastSubscriber: string;
  state: Default<'planned' | 'done'>;
  worker: Optional<number>;
  /** When its first queued row is due. */
  nextAt: Time;
  /** When its ticket was issued last; long ago once it was given back. */
  ticketAt: Default<Date>;
  /** Raised whenever it is taken or given back; part of its ticket's job id. */
  issued: Default<number>;
  /** What was missed is queued again by the worker that takes the range next. */
  missed: Default<boolean>;
  size: number;
  queued: Default<number>;
  sending: Default<number>;
  sent: Default<number>;
  failed: Default<number>;
  skipped: Default<number>;
  uncertain: Default<number>;
}

interface DeliveriesTable {
  editionId: string;
  subscriberId: string;
  rangeId: string;
  dueAt: Time;
  nextAt: Time;
  state: DeliveryState;
  reason: Optional<string>;
  revision: Optional<number>;
  variantId: Optional<string>;
  worker: Optional<number>;
  claim: Optional<string>;
  attempts: Default<number>;
  relay: Optional<string>;
  answer: Optional<string>;
  sentAt: Optional<Date>;
  uncertainAt: Optional<Date>;
}

interface DeliveryEventsTable {
  id: Id;
  editionId: string;
  subscriberId: string;
  at: Made;
  relay: Optional<string>;
  phase: string;
  code: Optional<number>;
  enhanced: Optional<string>;
  reply: Optional<string>;
}

interface LettersTable {
  id: Id;
  kind: string;
  subscriberId: Optional<string>;
  newsletterId: Optional<string>;
  email: Optional<string>;
  /** Of a letter to an address that has not consented: the mailbox it ends in, to count such letters by. */
  mailbox: Optional<string>;
  language: string;
  content: ColumnType<Record<string, unknown>, string, string>;
  state: Default<DeliveryState>;
  reason: Optional<string>;
  attempts: Default<number>;
  nextAt: Made;
  expiresAt: Made;
  worker: Optional<number>;
  claim: Optional<string>;
  relay: Optional<string>;
  answer: Optional<string>;
  createdAt: Made;
  sentAt: Optional<Date>;
  uncertainAt: Optional<Date>;
}

interface OperatorsTable {
  id: Id;
  email: string;
  name: Default<string>;
  role: Role;
  passwordHash: Optional<string>;
  language: Default<string>;
  draftNotices: Default<boolean>;
  /** Causes of attention that they are mailed about. */
  alerts: Default<string[]>;
  createdAt: Made;
  lastSeenAt: Optional<Date>;
  disabledAt: Optional<Date>;
  /** Newsletters by id; null: the whole newsroom. */
  boundTo: Optional<string[]>;
  /** Who they are at the identity provider, once they have signed in through it. */
  oidcIssuer: Optional<string>;
  oidcSubject: Optional<string>;
}

/** What a one-time link is for. */
export type LinkPurpose = 'first' | 'invitation' | 'password';

interface SetupLinksTable {
  tokenHash: Buffer;
  purpose: Default<LinkPurpose>;
  /** Null: who opens it becomes the first operator. */
  operatorId: Optional<string>;
  expiresAt: Time;
  usedAt: Optional<Date>;
  /** Set when another link took its place. */
  replacedAt: Optional<Date>;
}

/** How somebody signed in. */
export type SignInMethod = 'password' | 'link' | 'passkey' | 'oidc';

interface SessionsTable {
  /** SHA-256 of the secret in the cookie. */
  idHash: Buffer;
  /** Names it to its operator; opens nothing. */
  id: Id;
  operatorId: string;
  method: Default<SignInMethod>;
  userAgent: Optional<string>;
  originAddress: Optional<string>;
  data: ColumnType<Record<string, unknown>, string | undefined, string>;
  createdAt: Made;
  usedAt: Made;
  expiresAt: Time;
}

/** Forms of the console that were sent, by the hash of what was in them. */
interface FormPostsTable {
  key: Buffer;
  /** Where the sender was led; null while it is being worked on. */
  location: Optional<string>;
  createdAt: Made;
}

/** What each worker hands to each relay at the moment. */
interface RelayActivityTable {
  worker: number;
  relay: string;
  perSecond: number;
  words: Optional<string>;
  state: Default<'up' | 'slowed' | 'resting' | 'avoided'>;
  connections: Default<number>;
  restingUntil: Optional<Date>;
  at: Made;
}

/** What relays answered in an hour, by group of receivers. */
interface AnswerCountsTable {
  hour: Time;
  relay: string;
  receiverGroup: string;
  sent: Default<number>;
  deferred: Default<number>;
  refused: Default<number>;
  lost: Default<number>;
  words: Optional<string>;
  wordsAt: Optional<Date>;
}

/** Groups of receivers that a worker holds back, while it sends. */
interface ReceiverLimitsTable {
  worker: number;
  receiverGroup: string;
  perSecond: number;
  heldUntil: Optional<Date>;
  at: Made;
}

/** What an operator was sending when their session had ended; kept until they have signed in again. */
interface KeptFormsTable {
  operatorId: string;
  /** Where it was going. */
  address: string;
  fields: ColumnType<Record<string, string | string[]>, string, string>;
  createdAt: Made;
}

/** Half of a sign-in: what has to come next, in the browser that holds the secret. Used once. */
interface SignInStepsTable {
  tokenHash: Buffer;
  kind: 'second-factor' | 'passkey' | 'oidc';
  operatorId: Optional<string>;
  data: ColumnType<Record<string, unknown>, string | undefined, string>;
  expiresAt: Time;
}

interface TotpSecretsTable {
  operatorId: string;
  /** Encrypted under the newest SECRET. */
  sealed: Buffer;
  /** Null until a first code was right. */
  confirmedAt: Optional<Date>;
  /** The time step of the last code that was used: none of before is right again. */
  lastStep: Optional<string>;
}

interface RecoveryCodesTable {
  operatorId: string;
  codeHash: Buffer;
  usedAt: Optional<Date>;
}

interface PasskeysTable {
  id: Id;
  operatorId: string;
  /** As WebAuthn's JSON has it, base64url. */
  credentialId: string;
  publicKey: Buffer;
  counter: Default<string>;
  transports: Default<string[]>;
  name: string;
  createdAt: Made;
  lastUsedAt: Optional<Date>;
}

/** A newsletter's readers on one day; of those who left, how many said why. */
interface ReaderDaysTable {
  newsletterId: string;
  day: string;
  readers: number;
  came: number;
  left: number;
  often: number;
  interest: number;
  never: number;
  other: number;
  written: number;
  updatedAt: Made;
}

interface ApiTokensTable {
  id: Id;
  name: string;
  role: Exclude<Role, 'owner'>;
  tokenHash: Buffer;
  createdBy: Optional<string>;
  createdAt: Made;
  lastUsedAt: Optional<Date>;
  revokedAt: Optional<Date>;
  /** Null: never. */
  expiresAt: Optional<Date>;
  /** Newsletters by id; null: the whole newsroom. */
  boundTo: Optional<string[]>;
}

interface IdempotencyKeysTable {
  tokenId: string;
  key: string;
  requestHash: Buffer;
  /** Null while the first request runs. */
  status: Optional<number>;
  response: ColumnType<unknown, string | null | undefined, string | null>;
  createdAt: Made;
}

interface AuditTable {
  id: Id;
  at: Made;
  actor: string;
  operatorId: Optional<string>;
  tokenId: Optional<string>;
  action: string;
  object: string;
  /** The network address that a request came from. */
  origin: Optional<string>;
  detail: ColumnType<Record<string, unknown> | null, string | null | undefined, never>;
}

/** Something that needs a person: see src/actions/attention. */
interface AttentionTable {
  id: Id;
  cause: string;
  /** What it is about, as the audit names things: `edition 12`, `newsletter daily`. */
  subject: string;
  /** Null: it is about the whole newsroom. */
  newsletterId: Optional<string>;
  /** A key of src/locales/<language>/attention.ts, and what it is filled with. */
  detail: string;
  facts: ColumnType<Record<string, string | number>, string | undefined, string>;
  /** What must stay the same for its time to count. */
  mark: Optional<string>;
  since: Time;
  foundAt: Made;
  /** When it was found last. */
  seen: Made;
  /** When it had lasted for so long that a person is asked for. */
  raisedAt: Optional<Date>;
  over: Optional<Date>;
}

interface AlertsTable {
  id: Id;
  attentionId: string;
  event: 'raised' | 'over';
  email: string;
  language: string;
  /** Null: of ALERT_TO. */
  operatorId: Optional<string>;
  state: Default<'queued' | 'sent' | 'failed'>;
  attempts: Default<number>;
  nextAt: Made;
  relay: Optional<string>;
  /** What the relay said last. */
  answer: Optional<string>;
  createdAt: Made;
  sentAt: Optional<Date>;
}

interface WebhooksTable {
  id: Id;
  url: string;
  description: Default<string>;
  events: string[];
  /** Newsletters by id; null: the whole newsroom. */
  boundTo: Optional<string[]>;
  /** Sealed (see sealing.ts), as Standard Webhooks writes it: `whsec_` and base64. Signing takes the secret itself, not a hash. */
  secret: Buffer;
  previousSecret: Optional<Buffer>;
  previousUntil: Optional<Date>;
  failingSince: Optional<Date>;
  disabledAt: Optional<Date>;
  disabledBy: Optional<'operator' | 'failing' | 'gone'>;
  createdAt: Made;
}

/** What one webhook is to be told: written by triggers, see 0006-bindings-webhooks. */
interface WebhookMessagesTable {
  id: Id;
  webhookId: string;
  type: string;
  at: Made;
  data: ColumnType<Record<string, unknown>, string, string>;
  subscriberId: Optional<string>;
  state: Default<'queued' | 'sent' | 'failed'>;
  attempts: Default<number>;
  /** When it is tried next; while somebody tries, when that is judged to be lost. */
  nextAt: Made;
}

interface WebhookAttemptsTable {
  id: Id;
  messageId: string;
  webhookId: string;
  at: Made;
  /** Null: no answer came. */
  status: Optional<number>;
  answer: Optional<string>;
  error: Optional<string>;
  milliseconds: number;
}

/** A key of src/locales/<language>/imports.ts, and what it is filled with. */
interface Told {
  code: string;
  values: Record<string, string | number>;
}

/** A part of an import's lines that was stored, or looked at. */
interface ImportBatchesTable {
  importId: string;
  number: number;
  /** What became of each line, packed: see src/subscribers/import/reporting/report.ts. */
  report: Buffer;
}

interface ImportsTable {
  id: Id;
  /** Null: each line named its own. */
  newsletterId: Optional<string>;
  /** `ready`: a dry run has ended, and waits to be started; `stopped`: by somebody, and can go on. */
  state: Default<'running' | 'ready' | 'stopped' | 'done' | 'failed'>;
  lines: Default<number>;
  added: Default<number>;
  updated: Default<number>;
  skipped: Default<number>;
  /** The first lines that were left out: keys and values of `reasons` in src/locales/<language>/imports.ts. */
  errors: ColumnType<
    (Told & { line: number; file?: string; nth: number })[],
    string | undefined,
    string
  >;
  /** What had to be assumed: keys and values of `notes` in the same file. */
  notes: ColumnType<Told[], string | undefined, string>;
  /** Ids of the newsletters that its lines may be for; null: any. */
  newsletters: Optional<string[]>;
  /** How much of the file was read, from 0 to 1. */
  progress: Default<number>;
  /** Only of one that failed. `lost`: its process and its file are gone; `expired`: nobody started it for a day. */
  failure: Optional<'unreadable' | 'stopped' | 'lost' | 'fault' | 'expired'>;
  /** The name of its file in DATA_DIR/imports, until it has ended. */
  file: Optional<string>;
  /** What whoever brought the file said about it. */
  options: ColumnType<unknown, string | undefined, string>;
  /** What was understood of the file. */
  understood: ColumnType<unknown, string | null | undefined, string | null>;
  /** True: it only looks what would become of the lines. */
  dryRun: Default<boolean>;
  /** Who brought it, as `operator 5` or `token 3`: kept with the consents they stated. */
  statedBy: Optional<string>;
  /** Raised whenever it is started: what an earlier run still stores is not of it. */
  round: Default<number>;
  leftCount: Default<number>;
  suppressedCount: Default<number>;
  sameCount: Default<number>;
  refusedCount: Default<number>;
  changedCount: Default<number>;
  newCount: Default<number>;
  /** Host and pid of the process that works on it, and when that was last alive. */
  process: Default<string>;
  touchedAt: Made;
  createdAt: Made;
  finishedAt: Optional<Date>;
}

/** Editions that other services sent, before a newsletter came here. */
interface EarlierEditionsTable {
  id: Id;
  newsletterId: string;
  /** Its place in the newsletter's archive. */
  slug: string;
  /** What it is called where it comes from. */
  sourceKey: string;
  title: string;
  summary: string;
  language: string;
  /** Sanitised when it was imported. */
  html: string;
  publishedAt: Time;
  oldAddress: Optional<string>;
  createdAt: Made;
  updatedAt: Made;
}

/** Paths at which earlier editions were found, as src/earlier-editions/old-address.ts compares them. */
interface OldAddressesTable {
  path: string;
  earlierEditionId: string;
}

/** What is done to many readers at once: see src/bulk. */
interface BulkJobsTable {
  id: Id;
  action: 'unsubscribe' | 'move' | 'section' | 'erase';
  options: ColumnType<unknown, string, never>;
  /** Ids of the newsletters that it may touch; null: any. */
  newsletters: Optional<string[]>;
  state: Default<'prepared' | 'running' | 'done' | 'stopped'>;
  /** Readers it is about, how many of them are done, and of how many it changed something. */
  size: Default<number>;
  done: Default<number>;
  changed: Default<number>;
  /** Addresses that were named and that no reader has. */
  unknown: Default<number>;
  /** Who began it: an Actor of src/operators/audit.ts. */
  actor: ColumnType<unknown, string, never>;
  createdAt: Made;
  finishedAt: Optional<Date>;
}

/** The readers that a job has not come to yet. */
interface BulkReadersTable {
  jobId: string;
  subscriberId: string;
}

/** Every table, in camelCase; the plugin of connection.ts turns names into snake_case. */
export interface Database {
  settings: SettingsTable;
  newsletters: NewslettersTable;
  sections: SectionsTable;
  wordings: WordingsTable;
  logos: LogosTable;
  subscribers: SubscribersTable;
  subscriptions: SubscriptionsTable;
  consents: ConsentsTable;
  suppressions: SuppressionsTable;
  bounces: BouncesTable;
  receiverDomains: ReceiverDomainsTable;
  receiverPace: ReceiverPaceTable;
  relayPlans: RelayPlansTable;
  signsOfLife: SignsOfLifeTable;
  hookEvents: HookEventsTable;
  inboundMessages: InboundMessagesTable;
  replies: RepliesTable;
  feeds: FeedsTable;
  articles: ArticlesTable;
  articleSources: ArticleSourcesTable;
  pictureFiles: PictureFilesTable;
  pictures: PicturesTable;
  editions: EditionsTable;
  editionArticles: EditionArticlesTable;
  editionPictures: EditionPicturesTable;
  revisions: RevisionsTable;
  variants: VariantsTable;
  workers: WorkersTable;
  ranges: RangesTable;
  deliveries: DeliveriesTable;
  deliveryEvents: DeliveryEventsTable;
  letters: LettersTable;
  operators: OperatorsTable;
  setupLinks: SetupLinksTable;
  sessions: SessionsTable;
  formPosts: FormPostsTable;
  relayActivity: RelayActivityTable;
  answerCounts: AnswerCountsTable;
  answerCauses: AnswerCausesTable;
  dkimKeys: DkimKeysTable;
  machineReports: MachineReportsTable;
  dmarcRows: DmarcRowsTable;
  tlsRows: TlsRowsTable;
  sourceNames: SourceNamesTable;
  receiverLimits: ReceiverLimitsTable;
  readerDays: ReaderDaysTable;
  keptForms: KeptFormsTable;
  signInSteps: SignInStepsTable;
  totpSecrets: TotpSecretsTable;
  recoveryCodes: RecoveryCodesTable;
  passkeys: PasskeysTable;
  apiTokens: ApiTokensTable;
  idempotencyKeys: IdempotencyKeysTable;
  audit: AuditTable;
  webhooks: WebhooksTable;
  webhookMessages: WebhookMessagesTable;
  webhookAttempts: WebhookAttemptsTable;
  imports: ImportsTable;
  importBatches: ImportBatchesTable;
  attention: AttentionTable;
  earlierEditions: EarlierEditionsTable;
  oldAddresses: OldAddressesTable;
  bulkJobs: BulkJobsTable;
  bulkReaders: BulkReadersTable;
  alerts: AlertsTable;
}
