import { generateSync } from 'otplib';
import { describe, expect, it } from 'vitest';
import { openSealing, Unsealable } from '../../src/database/sealing.ts';
import { createOperator, getOperator } from '../../src/operators/accounts.ts';
import {
  makeRecoveryCodes,
  recoveryCodesLeft,
  useRecoveryCode,
} from '../../src/operators/recovery-codes.ts';
import {
  beginTotp,
  confirmTotp,
  pendingTotp,
  TotpExists,
  useTotp,
} from '../../src/operators/totp.ts';
import { openFreshDatabase } from '../harness/database.ts';

const secret = 'a secret of the newsroom';
const sealing = openSealing([secret]);
const at = new Date('2026-11-29T10:00:07Z');
const later = (seconds: number) => new Date(at.getTime() + seconds * 1000);

describe('an authenticator app', async () => {
  const { db } = await openFreshDatabase();
  let made = 0;
  async function withApp() {
    made += 1;
    const ana = await createOperator(db, { email: `ana${made}@example.org`, role: 'editor' });
    await beginTotp(db, sealing, ana.id);
    const { secret = '' } = (await pendingTotp(db, sealing, ana, 'The Port: daily')) ?? {};
    const code = (time: Date) => generateSync({ secret, epoch: time.getTime() / 1000 });
    const use = (time: Date, now = time) => useTotp(db, sealing, ana.id, code(time), now);
    return { id: ana.id, secret, code, use };
  }

  it('counts once a first code was right, which is used up by it', async () => {
    const { id, code, use } = await withApp();
    expect(await use(at)).toBe(false);
    expect((await getOperator(db, id)).twoFactor).toBe(false);
    expect(await confirmTotp(db, sealing, id, '000000', at)).toBe(false);
    expect(await confirmTotp(db, sealing, id, ` ${code(at).replace(/^.../, '$& ')}`, at)).toBe(
      true,
    );
    expect((await getOperator(db, id)).twoFactor).toBe(true);
    expect(await use(at)).toBe(false);
    expect(await use(later(30))).toBe(true);
    expect(await pendingTotp(db, sealing, { id, email: 'ana@example.org' }, 'x')).toBeUndefined();
    await expect(beginTotp(db, sealing, id)).rejects.toThrow(TotpExists);
  });

  it.each([-40, 40])('works with a clock %i s off, at every second of a step', async (off) => {
    const { id, code } = await withApp();
    await confirmTotp(db, sealing, id, code(at), at);
    // each a quarter of an hour on, so that none was used before
    for (let second = 0; second < 30; second += 1) {
      const now = later(900 * (second + 1) + second);
      const phone = new Date(now.getTime() + off * 1000);
      expect(await useTotp(db, sealing, id, code(phone), now), `second ${second}`).toBe(true);
    }
    expect(await useTotp(db, sealing, id, code(later(90_120)), later(90_000))).toBe(false);
  });

  it('takes a code once, also from two at the same moment, and none from before it', async () => {
    const { id, code, use } = await withApp();
    await confirmTotp(db, sealing, id, code(at), at);
    const both = await Promise.all([use(later(60)), use(later(60))]);
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await use(later(30), later(60))).toBe(false);
  });

  it('says no to what is no code', async () => {
    const { id, code } = await withApp();
    await confirmTotp(db, sealing, id, code(at), at);
    for (const typed of [
      '',
      '12345',
      '1234567',
      'abcdef',
      '١٢٣٤٥٦',
      `${'9'.repeat(5000)}`,
      '\u0000',
    ])
      expect(await useTotp(db, sealing, id, typed, later(60)), typed).toBe(false);
  });

  it('is kept encrypted, for this operator alone, and opens while SECRET is listed', async () => {
    const { id, secret: key } = await withApp();
    const { sealed } = await db
      .selectFrom('totpSecrets')
      .select('sealed')
      .where('operatorId', '=', id)
      .executeTakeFirstOrThrow();
    expect(sealed.toString('latin1')).not.toContain(key);
    expect(openSealing(['a newer secret of it', secret]).open(sealed, `totp ${id}`)).toBe(key);
    expect(() => sealing.open(sealed, 'totp 999')).toThrow(Unsealable);
    expect(() => openSealing(['a newer secret of it']).open(sealed, `totp ${id}`)).toThrow(
      Unsealable,
    );
  });
});

describe('recovery codes', async () => {
  const { db } = await openFreshDatabase();

  it('each open once, however they are typed, also to two at the same moment', async () => {
    const { id } = await createOperator(db, { email: 'ana@example.org', role: 'editor' });
    const bea = await createOperator(db, { email: 'bea@example.org', role: 'editor' });
    const codes = await makeRecoveryCodes(db, id);
    expect(new Set(codes).size).toBe(10);
    const [one = '', other = ''] = codes;
    expect(one).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    expect(await useRecoveryCode(db, bea.id, one)).toBe(false);
    const typed = ` ${one.replaceAll('-', ' ').toUpperCase()}`;
    const both = await Promise.all([1, 2].map(() => useRecoveryCode(db, id, typed)));
    expect(both.filter(Boolean)).toHaveLength(1);
    expect(await recoveryCodesLeft(db, id)).toBe(9);
    await makeRecoveryCodes(db, id);
    expect(await useRecoveryCode(db, id, other)).toBe(false);
    expect(await recoveryCodesLeft(db, id)).toBe(10);
    const rows = await db.selectFrom('recoveryCodes').selectAll().execute();
    expect(JSON.stringify(rows)).not.toContain(codes[2]);
  });
});
