import type { Field } from './understood.ts';

// What follows one of these in a title is no yes or no, and no state: how often, by which link, in which campaign.
const ABOUT_IT =
  /(^|_)(id|ids|url|link|enlace|token|ip|campaign|campana|source|fuente|form|count|number|numero|num|total|rate|score|soft|comment|title|sms|phone|telefono|whatsapp|push|stripe|payment|pago|paid|order|civil|marital|tax|employment)(_|$)/;
const WHEN = /(^|_)(at|on|date|time|timestamp|fecha|hora)(_|$)/;

const WHOSE =
  'email|mail|correo|list|lista|contact|contacto|marketing|consent|opt_?in|global|delivery|deliverability|newsletter|boletin|subscri\\w*|suscri\\w*|member|reader|lector|user|usuario|confirm|confirmation|verification';
const STATE = new RegExp(
  `(^|_)(${WHOSE})_(.+_)?(status|state|estado)$|(^|_)(estado|estatus|situacion)_(de_|del_|de_la_)?(${WHOSE})(_|$)`,
);

const LEFT = /(^|_)(unsub\w*|de?suscri\w*|desubscri\w*|opt(ed|s)?_?out\w*|baja|bajas)(_|$)/;
const KEPT_OUT =
  /(^|_)((black|block|deny)_?list\w*|lista_negra|blocked|bloquead[oa]|suppress\w*|do_not_\w+|dnc|no_(enviar|contactar|molestar|escribir)|deleted|eliminad[oa]|borrad[oa]|archived|archivad[oa]|removed|cancel\w*|inactiv\w*|disabled|deshabilitad[oa]|desactivad[oa]|banned)(_|$)|^left$/;
const BOUNCED =
  /(^|_)(bounced?|hard_?bounced?|rebotad[oa]|rebote|cleaned|undeliverable|invalid|invalid[oa])(_|$)/;
const COMPLAINED = /(^|_)(complain\w*|spam|abuse|queja|quejas)(_|$)/;
const CONFIRMED =
  /(^|_)(confirmed|confirmad[oa]|verified|verificad[oa]|validated|validad[oa]|double_?opt_?in)(_|$)/;
const SUBSCRIBED =
  /^(is_)?(active|activ[oa]|enabled|habilitad[oa])$|(^|_)(subscribed|suscrit[oa]|suscript[oa]|opt(ed)?_?in)(_|$)|^(email|e_mail|newsletter)_marketing(_consent)?$/;
const WANTED = new RegExp(
  '(^|_)(accepts?|receives?|wants?|allows?|acepta|autoriza|recibe|quiere|desea|permite)_(.+_)?' +
    '(email|emails|mail|newsletter|newsletters|marketing|boletin|boletines|correo|correos|publicidad|comunicaciones|envios)(_|$)' +
    '|^(email|newsletter|marketing)_(consent|permission|allowed|accepted)$',
);

/**
 * The field of a title that is put together from words, such as `Email opt-out?` or `Fecha de desuscripción`: whoever
 * left must not come back because a column is called a little differently. `key` is the title as it is compared.
 */
export function stateFieldOf(key: string): Field | null {
  if (ABOUT_IT.test(key)) return null;
  if (STATE.test(key)) return 'state';
  const isTime = WHEN.test(key);
  if (LEFT.test(key)) return isTime ? 'unsubscribed_at' : 'unsubscribed';
  if (KEPT_OUT.test(key)) return 'unsubscribed';
  if (COMPLAINED.test(key)) return 'complained';
  if (BOUNCED.test(key)) return 'bounced';
  // what was not confirmed, written the other way round, is nothing that a flag can say
  if (/(^|_)(not|no|sin)_/.test(key)) return null;
  if (CONFIRMED.test(key)) return isTime ? 'confirmed_at' : 'confirmed';
  if (WANTED.test(key)) return isTime ? 'consent_at' : 'subscribed';
  if (SUBSCRIBED.test(key)) {
    if (!isTime) return 'subscribed';
    return /opt/.test(key) ? 'requested_at' : 'consent_at';
  }
  return null;
}
