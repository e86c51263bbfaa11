import { z } from 'zod';
import type { SubscriberFilter } from '../../../subscribers/filter.ts';
import { filterQuery } from '../../../subscribers/filter-query.ts';
import { ID_FORM } from '../../../text/id.ts';

const names = [
  'search',
  'newsletter',
  'state',
  'section',
  'language',
  'joinedAfter',
  'joinedBefore',
  'suppressed',
] as const;
type Name = (typeof names)[number];

/** The filter of the page's address. What is wrong in it is left out, and told where it is a date. */
export interface FilterForm {
  filter: SubscriberFilter;
  /** As it was typed, for the form and the links to other pages. */
  typed: Record<Name, string>;
  wrong: Partial<Record<Name, true>>;
  after: string | undefined;
  isNarrowed: boolean;
}

/** Reads it. */
export function readFilter(query: unknown): FilterForm {
  const given = new Map(Object.entries((query ?? {}) as Record<string, unknown>));
  const text = (name: string) => {
    const value = given.get(name);
    return typeof value === 'string' ? value.trim().slice(0, 320) : '';
  };
  const typed = Object.fromEntries(names.map((name) => [name, text(name)])) as Record<Name, string>;
  // as the page of before version 0.3 had it
  typed.search ||= text('email');
  const read: Partial<Record<Name, unknown>> = {};
  const wrong: FilterForm['wrong'] = {};
  for (const name of names) {
    if (typed[name] === '') continue;
    const parsed = filterQuery[name].safeParse(typed[name]);
    if (parsed.success) read[name] = parsed.data;
    else wrong[name] = true;
  }
  const after = z.string().regex(ID_FORM).safeParse(given.get('after'));
  return {
    filter: read as SubscriberFilter,
    typed,
    wrong,
    after: after.data,
    isNarrowed: Object.keys(read).length > 0,
  };
}

/** The part of an address that names the same filter. */
export function filterAddress(typed: Record<string, string>, more: Record<string, string> = {}) {
  const given = Object.entries({ ...typed, ...more }).filter(([, value]) => value !== '');
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
