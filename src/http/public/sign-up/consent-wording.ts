import type { Newsletter } from '../../../newsletters/newsletters.ts';
import type { Newsroom } from '../../../newsletters/newsroom.ts';
import type { SignUpSettings } from '../../../subscribers/sign-up-settings.ts';
import { words } from '../site/page.ts';

/** Has to change whenever the default consent text (`signUp.consent`) changes in any language. */
const HOUSE_VERSION = '2026-11-29';
/** The same of `signUp.consentOne`, which names the one newsletter that a form offers. */
const HOUSE_VERSION_OF_ONE = '2026-11-29.one';

interface Wordings {
  newsroom: Pick<Newsroom, 'name'>;
  signUp: Pick<SignUpSettings, 'wording' | 'wordingVersion'>;
}
type OwnWording = Pick<Newsletter, 'title' | 'wording' | 'wordingVersion'>;

/** A consent text, and the version that is stored with each consent to it. */
export interface Consent {
  wording: string;
  version: string;
}

/** The newsroom's sentence beside the button. */
export function consentIn({ newsroom, signUp }: Wordings, language: string): Consent {
  const own = signUp.wording[language];
  if (own === undefined || signUp.wordingVersion === null)
    return {
      wording: words(language)('signUp.consent', { newsroom: newsroom.name }),
      version: HOUSE_VERSION,
    };
  return { wording: named(own, newsroom), version: signUp.wordingVersion };
}

/**
 * What somebody agrees to who signs up for a newsletter: its own text, or else the newsroom's, or else the house's, which
 * names the newsletter where the form offered that `only`.
 */
export function consentFor(
  wordings: Wordings,
  newsletter: OwnWording,
  language: string,
  only: boolean,
): Consent {
  const own = newsletter.wording[language];
  if (own === undefined || newsletter.wordingVersion === null) {
    const general = consentIn(wordings, language);
    if (!only || general.version !== HOUSE_VERSION) return general;
    const names = { newsroom: wordings.newsroom.name, newsletter: newsletter.title };
    return { wording: words(language)('signUp.consentOne', names), version: HOUSE_VERSION_OF_ONE };
  }
  return { wording: named(own, wordings.newsroom), version: newsletter.wordingVersion };
}

/**
 * The texts that a form shows: each once. Where it offers several newsletters, a text of one's own stands under its
 * title.
 */
export function consentsShown(
  wordings: Wordings,
  newsletters: OwnWording[],
  language: string,
): { title: string | null; wording: string }[] {
  const general = consentIn(wordings, language);
  const only = newsletters.length === 1;
  const shown = newsletters.map((one) => ({
    one,
    consent: consentFor(wordings, one, language, only),
  }));
  const own = shown.filter(({ consent }) => consent.version !== general.version);
  const rest = own.length < shown.length || shown.length === 0;
  return [
    ...(rest ? [{ title: null, wording: general.wording }] : []),
    ...own.map(({ one, consent }) => ({
      title: shown.length > 1 ? one.title : null,
      wording: consent.wording,
    })),
  ];
}

const named = (text: string, newsroom: Pick<Newsroom, 'name'>) =>
  text.replaceAll('{{newsroom}}', () => newsroom.name);
