import { describe, expect, it } from 'vitest';
import {
  createApiToken,
  findApiToken,
  InvalidToken,
  revokeApiToken,
} from '../../src/operators/api-tokens.ts';
import {
  KeyReused,
  keepAnswer,
  replay,
  requestHash,
  StillRunning,
  takeIdempotencyKey,
} from '../../src/operators/idempotency.ts';
import { mayAct } from '../../src/operators/roles.ts';
import { openFreshDatabase } from '../harness/database.ts';

describe('an API token', async () => {
  const { db } = await openFreshDatabase();

  it('opens until it is revoked, and is kept as a hash alone', async () => {
    const made = await createApiToken(db, { name: 'desk', role: 'editor' });
    expect(made.token).toMatch(/^gct_[\w-]{43}$/);
    expect(await findApiToken(db, made.token)).toMatchObject({
      token: { id: made.id, role: 'editor' },
      scope: null,
    });
    expect(JSON.stringify(await db.selectFrom('apiTokens').selectAll().execute())).not.toContain(
      made.token.slice(4),
    );
    await revokeApiToken(db, made.id);
    await revokeApiToken(db, made.id);
    expect(await findApiToken(db, made.token)).toBeUndefined();
  });

  it('opens nothing when it is cut, wrong or empty', async () => {
    const { token } = await createApiToken(db, { name: 'x', role: 'viewer' });
    for (const wrong of [
      token.slice(0, -1),
      `${token}A`,
      '',
      'gct_',
      token.replace('gct_', 'xxx_'),
    ])
      expect(await findApiToken(db, wrong)).toBeUndefined();
  });

  it('has a name', async () => {
    await expect(createApiToken(db, { name: '  ', role: 'viewer' })).rejects.toThrow(InvalidToken);
  });
});

describe('roles', () => {
  it('include what the lesser ones may', () => {
    expect(mayAct('admin', 'sender')).toBe(true);
    expect(mayAct('viewer', 'sender')).toBe(false);
    expect(mayAct('sender', 'editor')).toBe(false);
  });
});

describe('an idempotency key', async () => {
  const { db } = await openFreshDatabase();
  const { id: tokenId } = await createApiToken(db, { name: 'k', role: 'admin' });
  const request = { tokenId, key: 'a', hash: requestHash('POST', '/x', { a: 1 }) };

  it('replays within its day, refuses another body, and is taken while the first runs', async () => {
    await db.transaction().execute(async (tx) => {
      expect(await takeIdempotencyKey(tx, request)).toBeUndefined();
      await expect(
        db.transaction().execute((second) => takeIdempotencyKey(second, request)),
      ).rejects.toThrow(StillRunning);
      await keepAnswer(tx, request, { status: 201, body: { id: '7' } });
    });
    const again = () => db.transaction().execute((tx) => takeIdempotencyKey(tx, request));
    const earlier = await again();
    expect(earlier && replay(earlier, request.hash)).toEqual({ status: 201, body: { id: '7' } });
    expect(() => earlier && replay(earlier, requestHash('POST', '/x', { a: 2 }))).toThrow(
      KeyReused,
    );
    await db
      .updateTable('idempotencyKeys')
      .set({ createdAt: new Date(Date.now() - 25 * 3600 * 1000) })
      .execute();
    expect(await again()).toBeUndefined();
  });

  it('is forgotten with what it guarded', async () => {
    const other = { ...request, key: 'b' };
    await expect(
      db.transaction().execute(async (tx) => {
        await takeIdempotencyKey(tx, other);
        await keepAnswer(tx, other, { status: 201, body: null });
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    const after = await db.transaction().execute((tx) => takeIdempotencyKey(tx, other));
    expect(after).toBeUndefined();
  });
});
