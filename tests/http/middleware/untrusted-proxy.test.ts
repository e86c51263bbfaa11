import { expect, it } from 'vitest';
import { createOperator } from '../../../src/operators/accounts.ts';
import { untrustedProxySeen } from '../../../src/operators/untrusted-proxy.ts';
import { openConsole } from '../console/harness.ts';

const password = 'correct horse';

it('a proxy that is not trusted is told to admins in the console, and to doctor', async () => {
  const { context, browser } = await openConsole();
  const { db } = context;
  for (const role of ['admin', 'editor'] as const)
    await createOperator(db, { email: `${role}@example.org`, password, role });
  const signIn = async (role: string) => {
    const one = browser();
    await one.post('/console/sign-in', { email: `${role}@example.org`, password });
    return one;
  };
  const [admin, editor] = [await signIn('admin'), await signIn('editor')];
  expect((await admin.get('/console')).text).not.toContain('TRUST_PROXY');
  expect(await untrustedProxySeen(db)).toBe(false);
  await browser().get('/console/sign-in', { 'X-Forwarded-For': '192.0.2.7' });
  await expect.poll(() => untrustedProxySeen(db)).toBe(true);
  expect((await admin.get('/console')).text).toContain('TRUST_PROXY');
  expect((await editor.get('/console')).text).not.toContain('TRUST_PROXY');
});

it('one that is trusted is not', async () => {
  const { context, browser } = await openConsole({ TRUST_PROXY: '1' });
  for (const _ of [1, 2])
    await browser().get('/console/sign-in', { 'X-Forwarded-For': '192.0.2.7' });
  expect(await untrustedProxySeen(context.db)).toBe(false);
});
