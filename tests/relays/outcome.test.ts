import { expect, test } from 'vitest';
import { type Outcome, outcomeOf } from '../../src/relays/outcome.ts';
import { isReceivers } from '../../src/relays/refusal-cause.ts';
import type { Answer, Phase } from '../../src/relays/smtp/outgoing.ts';
import { parseReply } from '../../src/relays/smtp/reply.ts';

const refused = (at: Phase, reply: string): Answer => {
  const { code, enhanced, text } = parseReply(Number(reply.slice(0, 3)), [reply.slice(4)]);
  return {
    kind: 'refused',
    relay: 'sink',
    at,
    code,
    ...(enhanced !== undefined && { enhanced }),
    reply: text,
  };
};

const RESTS: Outcome = { message: 'again', relay: 'rests' };
const RECONNECT: Outcome = { message: 'again', relay: 'reconnect' };
const SLOWER: Outcome = { message: 'again', relay: 'slower' };
const LATER: Outcome = { message: 'later' };
const RECEIVER: Outcome = { message: 'later', recipient: 'slower' };
const REFUSES: Outcome = { message: 'again', relay: 'refuses' };
const GONE: Outcome = { message: 'failed', reason: 'refused', recipient: 'gone' };
const REFUSED: Outcome = { message: 'failed', reason: 'refused' };
const CONTENT: Outcome = { message: 'failed', reason: 'content' };
const WAITS: Outcome = { message: 'waits', reason: 'content' };

test.each<[Phase, string, Outcome]>([
  // a 4xx: what is not about the one message rests the relay, and counts nothing
  ['connect', '421 4.7.0 too many connections', RESTS],
  ['greeting', '421 4.3.2 shutting down', RESTS],
  ['auth', '454 4.7.0 temporary authentication failure', RESTS],
  ['mail', '451 4.3.0 try later', RESTS],
  ['mail', '452 4.3.1 insufficient system storage', RESTS],
  ['mail', '450 4.1.8 sender domain not found', RESTS],
  ['mail', '421 4.7.0 that was the last one', RECONNECT],
  ['mail', '452 4.5.3 too many messages', RECONNECT],
  ['mail', '454 Throttling failure: Maximum sending rate exceeded.', SLOWER],
  ['rcpt', '421 4.7.0 that was the last one', RECONNECT],
  ['rcpt', '452 4.5.3 too many recipients', RECONNECT],
  ['rcpt', '452 Too many recipients received this hour on this connection', RECONNECT],
  ['rcpt', '452 4.2.2 mailbox full', RECEIVER],
  ['rcpt', '450 4.2.0 greylisted', RECEIVER],
  ['rcpt', '450 4.7.1 Greylisting in action, please come back later', RECEIVER],
  ['rcpt', '450 4.2.1 The user you are trying to contact is receiving mail too quickly', RECEIVER],
  ['rcpt', '451 4.7.1 rate limited', RECEIVER],
  ['rcpt', '450 4.1.1 unverified address', RECEIVER],
  ['rcpt', '454 Throttling failure: Daily message quota exceeded.', SLOWER],
  ['rcpt', '450 4.7.1 daily limit of your account reached', SLOWER],
  ['rcpt', '454 4.7.1 Relay access denied', RESTS],
  ['rcpt', '450 4.1.8 Sender address rejected: Domain not found', RESTS],
  ['rcpt', '450 4.7.1 Client host rejected: cannot find your hostname', RESTS],
  ['data', '421 4.3.2 closing', RECONNECT],
  ['data', '451 4.3.0 later', LATER],
  ['dot', '451 4.3.0 later', LATER],
  ['dot', '450 4.2.0 greylisted', LATER],
  ['dot', '421 4.3.2 closing', LATER],
  ['dot', '454 Throttling failure', SLOWER],
  ['dot', '421 4.7.0 try again later', SLOWER],
  ['dot', '432 4.3.2 sender thread limit exceeded', SLOWER],
  ['dot', '450 4.7.1 slow down', SLOWER],
  ['dot', '451 4.7.650 too much', SLOWER],
  ['dot', '451 rate limit exceeded', SLOWER],
  // a 5xx
  ['connect', '554 go away', REFUSES],
  ['auth', '535 5.7.8 wrong password', { ...REFUSES, cause: 'authentication' }],
  ['mail', '550 5.7.1 not you', { ...REFUSES, cause: 'policy' }],
  ['mail', '552 5.3.4 too large', { ...REFUSES, cause: 'size' }],
  ['rcpt', '550 5.1.1 user unknown', GONE],
  ['rcpt', '550 5.1.2 no such domain', GONE],
  ['rcpt', '553 5.1.3 bad address', GONE],
  ['rcpt', '551 5.1.6 moved', GONE],
  ['rcpt', '556 5.1.10 null MX', GONE],
  ['rcpt', '550 5.2.1 disabled', GONE],
  ['rcpt', '550 user unknown', GONE],
  ['rcpt', '552 5.2.2 full', REFUSED],
  ['rcpt', '550 rejected', REFUSED],
  ['rcpt', '550 5.1.7 no', { ...REFUSES, cause: 'sender' }],
  ['rcpt', '550 5.1.8 no', { ...REFUSES, cause: 'sender' }],
  ['rcpt', '550 5.3.2 no', { ...REFUSES, cause: 'route' }],
  ['rcpt', '552 5.3.4 no', { ...REFUSES, cause: 'size' }],
  ['rcpt', '550 5.4.5 no', { ...REFUSES, cause: 'quota' }],
  ['rcpt', '554 5.4.6 no', { ...REFUSES, cause: 'route' }],
  ['rcpt', '550 5.5.3 no', { ...REFUSES, cause: 'protocol' }],
  ['rcpt', '503 no', { ...REFUSES, cause: 'protocol' }],
  ['rcpt', '504 no', { ...REFUSES, cause: 'protocol' }],
  ['rcpt', '530 no', { ...REFUSES, cause: 'authentication' }],
  ['rcpt', '550 relay not permitted', { ...REFUSES, cause: 'relaying' }],
  ['rcpt', '550 Blocked', { ...REFUSES, cause: 'blocked' }],
  ['rcpt', '550 5.7.1 not from you', WAITS],
  ['data', '554 5.6.0 no', CONTENT],
  ['data', '550 5.1.1 user unknown', CONTENT],
  ['data', '550 5.4.5 daily limit', { ...REFUSES, cause: 'quota' }],
  ['dot', '554 5.7.1 spam', WAITS],
  ['dot', '550 5.1.1 user unknown', WAITS],
  ['dot', '552 5.3.4 too large', { ...REFUSES, cause: 'size' }],
  ['dot', '554 Message rejected: Email address is not verified.', { ...REFUSES, cause: 'sender' }],
])('at %s %s', (at, reply, expected) => {
  expect(outcomeOf(refused(at, reply))).toEqual(expected);
});

