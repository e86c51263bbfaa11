import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { DbOrTransaction } from '../database/connection.ts';
import type { FieldError } from '../newsletters/errors.ts';
import { fieldErrors } from '../newsletters/field-errors.ts';
import {
  getNewsroom,
  type Newsroom,
  newsroomSchema,
  putNewsroom,
} from '../newsletters/newsroom.ts';
import {
  getSendingRules,
  orderedSendingRules,
  putSendingRules,
  type SendingRules,
} from '../newsletters/sending-rules.ts';
import { type Actor, audit } from '../operators/audit.ts';
import {
  getSignUpSettings,
  putSignUpSettings,
  type SignUpSettings,
  signUpChanges,
} from '../subscribers/sign-up-settings.ts';
import type { Done } from './commit.ts';

/** What the newsroom says of itself, how readers get in, and when nothing more is sent to them: the settings of the console's page. */
export interface Settings {
  newsroom: Newsroom;
  signUp: Omit<SignUpSettings, 'wordingVersion'>;
  sending: SendingRules;
}

/** Settings that cannot be: all that is wrong with them at once, as pointers into them. */
export class InvalidSettings extends Error {
  override name = 'InvalidSettings';
  readonly errors: FieldError[];
  constructor(errors: FieldError[]) {
    super(errors.map((error) => `${error.pointer}: ${error.detail}`).join('; '));
    this.errors = errors;
  }
}

/** The settings as they are. */
export async function readSettings(db: DbOrTransaction): Promise<Settings> {
  const [newsroom, { wordingVersion: _, ...signUp }, sending] = await Promise.all([
    getNewsroom(db),
    getSignUpSettings(db),
    getSendingRules(db),
  ]);
  return { newsroom, signUp, sending };
}

/**
 * Replaces the settings; answers whether any was changed. Only what differs is written, and audited.
 * Throws InvalidSettings.
 */
export async function replaceSettings(
  tx: DbOrTransaction,
  actor: Actor,
  wanted: Settings,
): Promise<Done<boolean>> {
  const before = await readSettings(tx);
  const { newsroom, signUp, sending } = check(wanted);
  const differs = (one: unknown, other: unknown) => !isDeepStrictEqual(one, other);
  let changed = false;
  if (differs(newsroom, before.newsroom)) {
    await putNewsroom(tx, newsroom);
    await audit(tx, actor, 'change', 'newsroom', { fields: changes(before.newsroom, newsroom) });
    changed = true;
  }
  if (differs(signUp, before.signUp)) {
    await putSignUpSettings(tx, signUp);
    await audit(tx, actor, 'change', 'sign-up', { fields: changes(before.signUp, signUp) });
    changed = true;
  }
  if (differs(sending, before.sending)) {
    await changeSendingRules(tx, actor, sending);
    changed = true;
  }
  return { value: changed };
}

/** Changes some of the sending rules, with the audit row. Throws ZodError. */
export async function changeSendingRules(
  tx: DbOrTransaction,
  actor: Actor,
  wanted: Partial<SendingRules>,
): Promise<SendingRules> {
  const before = await getSendingRules(tx);
  const rules = await putSendingRules(tx, wanted);
  const fields = changes(before, rules);
  if (fields.length > 0) await audit(tx, actor, 'change', 'sending-rules', { fields });
  return rules;
}

const changes = (before: object, after: object) => {
  const known = new Map(Object.entries(before));
  return Object.entries(after).flatMap(([field, value]) =>
    isDeepStrictEqual(value, known.get(field)) ? [] : [field],
  );
};

const schema = z.object({
  newsroom: newsroomSchema,
  signUp: signUpChanges,
  sending: orderedSendingRules,
});

function check(wanted: Settings) {
  const read = schema.safeParse(wanted);
  if (read.success) return read.data;
  throw new InvalidSettings(fieldErrors(read.error));
}
