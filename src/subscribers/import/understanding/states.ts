import type { ListState } from './understood.ts';

/** How houses and people call the states, in English and Spanish. */
const CALLED: Record<ListState, string> = {
  active:
    'active subscribed enabled confirmed regular opted_in activo activa suscrito suscrita confirmado confirmada alta',
  pending:
    'pending unconfirmed unactivated not_confirmed awaiting_confirmation pendiente sin_confirmar no_confirmado',
  unsubscribed:
    'unsubscribed inactive disabled blocklisted blacklisted blocked opted_out optout removed cancelled canceled baja dado_de_baja dada_de_baja inactivo inactiva bloqueado',
  bounced:
    'bounced bounce hard_bounced cleaned undeliverable unreachable invalid rebotado rebotada',
  complained: 'complained complaint complaining spam abuse marked_as_spam queja',
  ignore: 'ignore deleted archived non_subscribed nonsubscribed transactional borrado archivado',
};

const KNOWN = new Map<string, ListState>();
for (const [state, words] of Object.entries(CALLED))
  for (const word of words.split(' ')) KNOWN.set(word, state as ListState);

/** A value of a column of states as it is compared. */
export const stateKey = (value: string): string =>
  value
    .trim()
    .toLowerCase()
    .replace(/[\s\-_]+/g, '_');

/** What a value means wherever it stands; undefined for one that nobody knows. */
export const stateOf = (value: string): ListState | undefined => KNOWN.get(stateKey(value));

const YES = new Set(['yes', 'y', 'true', 't', '1', 'x', 'si', 'sí', 'on', 'verdadero']);
const NO = new Set(['', 'no', 'n', 'false', 'f', '0', 'off', 'falso', 'null']);

/** Whether a cell says yes. A time says so too, and a count that is not 0. */
export const saysYes = (cell: string): boolean => !saysNo(cell);
/** Whether a cell says no; an empty one does. */
export const saysNo = (cell: string): boolean => {
  const word = cell.trim().toLowerCase();
  return !YES.has(word) && NO.has(word);
};
