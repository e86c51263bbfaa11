import { describe, expect, it } from 'vitest';
import {
  checkPassword,
  createOperator,
  disableOperator,
  getOperatorByEmail,
  InvalidOperator,
  LastOwner,
  listOperators,
  OperatorExists,
} from '../../src/operators/accounts.ts';
import { ensureFirstOperator } from '../../src/operators/first-operator.ts';
import { beginSession } from '../../src/operators/sessions.ts';
import { findSetupLink, SetupLinkGone, useSetupLink } from '../../src/operators/setup-links.ts';
import { openFreshDatabase } from '../harness/database.ts';

const ana = { email: 'Ana@Example.org', password: 'correct horse', role: 'owner' as const };

describe('an operator', async () => {
  const { db } = await openFreshDatabase();

  it('signs in with the right password, in any case of the address', async () => {
    await createOperator(db, ana);
    expect((await checkPassword(db, 'ana@example.ORG ', 'correct horse')).operator).toMatchObject({
      role: 'owner',
    });
    expect((await checkPassword(db, 'ana@example.org', 'correct horsf')).operator).toBeUndefined();
    expect((await checkPassword(db, 'eve@example.org', 'correct horse')).operator).toBeUndefined();
  });

  it('keeps no password, only argon2id', async () => {
    const row = await db.selectFrom('operators').selectAll().executeTakeFirstOrThrow();
    expect(JSON.stringify(row)).not.toContain('correct horse');
    expect(row.passwordHash).toMatch(/^\$argon2id\$/);
  });

  it('is one an address, and has a usable address and password', async () => {
    await expect(createOperator(db, { ...ana, email: 'ANA@example.org' })).rejects.toThrow(
      OperatorExists,
    );
    await expect(
      createOperator(db, { ...ana, email: 'b@x.org', password: 'short' }),
    ).rejects.toThrow(InvalidOperator);
    await expect(createOperator(db, { ...ana, email: 'nobody' })).rejects.toThrow(InvalidOperator);
  });

  it('who is disabled is out, with all sessions, unless nobody would be left', async () => {
    const owner = await getOperatorByEmail(db, ana.email);
    await expect(db.transaction().execute((tx) => disableOperator(tx, owner.id))).rejects.toThrow(
      LastOwner,
    );
    const bea = await createOperator(db, { ...ana, email: 'bea@example.org' });
    await beginSession(db, bea.id);
    await db.transaction().execute((tx) => disableOperator(tx, bea.id));
    expect((await checkPassword(db, 'bea@example.org', ana.password)).operator).toBeUndefined();
    expect(await db.selectFrom('sessions').select('idHash').execute()).toEqual([]);
  });

  it('cannot disable another one who disables them at the same moment', async () => {
    await createOperator(db, { ...ana, email: 'cleo@example.org' });
    const out = async (email: string) => {
      const { id } = await getOperatorByEmail(db, email);
      await db.transaction().execute((tx) => disableOperator(tx, id));
    };
    await Promise.allSettled([out(ana.email), out('cleo@example.org')]);
    const owners = await listOperators(db);
    expect(owners.filter((owner) => owner.disabledAt === null)).toHaveLength(1);
  });
});

describe('the first operator', async () => {
  const { db } = await openFreshDatabase();

  it('comes in by a link that works once, and looking at it first changes nothing', async () => {
    const path = await ensureFirstOperator(db, undefined);
    const token = path?.split('/').at(-1) ?? '';
    const use = (email: string) =>
      db.transaction().execute((tx) => useSetupLink(tx, token, { ...ana, email }));
    const first = { purpose: 'first', operatorId: null, email: null };
    expect(await findSetupLink(db, token)).toEqual(first);
    await expect(findSetupLink(db, `${token}x`)).rejects.toMatchObject({ why: 'unknown' });

    const both = await Promise.allSettled([use('ana@example.org'), use('eve@example.org')]);
    expect(both.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await listOperators(db)).toHaveLength(1);
    await expect(use('eve@example.org')).rejects.toThrow(SetupLinkGone);
    await expect(findSetupLink(db, token)).rejects.toMatchObject({ why: 'used' });
    expect(await ensureFirstOperator(db, ana)).toBeUndefined();
    expect(await listOperators(db)).toHaveLength(1);
  });

  it('finds the link gone after an hour, and a wrong password leaves it usable', async () => {
    const { db: other } = await openFreshDatabase();
    const token = (await ensureFirstOperator(other, undefined))?.split('/').at(-1) ?? '';
    const use = (password: string) =>
      other.transaction().execute((tx) => useSetupLink(tx, token, { ...ana, password }));
    await expect(use('short')).rejects.toThrow(InvalidOperator);
    expect(await findSetupLink(other, token)).toBeDefined();
    await other
      .updateTable('setupLinks')
      .set({ expiresAt: new Date(Date.now() - 1) })
      .execute();
    await expect(use('long enough')).rejects.toThrow(SetupLinkGone);
  });

  it('comes from the environment, once from many processes', async () => {
    const { db: other } = await openFreshDatabase();
    const links = await Promise.all([1, 2, 3].map(() => ensureFirstOperator(other, ana)));
    expect(links).toEqual([undefined, undefined, undefined]);
    expect(await listOperators(other)).toHaveLength(1);
    const { db: third } = await openFreshDatabase();
    const weak = ensureFirstOperator(third, { ...ana, password: 'password12' });
    await expect(weak).rejects.toThrow('OPERATOR_PASSWORD: This password is easily guessed');
    expect((await checkPassword(other, ana.email, ana.password)).operator).toMatchObject({
      role: 'owner',
    });
  });
});
