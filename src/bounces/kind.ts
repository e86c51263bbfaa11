import type { Report } from './report.ts';

/** What a message that came back is. `report`: of a machine about many messages (DMARC, TLS). */
export type Kind = 'bounce' | 'complaint' | 'auto-reply' | 'unsubscribe' | 'report' | 'other';

/** Whom machines write as. */
const MACHINE =
  /mailer-?daemon|post[_-]?master|mail(?:er)? delivery|^<>$|delivery subsystem|no-?reply@sns/i;

/** What they write about. */
const RETURNED =
  /undeliver|deliver\w* (?:has )?fail|fail\w* (?:mail|deliver)|returned mail|return(?:ed|ing) (?:to sender|message)|(?:non-?|mail )?delivery (?:status|report|notification|problem)|failure notice|non-?delivery|user unknown|mail (?:system )?(?:error|failure)|could not be delivered|non ?remis|unzustellbar|no (?:se pudo )?entreg|no entregad/i;

const AWAY =
  /out of (?:the )?office|automatic reply|auto-?(?:reply|response)|vacation|\baway\b|abwesen|fuera de la oficina|respuesta automática|ausen/i;

/** Tells the kind of a message by its parts, else by who wrote it and what about. */
export function kindOf({ headers, subject, statuses, feedback, types }: Report): Kind {
  if (feedback) return 'complaint';
  if (types.includes('application/tlsrpt+gzip') || /^\W*report domain:/i.test(subject))
    return 'report';
  if (
    statuses.length > 0 ||
    headers.has('x-failed-recipients') ||
    types.includes('message/delivery-status') ||
    MACHINE.test(headers.get('from') ?? '') ||
    RETURNED.test(subject)
  )
    return 'bounce';
  // an unsubscribing that a mail program sent by itself is wanted all the same
  if (/^\W*(?:unsubscribe|remove|stop|opt[ -]?out|baja|cancelar)\b/i.test(subject))
    return 'unsubscribe';
  if (isAutomatic(headers) || AWAY.test(subject)) return 'auto-reply';
  return 'other';
}

/** RFC 3834, and those who are older than it. */
function isAutomatic(headers: ReadonlyMap<string, string>): boolean {
  return (
    /^auto-replied/i.test(headers.get('auto-submitted') ?? '') ||
    /auto[_-]?reply/i.test(headers.get('precedence') ?? '') ||
    headers.has('x-autoreply') ||
    headers.has('x-autorespond')
  );
}
