import { describe, expect, it } from 'vitest';
import { classify } from '../../src/bounces/classify.ts';
import { abuse } from './fixtures/reports.ts';

const gone = 'marta@readers.example';
const full = 'jon@other.example';
const REPORT = `Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@relay.example>
To: daily+token@news.example
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=b"

--=b
Content-Type: text/plain; charset=us-ascii

This is the mail system at host relay.example.

<${gone}>: host mx.readers.example[192.0.2.1] said: 550 5.1.1
    <${gone}>: Recipient address rejected: User unknown (in reply to RCPT TO command)

<${full}>: host mx.other.example[192.0.2.2] said: 552 5.2.2
    Mailbox full (in reply to RCPT TO command)

--=b
Content-Type: message/delivery-status

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; ${gone}
Original-Recipient: rfc822;${gone}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 <${gone}>: Recipient address rejected: User unknown

Final-Recipient: rfc822; ${full}
Original-Recipient: rfc822;${full}
Action: failed
Status: 5.2.2
Diagnostic-Code: smtp; 552 5.2.2 Mailbox full

--=b
Content-Type: message/rfc822

From: The Daily <daily@news.example>
To: somebody@else.example
Subject: Bridge opens

Bridge opens
--=b--
`;

const FIELDS = /^--=b\nContent-Type: message\/delivery-status[^]*?(?=^--=b)/m;
const RETURNED = /^--=b\nContent-Type: message\/rfc822[^]*?(?=^--=b--)/m;
const encoded = (report: string, type: string) =>
  report.replace(
    new RegExp(`(Content-Type: ${type}.*)\\n\\n([^]*?)(?=^--=b)`, 'm'),
    (_all, head: string, body: string) =>
      `${head}\nContent-Transfer-Encoding: base64\n\n${Buffer.from(body).toString('base64')}\n`,
  );
const quoted = (report: string) =>
  report.replace(
    /(Content-Type: text\/plain.*)\n\n([^]*?)(?=^--=b)/m,
    (_all, head: string, body: string) =>
      `${head}\nContent-Transfer-Encoding: quoted-printable\n\n${body.replaceAll('=', '=3D').replaceAll(/(.{40})(?=.)/g, '$1=\n')}`,
  );

