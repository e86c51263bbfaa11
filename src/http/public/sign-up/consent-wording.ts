import type { Newsroom } from '../../../newsletters/newsroom.ts';
import type { SignUpSettings } from '../../../subscribers/sign-up-settings.ts';
import { words } from '../site/page.ts';

/** Has to change whenever the default consent text (`signUp.consent`) changes in any language. */
const HOUSE_VERSION = '2026-11-29';

/** The sentence beside the button, and the version that is stored with each consent. */
export function consentIn(
  {
    newsroom,
    signUp,
  }: {
    newsroom: Pick<Newsroom, 'name'>;
    signUp: Pick<SignUpSettings, 'wording' | 'wordingVersion'>;
  },
  language: string,
): { wording: string; version: string } {
  const own = signUp.wording[language];
  if (own === undefined || signUp.wordingVersion === null)
    return {
      wording: words(language)('signUp.consent', { newsroom: newsroom.name }),
      version: HOUSE_VERSION,
    };
  return {
    wording: own.replaceAll('{{newsroom}}', () => newsroom.name),
    version: signUp.wordingVersion,
  };
}
