import { sql } from 'kysely';
import type { DbOrTransaction } from '../database/connection.ts';
import type { Role } from '../database/tables.ts';
import { filledLineSchema } from '../text/one-line.ts';
import { hashSecret, newSecret } from './secret-tokens.ts';

/** The API's shape of a token. `token`, the secret, is there once: in the answer to its creation. */
export interface ApiToken {
  id: string;
  name: string;
  role: Exclude<Role, 'owner'>;
  createdAt: Date;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
  token?: string;
}

export class TokenNotFound extends Error {
  override name = 'TokenNotFound';
}
export class InvalidToken extends Error {
  override name = 'InvalidToken';
}

const columns = ['id', 'name', 'role', 'createdAt', 'lastUsedAt', 'revokedAt'] as const;

/** Throws InvalidToken when the name is empty, longer than 100 characters or not one line. */
export async function createApiToken(
  tx: DbOrTransaction,
  input: { name: string; role: ApiToken['role']; createdBy?: string },
): Promise<ApiToken & { token: string }> {
  const { data: name } = filledLineSchema(100).safeParse(input.name);
  if (name === undefined)
    throw new InvalidToken(
      'A token needs a name of 1 to 100 characters, on one line, that says who uses it.',
    );
  const token = newSecret('gct');
  const made = await tx
    .insertInto('apiTokens')
    .values({
      name,
      role: input.role,
      tokenHash: hashSecret(token),
      createdBy: input.createdBy ?? null,
    })
    .returning(columns)
    .executeTakeFirstOrThrow();
  return { ...made, token };
}

export function listApiTokens(db: DbOrTransaction): Promise<ApiToken[]> {
  return db.selectFrom('apiTokens').select(columns).orderBy('id').execute();
}

/** From now on the token opens nothing. Throws TokenNotFound; revoking twice is not an error. */
export async function revokeApiToken(tx: DbOrTransaction, id: string): Promise<ApiToken> {
  const revoked = await tx
    .updateTable('apiTokens')
    .set({ revokedAt: sql`coalesce(revoked_at, now())` })
    .where('id', '=', id)
    .returning(columns)
    .executeTakeFirst();
  if (!revoked) throw new TokenNotFound(`There is no token ${id}.`);
  return revoked;
}

/** The token behind a secret, unless there is none or it is revoked. Notes its use, once a minute at most. */
export async function findApiToken(
  db: DbOrTransaction,
  secret: string,
): Promise<ApiToken | undefined> {
  if (!/^gct_[\w-]{43}$/.test(secret)) return undefined;
  const tokenHash = hashSecret(secret);
  const found = await db
    .selectFrom('apiTokens')
    .select(columns)
    .where('tokenHash', '=', tokenHash)
    .where('revokedAt', 'is', null)
    .executeTakeFirst();
  if (found && (found.lastUsedAt === null || Date.now() - found.lastUsedAt.getTime() > 60_000))
    await db
      .updateTable('apiTokens')
      .set({ lastUsedAt: sql`now()` })
      .where('id', '=', found.id)
      .execute();
  return found;
}
