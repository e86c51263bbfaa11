import { InvalidAddress, readAddress } from '../../../mail/address.ts';
import type { Row } from '../reading/records.ts';
import type { DateOrder } from '../understanding/dates.ts';
import { houseName, houseState } from '../understanding/houses.ts';
import { saysNo } from '../understanding/states.ts';
import type { Field, ListState, Understood } from '../understanding/understood.ts';
import {
  formatIn,
  frequencyIn,
  hourIn,
  languageIn,
  nameIn,
  past,
  shown,
  time,
  timezoneIn,
  WrongCell,
} from './cells.ts';
import { Columns } from './columns.ts';
import { consentsIn, type Evidence, evidenceOf, requestedIn } from './consents.ts';
import type { ImportLine, Known } from './lines.ts';
import { type Flags, stateBy, timeOfFlag } from './list-state.ts';
import { placesOf } from './places.ts';
import type { LeftOut, Place } from './told.ts';

/** What an export of Gaceta's own says of why an address is not mailed. */
const suppressionReasons = ['bounce', 'complaint', 'erasure', 'operator', 'provider'] as const;

/** The table whose rows are read. */
export interface ReadSheet {
  name: string | null;
  titles: string[];
  /** What its name says of all its lines. */
  state: ListState | null;
  writtenAt: Date | null;
}

/** Reads the rows of one table as it was understood. */
export class LineReader {
  /** Undefined: it is not known which of day and month comes first. */
  order: DateOrder | undefined;
  private readonly sheet: ReadSheet;
  private readonly known: Known;
  private readonly columns: Columns;
  private readonly states: ReadonlyMap<string, ListState | null>;
  private readonly format: Understood['format'];
  private readonly stated: { source: string; at: Date } | null;
  /** The house it is from, of which a language that nobody knows is not worth losing a reader for. */
  private readonly house: string | null;

  constructor(sheet: ReadSheet, understood: Understood, known: Known) {
    const { format, consent } = understood;
    this.sheet = sheet;
    this.known = known;
    this.order = understood.order ?? undefined;
    this.columns = new Columns(sheet.titles, understood.columns);
    this.states = new Map(understood.states.map(({ value, state }) => [value, state]));
    this.format = format;
    this.stated = consent && { source: consent.source, at: new Date(consent.at) };
    this.house = format === 'gaceta' || format === 'other' ? null : houseName(format);
  }

  /** Adds what a row says to `out`, or why it is left out. */
  read(row: Row, nth: number, out: (ImportLine | LeftOut)[]): void {
    const place: Place = { line: row.line, nth };
    if (this.sheet.name !== null) place.file = this.sheet.name;
    if ('code' in row) {
      out.push({ ...place, code: row.code, values: row.values });
      return;
    }
    const { length } = this.sheet.titles;
    if (row.cells.length > length && row.cells.slice(length).some((cell) => cell.trim() !== '')) {
      out.push({ ...place, code: 'cells', values: { cells: row.cells.length, columns: length } });
      return;
    }
    if (length > 1 && row.cells.length === 1 && /@.*[;,\t|]/.test(row.cells[0] ?? '')) {
      out.push({ ...place, code: 'delimiter', values: {} });
      return;
    }
    try {
      this.readCells(row.cells, place, out);
    } catch (error) {
      if (error instanceof InvalidAddress)
        out.push({ ...place, code: `address-${error.fault}`, values: {} });
      else if (error instanceof WrongCell)
        out.push({ ...place, code: error.code, values: error.values });
      else throw error;
    }
  }

  private readCells(cells: string[], place: Place, out: (ImportLine | LeftOut)[]): void {
    const { columns, known } = this;
    const typed = columns.text(cells, 'email');
    const address = readAddress(typed);
    if (address.email !== typed) known.assume('address-cleaned');

    const stateWords = columns.all(cells, 'state').filter(Boolean);
    // in an export: a person without a subscription, or what consents are left of one
    const isNone = this.format === 'gaceta' && stateWords[0] === 'none';
    const flags = this.flagsOf(cells);
    const stated = isNone ? [] : stateWords.map((word) => this.stateIn(word));
    const said = stateBy([this.sheet.state, ...stated], flags);
    if (said === 'ignore')
      throw new WrongCell('ignored', { value: this.ignoredBy(stateWords, flags) });

    const evidence = this.evidenceIn(cells);
    let consentAt = this.past(cells, 'consent_at') ?? evidence.confirmedAt ?? evidence.requestedAt;
    let consentSource = columns.text(cells, 'consent_source').slice(0, 200);
    if (consentSource === '' && consentAt && this.house) consentSource = this.house;
    let leftAt = this.leftAt(cells) ?? timeOfFlag(flags.unsubscribed, known.now);
    const left = leftAt && this.format !== 'gaceta' && !(consentAt && consentAt > leftAt);
    const state = said === 'active' && left ? 'unsubscribed' : said;

    const lacksConsent = state === 'active' && !isNone && (consentSource === '' || !consentAt);
    if (lacksConsent) {
      if (!this.stated) throw new WrongCell('consent-missing');
      consentSource = this.stated.source;
      // a day of sign-up that the line itself gives says more than one for all
      consentAt ??= this.stated.at;
    }
    // who left and signed up again has not confirmed yet: an export tells of both
    const isBack = state === 'pending' && this.format === 'gaceta';
    if (state === 'unsubscribed' && !isNone) leftAt ??= this.leavingTime();
    else if (!isBack) leftAt = null;

    const isSubscription = state === 'active' || state === 'pending' || state === 'unsubscribed';
    const suppression = this.suppressionIn(cells, state, flags);
    const line: ImportLine = {
      ...place,
      address,
      name: this.nameIn(cells),
      language: this.choice(cells, 'language', languageIn),
      timezone: this.choice(cells, 'timezone', timezoneIn),
      newsletterId: null,
      state: isSubscription && !isNone ? state : null,
      frequency: this.choice(cells, 'frequency', frequencyIn),
      hour: this.choice(cells, 'hour', hourIn),
      format: this.choice(cells, 'edition_content', formatIn),
      sections: null,
      pausedUntil: this.time(cells, 'paused_until'),
      consentSource,
      consentAt,
      unsubscribedAt: leftAt,
      stated: lacksConsent,
      consents:
        consentsIn(columns.text(cells, 'consents')) ??
        (state === 'active' && !lacksConsent ? evidenceOf(evidence, consentSource) : null),
      suppress: suppression.reason,
      suppressedAt: suppression.at,
      suppressedDetail: columns.text(cells, 'suppressed_detail').slice(0, 2000) || null,
      joinedAt: this.past(cells, 'joined_at'),
      createdAt: this.past(cells, 'created_at'),
      leaveReason: columns.text(cells, 'leave_reason').slice(0, 2000) || null,
      requested: requestedIn(columns.text(cells, 'requested')),
    };
    const newsletter = columns.text(cells, 'newsletter');
    if (!isSubscription || (isNone && newsletter === '')) {
      out.push(line);
      return;
    }
    const words = {
      newsletter,
      sections: columns.text(cells, 'sections'),
      tags: columns.all(cells, 'tags'),
    };
    for (const where of placesOf(words, known)) out.push({ ...line, ...where });
  }

