import { takeCameBack } from '../../src/bounces/came-back.ts';
import { type Classified, classifyReport } from '../../src/bounces/classify.ts';
import { type InboundAddress, marksIn } from '../../src/bounces/inbound-address.ts';
import { onList, saysOnList } from '../../src/bounces/on-list.ts';
import { type Report, readReport } from '../../src/bounces/report.ts';
import type { Context } from '../../src/context.ts';
import type { DbOrTransaction } from '../../src/database/connection.ts';
import { withoutRequest } from '../../src/subscribers/consent-evidence.ts';
import { endSubscriptions } from '../../src/subscribers/subscriptions/end.ts';
import type { Subject } from '../../src/subscribers/tokens.ts';

type Taking = Pick<Context, 'db' | 'tokens' | 'log' | 'now'>;

/** A message that came in, as far as it was understood. */
interface Came {
  report: Report;
  classified: Classified;
  source: string;
}

/**
 * Does what follows from a message that came in, for each address of ours that it was sent to. All of it is committed
 * before the promise is kept; what it cannot be sure of changes nothing.
 */
export async function takeMessage(
  context: Taking,
  addresses: InboundAddress[],
  bytes: Buffer,
  source: string,
): Promise<void> {
  const report = await readReport(bytes).catch(() => undefined);
  // nested absurdly: no mail server's report and no person's mail
  if (!report) return;
  const came = { report, classified: await classifyReport(report, bytes), source };
  await context.db.transaction().execute(async (tx) => {
    for (const address of addresses) await takeFor(tx, context, address, came);
  });
}

async function takeFor(
  tx: DbOrTransaction,
  context: Taking,
  address: InboundAddress,
  came: Came,
): Promise<void> {
  const { kind } = came.classified;
  if (address.for === 'unsubscribe') {
    // a bounce of a mail that somebody sent there in our reader's name
    if (kind === 'bounce') return;
    const { subscriber, newsletter, edition } = address.subject;
    const ending = { subscriber, newsletter, edition, evidence: withoutRequest('mail') };
    await endSubscriptions(tx, [ending], context.now());
  } else if (kind === 'complaint') {
    const [named] = marksIn(came.report.returned, context.tokens);
    const subject = address.for === 'bounce' ? address.subject : named;
    if (subject) await takeBack(tx, context, kind, subject, came);
    else
      context.log.warn({ source: came.source }, 'a complaint came in that names no reader of ours');
  } else if (kind === 'bounce' && address.for === 'bounce')
    await takeBack(tx, context, kind, address.subject, came);
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
