// Draws the demo's pictures anew: `node demo/pictures/draw.ts [chromium]`. They are committed, since
// mail programs show no SVG and not every machine has a browser.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { HEIGHT, WIDTH } from './brush.ts';
import * as land from './scenes-land.ts';
import * as water from './scenes-water.ts';

const scenes: Record<string, () => string> = { ...land, ...water };
const LARGEST = 40_000;

const browser = await chromium.launch({
  executablePath: process.argv[2] ?? '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const page = await browser.newPage({ viewport: { width: WIDTH, height: HEIGHT } });
for (const [name, draw] of Object.entries(scenes)) {
  const view = `viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}"`;
  await page.setContent(
    `<style>*{margin:0}svg{display:block}</style><svg xmlns="http://www.w3.org/2000/svg" ${view}>${draw()}</svg>`,
  );
  let quality = 82;
  let picture = await page.screenshot({ type: 'jpeg', quality });
  while (picture.length > LARGEST) {
    quality -= 4;
    picture = await page.screenshot({ type: 'jpeg', quality });
  }
  writeFileSync(join(import.meta.dirname, `${name}.jpg`), picture);
  process.stdout.write(`${name}.jpg ${picture.length} bytes at quality ${quality}\n`);
}
await browser.close();