describe('a report of one reader who is gone and one whose mailbox is full', () => {
  it.each<[string, (report: string) => string]>([
    ['as it is', (report) => report],
    ['with CRLF', (report) => report.replaceAll('\n', '\r\n')],
    [
      'its header in another order',
      (report) => report.replace(/^(Return-Path.*\n)([^]*?)(?=MIME)/, '$2$1'),
    ],
    [
      'from somebody else',
      (report) => report.replace(/^From: .*/m, 'From: <system@relay.example>'),
    ],
    [
      'under another subject',
      (report) => report.replace(/^Subject: .*/m, 'Subject: =?utf-8?B?5pyq6YGU?='),
    ],
    [
      'as multipart/mixed',
      (report) =>
        report.replace('multipart/report; report-type=delivery-status', 'multipart/mixed'),
    ],
    ['without the message', (report) => report.replace(RETURNED, '')],
    ['with its header alone', (report) => report.replace('message/rfc822', 'text/rfc822-headers')],
    ['without words', (report) => report.replace(/^This is[^]*?(?=^--=b)/m, '\n')],
    ['without fields', (report) => report.replace(FIELDS, '')],
    ['its words in base64', (report) => encoded(report, 'text/plain')],
    ['its fields in base64', (report) => encoded(report, 'message/delivery-status')],
    ['its words quoted-printable', quoted],
    [
      'its words in another language',
      (report) => report.replace('This is the mail system at host', 'Este es el sistema de correo'),
    ],
    ['Original-Recipient alone', (report) => report.replaceAll(/^Final-Recipient.*\n/gm, '')],
    ['Final-Recipient alone', (report) => report.replaceAll(/^Original-Recipient.*\n/gm, '')],
    [
      'fields in capitals',
      (report) =>
        report.replaceAll(/^(?:Final|Original|Action|Status|Diagnostic)[\w-]*:/gm, (name) =>
          name.toUpperCase(),
        ),
    ],
    [
      'fields in small letters',
      (report) =>
        report.replaceAll(/^(?:Final|Original|Action|Status|Diagnostic)[\w-]*:/gm, (name) =>
          name.toLowerCase(),
        ),
    ],
    ['fields wrapped', (report) => report.replaceAll(/^(Diagnostic-Code: smtp; \d+) /gm, '$1\n\t')],
    [
      'no empty line between two',
      (report) => report.replaceAll(/\n\nFinal-Recipient: (?=rfc822; jon)/g, '\nFinal-Recipient: '),
    ],
    [
      'an address type of its own',
      (report) => report.replaceAll(/(Recipient:) rfc822;/g, '$1 x-local;'),
    ],
    ['a status that says nothing', (report) => report.replaceAll(/^Status: .*/gm, 'Status: 5.0.0')],
    ['no status', (report) => report.replaceAll(/^Status: .*\n/gm, '')],
    [
      'a third one who was reached',
      (report) =>
        report.replace(
          '\nFinal-Recipient',
          '\nFinal-Recipient: rfc822; iris@third.example\nAction: relayed\nStatus: 2.0.0\n\nFinal-Recipient',
        ),
    ],
    [
      'a list that was expanded',
      (report) =>
        report.replace(
          '\nFinal-Recipient',
          '\nFinal-Recipient: rfc822; all@third.example\nAction: expanded\nStatus: 2.0.0\n\nFinal-Recipient',
        ),
    ],
    ['a closing boundary that is missing', (report) => report.replace('--=b--\n', '')],
    [
      'addresses in capitals',
      (report) => report.replaceAll(gone, gone.toUpperCase()).replaceAll(full, full.toUpperCase()),
    ],
  ])('%s', async (_name, change) => {
    const { kind, recipients } = await classify(Buffer.from(change(REPORT)));
    expect(kind).toBe('bounce');
    const found = recipients.map(({ address, hard, reason }) => [
      address?.toLowerCase(),
      hard,
      reason,
    ]);
    expect(found).toEqual([
      [gone, true, 'unknown-user'],
      [full, false, 'mailbox-full'],
    ]);
  });

  it.each<[string, (report: string) => string]>([
    ['is still being tried', (report) => report.replaceAll('Action: failed', 'Action: delayed')],
    ['has a status of 4', (report) => report.replaceAll(/^Status: 5/gm, 'Status: 4')],
  ])('takes nobody for gone where it %s', async (_name, change) => {
    const { recipients } = await classify(Buffer.from(change(REPORT)));
    expect(recipients.map(({ hard }) => hard)).toEqual([false, false]);
  });

  it('is told from a note of a reader who is away, whatever both are about', async () => {
    const note = `From: Marta <${gone}>\nTo: daily@news.example\nSubject: Re: Bridge opens\nAuto-Submitted: auto-replied\n\nI am away until Monday.\n`;
    expect(await classify(Buffer.from(note))).toEqual({ kind: 'auto-reply', recipients: [] });
  });
});

describe('a complaint', () => {
  const fields = (type: string, more = '') =>
    `Feedback-Type: ${type}\nUser-Agent: Provider/1.0\nVersion: 1\n${more}`;
  const to = `Original-Rcpt-To: ${gone}\n`;
  const jmrp = (header: string) =>
    Buffer.from(
      `${header}From: staff@hotmail.example\nSubject: complaint about message from 192.0.2.1\n\nReceived: from relay.example\nFrom: daily@news.example\nTo: ${gone}\n\nNews\n`,
    );

  it.each<[string, Buffer, string, string | null]>([
    ['with an address', abuse(fields('abuse', to)), 'abuse', gone],
    ['in capitals', abuse(fields('ABUSE', to.toUpperCase())), 'abuse', gone.toUpperCase()],
    [
      'with an address type',
      abuse(fields('fraud', `Original-Rcpt-To: rfc822;${gone}\n`)),
      'fraud',
      gone,
    ],
    ['redacted', abuse(fields('abuse')), 'abuse', null],
    ['with a comment', abuse(fields('not-spam (moved by the user)')), 'not-spam', null],
    [
      'that takes an address off',
      abuse(fields('opt-out', `Removal-Recipient: <${gone}>\n`)),
      'opt-out',
      gone,
    ],
    [
      'of a failed signature',
      abuse(fields('auth-failure', `Auth-Failure: dkim\n${to}`)),
      'auth-failure',
      gone,
    ],
    [
      'as text',
      Buffer.from(
        abuse(fields('abuse', to)).toString().replace('message/feedback-report', 'text/plain'),
      ),
      'abuse',
      gone,
    ],
    ['of Outlook.com', jmrp(`X-HmXmrOriginalRecipient: ${gone}\n`), 'abuse', gone],
    ['of Outlook.com, redacted', jmrp(''), 'abuse', null],
  ])('%s', async (_name, report, reason, address) => {
    expect(await classify(report)).toEqual({
      kind: 'complaint',
      recipients: [{ address, status: null, hard: false, reason }],
    });
  });
});
