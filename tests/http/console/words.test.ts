import { expect, test } from 'vitest';
import { WrongEditionState } from '../../../src/editions/errors.ts';
import { personView } from '../../../src/http/console/readers/view.ts';
import { reasonOf } from '../../../src/http/console/reasons.ts';
import { dateIn, timeIn } from '../../../src/http/console/times.ts';
import { translator } from '../../../src/locales/index.ts';
import type { PersonalData } from '../../../src/privacy/export.ts';

const at = new Date('2026-11-24T06:00:00Z');

test('a time names its zone, and English has the day first', () => {
  expect(timeIn(at, 'en', 'Europe/Madrid')).toBe('24 Nov 2026, 07:00 (Europe/Madrid)');
  expect(timeIn(at, 'es', 'Europe/Madrid')).toBe('24 nov 2026, 7:00 (Europe/Madrid)');
  expect(dateIn('2026-11-24', 'en')).toBe('24 Nov 2026');
});

test('what the ledger and the letters hold of a subscriber is told in the language of the console', () => {
  const sent = { newsletter: 'daily', number: 7, answer: null, sentAt: null, dueAt: at };
  const data = {
    subscriber: { id: '1', email: 'ana@example.org', name: null, createdAt: at, subscriptions: [] },
    consents: [],
    deliveries: [
      { ...sent, state: 'skipped', reason: 'unsubscribed' },
      { ...sent, state: 'failed', reason: 'of tomorrow' },
    ],
    letters: [{ kind: 'welcome', state: 'sent', createdAt: at }],
    suppressed: null,
  } as unknown as PersonalData;
  const shown = personView(data, [], { language: 'es', t: translator('es', 'console') });
  expect(shown.deliveries).toMatchObject([
    { stateText: 'fallido', reason: 'of tomorrow' },
    { stateText: 'omitido', reason: 'baja anterior al envío', at: '24 nov 2026, 6:00 (UTC)' },
  ]);
  expect(shown.letters).toMatchObject([{ kind: 'Te damos la bienvenida', state: 'enviado' }]);
});

test('why something was not done is told in the language of the console', () => {
  const t = translator('es', 'console');
  expect(reasonOf(new WrongEditionState('paused', 'sent', ['sending']), t)).toBe(
    'la edición ya se ha enviado.',
  );
  expect(reasonOf(new Error('Of tomorrow.'), t)).toBe('Of tomorrow.');
});
