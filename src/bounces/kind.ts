import type { Report } from './report.ts';

/** What a message that came back is. `report`: of a machine about many messages (DMARC, TLS). */
export type Kind = 'bounce' | 'complaint' | 'auto-reply' | 'unsubscribe' | 'report' | 'other';

/** Whom machines write as. */
const MACHINE =
  /mailer[-_ ]?daemon|post[_-]?master|mail(?:er)? delivery|^<>$|delivery (?:sub)?system|mail[- ]?(?:system|server)|no-?reply@sns/i;

/** What they write about. */
const RETURNED =
  /undeliver|unzustellbar|nicht zugestellt|(?:not|no|n[ãa]o) (?:entregue|entregad|livr|remis)|mancat\w+ (?:recapito|consegna)|impossible de (?:remettre|distribuer)|échec|недостав|не доставлен|配信(?:不能|エラー)|退信|无法投递|deliver\w* (?:has )?fail|fail\w* (?:mail|deliver)|returned mail|return(?:ed|ing) (?:to sender|message)|(?:non-?|mail )?delivery (?:status|report|notification|problem)|failure notice|non-?delivery|user unknown|mail (?:system )?(?:error|failure)|could not be delivered|no se (?:pudo|ha podido) entregar/i;

/** What a report says of itself where neither its sender nor its subject does. */
const NOTICE =
  /(?:following|these) (?:e-?mail )?(?:address|recipient|destination)|(?:could|can|was|were) ?n[o']t (?:be )?deliver|(?:unable to|trouble|error|failed while) deliver|deliver\w* (?:has |have )?fail|fail\w* to deliver|permanent\w* (?:fatal )?(?:error|fail)|undeliver|(?<![\d.])5\d\d[ -]5\.\d\.\d/i;

const AWAY =
  /out of (?:the )?office|automatic reply|auto-?(?:reply|response)|vacation|\baway\b|abwesen|fuera de la oficina|respuesta automática|ausen/i;

/** Tells the kind of a message by its parts, else by who wrote it and what about. */
export function kindOf({ headers, subject, statuses, feedback, types, words }: Report): Kind {
  if (feedback) return 'complaint';
  if (types.includes('application/tlsrpt+gzip') || /^\W*report domain:/i.test(subject))
    return 'report';
  if (
    statuses.length > 0 ||
    headers.has('x-failed-recipients') ||
    types.includes('message/delivery-status') ||
    MACHINE.test(headers.get('from') ?? '') ||
    RETURNED.test(subject) ||
    (isByMachine(headers) && NOTICE.test(words))
  )
    return 'bounce';
  // an unsubscribing that a mail program sent by itself is wanted all the same
  if (/^\W*(?:unsubscribe|remove|stop|opt[ -]?out|baja|cancelar)\b/i.test(subject))
    return 'unsubscribe';
  if (isAutomatic(headers) || AWAY.test(subject)) return 'auto-reply';
  return 'other';
}

/** Sent so that nothing comes back in turn (RFC 5321, 4.5.5), or by no person (RFC 3834). */
const isByMachine = (headers: ReadonlyMap<string, string>): boolean =>
  /^<\s*>$/.test(headers.get('return-path') ?? '') ||
  /^auto-/i.test(headers.get('auto-submitted') ?? '');

/** RFC 3834, and those who are older than it. */
function isAutomatic(headers: ReadonlyMap<string, string>): boolean {
  return (
    /^auto-replied/i.test(headers.get('auto-submitted') ?? '') ||
    /auto[_-]?reply/i.test(headers.get('precedence') ?? '') ||
    headers.has('x-autoreply') ||
    headers.has('x-autorespond')
  );
}
