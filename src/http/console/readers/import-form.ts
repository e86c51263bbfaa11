import type { ImportRequest } from '../../../actions/imports.ts';
import {
  type Field,
  fields,
  formats,
  type ListOptions,
  type ListState,
  listStates,
  type Understood,
} from '../../../subscribers/import/understanding/understood.ts';

/** What was typed into the form of an import, by the names of its fields. */
export function typedIn(body: unknown): Partial<Record<string, string>> {
  const entries = Object.entries((body ?? {}) as Record<string, unknown>);
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/**
 * What a form says a file is. Titles and values are named by their places in what was understood, since they may hold
 * anything. With another house columns and states mean what they mean there, but for those that were changed as well.
 * `fault`: only half of a consent was given, or one of a day to come.
 */
export function requestIn(
  typed: Partial<Record<string, string>>,
  { understood, options }: { understood: Understood; options: ListOptions },
  now: Date,
): ImportRequest | { fault: 'consent' } {
  const format = formats.find((one) => one === typed['format']);
  const isOther = format !== options.format;
  const map: Record<string, Field | ''> = {};
  for (const [at, { title, field }] of understood.columns.entries()) {
    const given = typed[`column-${at}`];
    if (given === undefined || (isOther && given === (field ?? ''))) continue;
    const chosen = fields.find((one) => one === given);
    if (chosen || given === '') map[title] = chosen ?? '';
  }
  const meant: Record<string, ListState> = {};
  for (const [at, { value, state }] of understood.states.entries()) {
    const chosen = listStates.find((one) => one === typed[`state-${at}`]);
    if (chosen && !(isOther && chosen === state)) meant[value] = chosen;
  }
  const source = (typed['consent_source'] ?? '').trim().slice(0, 200);
  const at = typed['consent_at'] ?? '';
  if ((source === '') !== (at === '')) return { fault: 'consent' };
  const time = new Date(`${at}T00:00:00Z`);
  if (at !== '' && (Number.isNaN(time.getTime()) || time > now)) return { fault: 'consent' };
  return {
    format,
    map,
    states: meant,
    consent: source === '' ? undefined : { source, at },
    dryRun: true,
  };
}
