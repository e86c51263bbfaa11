import type { Context } from '../../context.ts';
import type { SignUpLimits } from './limits/sign-up-limits.ts';
import type { RecordSignUp } from './sign-up/record-sign-ups.ts';
import type { Masthead } from './site/masthead.ts';
import type { Show } from './site/page.ts';

/** What all routes for readers share. */
export interface PublicContext {
  context: Context;
  limits: SignUpLimits;
  recordSignUp: RecordSignUp;
  /** Puts letters on the queue without waiting for it. */
  enqueueLetters(letters: string[]): void;
  show: Show;
  masthead(): Promise<Masthead>;
}
