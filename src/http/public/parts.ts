import type { Context } from '../../context.ts';
import type { TakeDown } from './desk.ts';
import type { Gate } from './gate.ts';
import type { Masthead } from './newsroom.ts';
import type { Show } from './page.ts';

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
