import { expect, test } from 'vitest';
import { readMailbox } from '../../src/mail/mailbox.ts';

test.each([
  ['daily@example.org', null, 'daily@example.org'],
  [' daily@example.org ', null, 'daily@example.org'],
  ['<daily@example.org>', null, 'daily@example.org'],
  ['The Daily <daily@example.org>', 'The Daily', 'daily@example.org'],
  ['Harbour: Morning <d@example.org>', 'Harbour: Morning', 'd@example.org'],
  ['Desk (Harbour) <d@example.org>', 'Desk (Harbour)', 'd@example.org'],
  ['Ana "La Voz" Ruiz <d@example.org>', 'Ana "La Voz" Ruiz', 'd@example.org'],
  ['"La Voz" <d@example.org>', 'La Voz', 'd@example.org'],
  ['"Ana \\"La Voz\\" Ruiz" <d@example.org>', 'Ana "La Voz" Ruiz', 'd@example.org'],
  ['"La Voz" "Norte" <d@example.org>', '"La Voz" "Norte"', 'd@example.org'],
  ['Ruiz, Ana; desk@old.example <d@example.org>', 'Ruiz, Ana; desk@old.example', 'd@example.org'],
  ['=?UTF-8?B?aGVsbG8=?= <d@example.org>', '=?UTF-8?B?aGVsbG8=?=', 'd@example.org'],
])('%s is %s at %s', (text, name, address) => {
  expect(readMailbox(text)).toEqual({ name, address });
});
