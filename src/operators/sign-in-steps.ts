import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import { hashSecret, newSecret } from './secret-tokens.ts';

/** How long the next step of a sign-in is waited for. */
const STEP_MINUTES = 10;
export const STEP_MS = STEP_MINUTES * 60_000;

/** What is waited for: a second factor after the password, a passkey, an answer of the identity provider. */
export type StepKind = 'second-factor' | 'passkey' | 'oidc';

export interface SignInStep {
  /** Whose password was right; null where nobody is known yet. */
  operatorId: string | null;
  data: Record<string, unknown>;
}

/** Writes down what a sign-in waits for; answers the secret for the browser's cookie. Forgets old ones. */
export async function beginStep(
  db: DbOrTransaction,
  kind: StepKind,
  { operatorId = null, data = {} }: Partial<SignInStep>,
): Promise<string> {
  await db.deleteFrom('signInSteps').where('expiresAt', '<', sql<Date>`now()`).execute();
  const secret = newSecret('gcw');
  await db
    .insertInto('signInSteps')
    .values({
      tokenHash: hashSecret(secret),
      kind,
      operatorId,
      data: JSON.stringify(data),
      expiresAt: sql`now() + ${`${STEP_MINUTES} minutes`}::interval`,
    })
    .execute();
  return secret;
}

/** What the browser with this secret has to do next; undefined when that was done or took too long. */
export function findStep(
  db: DbOrTransaction,
  kind: StepKind,
  secret: string,
): Promise<SignInStep | undefined> {
  return db
    .selectFrom('signInSteps')
    .select(['operatorId', 'data'])
    .where('tokenHash', '=', hashSecret(secret))
    .where('kind', '=', kind)
    .where('expiresAt', '>', sql<Date>`now()`)
    .executeTakeFirst();
}

/** As `findStep`, and uses it up: of two at once, one gets it. */
export function takeStep(
  db: DbOrTransaction,
  kind: StepKind,
  secret: string,
): Promise<SignInStep | undefined> {
  return db
    .deleteFrom('signInSteps')
    .where('tokenHash', '=', hashSecret(secret))
    .where('kind', '=', kind)
    .where('expiresAt', '>', sql<Date>`now()`)
    .returning(['operatorId', 'data'])
    .executeTakeFirst();
}
