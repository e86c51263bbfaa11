import { once } from 'node:events';
import { createServer } from 'node:http';
import express from 'express';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takeEvent } from '../../../src/bounces/hooks/take.ts';
import { hookRoutes } from '../../../src/http/hooks.ts';
import { errorPages } from '../../../src/http/middleware/errors.ts';
import { makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { sentEdition } from '../public/fixtures/editions.ts';
import { openSite, type Site } from '../public/fixtures/site.ts';
import {
  basic,
  CERTIFICATE_URL,
  type Hook,
  MAILGUN_KEY,
  mailgun,
  makeCertificate,
  PASSWORD,
  SENDGRID_KEY,
  sendgrid,
  sns,
  standard,
  TOPIC,
  WHSEC,
} from './signing.ts';

const KEYS = {
  ses: TOPIC,
  sendgrid: SENDGRID_KEY,
  mailgun: MAILGUN_KEY,
  postmark: PASSWORD,
  sparkpost: PASSWORD,
  brevo: PASSWORD,
  mailjet: PASSWORD,
  resend: WHSEC,
  generic: WHSEC,
};
const GONE = '550 5.1.1 The email account that you tried to reach does not exist';
const aws = makeCertificate();

describe('what providers tell', () => {
  let site: Site;
  let url: string;
  let edition: string;
  let daily: string;
  let reader: { id: string; email: string };
  const fetched: string[] = [];
  const db = () => site.context.db;

  beforeAll(async () => {
    site = await openSite({
      HOOK_KEYS: Object.entries(KEYS)
        .map((one) => one.join(':'))
        .join(','),
      INBOUND_DOMAIN: 'back.example.org',
    });
    daily = (await makeNewsletter(db(), 'daily', { title: 'The Daily' })).id;
    await sentEdition(db(), daily, 1, []);
    edition = (await db().selectFrom('editions').select('id').executeTakeFirstOrThrow()).id;
    const app = express();
    app.use(
      '/hooks',
      hookRoutes(site.context, async (asked) => {
        fetched.push(asked);
        return asked === CERTIFICATE_URL ? aws.certificate : 'confirmed';
      }),
    );
    app.use(errorPages(site.context));
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterAll(() => server.close());
    const address = server.address();
    url = `http://127.0.0.1:${address && typeof address === 'object' ? address.port : 0}`;
  });

  let made = 0;
  beforeEach(async () => {
    for (const table of ['bounces', 'suppressions', 'hookEvents'] as const)
      await db().deleteFrom(table).execute();
    const email = `h${++made}@readers.example`;
    const { id } = await db()
      .insertInto('subscribers')
      .values({ email, emailKey: email, addressHash: site.context.hashAddress(email) })
      .returning('id')
      .executeTakeFirstOrThrow();
    const since = new Date(Date.now() - 86_400_000);
    await db()
      .insertInto('subscriptions')
      .values({
        newsletterId: daily,
        subscriberId: id,
        state: 'active',
        confirmedAt: since,
        activeFrom: since,
      })
      .execute();
    reader = { id, email };
  });

  const messageId = () =>
    `<edition-${edition}.reader-${reader.id}.${site.context.origin.installation}@${site.context.origin.domain}>`;
  const returnPath = () =>
    `b+${site.context.tokens.sign('bounce', { subscriber: reader.id, edition })}@back.example.org`;
  const post = (provider: string, { body, headers = {} }: Hook) =>
    fetch(`${url}/hooks/${provider}`, { method: 'POST', body, headers });
  async function tell(provider: string, hook: Hook): Promise<number> {
    const { status } = await post(provider, hook);
    while (await takeEvent(site.context));
    return status;
  }
  const suppressions = () => db().selectFrom('suppressions').select(['reason']).execute();
  const bounces = () => db().selectFrom('bounces').selectAll().execute();
  const state = async () =>
    (
      await db()
        .selectFrom('subscriptions')
        .select('state')
        .where('subscriberId', '=', reader.id)
        .executeTakeFirstOrThrow()
    ).state;

  const ses = (
    event: object,
    more: Record<string, string> = {},
    version: '1' | '2' = '2',
  ): Hook => ({
    body: JSON.stringify(sns(aws.key, { Message: JSON.stringify(event), ...more }, version)),
  });
  const sesMail = () => ({
    source: returnPath(),
    destination: [reader.email],
    headers: [{ name: 'Message-ID', value: messageId() }],
  });
  const sesBounce = (bounceSubType = 'General') => ({
    notificationType: 'Bounce',
    bounce: {
      bounceType: 'Permanent',
      bounceSubType,
      bouncedRecipients: [
        {
          emailAddress: reader.email,
          action: 'failed',
          status: '5.1.1',
          diagnosticCode: `smtp; ${GONE}`,
        },
      ],
    },
    mail: sesMail(),
  });

  /** A hard bounce of the reader as each provider documents it. */
  const hard: Record<string, () => Hook> = {
    ses: () => ses(sesBounce()),
    sendgrid: () =>
      sendgrid([
        {
          email: reader.email,
          event: 'bounce',
          type: 'bounce',
          status: '5.1.1',
          reason: GONE,
          'smtp-id': messageId(),
          sg_event_id: `e-${made}`,
          bounce_classification: 'Invalid Address',
          timestamp: 1,
        },
      ]),
    postmark: () =>
      basic({
        RecordType: 'Bounce',
        ID: made,
        Type: 'HardBounce',
        TypeCode: 1,
        Email: reader.email,
        Details: `smtp;${GONE}`,
        Content: `Return-Path: <${returnPath()}>\r\nMessage-ID: ${messageId()}\r\n`,
      }),
    mailgun: () =>
      mailgun({
        id: `e-${made}`,
        event: 'failed',
        severity: 'permanent',
        reason: 'bounce',
        recipient: reader.email,
        'delivery-status': { code: 550, message: '5.1.1 The email account does not exist' },
        message: { headers: { 'message-id': messageId().slice(1, -1) } },
      }),
    sparkpost: () =>
      basic([
        {
          msys: {
            message_event: {
              type: 'bounce',
              event_id: `e-${made}`,
              bounce_class: '10',
              error_code: '550',
              raw_reason: GONE,
              rcpt_to: reader.email,
              rcpt_meta: { path: returnPath() },
            },
          },
        },
      ]),
    brevo: () =>
      basic({
        event: 'hard_bounce',
        email: reader.email,
        id: 26224,
        'message-id': messageId(),
        ts_event: made,
        reason: GONE,
      }),
    mailjet: () =>
      basic([
        {
          event: 'bounce',
          time: made,
          email: reader.email,
          hard_bounce: true,
          error_related_to: 'recipient',
          error: 'user unknown',
          CustomID: messageId(),
        },
      ]),
    resend: () =>
      standard(
        {
          type: 'email.bounced',
          data: {
            to: [reader.email],
            headers: [{ name: 'Message-ID', value: messageId() }],
            bounce: { type: 'Permanent', subType: 'General', message: GONE },
          },
        },
        { prefix: 'svix' },
      ),
    generic: () =>
      standard({ type: 'bounce', email: reader.email, words: GONE, messageId: messageId() }),
  };

  it.each(Object.keys(hard))(
    '%s: a hard bounce ends it all, and told again does nothing',
    async (name) => {
      const hook = hard[name]?.() ?? { body: '' };
      expect(await tell(name, hook)).toBe(200);
      expect(await suppressions()).toEqual([{ reason: 'bounce' }]);
      expect(await state()).toBe('unsubscribed');
      expect(await bounces()).toMatchObject([
        {
          kind: 'bounce',
          source: name,
          subscriberId: reader.id,
          hard: true,
          reason: 'unknown-user',
        },
      ]);
      // lifted: the same event told again does not suppress anew
      await db().deleteFrom('suppressions').execute();
      expect(await tell(name, hook)).toBe(200);
      expect(await suppressions()).toEqual([]);
      expect(await bounces()).toHaveLength(1);
      // nothing of the reader is kept in what was told
      expect(await db().selectFrom('hookEvents').select('event').execute()).toEqual([
        { event: {} },
      ]);
    },
  );

  it.each(Object.keys(hard))(
    '%s: a request that is not signed rightly changes nothing',
    async (name) => {
      const { body, headers = {} } = hard[name]?.() ?? { body: '' };
      const changed = body.replace(reader.email, `x${reader.email}`);
      const wrong: Hook[] =
        name === 'mailgun'
          ? [mailgunWith(body, { token: 'other' }), mailgunWith(body, { timestamp: '1' })]
          : 'authorization' in headers
            ? [
                { body },
                basic({}, 'gaceta:wrong'),
                { body, headers: { authorization: 'Bearer x' } },
              ]
            : [{ body }, { body: changed, headers }];
      if (name === 'ses') wrong.shift();
      for (const hook of wrong) expect(await tell(name, hook)).toBe(401);
      expect(await bounces()).toEqual([]);
      expect(await db().selectFrom('hookEvents').selectAll().execute()).toEqual([]);
    },
  );

  it('refuses what is old', async () => {
    const old = new Date(Date.now() - 26 * 3_600_000);
    expect(await tell('sendgrid', sendgrid([{ event: 'bounce' }], old))).toBe(401);
    expect(await tell('mailgun', mailgun({ event: 'failed' }, 'old', old))).toBe(401);
    expect(await tell('resend', standard({}, { prefix: 'svix', at: old }))).toBe(401);
    expect(await tell('generic', standard({}, { at: old }))).toBe(401);
    expect(await tell('ses', ses(sesBounce(), { Timestamp: old.toISOString() }))).toBe(401);
    expect(await bounces()).toEqual([]);
  });

  it('takes a token of Mailgun’s for one event alone', async () => {
    const failed = (id: string) => ({
      id,
      event: 'failed',
      severity: 'permanent',
      reason: 'bounce',
      recipient: reader.email,
      'delivery-status': { code: 550, message: GONE },
    });
    expect(await tell('mailgun', mailgun(failed('one'), 'once'))).toBe(200);
    expect(await tell('mailgun', mailgun(failed('one'), 'once'))).toBe(200);
    expect(await tell('mailgun', mailgun(failed('two'), 'once'))).toBe(401);
    expect(await db().selectFrom('hookEvents').select('eventId').execute()).toEqual([
      { eventId: 'one' },
    ]);
  });

  it('believes SNS for the topic of ours alone, with a certificate of AWS', async () => {
    fetched.length = 0;
    const confirm = {
      Type: 'SubscriptionConfirmation',
      Message: 'You have chosen to subscribe',
      Token: 'abc',
      SubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=abc',
    };
    expect(await tell('ses', { body: JSON.stringify(sns(aws.key, confirm, '1')) })).toBe(200);
    expect(fetched).toContain(confirm.SubscribeURL);
    fetched.length = 0;
    const forged: Record<string, string>[] = [
      { TopicArn: TOPIC.replace('bounces', 'theirs') },
      { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com.evil.example/a.pem' },
      { SigningCertURL: 'https://evil.example/sns.eu-west-1.amazonaws.com.pem' },
      { SigningCertURL: CERTIFICATE_URL.replace('https', 'http') },
      { SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/certificate' },
      { SigningCertURL: 'https://sns.s3-eu-west-1.amazonaws.com/bucket-of-anybody.pem' },
    ];
    for (const more of forged)
      expect(await tell('ses', ses(sesBounce(), more)), JSON.stringify(more)).toBe(401);
    for (const SubscribeURL of [
      'https://evil.example/?x',
      'https://sns.eu-west-1.amazonaws.com@evil.example/',
      'https://sns.eu-west-1.amazonaws.com:8443/',
      'http://sns.eu-west-1.amazonaws.com/',
      'https://169.254.169.254/latest/meta-data/',
      'https://[::1]/',
      'file:///etc/passwd',
      '',
    ]) {
      const elsewhere = sns(aws.key, { ...confirm, SubscribeURL });
      expect(await tell('ses', { body: JSON.stringify(elsewhere) }), SubscribeURL).toBe(401);
    }
    expect(fetched.every((one) => one === CERTIFICATE_URL)).toBe(true);
  });

  it.each([
    ['ses', () => ses(sesBounce('OnAccountSuppressionList'))],
    [
      'sendgrid',
      () =>
        sendgrid([
          { email: reader.email, event: 'dropped', reason: 'Bounced Address', sg_event_id: 'd' },
        ]),
    ],
    [
      'mailgun',
      () =>
        mailgun({
          id: 'd',
          event: 'failed',
          severity: 'permanent',
          reason: 'suppress-bounce',
          recipient: reader.email,
          'delivery-status': {
            code: 605,
            message: '',
            description: 'Not delivering to previously bounced address',
          },
        }),
    ],
    [
      'postmark',
      () =>
        basic({
          RecordType: 'Bounce',
          ID: 700_000 + made,
          Type: 'ManuallyDeactivated',
          TypeCode: 100_006,
          Email: reader.email,
          Description: 'The recipient is inactive.',
          Metadata: { path: returnPath() },
        }),
    ],
    [
      'sparkpost',
      () =>
        basic([
          {
            msys: {
              message_event: {
                type: 'policy_rejection',
                event_id: `d-${made}`,
                bounce_class: '25',
                error_code: '550',
                raw_reason: '550 5.7.1 recipient address suppressed due to customer policy',
                rcpt_to: reader.email,
                rcpt_meta: { path: returnPath() },
              },
            },
          },
        ]),
    ],
    [
      'brevo',
      () =>
        basic({
          event: 'blocked',
          email: reader.email,
          'message-id': messageId(),
          ts_event: 700_000 + made,
          reason: 'blocked : due to blacklist user',
        }),
    ],
    [
      'mailjet',
      () =>
        basic({
          event: 'blocked',
          time: 700_000 + made,
          email: reader.email,
          error_related_to: 'recipient',
          error: 'preblocked',
          CustomID: messageId(),
        }),
    ],
    ['generic', () => standard({ type: 'suppressed', email: reader.email })],
    [
      'resend',
      () =>
        standard({ type: 'email.suppressed', data: { to: [reader.email] } }, { prefix: 'svix' }),
    ],
  ] as const)(
    '%s: who is on their list is suppressed for that, and counts as no bounce',
    async (name, hook) => {
      expect(await tell(name, hook())).toBe(200);
      expect(await suppressions()).toEqual([{ reason: 'provider' }]);
      expect(await state()).toBe('unsubscribed');
      expect(await bounces()).toMatchObject([{ kind: 'suppressed' }]);
    },
  );

  it('takes complaints, and unsubscribing at the provider', async () => {
    const complaint = {
      notificationType: 'Complaint',
      complaint: {
        complainedRecipients: [{ emailAddress: reader.email }],
        complaintFeedbackType: 'abuse',
      },
      mail: sesMail(),
    };
    expect(
      await tell(
        'sendgrid',
        sendgrid([
          {
            email: reader.email,
            event: 'group_unsubscribe',
            sg_event_id: 'u',
            'smtp-id': messageId(),
          },
        ]),
      ),
    ).toBe(200);
    expect(await state()).toBe('unsubscribed');
    expect(await suppressions()).toEqual([]);
    expect(await tell('ses', ses(complaint, {}, '1'))).toBe(200);
    expect(await suppressions()).toEqual([{ reason: 'complaint' }]);
    expect(await bounces()).toMatchObject([
      { kind: 'complaint', reason: 'abuse', editionId: edition },
    ]);
  });

  it('leaves a full mailbox and what is still being tried', async () => {
    const soft = {
      email: reader.email,
      event: 'bounce',
      type: 'bounce',
      status: '5.2.2',
      reason: '552 5.2.2 mailbox full',
      sg_event_id: 's',
    };
    const deferred = { email: reader.email, event: 'deferred', reason: '421', sg_event_id: 't' };
    expect(await tell('sendgrid', sendgrid([soft, deferred]))).toBe(200);
    expect(await bounces()).toMatchObject([{ hard: false, reason: 'mailbox-full' }]);
    expect(await suppressions()).toEqual([]);
  });

  it('believes an address alone where a signature covers it, or something was sent to it of late', async () => {
    const [one, two] = [`${reader.email}`, 'nobody@readers.example'];
    const named = (email: string) =>
      basic({ event: 'hard_bounce', email, ts_event: 1, reason: GONE });
    expect(await tell('brevo', named(one))).toBe(200);
    expect(await tell('brevo', named(two))).toBe(200);
    // a Message-ID of another reader's proves nothing of this one
    const forged = messageId().replace(`reader-${reader.id}.`, `reader-${reader.id}9.`);
    expect(
      await tell(
        'brevo',
        basic({
          event: 'hard_bounce',
          email: one,
          ts_event: 2,
          reason: GONE,
          'message-id': forged,
        }),
      ),
    ).toBe(200);
    expect(await suppressions()).toEqual([]);
    await db()
      .insertInto('letters')
      .values({
        kind: 'welcome',
        subscriberId: reader.id,
        language: 'en',
        content: '{}',
        state: 'sent',
        expiresAt: new Date(),
      })
      .execute();
    expect(
      await tell('brevo', basic({ event: 'hard_bounce', email: one, ts_event: 3, reason: GONE })),
    ).toBe(200);
    expect(await suppressions()).toEqual([{ reason: 'bounce' }]);
    const signed = { email: two, event: 'bounce', status: '5.1.1', reason: GONE, sg_event_id: 'n' };
    expect(await tell('sendgrid', sendgrid([signed]))).toBe(200);
    expect(await suppressions()).toHaveLength(2);
  });

  it('keeps on SES’s list for an earlier complaint who complained there', async () => {
    const complaint = {
      complainedRecipients: [{ emailAddress: reader.email }],
      complaintSubType: 'OnAccountSuppressionList',
    };
    const told = { notificationType: 'Complaint', complaint, mail: sesMail() };
    expect(await tell('ses', ses(told))).toBe(200);
    expect(await suppressions()).toEqual([{ reason: 'complaint' }]);
    // no complaint of today's
    expect(await bounces()).toMatchObject([{ kind: 'suppressed' }]);
  });

  it.each([
    ['ses', () => ses({ notificationType: 'Delivery', mail: sesMail() })],
    ['ses', () => ses({ eventType: 'Reject', mail: sesMail(), reject: { reason: 'Bad content' } })],
    ['sendgrid', () => sendgrid([{ email: reader.email, event: 'open', sg_event_id: 'o' }])],
    // what is dropped for another reason than the address
    [
      'sendgrid',
      () =>
        sendgrid(
          ['Invalid SMTPAPI header', 'Spam Content', 'Recipient List over Package Quota'].map(
            (reason, n) => ({
              email: reader.email,
              event: 'dropped',
              reason,
              sg_event_id: `r${n}`,
            }),
          ),
        ),
    ],
    ['postmark', () => basic({ RecordType: 'Delivery', ID: 1, Email: reader.email })],
    ['mailgun', () => mailgun({ id: 'x', event: 'delivered', recipient: reader.email })],
    ['sparkpost', () => basic([{ msys: {} }])],
    ['sparkpost', () => basic([{ msys: { track_event: { type: 'click', event_id: 'c' } } }])],
    ['brevo', () => basic({ event: 'delivered', email: reader.email, ts_event: 1 })],
    ['mailjet', () => basic([{ event: 'sent', email: reader.email, time: 1 }])],
    ['resend', () => standard({ type: 'domain.updated', data: {} }, { prefix: 'svix' })],
    ['generic', () => standard([{ type: 'applause', email: reader.email }, null, 7, []])],
  ] as const)('%s: what tells of nothing that came back is acknowledged', async (name, hook) => {
    expect(await tell(name, hook())).toBe(200);
    expect(await db().selectFrom('hookEvents').selectAll().execute()).toEqual([]);
    expect([await bounces(), await suppressions()]).toEqual([[], []]);
    expect(await state()).toBe('active');
  });

  it('takes 500 events of one request, each once however often it is in it, in whichever case', async () => {
    const gone = (email: string, n: number) => ({
      email,
      event: 'bounce',
      status: '5.1.1',
      reason: GONE,
      sg_event_id: `many-${n}`,
    });
    const strangers = Array.from({ length: 498 }, (_, n) => gone(`s${n}@elsewhere.example`, n));
    const theirs = gone(reader.email.toUpperCase(), 498);
    expect(await tell('sendgrid', sendgrid([...strangers, theirs, theirs]))).toBe(200);
    expect(await bounces()).toMatchObject([{ subscriberId: reader.id, hard: true }]);
    expect(await suppressions()).toHaveLength(499);
    expect(await state()).toBe('unsubscribed');
  });

  it('takes words that the database could not hold, and an id of any length', async () => {
    const words = `${GONE} \0 \ud83d`;
    const id = Array.from({ length: 9_000 }, (_, n) => String.fromCharCode(33 + ((n * n) % 89)));
    const odd = { email: reader.email, event: 'bounce', status: '5.1.1', reason: words };
    const hook = sendgrid([{ ...odd, sg_event_id: id.join('') }]);
    expect(await tell('sendgrid', hook)).toBe(200);
    expect(await tell('sendgrid', hook)).toBe(200);
    expect(await bounces()).toMatchObject([{ words: `${GONE} \ufffd \ufffd` }]);
    expect(await suppressions()).toEqual([{ reason: 'bounce' }]);
  });

  it('answers 404 for who is not set, 400 for what is no JSON, 413 for what is too large', async () => {
    expect((await post('sendinblue', { body: '{}' })).status).toBe(404);
    for (const body of [
      '',
      '{',
      'not json',
      '[{}',
      `{"Metadata":${'['.repeat(500_000)}${']'.repeat(500_000)}}`,
    ])
      expect((await post('postmark', { ...basic({}), body })).status, body.slice(0, 20)).toBe(400);
    expect(
      (await post('generic', standard(Array.from({ length: 5_001 }, () => ({}))))).status,
    ).toBe(400);
    expect((await post('postmark', { ...basic({}), body: 'x'.repeat(10_000_000) })).status).toBe(
      413,
    );
  });
});

function mailgunWith(body: string, change: object): Hook {
  const sent = JSON.parse(body) as { signature: object };
  return { body: JSON.stringify({ ...sent, signature: { ...sent.signature, ...change } }) };
}
