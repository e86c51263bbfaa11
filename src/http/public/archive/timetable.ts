import type { Translate } from '../../../locales/index.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { dateFormat } from '../../../text/formats.ts';

/** When a newsletter comes, in words: "Every day at 07:00", "Monday, Wednesday and Friday at 07:00". */
export function timetable(newsletter: Newsletter, language: string, t: Translate): string {
  const { kinds, days, weeklyDay, sendAt: hour } = newsletter;
  if (kinds.includes('daily')) {
    if (days.length === 7) return t('signUp.everyDay', { hour });
    if (String(days) === '1,2,3,4,5')
      return t('signUp.someDays', { days: t('frequency.weekdays'), hour });
    const list = new Intl.ListFormat(language, { type: 'conjunction' });
    const named = capital(list.format(days.map((day) => dayName(day, language))), language);
    return t('signUp.someDays', { days: named, hour });
  }
  if (kinds.includes('weekly'))
    return t('signUp.weekly', { day: dayName(weeklyDay, language), hour });
  return t('signUp.special');
}

// 1 January 2024 was a Monday.
const dayName = (day: number, language: string) =>
  dateFormat(language, { weekday: 'long', timeZone: 'UTC' }).format(
    new Date(Date.UTC(2024, 0, day)),
  );

const capital = (text: string, language: string) =>
  text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
