import { InvalidAddress } from '../../../mail/address.ts';
import {
  AddressSuppressed,
  AddressTaken,
  InvalidSubscriber,
  SubscriberShared,
} from '../../../subscribers/errors.ts';

const named = [
  'email',
  'name',
  'language',
  'timezone',
  'newsletter',
  'sections',
  'hour',
  'frequency',
  'format',
];

/**
 * What keeps a form from being done: the field of the page, and the name of the words that say so. Undefined for an error
 * that is none of the form's.
 */
export function faultOf(error: unknown): { field: string; words: string } | undefined {
  if (error instanceof InvalidAddress) return { field: 'email', words: 'email' };
  if (error instanceof AddressTaken) return { field: 'email', words: 'taken' };
  if (error instanceof AddressSuppressed) return { field: 'email', words: 'suppressed' };
  if (error instanceof SubscriberShared) return { field: 'name', words: 'shared' };
  if (!(error instanceof InvalidSubscriber)) return undefined;
  const [first] = error.errors;
  const steps = first?.pointer.split('/') ?? [];
  if (steps[1] === 'consent')
    return {
      field: 'consent',
      words: first?.detail.includes('unsubscribed') ? 'since' : 'consent',
    };
  const field = steps.findLast((step) => named.includes(step) || step === 'pausedUntil');
  if (field === undefined) return undefined;
  return field === 'pausedUntil' ? { field: 'pause', words: 'pause' } : { field, words: field };
}