test.each<[Phase, string, string, Outcome]>([
  ['dot', '421 4.7.28 unusual rate of mail from your network - gsmtp', 'mx.news.example', RECEIVER],
  ['dot', '421 4.7.0 [TSS04] Messages temporarily deferred', 'mx.news.example', RECEIVER],
  ['dot', '451 4.7.650 busy [X.prod.protection.outlook.com]', 'mx.news.example', RECEIVER],
  ['dot', '451 4.3.2 try later [X.prod.protection.outlook.com]', 'mx.news.example', RECEIVER],
  ['rcpt', '421 4.7.0 [TSS04] Messages temporarily deferred', 'mx.news.example', RECEIVER],
  // that host is Google's own: it speaks for itself
  ['dot', '421 4.7.28 unusual rate - gsmtp', 'smtp-relay.gmail.com', SLOWER],
  ['dot', '421 4.7.0 try again later', 'mx.news.example', SLOWER],
  ['dot', '451 4.3.0 later - gsmtp', 'mx.news.example', LATER],
])('at %s %s, from the relay %s', (at, reply, host, expected) => {
  const answer = refused(at, reply);
  const receivers = answer.kind === 'refused' && isReceivers(answer.reply, host);
  expect(outcomeOf({ ...answer, ...(receivers && { receivers }) })).toEqual(expected);
});

test.each<[Phase, Outcome]>([
  ['connect', RESTS],
  ['greeting', RESTS],
  ['auth', RESTS],
  ['mail', RESTS],
  ['rcpt', { message: 'again' }],
  ['data', { message: 'again' }],
  ['dot', { message: 'uncertain' }],
])('no answer at %s', (at, expected) => {
  expect(outcomeOf({ kind: 'lost', relay: 'sink', at, error: 'lost' })).toEqual(expected);
});

test.each<['size' | 'utf8' | 'address', Outcome]>([
  ['size', { ...REFUSES, cause: 'size' }],
  ['utf8', { message: 'failed', reason: 'unaddressable' }],
  ['address', { message: 'failed', reason: 'unaddressable' }],
])('a message that the relay can never take: %s', (reason, expected) => {
  expect(outcomeOf({ kind: 'impossible', relay: 'sink', reason, detail: 'no' })).toEqual(expected);
});

test('a 250, and what never started', () => {
  expect(outcomeOf({ kind: 'sent', relay: 'sink', reply: '250 ok' })).toEqual({ message: 'sent' });
  expect(outcomeOf({ kind: 'withdrawn', relay: 'sink' })).toEqual({ message: 'again' });
});
