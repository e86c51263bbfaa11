import { describe, expect, it } from 'vitest';
import { classify } from '../../src/bounces/classify.ts';
import { abuse, fielded, plain } from './fixtures/reports.ts';

const group = (address: string, status: string, diagnostic: string, action = 'failed') =>
  `Final-Recipient: rfc822; ${address}\nAction: ${action}\nStatus: ${status}\nDiagnostic-Code: smtp; ${diagnostic}`;
const said = (address: string, reply: string, at: string) =>
  `<${address}>: host mx.example[192.0.2.1] said: ${reply} (in reply to ${at} command)`;

const one = 'marta@readers.example';

describe('a report by its fields', () => {
  it.each([
    ['550 5.1.1 User unknown', '5.1.1', 'RCPT TO', true, 'unknown-user'],
    [
      '550 5.1.10 Recipient not found: the domain accepts no mail',
      '5.1.10',
      'RCPT TO',
      true,
      'domain-gone',
    ],
    ['551 5.1.6 The user has moved', '5.1.6', 'RCPT TO', true, 'moved'],
    ['550 User unknown', '5.0.0', 'RCPT TO', true, 'unknown-user'],
    // a filter may say it of the message
    ['550 User unknown', '5.0.0', 'end of DATA', false, 'unknown-user'],
    [
      '550 5.4.1 Recipient address rejected: Access denied',
      '5.4.1',
      'RCPT TO',
      true,
      'unknown-user',
    ],
    ['552 5.2.2 Mailbox full', '5.2.2', 'RCPT TO', false, 'mailbox-full'],
    ['550 5.2.1 The account is disabled', '5.2.1', 'RCPT TO', false, 'mailbox-disabled'],
    ['552 5.3.4 Message size exceeds fixed limit', '5.3.4', 'MAIL FROM', false, 'too-large'],
    ['554 5.7.1 Blocked using a block list, see there', '5.7.1', 'RCPT TO', false, 'reputation'],
    [
      '550 5.7.26 Unauthenticated email from news.example is not accepted: DMARC policy',
      '5.7.26',
      'end of DATA',
      false,
      'authentication',
    ],
    ['554 5.7.1 Message rejected as spam', '5.7.1', 'end of DATA', false, 'content'],
    ['550 5.1.7 No such domain news.example', '5.1.7', 'MAIL FROM', false, 'domain-gone'],
  ])('%s (%s, at %s)', async (reply, status, at, hard, reason) => {
    const report = fielded(said(one, reply, at), group(one, status, reply));
    expect(await classify(report)).toEqual({
      kind: 'bounce',
      recipients: [{ address: one, status, hard, reason }],
    });
  });

  it('is not believed to be final while the machine goes on trying', async () => {
    const report = fielded(
      'Still trying',
      group(one, '4.1.1', '450 4.1.1 User unknown', 'delayed'),
    );
    expect((await classify(report)).recipients).toMatchObject([{ hard: false }]);
  });

  it('tells recipients apart, leaves out whom it reached, and takes an address twice once', async () => {
    const report = fielded(
      '',
      group('a@x.example', '5.1.1', '550 5.1.1 User unknown'),
      group('b@x.example', '5.2.2', '552 5.2.2 Mailbox full'),
      group('c@x.example', '2.0.0', '250 2.0.0 Ok', 'delivered'),
      group('A@x.example', '5.1.1', '550 5.1.1 User unknown'),
    );
    expect((await classify(report)).recipients).toMatchObject([
      { address: 'a@x.example', hard: true },
      { address: 'b@x.example', hard: false },
    ]);
  });
});

