import type { EditionFigures } from '../../../deliveries/edition-figures.ts';
import type { Translate } from '../../../locales/index.ts';
import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { countedReasons, type ReaderDay } from '../../../subscribers/reader-days.ts';
import { dateIn } from '../times.ts';

interface Words {
  language: string;
  t: Translate;
}

/** A number as the script reads it and as a person does. */
interface Cell {
  value: number | '';
  text: string;
}

const cells = ({ language }: Words) => {
  const number = new Intl.NumberFormat(language);
  return (value: number | undefined): Cell => ({
    value: value ?? '',
    text: value === undefined ? '–' : number.format(value),
  });
};

/** A row a day, a column a newsletter: its readers. The newest first. */
export function readerRows(days: ReaderDay[], shown: Newsletter[], words: Words) {
  const cell = cells(words);
  return byDay(days).map(([day, each]) => ({
    day,
    text: dateIn(day, words.language),
    cells: shown.map(({ slug }) => cell(each.find((one) => one.newsletter === slug)?.readers)),
  }));
}

/** A row a day: how many came and left, of all newsletters that are shown. The newest first. */
export function moveRows(days: ReaderDay[], words: Words) {
  const cell = cells(words);
  return byDay(days).map(([day, each]) => ({
    day,
    text: dateIn(day, words.language),
    cells: [sum(each, (one) => one.came), sum(each, (one) => one.left)].map(cell),
  }));
}

/** How many left for each reason, and their share of all who left. */
export function reasonRows(days: ReaderDay[], words: Words) {
  const left = sum(days, (one) => one.left);
  const cell = cells(words);
  const counted = countedReasons.map((reason) => ({
    reason,
    count: sum(days, ({ reasons }) => reasons[reason]),
  }));
  const silent = Math.max(0, left - counted.reduce((all, { count }) => all + count, 0));
  const percent = new Intl.NumberFormat(words.language, {
    style: 'percent',
    maximumFractionDigits: 0,
  });
  return [...counted, { reason: 'none', count: silent }].map(({ reason, count }) => ({
    name: words.t(`figures.reasons.${reason}`),
    ...cell(count),
    share: left > 0 ? count / left : 0,
    shareText: percent.format(left > 0 ? count / left : 0),
  }));
}

/** A row an edition: its ledger. */
export function editionRows(editions: EditionFigures[], newsletters: Newsletter[], words: Words) {
  const cell = cells(words);
  return editions.map(({ id, newsletter, number, kind, localDate, ledger }) => ({
    id,
    title: newsletters.find(({ slug }) => slug === newsletter)?.title ?? newsletter,
    number,
    kind: words.t(`kind.${kind}`),
    day: localDate,
    text: dateIn(localDate, words.language),
    cells: [
      ledger.sent,
      ledger.failed,
      ledger.skipped,
      ledger.uncertain,
      ledger.queued + ledger.sending,
    ].map(cell),
  }));
}

function byDay(days: ReaderDay[]): [string, ReaderDay[]][] {
  const all = new Map<string, ReaderDay[]>();
  for (const day of days) all.set(day.day, [...(all.get(day.day) ?? []), day]);
  return [...all].reverse();
}

const sum = (days: ReaderDay[], count: (day: ReaderDay) => number) =>
  days.reduce((all, day) => all + count(day), 0);
