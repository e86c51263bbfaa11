import { expect, test } from 'vitest';
import { lookForAttention } from '../../../src/actions/attention/look.ts';
import { openApi } from './harness.ts';

test('the API says what needs a person, and what to do, in either language', async () => {
  const api = await openApi();
  expect((await api.call('GET', '/attention')).body).toEqual({ data: [] });
  await lookForAttention(api.context);
  const { status, body } = await api.call('GET', '/attention', undefined, { role: 'viewer' });
  expect([status, body]).toEqual([
    200,
    {
      data: [
        {
          cause: 'relay',
          subject: 'relay',
          newsletter: null,
          since: expect.stringMatching(/^\d{4}-/),
          detail: expect.stringContaining('No mail server is set'),
          fix: expect.stringContaining('Set SMTP_URL'),
          url: expect.stringMatching(/\/console\/delivery$/),
        },
      ],
    },
  ]);
  const spanish = await api.call('GET', '/attention?language=es');
  expect(spanish.body.data[0].detail).toContain('No hay servidor de correo');
  expect((await api.call('GET', '/attention?language=xx')).status).toBe(422);
  const metrics = await (await fetch(`${api.base}/metrics`)).text();
  expect(metrics).toContain('gaceta_attention{cause="relay"} 1');
  expect(metrics).toContain('gaceta_attention{cause="paused"} 0');
  expect(metrics).toContain('gaceta_edition_missing{newsletter="daily"} 0');
});