describe('a report by its words', () => {
  it.each([
    [
      'qmail',
      `I'm afraid I wasn't able to deliver your message to the following addresses.\n\n<${one}>:\n192.0.2.1 does not like recipient.\nRemote host said: 550 5.1.1 No such user\nGiving up on 192.0.2.1.\n\n--- Below this line is a copy of the message.\n\nTo: other@x.example\n`,
      true,
      'unknown-user',
    ],
    [
      'Exim',
      `A message that you sent could not be delivered to one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  ${one}\n    SMTP error from remote mail server after RCPT TO:<${one}>:\n    host mx.example [192.0.2.1]: 550 No such user here\n\nReturn-path: <daily@news.example>\nReceived: from news.example\n\tfor other@x.example\nTo: other@x.example\n`,
      true,
      'unknown-user',
    ],
    [
      'Exchange of old',
      `Your message\n\n  To:      other@x.example\n  Subject: News\n\ndid not reach the following recipient(s):\n\n${one} on Thu, 1 Jan 2026 07:00:00 +0000\n    The recipient name is not recognized\n`,
      true,
      'unknown-user',
    ],
    ['a queue that gave up', `${one}: retry timeout exceeded\n`, false, 'expired'],
    ['a full mailbox', `User mailbox exceeds allowed size: ${one}\n`, false, 'mailbox-full'],
    ['a quoted word without a code', `${one} [User unknown]\n`, false, 'unknown-user'],
  ])('of %s', async (_name, text, hard, reason) => {
    const { kind, recipients } = await classify(plain('Undeliverable: News', text));
    expect(kind).toBe('bounce');
    expect(recipients).toMatchObject([{ address: one, hard, reason }]);
    expect(recipients).toHaveLength(1);
  });

  it('is found in HTML, and where the parts are not what the header says', async () => {
    const html = Buffer.from(
      `From: postmaster@x.example\nSubject: Undeliverable: News\nContent-Type: text/html\n\n<p>Your message<br>&nbsp;To: other@x.example</p><p>did not reach:<br>${one} on Thu<br>The recipient name is not recognized</p>`,
    );
    const broken = Buffer.from(
      `From: postmaster@x.example\nSubject: Delivery failed\nContent-Type: multipart/report; boundary="never"\n\nFinal-Recipient: rfc822; ${one}\nAction: failed\nStatus: 5.1.1\n`,
    );
    for (const report of [html, broken])
      expect((await classify(report)).recipients).toMatchObject([{ address: one, hard: true }]);
  });
});

describe('what is no bounce', () => {
  it('is a complaint with its type, a reply by a machine, an unsubscribing, a report about many, or nothing', async () => {
    const complaint = abuse(`Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: ${one}`);
    expect(await classify(complaint)).toEqual({
      kind: 'complaint',
      recipients: [{ address: one, status: null, hard: false, reason: 'abuse' }],
    });
    const redacted = await classify(abuse('Feedback-Type: opt-out\nVersion: 1'));
    expect(redacted.recipients).toMatchObject([{ address: null, reason: 'opt-out' }]);
    const kinds = await Promise.all(
      [
        plain('Out of office: back on Monday', 'I am away.', one),
        plain('Unsubscribe', '', one),
        plain(
          'Report Domain: news.example Submitter: mail.example',
          '',
          'noreply-dmarc@mail.example',
        ),
        plain('Re: Bridge opens', 'Thank you for this one.', one),
      ].map(classify),
    );
    expect(kinds.map(({ kind }) => kind)).toEqual(['auto-reply', 'unsubscribe', 'report', 'other']);
  });
});

it.each([
  ['nothing', ''],
  [
    'one endless line',
    `From: MAILER-DAEMON@x\nSubject: Undeliverable\n\n${'user@'.repeat(500_000)}`,
  ],
  [
    'a million lines',
    `From: MAILER-DAEMON@x\nSubject: Undeliverable\n\n${'\n \n'.repeat(500_000)}`,
  ],
  [
    'parts in parts in parts',
    Array.from(
      { length: 5_000 },
      (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\n\n--b${n}\n`,
    ).join(''),
  ],
])('%s is read to an end, and names nobody as gone', async (_name, text) => {
  const { recipients } = await classify(Buffer.from(text));
  expect(recipients.filter(({ hard }) => hard)).toEqual([]);
});
