import { RenderError } from '../../../emails/render/renderer.ts';
import { CannotSend } from '../../actions/steer.ts';
import { TooManyTests } from '../../actions/test-send.ts';
import { FeedBusy } from '../../articles/errors.ts';
import { NothingMissed } from '../../deliveries/control.ts';
import { NothingNew, WrongEditionState } from '../../editions/errors.ts';
import type { Translate } from '../../locales/index.ts';
import { NewsletterArchived, NewsletterHeld } from '../../newsletters/errors.ts';
import { AddressSuppressed } from '../../subscribers/errors.ts';

const plain: [abstract new (...args: never[]) => Error, string][] = [
  [NothingNew, 'nothingNew'],
  [NewsletterArchived, 'newsletterArchived'],
  [NewsletterHeld, 'newsletterHeld'],
  [NothingMissed, 'nothingMissed'],
  [TooManyTests, 'tooManyTests'],
  [AddressSuppressed, 'addressBlocked'],
  [FeedBusy, 'feedBusy'],
];

/**
 * Why something was not done, in the operator's language; `t` is of the console. An error that has no words
 * there says its own, which are English.
 */
export function reasonOf(error: Error, t: Translate): string {
  const known = plain.find(([named]) => error instanceof named);
  if (known) return t(`reasons.${known[1]}`);
  if (error instanceof WrongEditionState || error instanceof CannotSend)
    return t(`reasons.edition.${error.state}`);
  if (error instanceof RenderError) return t('reasons.notRendered', { error: error.message });
  return error.message;
}
