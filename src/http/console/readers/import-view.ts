import type { Newsletter } from '../../../newsletters/newsletters.ts';
import { ownColumns } from '../../../subscribers/csv-columns.ts';
import { noteInWords, reasonInWords } from '../../../subscribers/import/reporting/words.ts';
import type { Import, ImportSummary } from '../../../subscribers/import/rows.ts';
import { houseName } from '../../../subscribers/import/understanding/houses.ts';
import { holdsAddresses } from '../../../subscribers/import/understanding/understand.ts';
import {
  type Field,
  fields,
  formats,
  listStates,
  type Understood,
} from '../../../subscribers/import/understanding/understood.ts';
import type { wordsFor } from '../pages.ts';
import { dateIn, timeIn } from '../times.ts';

type Words = ReturnType<typeof wordsFor>;

/** Only these many columns are shown to be mapped: no list of readers has more that matter. */
const COLUMNS = 60;
/** Offered where a file has them. */
const own: ReadonlySet<Field> = new Set(ownColumns);

/** An import as the list and the head of its page show it. */
export function rowView(one: ImportSummary, newsletters: Newsletter[], { language, t }: Words) {
  const place = newsletters.find(({ slug }) => slug === one.newsletter);
  const number = new Intl.NumberFormat(language);
  const at = (time: Date) => timeIn(time, language, place?.timezone ?? 'UTC');
  const isLooking = one.state === 'running' && one.dryRun;
  const counts = ['new', 'changed', 'same', 'left', 'suppressed', 'refused'] as const;
  return {
    id: one.id,
    state: one.state,
    isDry: one.dryRun,
    badge: {
      running: 'sending',
      ready: 'scheduled',
      stopped: 'paused',
      done: 'sent',
      failed: 'failing',
    }[one.state],
    stateText: t(`imports.state.${isLooking ? 'looking' : one.state}`),
    newsletter: place?.title ?? t('imports.each'),
    begun: at(one.createdAt),
    ended: one.finishedAt && at(one.finishedAt),
    percent: Math.floor(one.progress * 100),
    failure:
      one.failure && t(`imports.failure.${one.failure}`, { lines: number.format(one.lines) }),
    canGoOn: one.state === 'stopped' || one.failure === 'fault',
    lines: number.format(one.lines),
    counts: counts.map((name) => ({
      name: t(`imports.counts.${name}`),
      count: number.format(one.counts[name]),
    })),
  };
}

/** What was understood of a file, and what it may be said to be instead. */
export function understoodView(
  { understood, options, notes }: Import,
  typed: Partial<Record<string, string>>,
  { language, t }: Words,
) {
  const told = [...(understood?.notes ?? []), ...notes].map((note) => noteInWords(note, language));
  if (!understood)
    return { notes: told, facts: [], samples: [], form: null, lacksAddresses: false };
  return {
    notes: [...new Set(told)],
    facts: factsOf(understood, t),
    samples: samplesOf(understood, { language, t }),
    lacksAddresses: !holdsAddresses(understood),
    form: {
      formats: formats.map((value) => ({ value, name: houseName(value) })),
      format: typed['format'] ?? options.format ?? '',
      columns: understood.columns.slice(0, COLUMNS).map(({ title, field, example }, at) => {
        const chosen = typed[`column-${at}`] ?? field ?? '';
        const offered = fields.filter((one) => !own.has(one) || one === chosen);
        return {
          title,
          example: example && t('imports.example', { text: example }),
          choices: ['', ...offered].map((value) => ({
            value,
            name: t(value ? `imports.field.${value}` : 'imports.ignore'),
            isChosen: value === chosen,
          })),
        };
      }),
      more: understood.columns.length > COLUMNS && t('imports.moreColumns', { count: COLUMNS }),
      states: understood.states.map(({ value, state }, at) => {
        const chosen = typed[`state-${at}`] ?? state ?? '';
        return {
          value,
          choices: ['', ...listStates].map((one) => ({
            value: one,
            name: t(one ? `imports.states.${one}` : 'imports.unknown'),
            isChosen: one === chosen,
          })),
        };
      }),
      needsConsent: understood.needsConsent,
      source: typed['consent_source'] ?? options.consent?.source ?? '',
      at: typed['consent_at'] ?? options.consent?.at.slice(0, 10) ?? '',
    },
  };
}

function factsOf({ container, format, files, columns }: Understood, t: Words['t']) {
  const names = files.flatMap(({ name }) => name ?? []);
  const kinds = [
    t(`imports.kinds.${container}`),
    ...new Set(files.flatMap((file) => separatedBy(file, t))),
  ];
  const mapped = columns.flatMap(({ title, field }) =>
    field ? [`${title} → ${t(`imports.field.${field}`)}`] : [],
  );
  const encodings = [...new Set(files.flatMap(({ encoding }) => encoding ?? []))];
  return [
    { name: t('imports.from'), value: format === 'other' ? t('imports.other') : houseName(format) },
    { name: t('imports.kind'), value: kinds.join(', ') },
    ...(encodings.length > 0 ? [{ name: t('imports.encoding'), value: encodings.join(', ') }] : []),
    ...(names.length > 0 ? [{ name: t('imports.files'), value: names.join(', ') }] : []),
    ...(mapped.length > 0 ? [{ name: t('imports.mapping'), value: mapped.join(' · ') }] : []),
  ];
}

/** Which sign stands between the columns; nothing where it is no text. */
const separatedBy = ({ delimiter }: Understood['files'][number], t: Words['t']): string[] =>
  delimiter
    ? [delimiter === '\t' ? t('imports.tabs') : t('imports.separated', { sign: delimiter })]
    : [];

function samplesOf({ samples }: Understood, { language, t }: Words) {
  return samples.map(({ line, file, email, name, state, consentAt, reason }) => ({
    line,
    file,
    email,
    name,
    state: t(`imports.sampleStates.${state ?? 'left'}`),
    isLeft: state === null,
    why: reason && reasonInWords(reason, language),
    consentAt: consentAt && dateIn(consentAt.slice(0, 10), language),
  }));
}
