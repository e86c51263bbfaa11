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
import { type Actor, audit } from '../operators/audit.ts';
import {
  getSignUpSettings,
  putSignUpSettings,
  type SignUpSettings,
  signUpChanges,
} from '../subscribers/sign-up-settings.ts';
import type { Done } from './commit.ts';

/** What the newsroom says of itself, and how readers get in: the settings of the console's page. */
export interface Settings {
  newsroom: Newsroom;
  signUp: Omit<SignUpSettings, 'wordingVersion'>;
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
  const [newsroom, { wordingVersion: _, ...signUp }] = await Promise.all([
    getNewsroom(db),
    getSignUpSettings(db),
  ]);
  return { newsroom, signUp };
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
  const { newsroom, signUp } = check(wanted);
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
  return { value: changed };
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
});

function check(wanted: Settings) {
  const read = schema.safeParse(wanted);
  if (read.success) return read.data;
  throw new InvalidSettings(fieldErrors(read.error));
}
