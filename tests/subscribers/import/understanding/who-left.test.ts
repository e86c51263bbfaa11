import { describe, expect, test } from 'vitest';
import { readWhole } from '../fixtures/reading.ts';

const consent = { source: 'The old list', at: '2022-01-01' };

/** What becomes of a line for each value below a title: its state, why its address is blocked, or `left out`. */
async function becomes(title: string, values: string[], fileName?: string): Promise<string[]> {
  const lines = values.map((value, n) => `a${n}@example.org,"${value}"`);
  const file = [`email,${title}`, ...lines, 'known@example.org,x'].join('\n');
  const { lines: read } = await readWhole(file, { consent, fileName });
  return read
    .slice(0, values.length)
    .map((line) => ('code' in line ? 'left out' : (line.suppress ?? line.state ?? 'none')));
}

describe('a line that says that somebody left is never active', () => {
  test.each(
    'unsubscribed,Inactive,opted-out,Opt-out,opt out,0,no,false,cancelled,Canceled,bounced,Hard bounce,complaint,Reported as spam,marked as spam,blocked,deleted,archived,removed,suppressed,unsub,Do not contact,not subscribed,-,dado de baja,Baja,desuscrita,cancelado,eliminada,bloqueado,inactivo,rebotado,no suscrito,Archivado,abgemeldet,pendiente de confirmar,null,?'.split(
      ',',
    ),
  )('by the state “%s”', async (word) => {
    expect(await becomes('Status', [word, 'active'])).toEqual([
      expect.not.stringMatching(/^active$/),
      'active',
    ]);
  });

  test.each([
    'Subscribed?',
    'is_subscribed',
    'Is Active',
    'Activo',
    'suscrito',
    'Opt-in',
    'email_opt_in',
    'Accepts Email Marketing',
    'Email Marketing',
    'Acepta el boletín',
    'newsletter_consent',
    'enabled',
  ])('by not being “%s”', async (title) => {
    expect(
      await becomes(title, ['yes', 'no', '0', '', 'unsubscribed', '2024-03-05', 'hm']),
    ).toEqual([
      'active',
      'unsubscribed',
      'unsubscribed',
      'unsubscribed',
      'unsubscribed',
      'active',
      'left out',
    ]);
  });

  test.each([
    'unsubscribed',
    'isUnsubscribed',
    'HasOptedOutOfEmail',
    'Email opt-out?',
    'opted out',
    'Unsubscribe reason',
    'Dado de baja',
    'blacklisted',
    '¿Está en la lista negra?',
    'Bloqueado',
    'Do not e-mail',
    'no_contactar',
    'deleted_at',
    'Archivado',
    'cancelled_at',
    'email_disabled',
    'inactive',
  ])('by “%s”', async (title) => {
    expect(await becomes(title, ['no', '', '0', 'yes', '1', '2024-03-05', 'x'])).toEqual([
      'active',
      'active',
      'active',
      'unsubscribed',
      'unsubscribed',
      'unsubscribed',
      'unsubscribed',
    ]);
  });

  test.each([
    ['Hard bounce', 'bounce'],
    ['rebotado', 'bounce'],
    ['Spam complaint', 'complaint'],
    ['suppressed', 'operator'],
  ])('by “%s”, which blocks the address', async (title, why) => {
    expect(await becomes(title, ['no', '0', '', 'yes'])).toEqual([
      'active',
      'active',
      'active',
      why,
    ]);
  });

  test.each(['opt-out date', 'unsubscribedAt', 'Fecha de desuscripción'])(
    'by the time below “%s”',
    async (title) => {
      const times = ['2024-03-05 10:00', '', '0000-00-00 00:00:00', 'never'];
      expect(await becomes(title, times)).toEqual(['unsubscribed', 'active', 'active', 'active']);
    },
  );

  test('not confirmed is not active', async () => {
    for (const title of ['Verified', 'email_confirmed', 'Confirmado'])
      expect(await becomes(title, ['yes', 'no', ''])).toEqual(['active', 'pending', 'pending']);
  });

  test('in the second of two columns, too', async () => {
    const file = `email,subscribed,opt_out,List status,Global status
a@example.org,yes,no,active,active
b@example.org,yes,yes,active,active
c@example.org,yes,,active,Unsubscribed
d@example.org,yes,,,Bounced
`;
    const { good } = await readWhole(file, { consent });
    expect(good.map(({ suppress, state }) => suppress ?? state)).toEqual([
      'active',
      'unsubscribed',
      'unsubscribed',
      'bounce',
    ]);
  });

  test('below a title that nobody knows, or none, where all it holds are states', async () => {
    const file = (header: string) => `${header}a@example.org,Activa\nb@example.org,Baja\n`;
    for (const header of ['correo,Qué es\n', '']) {
      const { good, understood } = await readWhole(file(header), { consent });
      expect(understood.columns[1]?.field).toBe('state');
      expect(good.map(({ state }) => state)).toEqual(['active', 'unsubscribed']);
    }
  });

  test('by the name of its file', async () => {
    for (const name of ['Unsubscribers 2024.csv', 'lista-bajas.csv', 'opt-outs.csv'])
      expect(await becomes('note', ['x'], name)).toEqual(['unsubscribed']);
    expect(await becomes('note', ['x'], 'bounces.csv')).toEqual(['bounce']);
    expect(await becomes('note', ['x'], 'readers.csv')).toEqual(['active']);
  });
});

test('what only sounds like it is no state', async () => {
  const titles =
    'unsubscribe_url,opt_in_form,Number of bounces,spam_score,Estado civil,UNSUB_CAMPAIGN_ID,soft bounce,sms_opt_out';
  const values = titles
    .split(',')
    .map(() => '1')
    .join();
  const { understood, good } = await readWhole(`email,${titles}\na@example.org,${values}\n`, {
    consent,
  });
  expect(understood.columns.filter(({ field }) => field).map(({ title }) => title)).toEqual([
    'email',
  ]);
  expect(good[0]?.state).toBe('active');
});

test('a column of consents that is empty throughout says of nobody that they left', async () => {
  const { good } = await readWhole('email,opt_in\na@example.org,\n', { consent });
  expect(good[0]?.state).toBe('active');
});
