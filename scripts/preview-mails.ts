import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRenderer } from '../emails/render/renderer.ts';
import { digests, letters, reader } from './sample-mails.ts';
import { pictures } from './sample-stories.ts';

// Writes every mail with sample content as html and text to a folder, to be looked at:
//   node scripts/preview-mails.ts [FOLDER]

const folder = process.argv[2] ?? 'mail-previews';
mkdirSync(folder, { recursive: true });
for (const [name, svg] of Object.entries(pictures)) writeFileSync(join(folder, `${name}.svg`), svg);

const renderer = openRenderer();
const write = (name: string, { html, text }: { html: string; text: string }) => {
  // The samples' pictures lie beside the pages.
  writeFileSync(
    join(folder, `${name}.html`),
    html.replaceAll(/https:\/\/paper\.example\.org\/media\/(\w+)\.jpg/g, '$1.svg'),
  );
  writeFileSync(join(folder, `${name}.txt`), text);
};
for (const [name, content] of Object.entries(digests())) {
  write(name, await renderer.render('digest', { content, reader }));
}
for (const [name, content] of Object.entries(letters())) {
  write(name, await renderer.render('letter', content));
}
await renderer.close();
console.log(`The mails are in ${folder}`);
