import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openRenderer } from '../../../emails/render/renderer.ts';
import { edition, reader } from '../fixtures/editions.ts';

async function renderWith(digest: string) {
  const folder = mkdtempSync(join(tmpdir(), 'gaceta-templates-'));
  writeFileSync(join(folder, 'digest.mjml.eta'), digest);
  const renderer = openRenderer({ templates: folder });
  onTestFinished(async () => {
    await renderer.close();
    rmSync(folder, { recursive: true });
  });
  return renderer.render('digest', { content: edition(1), reader: { ...reader, name: '' } });
}

test('an unknown element is named', async () => {
  await expect(renderWith('<mjml><mj-body><mj-nonsense /></mj-body></mjml>')).rejects.toThrow(
    /not valid MJML.*mj-nonsense/s,
  );
});

test('a mistake in its code is told with its place', async () => {
  await expect(
    renderWith('<mjml><mj-body>\n<%= it.nothing.here %></mj-body></mjml>'),
  ).rejects.toThrow(/digest\.mjml\.eta:2/);
});
