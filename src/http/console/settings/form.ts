import type { Settings } from '../../../actions/settings.ts';
import { languages } from '../../../locales/index.ts';

/** The fields of the settings' form as somebody typed them, by name. */
export type Typed = Record<string, string>;

export const limitFields = [
  'perOrigin.0',
  'perOrigin.1',
  'perDomain',
  'perProvider',
  'inAll.0',
  'inAll.1',
  'perMailbox',
] as const;

export const sendingFields = [
  'softDays',
  'softWithin',
  'fullDays',
  'fullWithin',
  'complaintsTell',
  'complaintsHold',
  'complaintsAtLeast',
  'sunsetMonths',
  'sunsetWeeks',
] as const;

/** The settings as the form shows them to somebody who writes numbers as `language` does, in its order. */
export function typedOf({ newsroom, signUp, sending }: Settings, language: string): Typed {
  const format = new Intl.NumberFormat(language, { useGrouping: false, maximumFractionDigits: 6 });
  const number = (value: number | null) => (value === null ? '' : format.format(value));
  const wordings = languages.map((code) => [`wording.${code}`, signUp.wording[code] ?? '']);
  return {
    name: newsroom.name,
    colour: newsroom.colour ?? '',
    postalAddress: newsroom.postalAddress ?? '',
    repliesTo: newsroom.repliesTo ?? '',
    ...Object.fromEntries(wordings),
    refuseDisposable: signUp.refuseDisposable ? 'yes' : '',
    proof: signUp.proof,
    'perOrigin.0': String(signUp.perOrigin[0]),
    'perOrigin.1': String(signUp.perOrigin[1]),
    perDomain: String(signUp.perDomain),
    perProvider: String(signUp.perProvider),
    'inAll.0': String(signUp.inAll[0]),
    'inAll.1': String(signUp.inAll[1]),
    perMailbox: String(signUp.perMailbox),
    ...Object.fromEntries(sendingFields.map((field) => [field, number(sending[field])])),
  };
}

/** What was posted, of the fields that `shown` has: text and nothing else. */
export function typedFrom(body: unknown, shown: Typed): Typed {
  const posted = new Map(Object.entries(typeof body === 'object' && body !== null ? body : {}));
  return Object.fromEntries(
    Object.keys(shown).map((name) => {
      const value: unknown = posted.get(name);
      return [name, typeof value === 'string' ? value.replaceAll('\r\n', '\n') : ''];
    }),
  );
}

/** What is typed as settings, to be judged; what is no number stays none. */
export function settingsFrom(typed: Typed, before: Settings): Settings {
  const text = (name: string) => (typed[name] ?? '').trim();
  const number = (name: string) => (/^\d{1,9}$/.test(text(name)) ? Number(text(name)) : Number.NaN);
  const share = (name: string) => {
    const typed = text(name).replace(',', '.');
    return typed === '' ? Number.NaN : Number(typed);
  };
  const wording = { ...before.signUp.wording };
  for (const language of languages) {
    if (text(`wording.${language}`)) wording[language] = text(`wording.${language}`);
    else delete wording[language];
  }
  return {
    newsroom: {
      name: text('name'),
      colour: text('colour') || null,
      // uploaded by a form of its own
      logo: before.newsroom.logo,
      postalAddress: text('postalAddress') || null,
      repliesTo: text('repliesTo') || null,
    },
    signUp: {
      wording,
      proof: text('proof') === 'always' ? 'always' : 'unusual',
      refuseDisposable: text('refuseDisposable') === 'yes',
      perOrigin: [number('perOrigin.0'), number('perOrigin.1')],
      perDomain: number('perDomain'),
      perProvider: number('perProvider'),
      inAll: [number('inAll.0'), number('inAll.1')],
      perMailbox: number('perMailbox'),
    },
    sending: {
      softDays: number('softDays'),
      softWithin: number('softWithin'),
      fullDays: number('fullDays'),
      fullWithin: number('fullWithin'),
      complaintsTell: share('complaintsTell'),
      complaintsHold: share('complaintsHold'),
      complaintsAtLeast: number('complaintsAtLeast'),
      sunsetMonths: text('sunsetMonths') === '' ? null : number('sunsetMonths'),
      sunsetWeeks: number('sunsetWeeks'),
    },
  };
}

/** One site a line, or with commas or spaces between them. */
export const sitesIn = (text: string): string[] =>
  text.split(/[\s,]+/).filter((site) => site !== '');
