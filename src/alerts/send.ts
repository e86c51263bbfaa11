import { buildLetter } from '../../emails/letters/message.ts';
import { dotStuff } from '../../emails/message/dot-stuffing.ts';
import { type Alert, claimAlerts, settleAlerts } from '../actions/attention/alerts.ts';
import { backOffMs } from '../backoff.ts';
import type { Context } from '../context.ts';
import { openSigning } from '../identity/signing.ts';
import { readAddress } from '../mail/address.ts';
import { readMailbox } from '../mail/mailbox.ts';
import { domainOf, letterMessageId } from '../mail/message-id.ts';
import { signMessage } from '../relays/dkim/sign-message.ts';
import { outcomeOf } from '../relays/outcome.ts';
import { sendOnce } from '../relays/send-once.ts';
import type { Answer } from '../relays/smtp/outgoing.ts';
import { alertContent } from './content.ts';

/** Longer than a mail takes that a relay answers late; then another process tries it. */
const LEASE_MS = 120_000;
const LONGEST_MS = 600_000;
const TIMEOUTS = { start: 20_000, greeting: 20_000, command: 20_000, data: 20_000, dot: 50_000 };

/**
 * Sends the mails that are due about what needs a person, one to each address with all that is due to it. They go past
 * queue, worker and rates, which may be what they tell of: web processes and workers call it every few seconds. What
 * fails is tried again for a day.
 */
export async function sendAlerts(context: Context): Promise<void> {
  const due = await claimAlerts(context.db, LEASE_MS);
  for (const alerts of Map.groupBy(due, ({ email }) => email.toLowerCase()).values())
    await sendTogether(context, alerts);
}

async function sendTogether(context: Context, alerts: Alert[]): Promise<void> {
  const { db, log, timings } = context;
  const ids = alerts.map(({ id }) => id);
  const attempts = Math.max(...alerts.map((alert) => alert.attempts));
  const againMs = backOffMs(attempts, {
    firstMs: timings.attention.alertAgainMs,
    longestMs: LONGEST_MS,
  });
  try {
    const answer = await handOver(context, alerts);
    const { relay } = answer;
    if (answer.kind === 'sent')
      return await settleAlerts(db, ids, { state: 'sent', relay, answer: answer.reply });
    const words = wordsOf(answer);
    log.error({ relay, words }, 'an alert was not sent');
    const gone = outcomeOf(answer).message === 'failed';
    await settleAlerts(
      db,
      ids,
      gone
        ? { state: 'failed', relay, answer: words }
        : { state: 'queued', relay, answer: words, againMs },
    );
  } catch (err) {
    log.error({ err }, 'an alert was not sent');
    const answer = err instanceof Error ? err.message : String(err);
    await settleAlerts(db, ids, { state: 'queued', relay: '', answer, againMs });
  }
}

/** By the alerts' own relays, else by those of the newsroom: the first that takes it. */
async function handOver(context: Context, alerts: Alert[]): Promise<Answer> {
  const { config, db, log, origin, renderer, secrets } = context;
  const [first] = alerts;
  if (!first) throw new Error('There is nothing to send.');
  const to = readAddress(first.email);
  const from = readMailbox(config.mailFrom);
  const { message: unsigned, utf8 } = await buildLetter(
    renderer,
    await alertContent(context, alerts),
    {
      from,
      replyTo: null,
      to: { address: to.email, name: null },
      messageId: letterMessageId(`alert-${first.id}`, origin),
      date: first.createdAt,
    },
  );
  const signing = await openSigning({ db, secrets, dkim: config.dkim });
  const message = await signMessage(signing.signer(domainOf(from.address)), unsigned);
  let answer: Answer | undefined;
  for (const settings of config.alertRelays ?? context.relays) {
    answer = await sendOnce(
      settings,
      {
        from: from.address,
        to: to.mailbox,
        utf8,
        body: [dotStuff(message)],
        size: message.length,
        mayStart: () => true,
      },
      { log: log.child({ for: 'alerts' }), timeouts: TIMEOUTS },
    );
    // of a message that nobody knows the fate of, another would be a second one
    if (answer.kind === 'sent' || (answer.kind === 'lost' && answer.at === 'dot')) return answer;
  }
  if (!answer) throw new Error('There is no mail server to send it by: set ALERT_SMTP_URL.');
  return answer;
}

function wordsOf(answer: Exclude<Answer, { kind: 'sent' }>): string {
  if (answer.kind === 'refused') return answer.reply;
  if (answer.kind === 'lost') return answer.error;
  return answer.kind === 'impossible' ? answer.detail : 'The mail server took no connection.';
}
