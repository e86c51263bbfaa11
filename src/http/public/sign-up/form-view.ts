import { languages } from '../../../locales/index.ts';
import { inLanguage } from '../archive/newest.ts';
import { timetable } from '../archive/timetable.ts';
import type { Masthead } from '../site/masthead.ts';
import { words } from '../site/page.ts';
import { consentsShown } from './consent-wording.ts';
import type { UnusableForm } from './input.ts';
import type { Typo } from './typo-question.ts';

/** What was wrong with a form that is shown again. */
export interface FormTrouble {
  /** What was sent, to be shown again. */
  body: unknown;
  error?: UnusableForm | undefined;
  typo?: Typo | undefined;
  /** Why a proof of work is needed: none was sent, or (true) the one sent was invalid. */
  unproved?: boolean;
}

/** What the sign-up form shows. `full`: with name, hour and the other choices. */
export function formView(
  masthead: Masthead,
  language: string,
  { action, full, proof }: { action: string; full: boolean; proof: boolean },
  trouble: FormTrouble = { body: {} },
): Record<string, unknown> {
  const { newsletters, signUp } = masthead;
  const t = words(language);
  const only = newsletters.length === 1 ? newsletters[0] : undefined;
  const { error } = trouble;
  return {
    action,
    full,
    proof: proof || signUp.proof === 'always',
    rush: signUp.proof !== 'always',
    // the form was submitted without one
    proofMissing: trouble.unproved === false,
    heading: only ? only.title : t('signUp.heading'),
    lead: only?.description || t('signUp.lead'),
    consents: consentsShown(masthead, newsletters, language),
    newsletters: newsletters.map((newsletter) => ({
      ...newsletter,
      when: timetable(newsletter, language, t),
    })),
    // One list of sections stands for one newsletter; with several, each is chosen on the preference page.
    sections: (only?.sections ?? []).map((section) => ({ ...section, language: only?.language })),
    hours: Array.from({ length: 24 }, (_, hour) => `${String(hour).padStart(2, '0')}:00`),
    error: error
      ? { field: error.field, text: t(error.key) }
      : trouble.unproved && { field: 'proof', text: t('signUp.proofFailed') },
    typo: trouble.typo,
    values: valuesOf(trouble.body, inLanguage(newsletters, language)),
  };
}

function valuesOf(body: unknown, suggested: { slug: string } | undefined) {
  const sent = new Map(typeof body === 'object' && body !== null ? Object.entries(body) : []);
  const text = (key: string) => {
    const value: unknown = sent.get(key);
    return typeof value === 'string' ? value.slice(0, 500) : '';
  };
  const list = (key: string) => (sent.has(key) ? [sent.get(key)].flat().map(String) : null);
  return {
    email: text('email'),
    name: text('name'),
    frequency: text('frequency'),
    hour: text('hour'),
    language: languages.includes(text('language')) ? text('language') : '',
    timezone: text('timezone'),
    sure: text('sure'),
    redirect: text('redirect'),
    newsletters: list('newsletter') ?? (suggested ? [suggested.slug] : []),
    sections: list('sections'),
  };
}
