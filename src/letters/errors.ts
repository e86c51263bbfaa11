import type { NotAsked } from './ask-address.ts';

const why: Record<NotAsked, string> = {
  suppressed: 'This address is suppressed: nothing is sent to it. Remove the suppression first.',
  again: 'The same letter was sent less than ten minutes ago: its links still work.',
  mailbox: 'This mailbox has had as many letters today as it may have in a day.',
  targets: 'This subscriber had letters sent to as many other addresses today as may be in a day.',
};

/** The gate of `askAddress` let no letter out. */
export class LetterRefused extends Error {
  override name = 'LetterRefused';
  readonly reason: NotAsked;
  constructor(reason: NotAsked) {
    super(why[reason]);
    this.reason = reason;
  }
}

/** No subscription of this subscriber waits for a confirmation. */
export class NothingToConfirm extends Error {
  override name = 'NothingToConfirm';
  constructor() {
    super('No subscription of this subscriber waits for a confirmation.');
  }
}
