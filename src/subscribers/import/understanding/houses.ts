import { stateKey, stateOf } from './states.ts';
import { titleKey } from './titles.ts';
import type { Field, Format, ListState } from './understood.ts';

/** How a house writes its lists. Titles and values are written as they are compared, see titleKey and stateKey. */
interface House {
  /** As its readers' consent names where it was given. */
  name: string;
  /** Titles that stand in no other house's lists together. */
  signature: string[][];
  /** What titles mean here; others mean what they mean everywhere. '': nothing. */
  columns: Record<string, Field | ''>;
  states?: Record<string, ListState>;
  /** What the name of a file says of its lines. */
  files?: [RegExp, ListState][];
}

const houses: Record<Format, House> = {
  gaceta: {
    name: 'Gaceta',
    signature: [['email', 'newsletter', 'state', 'consents']],
    columns: {},
  },
  // An audience's ZIP has a file a state, such as subscribed_members_export_2a8f1c0de9.csv. Titles of audience fields are
  // chosen by the account. https://mailchimp.com/help/view-export-contacts/
  mailchimp: {
    name: 'Mailchimp',
    signature: [
      ['member_rating', 'leid', 'euid'],
      ['optin_time', 'confirm_time', 'euid'],
      ['clean_time', 'leid', 'euid'],
      ['email_address', 'member_rating', 'optin_time'],
    ],
    columns: {
      email_address: 'email',
      clean_time: 'bounced',
      tags: 'tags',
      notes: '',
      region: '',
      cc: '',
    },
    files: [
      [/(^|[\W_])unsubscribed/i, 'unsubscribed'],
      [/(^|[\W_])cleaned/i, 'bounced'],
      [/(^|[\W_])non_?-?subscribed/i, 'ignore'],
      // as the export of the whole account calls them
      [/(^|[\W_])transactional/i, 'ignore'],
      [/(^|[\W_])subscribed/i, 'active'],
    ],
  },
  // The export's ZIP has email_list.<publication>.csv beside the posts. `created_at` is when they signed up.
  // https://support.substack.com/hc/en-us/articles/360037466012
  substack: {
    name: 'Substack',
    signature: [
      ['email', 'active_subscription', 'email_disabled'],
      ['email', 'active_subscription', 'expiry', 'created_at'],
      // what the page of subscribers exports, with the columns that were chosen there
      ['email', 'stripe_plan', 'start_date'],
      ['email', 'start_date', 'emails_received_6mo'],
    ],
    columns: {
      start_date: 'consent_at',
      // of a paid subscription
      cancel_date: '',
      sections: 'tags',
      active_subscription: '',
      created_at: 'consent_at',
      email_disabled: 'unsubscribed',
      plan: '',
      first_payment_at: '',
    },
  },
  // ghost/core/core/server/services/members/exporter: id,email,name,note,subscribed_to_emails,complimentary_plan,
  // stripe_customer_id,created_at,deleted_at,labels,tiers
  ghost: {
    name: 'Ghost',
    signature: [['email', 'subscribed_to_emails']],
    columns: {
      subscribed_to_emails: 'subscribed',
      created_at: 'consent_at',
      labels: 'tags',
      note: '',
      tiers: '',
    },
  },
  // cmd/subscribers.go: uuid,email,name,attributes,status,created_at,updated_at. `created_at` is of the row, whoever made it.
  // `disabled` and `blocklisted` get no mail. The export does not say who left one list.
  listmonk: {
    name: 'listmonk',
    signature: [
      ['uuid', 'email', 'status', 'updated_at'],
      ['uuid', 'email', 'attributes'],
    ],
    columns: { created_at: '', updated_at: '', attributes: '', uuid: '' },
    states: { enabled: 'active', disabled: 'unsubscribed', blocklisted: 'unsubscribed' },
  },
  // https://www.beehiiv.com/support/article/12234988536215: email, status, tier, created_at, stripe_customer_id, the account's
  // own fields, unsubscribed_at
  beehiiv: {
    name: 'beehiiv',
    signature: [
      ['email', 'status', 'tier', 'created_at'],
      ['email', 'status', 'subscription_tier', 'created_at'],
      ['email', 'status', 'utm_source', 'created_at'],
      ['email', 'status', 'tier', 'created'],
    ],
    columns: { created_at: 'consent_at', tier: '', created: 'consent_at' },
    states: {
      active: 'active',
      inactive: 'unsubscribed',
      pending: 'pending',
      validating: 'pending',
      needs_attention: 'ignore',
      invalid: 'bounced',
    },
  },
  // https://docs.buttondown.com/api-subscribers-introduction names the fields; older exports have `email`, `subscriber_type`
  buttondown: {
    name: 'Buttondown',
    signature: [
      ['email_address', 'type', 'creation_date'],
      ['email', 'subscriber_type', 'creation_date'],
      ['email', 'type', 'creation_date'],
      ['email_address', 'creation_date', 'metadata'],
      ['email', 'creation_date', 'metadata'],
    ],
    columns: {
      email_address: 'email',
      type: 'state',
      subscriber_type: 'state',
      creation_date: 'consent_at',
      unsubscription_date: 'unsubscribed_at',
      undeliverability_date: 'bounced',
      churn_date: '',
      ip_address: 'requested_ip',
      notes: '',
      source: '',
    },
    states: {
      regular: 'active',
      premium: 'active',
      gifted: 'active',
      trialed: 'active',
      unpaid: 'active',
      past_due: 'active',
      churning: 'active',
      churned: 'active',
      paused: 'active',
      upcoming: 'pending',
      unactivated: 'pending',
      unsubscribed: 'unsubscribed',
      removed: 'unsubscribed',
      blocked: 'unsubscribed',
      undeliverable: 'bounced',
      complaining: 'complained',
      spammy: 'ignore',
    },
  },
  // https://www.keila.io/docs/contacts: Email, First name, Last name, Data, Status, External ID
  keila: {
    name: 'Keila',
    signature: [
      ['email', 'first_name', 'last_name', 'data', 'external_id'],
      ['email', 'first_name', 'last_name', 'data', 'status'],
    ],
    columns: { data: '', external_id: '', double_opt_in_at: 'confirmed_at' },
    states: { active: 'active', unsubscribed: 'unsubscribed', unreachable: 'bounced' },
  },
  // server/routes/subscriptions.js: cid,status,HASH_EMAIL,EMAIL and the list's merge tags, such as FIRST_NAME
  mailtrain: {
    name: 'Mailtrain',
    signature: [
      ['cid', 'status', 'hash_email', 'email'],
      ['cid', 'status', 'email'],
    ],
    columns: {
      cid: '',
      hash_email: '',
      merge_first_name: 'first_name',
      merge_last_name: 'last_name',
    },
  },
  // lists/admin/export.php and structure.php: id, Email, Is this subscriber confirmed, … Entered, List Membership. Both flags are
  // 1 or 0; whoever is on the blacklist has left.
  phplist: {
    name: 'phpList',
    signature: [
      ['email', 'is_this_subscriber_confirmed'],
      ['email', 'is_this_subscriber_blacklisted'],
      ['email', 'confirmed', 'blacklisted'],
    ],
    columns: {
      // 0 also for those whom an operator added
      optedin: '',
      did_this_subscriber_manually_confirm: '',
      is_this_subscriber_confirmed: 'confirmed',
      is_this_subscriber_blacklisted: 'unsubscribed',
      blacklisted: 'unsubscribed',
      entered: '',
      list_membership: 'tags',
      number_of_bounces: '',
    },
  },
  // includes/subscribers/export-csv.php: name and address without titles; newer ones have them. The file's name says which:
  // the-daily-unsubscribed.csv
  sendy: {
    name: 'Sendy',
    signature: [
      ['name', 'email', 'last_campaign'],
      ['name', 'email', 'join_date', 'last_activity'],
      ['name', 'email', 'status', 'last_activity'],
    ],
    // a soft bounce is counted, and they go on receiving
    states: { soft_bounced: 'active' },
    columns: { join_date: '', last_activity: '', last_campaign: '' },
    files: [
      [/-unsubscribed\b/i, 'unsubscribed'],
      [/-bounced\b/i, 'bounced'],
      [/-marked-as-spam\b/i, 'complained'],
      [/-unconfirmed\b/i, 'pending'],
      [/-active\b/i, 'active'],
    ],
  },
};

