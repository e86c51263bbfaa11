import type { ListState } from './understood.ts';

/** How houses and people call the states, in English and Spanish. */
const CALLED: Record<ListState, string> = {
  active:
    'active subscribed enabled confirmed regular opt_in opted_in valid verified deliverable activo activa suscrito suscrita suscripto suscripta confirmado confirmada habilitado habilitada valido valida verificado verificada alta de_alta dado_de_alta dada_de_alta',
  pending:
    'pending unconfirmed unactivated not_confirmed unverified not_verified awaiting_confirmation pendiente pendiente_de_confirmar pendiente_de_confirmacion por_confirmar sin_confirmar sin_verificar no_confirmado no_confirmada no_verificado no_verificada',
  unsubscribed:
    'unsubscribed unsubscribe unsubscriber unsub inactive disabled blocklisted blacklisted blocked suppressed banned opt_out opts_out opted_out optout left quit ended withdrawn revoked removed cancelled canceled do_not_email do_not_mail do_not_contact do_not_send dnc baja de_baja dado_de_baja dada_de_baja desuscrito desuscrita desuscripto desuscripta no_suscrito no_suscrita no_activo no_activa inactivo inactiva desactivado desactivada deshabilitado deshabilitada cancelado cancelada anulado anulada bloqueado bloqueada excluido excluida lista_negra no_enviar no_contactar no_molestar',
  bounced:
    'bounced bounce hard_bounce hard_bounced cleaned undeliverable unreachable invalid rebotado rebotada rebote rebote_duro invalido invalida',
  complained:
    'complained complaint complaining spam spam_complaint spam_report reported_spam reported_as_spam abuse marked_as_spam marked_spam queja denuncia marcado_como_spam',
  ignore:
    'ignore deleted archived non_subscribed nonsubscribed not_subscribed never_subscribed transactional borrado borrada eliminado eliminada archivado archivada',
};

const KNOWN = new Map<string, ListState>();
for (const [state, words] of Object.entries(CALLED))
  for (const word of words.split(' ')) KNOWN.set(word, state as ListState);

/** A value of a column of states as it is compared. */
export const stateKey = (value: string): string =>
  value
    .trim()
    .toLowerCase()
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[\s\-_/]+/g, '_');

/** What a value means wherever it stands; undefined for one that nobody knows. */
export const stateOf = (value: string): ListState | undefined => KNOWN.get(stateKey(value));

const YES = new Set(
  'yes y true t x si on verdadero v checked ok ✓ ✔ ja oui sim vrai wahr'.split(' '),
);
const NO = new Set(
  'no n false f off falso null nil none never nunca ninguno ninguna n_a na undefined unchecked _ – — nein non nao faux falsch [] {}'.split(
    ' ',
  ),
);

/** Whether a cell says yes. A count that is not 0 does. */
export const saysYes = (cell: string): boolean =>
  /^\d+([.,]\d+)?$/.test(cell.trim()) ? !saysNo(cell) : YES.has(stateKey(cell));

/** Whether a cell says no; an empty one does, 0, and the time 0000-00-00 of some databases. */
export const saysNo = (cell: string): boolean => {
  const word = cell.trim();
  return (
    word === '' ||
    /^0+([.,]0+)?$/.test(word) ||
    word.startsWith('0000-00-00') ||
    NO.has(stateKey(word))
  );
};
