import type { Context } from '../../context.ts';
import type { Gate } from './gate.ts';
import type { Masthead } from './newsroom.ts';
import type { Show } from './page.ts';

/** What the rooms of readers' routes share. */
export interface PublicParts {
  context: Context;
  gate: Gate;
  show: Show;
  masthead(): Promise<Masthead>;
}
