import { expect, test } from 'vitest';
import { WrongEditionState } from '../../../src/editions/errors.ts';
import { lifeView } from '../../../src/http/console/readers/view.ts';
import { reasonOf } from '../../../src/http/console/reasons.ts';
import { dateIn, timeIn } from '../../../src/http/console/times.ts';
import { translator } from '../../../src/locales/index.ts';
import type { LifeEntry } from '../../../src/privacy/life.ts';

const at = new Date('2026-11-24T06:00:00Z');

test('a time names its zone, and English has the day first', () => {
  expect(timeIn(at, 'en', 'Europe/Madrid')).toBe('24 Nov 2026, 07:00 (Europe/Madrid)');
  expect(timeIn(at, 'es', 'Europe/Madrid')).toBe('24 nov 2026, 7:00 (Europe/Madrid)');
  expect(dateIn('2026-11-24', 'en')).toBe('24 Nov 2026');
});

test('what the ledger and the letters hold of a reader is told in the language of the console', () => {
  const words = { language: 'es', t: translator('es', 'console') };
  const entry = { at, id: '1', newsletter: 'daily' };
  const edition = { ...entry, source: 'edition' as const, detail: { edition: '9', number: 7 } };
  const view = (one: LifeEntry) => lifeView(one, [], words);
  expect(
    view({ ...edition, what: 'failed', detail: { ...edition.detail, reason: 'of tomorrow' } }),
  ).toEqual({
    at: '24 nov 2026, 6:00 (UTC)',
    edition: '9',
    head: ['daily, n.º 7', 'fallido'],
    more: ['of tomorrow'],
  });
  expect(
    view({ ...edition, what: 'skipped', detail: { ...edition.detail, reason: 'unsubscribed' } })
      .more,
  ).toEqual(['baja anterior al envío']);
  expect(
    view({ ...entry, source: 'letter', what: 'sent', detail: { kind: 'welcome' } }).head,
  ).toEqual(['Te damos la bienvenida', 'enviado']);
  expect(
    view({
      ...entry,
      source: 'newsroom',
      what: 'unsuppress',
      detail: { who: 'cli', more: { was: 'bounce', reason: 'lo ha pedido' } },
    }),
  ).toMatchObject({
    head: ['Dirección desbloqueada', 'por la línea de comandos'],
    more: ['lo ha pedido'],
  });
});

test('why something was not done is told in the language of the console', () => {
  const t = translator('es', 'console');
  expect(reasonOf(new WrongEditionState('paused', 'sent', ['sending']), t)).toBe(
    'la edición ya se ha enviado.',
  );
  expect(reasonOf(new Error('Of tomorrow.'), t)).toBe('Of tomorrow.');
});
