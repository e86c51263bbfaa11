import { createHash } from 'node:crypto';
import { takeMachineReport } from '../../src/actions/machine-reports.ts';
import { takeCameBack } from '../../src/bounces/came-back.ts';
import { type Classified, classifyReport } from '../../src/bounces/classify.ts';
import { type InboundAddress, marksIn } from '../../src/bounces/inbound-address.ts';
import { onList, saysOnList } from '../../src/bounces/on-list.ts';
import { isAutomatic } from '../../src/bounces/reply.ts';
import { type Report, readReport } from '../../src/bounces/report.ts';
import { takeReply } from '../../src/bounces/take-reply.ts';
import type { Context } from '../../src/context.ts';
import type { DbOrTransaction } from '../../src/database/connection.ts';
import { withoutRequest } from '../../src/subscribers/consent-evidence.ts';
import { endSubscriptions } from '../../src/subscribers/subscriptions/end.ts';
import { type Subject, tokenIn } from '../../src/subscribers/tokens.ts';

type Taking = Pick<Context, 'config' | 'db' | 'tokens' | 'log' | 'now' | 'hashAddress' | 'queues'>;

/** A message that came in. */
export interface Incoming {
  bytes: Buffer;
  /** The door: `smtp`, `imap`. */
  source: string;
  /** The envelope's; empty: the null return path. Null where the door does not know it. */
  sender: string | null;
}

/** A message that came in, as far as it was understood. */
interface Came extends Incoming {
  report: Report;
  classified: Classified;
}

/**
 * Does what follows from a message that came in, for each address of ours that it was sent to. All of it is committed
 * before the promise is kept; what it cannot be sure of changes nothing. What comes in again, after a crash or by another
 * door, is passed over.
 */
export async function takeMessage(
  context: Taking,
  addresses: InboundAddress[],
  incoming: Incoming,
): Promise<void> {
  if (addresses.some((address) => address.for === 'report'))
    await takeMachineReport(context, incoming.bytes);
  const report = await readReport(incoming.bytes).catch(() => undefined);
  // nested absurdly: no mail server's report and no person's mail
  if (!report) return;
  const classified = await classifyReport(report, incoming.bytes);
  const came = { ...incoming, report, classified };
  const letters = await context.db.transaction().execute(async (tx) => {
    if (!(await isNew(tx, addresses, came))) return [];
    const made: string[] = [];
    for (const address of addresses) made.push(...(await takeFor(tx, context, address, came)));
    return made;
  });
  if (letters.length > 0) await context.queues.enqueueLetters(letters);
}

/** Notes the message, by whom it is to, its id and its body; false where it was noted before. */
async function isNew(tx: DbOrTransaction, to: InboundAddress[], came: Came): Promise<boolean> {
  const { report, bytes, source } = came;
  // its header is not the same by every door
  const body = bytes.subarray(Math.max(bytes.indexOf('\r\n\r\n'), bytes.indexOf('\n\n'), 0));
  const key = createHash('sha256')
    .update(JSON.stringify([to, report.headers.get('message-id'), report.headers.get('date')]))
    .update(body)
    .digest();
  const noted = await tx
    .insertInto('inboundMessages')
    .values({ key, source, kind: kindOf(to, came) })
    .onConflict((oc) => oc.doNothing())
    .returning('source')
    .executeTakeFirst();
  return noted !== undefined;
}

/** What it is, to be counted: mail to a reply address that no machine wrote is a reply. */
function kindOf(to: InboundAddress[], came: Came): string {
  const { kind } = came.classified;
  if (!to.some((one) => one.for === 'reply') || kind === 'bounce' || kind === 'complaint')
    return kind;
  return isAutomatic(came.report.headers, came.sender) ? 'auto-reply' : 'reply';
}

async function takeFor(
  tx: DbOrTransaction,
  context: Taking,
  address: InboundAddress,
  came: Came,
): Promise<string[]> {
  const { kind } = came.classified;
  if (address.for === 'reply') return takeAnswer(tx, context, address.newsletter, came);
  if (address.for === 'unsubscribe') {
    // a bounce of a mail that somebody sent there in our reader's name
    if (kind !== 'bounce') await unsubscribe(tx, context, address.subject);
  } else if (kind === 'complaint') {
    const [named] = marksIn(came.report.returned, context.tokens);
    const subject = address.for === 'bounce' ? address.subject : named;
    if (subject) await takeBack(tx, context, kind, subject, came);
    else
      context.log.warn({ source: came.source }, 'a complaint came in that names no reader of ours');
  } else if (kind === 'bounce' && address.for === 'bounce')
    await takeBack(tx, context, kind, address.subject, came);
  return [];
}

async function unsubscribe(
  tx: DbOrTransaction,
  { now }: Taking,
  { subscriber, newsletter, edition }: Subject,
): Promise<void> {
  const ending = { subscriber, newsletter, edition, evidence: withoutRequest('mail') };
  await endSubscriptions(tx, [ending], now());
}

/** What a reader wrote to the newsroom. What a machine did goes nowhere: an answer to it might be answered. */
async function takeAnswer(
  tx: DbOrTransaction,
  context: Taking,
  newsletter: string,
  { report, bytes, sender, classified }: Came,
): Promise<string[]> {
  // mailed unsubscribing of before mail came in by itself: the token stands in the subject
  const token = tokenIn(/\bs\d[\w-]{32,120}/.exec(report.subject)?.[0] ?? '');
  const subject = token === undefined ? null : context.tokens.verify('unsubscribe', token);
  if (subject) {
    await unsubscribe(tx, context, subject);
    return [];
  }
  const { kind } = classified;
  if (kind === 'bounce' || kind === 'complaint' || kind === 'report' || kind === 'auto-reply')
    return [];
  if (isAutomatic(report.headers, sender)) return [];
  const { alertTo, inboundDomain } = context.config;
  const { hashAddress } = context;
  const written = { newsletter, bytes, hashAddress, alertTo, inboundDomain };
  return takeReply(tx, written, context.now());
}

async function takeBack(
  tx: DbOrTransaction,
  context: Taking,
  kind: 'bounce' | 'complaint',
  subject: Subject,
  { report, classified, source }: Came,
): Promise<void> {
  const verdict = await verdictFor(tx, classified, subject);
  if (!verdict) return;
  const said = [...report.statuses.map((one) => one.get('diagnostic-code') ?? ''), report.words];
  const listed = kind === 'bounce' ? said.find(saysOnList) : undefined;
  const back = {
    source,
    subject,
    words: report.words,
    ...(listed === undefined
      ? { kind, verdict }
      : {
          kind: 'suppressed' as const,
          verdict: { ...verdict, hard: true, reason: onList(listed) },
        }),
  };
  const { suppressed } = await takeCameBack(tx, back, context.now());
  if (suppressed)
    context.log.info(
      { subscriber: subject.subscriber, kind, reason: verdict.reason },
      'an address is suppressed',
    );
}

/** What a report says of one reader: by their address; where it names one address only, by that, as after a forwarding. */
async function verdictFor(
  tx: DbOrTransaction,
  { recipients }: Classified,
  { subscriber }: Subject,
) {
  const [only] = recipients;
  if (recipients.length === 1) return only;
  const reader = await tx
    .selectFrom('subscribers')
    .select('emailKey')
    .where('id', '=', subscriber)
    .executeTakeFirst();
  return recipients.find(
    ({ address }) => address !== null && address.toLowerCase() === reader?.emailKey,
  );
}
