import type { Role } from '../../../database/tables.ts';
import type { Translate } from '../../../locales/index.ts';
import type { Operator } from '../../../operators/accounts.ts';
import { mayAct, roles } from '../../../operators/roles.ts';
import { timeIn } from '../times.ts';

const MINUTE = 60_000;
/** Use is noted every few minutes: within them somebody is here. */
const HERE_MS = 5 * MINUTE;

interface Frame {
  t: Translate;
  language: string;
  now: Date;
}

/** The roles that somebody with this role may give. */
export const grantable = (role: Role): Role[] =>
  roles.filter((one) => mayAct(role, one)).toReversed();

/** How an account stands: nobody has used it yet, it is used, it is shut. */
export const standing = (operator: Operator): 'invited' | 'active' | 'disabled' => {
  if (operator.disabledAt) return 'disabled';
  return operator.lastSeenAt ? 'active' : 'invited';
};

/** A person as the list shows them. */
export function personInList(operator: Operator, { t, language, now }: Frame) {
  const { id, email, name, role, lastSeenAt, twoFactor } = operator;
  const state = standing(operator);
  return {
    id,
    email,
    name,
    role: t(`roles.${role}`),
    state,
    stateText: t(`people.state.${state}`),
    twoFactor,
    seen: seenText(lastSeenAt, { t, language, now }),
    seenAt: lastSeenAt?.toISOString(),
  };
}

/** When somebody was here last, in words. */
export function seenText(at: Date | null, { t, language, now }: Frame): string {
  if (!at) return t('people.neverSeen');
  const ago = now.getTime() - at.getTime();
  if (ago < HERE_MS) return t('people.seenNow');
  const format = new Intl.RelativeTimeFormat(language === 'en' ? 'en-GB' : language, {
    numeric: 'auto',
  });
  const minutes = Math.round(ago / MINUTE);
  if (minutes < 60) return format.format(-minutes, 'minute');
  if (minutes < 36 * 60) return format.format(-Math.round(minutes / 60), 'hour');
  if (minutes < 60 * 24 * 60) return format.format(-Math.round(minutes / 1440), 'day');
  return timeIn(at, language, 'UTC');
}
