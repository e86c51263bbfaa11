import { describe, expect, it } from 'vitest';
import { classify } from '../../src/bounces/classify.ts';
import { type Phase, plain, reported } from './fixtures/reports.ts';

const reader = 'marta.one@readers.example';

/** What receivers say, in their own documented words, and whether nobody should write to the address again. */
const GONE: [Phase, string][] = [
  [
    'rcpt',
    `550 5.1.1 <${reader}>: Recipient address rejected: User unknown in relay recipient table`,
  ],
  ['rcpt', `550 5.1.1 <${reader}>: Recipient address rejected: aol.com`],
  ['rcpt', `550 5.1.1 <${reader}>... Addressee unknown`],
  ['rcpt', '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup'],
  [
    'rcpt',
    '550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [X.prod.outlook.com]',
  ],
  ['rcpt', '550 5.5.0 Requested action not taken: mailbox unavailable [X.protection.outlook.com]'],
  ['rcpt', '550 Requested action not taken: mailbox unavailable'],
  ['rcpt', '550 #5.1.0 Address rejected.'],
  ['rcpt', '550 5.1.0 Account not available'],
  ['rcpt', '550 sorry, no mailbox here by that name (#5.1.1 - chkusr)'],
  ['rcpt', '553 sorry, this recipient is not in my validrcptto list (#5.7.1)'],
  ['rcpt', '550 5.7.1 No such user!'],
  ['rcpt', "550 5.5.0 Adresse d'au moins un destinataire invalide. Invalid recipient. OFR204_416"],
  [
    'rcpt',
    '550 Message was not accepted -- invalid mailbox. Local mailbox is unavailable: user not found',
  ],
  ['rcpt', '550 Invalid Recipient - https://community.mimecast.example/docs/DOC-1369#550'],
  ['rcpt', '550 The recipient cannot be verified. Please check all recipients of this message'],
  ['rcpt', '550 account does not exist'],
  ['rcpt', '550 Unknown account'],
  ['rcpt', '550 nobody here by that name'],
  ['rcpt', '550 does not have an account here'],
  ['rcpt', "550 Can't find that user"],
  ['rcpt', '550 El usuario no existe'],
  ['rcpt', '556 5.1.10 Recipient address has null MX'],
  ['rcpt', '556 Domain takes none'],
  ['connect', '521 5.3.2 mx.example does not accept mail'],
  [
    'data',
    "554 delivery error: dd This user doesn't have a yahoo.com account [0] - mta1.mail.example",
  ],
];
const THERE: [Phase, string, string][] = [
  [
    'rcpt',
    '554 5.7.1 <daily@news.example>: Sender address rejected: User unknown in local table',
    'authentication',
  ],
  ['rcpt', '550 5.2.1 <x>... Mailbox disabled for this recipient', 'mailbox-disabled'],
  ['rcpt', '550 Mailbox quota exceeded', 'mailbox-full'],
  [
    'rcpt',
    '550 5.5.0 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]',
    'mailbox-full',
  ],
  ['rcpt', '550 User account has been suspended', 'mailbox-disabled'],
  [
    'rcpt',
    '550 5.7.129 RESOLVER.RST.RestrictedToRecipientsPermission; not authorized to send to recipient',
    'authentication',
  ],
  ['rcpt', '550 5.7.1 Unable to deliver - blocked by recipient policy', 'mailbox-full'],
  ['rcpt', '550 Too many invalid recipients', 'over-rate'],
  ['rcpt', '550 5.7.1 Relaying denied. Proper authentication required.', 'policy'],
  ['rcpt', '550 Sender verify failed', 'authentication'],
  ['rcpt', '550 Host not found for 192.0.2.1: no PTR', 'reputation'],
  ['connect', '521 5.7.1 Service unavailable; client [192.0.2.1] blocked', 'reputation'],
  ['connect', '550 5.7.606 Access denied, banned sending IP [192.0.2.1]', 'reputation'],
  ['data', '554 5.7.1 The message contains a link to unknown domain', 'domain-gone'],
  ['data', '554 5.7.1 Your message was moved to quarantine', 'policy'],
  ['rcpt', '550 5.1.4 Destination mailbox address ambiguous', 'relay-trouble'],
  ['data', '550 message rejected: url host not found', 'domain-gone'],
  ['data', '550 Unknown user', 'unknown-user'],
  [
    'data',
    '550 5.7.26 This mail has been blocked because the sender is unauthenticated.',
    'authentication',
  ],
  ['data', '550 This message scored 12.3 spam points.', 'content'],
  ['data', '552 5.3.4 sorry, that message size exceeds my databytes limit', 'too-large'],
  ['mail', '553 5.1.8 Domain of sender address does not exist', 'authentication'],
];

describe('a reply that Postfix, Exim and qmail bring back', () => {
  it.each(GONE)('at %s says that the reader is gone: %s', async (phase, reply) => {
    for (const report of heardOf(phase, reply))
      expect((await classify(report)).recipients).toMatchObject([{ address: reader, hard: true }]);
  });

  it.each(THERE)('at %s does not: %s', async (phase, reply, reason) => {
    for (const report of heardOf(phase, reply))
      expect((await classify(report)).recipients).toMatchObject([
        { address: reader, hard: false, reason },
      ]);
  });
});

const heardOf = (phase: Phase, reply: string) => Object.values(reported(reader, phase, reply));

it('takes what one server says of the next for the word that counts', async () => {
  const nested = '550 5.0.350 Remote server returned an error -> 550 5.1.1 User unknown';
  const { postfix } = reported(reader, 'rcpt', nested);
  expect((await classify(postfix)).recipients).toMatchObject([{ status: '5.1.1', hard: true }]);
});

it.each([
  ['all host address lookups failed permanently', true],
  ['unable to look up host readers.example: Name or service not known', true],
  ['the domain readers.example couldn’t be found', true],
  ['Host not found, try again', false],
  ['Domain not found: temporary failure of the name server', false],
])('%s, without a code', async (words, hard) => {
  const report = plain(
    'Undelivered mail',
    `The following address failed:\n\n  ${reader}\n    ${words}\n`,
  );
  expect((await classify(report)).recipients).toMatchObject([{ address: reader, hard }]);
});

describe('whom a report in words is about', () => {
  const other = 'jon@other.example';
  it.each([
    ['a list in one line', `Recipients: ${reader}, ${other}\nError: unknown\n`, [reader, other]],
    ['a list with semicolons', `Recipients:\n<${reader}>; <${other}>\n`, [reader, other]],
    // where their mail is forwarded to is nobody that we wrote to
    [
      'an address in the reply',
      `<${reader}>:\nRemote host said: 550 Invalid recipient: <${other}>\n`,
      [reader],
    ],
    [
      'a name to write to for help',
      `Your message to '${reader}' was rejected. Contact postmaster@${other.split('@')[1]} for help.\n`,
      [reader],
    ],
    ['IMail', `User mailbox exceeds allowed size: ${reader}\n`, [reader]],
    [
      'Spanish',
      `No se ha podido entregar el mensaje a los siguientes destinatarios:\n\n  ${reader}: usuario desconocido\n`,
      [reader],
    ],
  ])('%s', async (_name, text, addresses) => {
    const { recipients } = await classify(plain('Mail delivery failed', text));
    expect(recipients.map(({ address }) => address)).toEqual(addresses);
  });
});