  private flagsOf(cells: string[]): Flags {
    const { columns } = this;
    return {
      confirmed: columns.all(cells, 'confirmed'),
      subscribed: columns.all(cells, 'subscribed'),
      unsubscribed: columns.all(cells, 'unsubscribed'),
      bounced: columns.all(cells, 'bounced'),
      complained: columns.all(cells, 'complained'),
    };
  }

  private stateIn(word: string): ListState {
    const state = this.states.get(word) ?? houseState(this.format, word);
    if (!state) throw new WrongCell('state', { value: shown(word) });
    return state;
  }

  /** The word that leaves a line out. */
  private ignoredBy(words: string[], flags: Flags): string {
    const all = [...words, ...Object.values(flags).flat()];
    const word = all.find((one) => houseState(this.format, one) === 'ignore');
    return shown(word ?? this.sheet.name ?? 'non-subscribed');
  }

  /** When somebody left; a column of such times may also say that they did not. */
  private leftAt(cells: string[]): Date | null {
    const cell = this.columns.text(cells, 'unsubscribed_at');
    return saysNo(cell) ? null : this.past(cells, 'unsubscribed_at');
  }

  private evidenceIn(cells: string[]): Evidence {
    return {
      requestedAt: this.past(cells, 'requested_at'),
      requestedIp: this.columns.text(cells, 'requested_ip').slice(0, 60),
      confirmedAt: this.past(cells, 'confirmed_at'),
      confirmedIp: this.columns.text(cells, 'confirmed_ip').slice(0, 60),
    };
  }

  /** Of a file that does not say when somebody left: when it was written, at the latest now. */
  private leavingTime(): Date {
    const { writtenAt } = this.sheet;
    const { now, assume } = this.known;
    assume('unsubscribed-now');
    return writtenAt && writtenAt < now ? writtenAt : now;
  }

  private suppressionIn(
    cells: string[],
    state: ListState,
    flags: Flags,
  ): { reason: ImportLine['suppress']; at: Date | null } {
    const { now } = this.known;
    if (state === 'bounced') return { reason: 'bounce', at: timeOfFlag(flags.bounced, now) };
    if (state === 'complained')
      return { reason: 'complaint', at: timeOfFlag(flags.complained, now) };
    const reason = this.columns.text(cells, 'suppressed');
    if (saysNo(reason)) return { reason: null, at: null };
    const known = suppressionReasons.find((one) => one === reason) ?? 'operator';
    return { reason: known, at: this.past(cells, 'suppressed_at') };
  }

  private nameIn(cells: string[]): string | null {
    const { columns, known } = this;
    const whole = columns.text(cells, 'name');
    if (whole !== '') return nameIn(whole, known.assume);
    const [first, last] = [columns.text(cells, 'first_name'), columns.text(cells, 'last_name')];
    return nameIn(first && last ? `${first} ${last}` : first || last, known.assume);
  }

  private choice<T>(
    cells: string[],
    field: 'language' | 'timezone' | 'frequency' | 'hour' | 'edition_content',
    read: (cell: string) => T | undefined,
  ): T | null {
    const cell = this.columns.cell(cells, field);
    if (!cell) return null;
    const value = read(cell);
    if (value !== undefined) return value;
    if (!this.house) throw new WrongCell(field, { value: shown(cell) });
    if (field === 'language' || field === 'timezone')
      this.known.assume(`${field}-ignored`, { value: shown(cell) });
    return null;
  }

  private past(cells: string[], field: Field): Date | null {
    const cell = this.columns.cell(cells, field);
    return cell ? past(cell, this.columns.titleOf(field), this.datePlace()) : null;
  }

  private time(cells: string[], field: Field): Date | null {
    const cell = this.columns.cell(cells, field);
    return cell ? time(cell, this.columns.titleOf(field), this.datePlace()) : null;
  }

  private datePlace() {
    const { now, assume } = this.known;
    return { order: this.order, now, assume };
  }
}
