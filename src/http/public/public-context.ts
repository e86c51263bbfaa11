import type { Context } from '../../context.ts';
import type { Gate } from './limits/sign-up-limits.ts';
import type { TakeDown } from './sign-up/record-sign-ups.ts';
import type { Masthead } from './site/masthead.ts';
import type { Show } from './site/page.ts';

/** What the rooms of readers' routes share. */
export interface PublicParts {
  context: Context;
  gate: Gate;
  takeDown: TakeDown;
  /** Has letters sent; nobody waits for it. */
  post(letters: string[]): void;
  show: Show;
  masthead(): Promise<Masthead>;
}