/** Whose list has these titles; undefined for one of nobody we know. */
export function recognise(titles: string[], fileName: string | null): Format | undefined {
  const keys = new Set(titles.map(titleKey));
  const found = Object.entries(houses).find(([, { signature }]) =>
    signature.some((set) => set.every((title) => keys.has(title))),
  );
  if (found) return found[0] as Format;
  const isHeadless =
    titles.length > 0 && titles.every((title, index) => title === String(index + 1));
  return isHeadless && fileName && stateByName('sendy', fileName) ? 'sendy' : undefined;
}

/** What a title means in a list of that house; undefined: what it means everywhere. */
export const houseField = (format: Format | 'other', title: string): Field | '' | undefined =>
  format === 'other' ? undefined : houses[format].columns[titleKey(title)];

/** What a value of the column of states means. */
export const houseState = (format: Format | 'other', value: string): ListState | undefined =>
  (format === 'other' ? undefined : houses[format].states?.[stateKey(value)]) ?? stateOf(value);

/** How people name files of those who are not to receive anything. */
const KEPT_OUT: [RegExp, ListState][] = [
  [
    /(^|[\W_])(unsub(s|scribe[ds]?|scribers)?|opt(ed)?[-_ ]?outs?|bajas|(black|block)list(ed)?)([\W_]|$)/i,
    'unsubscribed',
  ],
  [/(^|[\W_])(bounce[ds]?|rebotes|rebotad[oa]s)([\W_]|$)/i, 'bounced'],
  [/(^|[\W_])(complaints|complained|marked[-_ ]as[-_ ]spam|quejas)([\W_]|$)/i, 'complained'],
];

/** What the name of a file says of all its lines. Ours says it in each line. */
export function stateByName(format: Format | 'other', name: string): ListState | null {
  if (format === 'gaceta') return null;
  const base = name.split('/').at(-1) ?? name;
  const own = format === 'other' ? [] : (houses[format].files ?? []);
  return [...own, ...KEPT_OUT].find(([pattern]) => pattern.test(base))?.[1] ?? null;
}

/** What a house is called. */
export const houseName = (format: Format): string => houses[format].name;
