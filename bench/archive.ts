import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { openArchive } from './archive-newsroom.ts';

// What readers' pages weigh and how soon they stand, on loopback in a browser whose processor is slowed down four times.

const { values } = parseArgs({ options: { editions: { type: 'string', default: '3000' } } });
const archive = await openArchive(Number(values.editions));
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const paths = {
  front: '/',
  archive: '/archive',
  list: '/archive/daily',
  'last page': '/archive/daily?before=21',
  month: '/archive/daily?month=2026-10',
  search: '/archive/daily?q=ferry',
  edition: `/archive/daily/${values.editions}`,
  embed: '/embed?newsletter=daily',
  'embed, a line': '/embed?newsletter=daily&form=line',
};
const watch = `window.seen = { lcp: 0, shifts: 0 };
  new PerformanceObserver((list) => { for (const { startTime } of list.getEntries()) seen.lcp = startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => { for (const { value } of list.getEntries()) seen.shifts += value; })
    .observe({ type: 'layout-shift', buffered: true });`;
try {
  for (const [name, path] of Object.entries(paths)) {
    // once for the templates, then as a visitor who comes for the first time
    await (await fetch(archive.base + path)).text();
    const page = await browser.newPage({ viewport: { width: 390, height: 844 } });
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    await session.send('Emulation.setCPUThrottlingRate', { rate: 4 });
    let requests = 0;
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      requests += 1;
      bytes += encodedDataLength;
    });
    await page.addInitScript(watch);
    await page.goto(archive.base + path, { waitUntil: 'networkidle' });
    const { lcp, shifts } = await page.evaluate<{ lcp: number; shifts: number }>('seen');
    process.stdout.write(
      `${name.padEnd(14)} ${requests} requests, ${Math.round(bytes / 1000)} kB, LCP ${Math.round(lcp)} ms, layout shift ${shifts.toFixed(3)}\n`,
    );
    await page.close();
  }
} finally {
  await browser.close();
  await archive.close();
}
