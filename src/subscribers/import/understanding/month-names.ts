/** In English and Spanish, by their first three letters. */
const MONTHS =
  'jan=1 ene=1 feb=2 mar=3 apr=4 abr=4 may=5 jun=6 jul=7 aug=8 ago=8 sep=9 set=9 oct=10 nov=11 dec=12 dic=12';
const NUMBERS = new Map(
  MONTHS.split(' ').map((one) => [one.slice(0, 3), one.slice(4).padStart(2, '0')]),
);
const MONTH =
  '(jan(?:uary)?|ene(?:ro)?|feb(?:ruary|rero)?|mar(?:ch|zo)?|apr(?:il)?|abr(?:il)?|mayo?|june?|junio|july?|julio|aug(?:ust)?|ago(?:sto)?|sept?(?:ember|iembre)?|set(?:iembre)?|oct(?:ober|ubre)?|nov(?:ember|iembre)?|dec(?:ember)?|dic(?:iembre)?)';
const DAY = '(\\d{1,2})(?:st|nd|rd|th|º|°)?';
const YEAR = '(\\d{4}|\\d\\d)';
const REST = '(?:(?:,|,?\\s+(?:at|a\\s+las?)|,?)\\s+(\\d.*))?$';
const DAY_FIRST = new RegExp(
  `^${DAY}[\\s\\-/.]+(?:de\\s+)?${MONTH}\\.?,?[\\s\\-/]+(?:del?\\s+)?${YEAR}${REST}`,
  'i',
);
const MONTH_FIRST = new RegExp(`^${MONTH}\\.?[\\s\\-]+${DAY},?[\\s\\-]+${YEAR}${REST}`, 'i');
const WEEKDAY =
  /^(?:mon|tue|wed|thu|fri|sat|sun|lun|mar|mi[eé]|jue|vie|s[aá]b|dom)\p{L}*\.?,?\s+/iu;

/**
 * A date with the name of its month, `3 Mar 2024`, `March 3, 2024 14:05`, `martes, 3 de marzo de 2024`, in numbers:
 * `2024-03-03 14:05`. Undefined for what is none.
 */
export function withoutMonthName(text: string): string | undefined {
  return numbered(text) ?? numbered(text.replace(WEEKDAY, ''));
}

function numbered(text: string): string | undefined {
  const dayFirst = DAY_FIRST.exec(text);
  const found = dayFirst ?? MONTH_FIRST.exec(text);
  if (!found) return undefined;
  const [, one = '', two = '', year = '', time] = found;
  const [day, month] = dayFirst ? [one, two] : [two, one];
  const whole = year.length === 2 ? `20${year}` : year;
  const number = NUMBERS.get(month.slice(0, 3).toLowerCase()) ?? '';
  return `${whole}-${number}-${day.padStart(2, '0')}${time === undefined ? '' : ` ${time}`}`;
}
