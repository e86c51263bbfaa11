import { type Kind, kindOf } from './kind.ts';
import type { Reason } from './reasons.ts';
import { type Returned, recipientsIn } from './recipients.ts';
import { type Report, readReport, unparted } from './report.ts';
import { verdictOn } from './verdict.ts';

/** One recipient that a message which came back is about. Of a complaint the reason is its feedback type (RFC 5965). */
export interface ClassifiedRecipient {
  address: string | null;
  /** Enhanced status (RFC 3463), where one was said. */
  status: string | null;
  /** Nobody should write to the address again. */
  hard: boolean;
  reason: Reason | (string & {});
}

export interface Classified {
  kind: Kind;
  recipients: ClassifiedRecipient[];
}

/**
 * What a message that came back is, and whom it is about. It changes nothing and believes everything: whether a report
 * may be acted on is another question. One that is nested absurdly, or is no message at all, is `other`.
 */
export async function classify(bytes: Uint8Array): Promise<Classified> {
  const report = await readReport(bytes).catch(() => undefined);
  return report ? classifyReport(report, bytes) : { kind: 'other', recipients: [] };
}

/** The same of one that was taken apart already. */
export async function classifyReport(report: Report, bytes: Uint8Array): Promise<Classified> {
  const kind = kindOf(report);
  if (kind === 'complaint') return { kind, recipients: complainantIn(report) };
  if (kind !== 'bounce') return { kind, recipients: [] };
  const recipients = (await failuresIn(report, bytes))
    .filter(({ action = '' }) => !/^(?:delivered|relayed|expanded)$/.test(action))
    .map((one) => ({
      address: one.address ?? null,
      status: one.status ?? null,
      ...verdictOn(one),
    }));
  return { kind, recipients };
}

/** Whom it is about; where it does not say so, the report that it carries, or its bytes without regard to parts. */
async function failuresIn(report: Report, bytes: Uint8Array): Promise<Returned[]> {
  if (report.statuses.length === 0 && /^final-recipient:/im.test(report.returned))
    return recipientsIn(await readReport(Buffer.from(report.returned)));
  const found = recipientsIn(report);
  return found.length > 0 ? found : recipientsIn(unparted(report, bytes));
}

/** Who complained: providers often take the address out (RFC 6590), and then only our own marks tell. */
function complainantIn({ feedback }: Report): ClassifiedRecipient[] {
  const said = feedback?.get('original-rcpt-to') ?? feedback?.get('removal-recipient') ?? '';
  const address = /[^\s<>;]+@[^\s<>;]+/.exec(said)?.[0] ?? null;
  const type = /[a-z][a-z-]*/.exec(feedback?.get('feedback-type')?.toLowerCase() ?? '')?.[0];
  return [{ address, status: null, hard: false, reason: type ?? 'abuse' }];
}
