// Newsrooms write months in their own language; the runtime knows them all.
const LANGUAGES = (
  'en es pt fr it de nl ca gl eu ro pl cs sk hu sv da nb fi et lv lt sl hr sq tr az el ru uk be bg sr mk ' +
  'he ar fa hi id ms vi'
).split(' ');

let months: Map<string, number> | undefined;
let weekdays: Set<string> | undefined;

const plain = (word: string) =>
  word
    .normalize('NFD')
    .replace(/\p{M}|\.$/gu, '')
    .toLowerCase();

const inLanguage = (language: string, options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat(`${language}-u-nu-latn-ca-gregory`, { ...options, timeZone: 'UTC' });

function collectWeekdays(): Set<string> {
  const found = LANGUAGES.flatMap((language) =>
    (['long', 'short'] as const).flatMap((weekday) => {
      const format = inLanguage(language, { weekday });
      return Array.from({ length: 7 }, (_, day) =>
        plain(format.format(Date.UTC(2023, 0, 1 + day))),
      );
    }),
  );
  // English short forms that Intl does not write.
  return new Set([...found, 'tues', 'wednes', 'weds', 'thur', 'thurs']);
}

function collect(): Map<string, number> {
  const found = new Map<string, number>();
  for (const language of LANGUAGES)
    for (const style of ['long', 'short'] as const)
      for (const day of ['numeric', undefined] as const) {
        const format = inLanguage(language, { month: style, ...(day ? { day } : {}) });
        for (let month = 0; month < 12; month++) {
          const name = format
            .formatToParts(Date.UTC(2023, month, 15))
            .find((part) => part.type === 'month')?.value;
          const key = plain(name ?? '');
          // Where two languages disagree about a name, the one named first above keeps it.
          if (key && !/\d/.test(key) && !found.has(key)) found.set(key, month);
        }
      }
  for (const [name, month] of [
    ['sept', 8],
    ['set', 8],
    ['enero', 0],
    ['mrt', 2],
    ['marz', 2],
  ] as const)
    found.set(name, month);
  return found;
}

/** The month (0–11) that a word names in any of some forty languages, its short forms included. */
export function monthNamed(word: string): number | undefined {
  months ??= collect();
  return months.get(plain(word));
}

/** Whether a word is a day of the week in any of those languages, written out or short. */
export function isWeekday(word: string): boolean {
  weekdays ??= collectWeekdays();
  return weekdays.has(plain(word));
}
