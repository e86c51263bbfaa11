import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { openArchive } from './archive-newsroom.ts';
import { inTurns, startBare } from './page-times.ts';
import { wholeNumber } from './whole-number.ts';

// What readers' pages weigh, how much longer than a bare page they take to answer, and how soon they stand, on loopback in
// a browser whose processor is slowed down four times.

const { values } = parseArgs({
  options: {
    editions: { type: 'string', default: '3000' },
    rounds: { type: 'string', default: '15' },
  },
});
const editions = wholeNumber('editions', values.editions);
const rounds = wholeNumber('rounds', values.rounds);
const archive = await openArchive(editions);
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox'],
});
const query = (words: string) => `/archive/daily?q=${encodeURIComponent(words)}`;
const paths = {
  front: '/',
  archive: '/archive',
  list: '/archive/daily',
  'in the middle': `/archive/daily?before=${Math.ceil(editions / 2)}`,
  'last page': '/archive/daily?before=21',
  month: '/archive/daily?month=2026-10',
  'search, in all': query('ferry'),
  'search, in none': query('zeppelin'),
  'search, a phrase': query('"night ferry" -seals'),
  'search, accents': '/archive/diario?q=interes',
  'right to left': '/archive/nashra',
  edition: `/archive/daily/${editions}`,
  'old edition': '/archive/daily/1',
  'Atom feed': '/archive/daily/feed.xml',
  sitemap: '/sitemap.xml',
  embed: '/embed?newsletter=daily',
  'embed, a line': '/embed?newsletter=daily&form=line',
};
const watch = `window.seen = { lcp: 0, shifts: 0 };
  new PerformanceObserver((list) => { for (const { startTime } of list.getEntries()) seen.lcp = startTime; })
    .observe({ type: 'largest-contentful-paint', buffered: true });
  new PerformanceObserver((list) => { for (const { value } of list.getEntries()) seen.shifts += value; })
    .observe({ type: 'layout-shift', buffered: true });`;
const bare = await startBare(archive.context.databaseUrl);
try {
  const addresses = new Map([['bare', bare.address]]);
  for (const [name, path] of Object.entries(paths)) addresses.set(name, archive.base + path);
  const [{ medianMs: bareMs } = { medianMs: 0 }, ...measured] = await inTurns(addresses, {
    rounds,
  });
  process.stdout.write(`bare page ${bareMs.toFixed(1)} ms\n`);
  for (const { name, medianMs, kilobytes } of measured) {
    const answered = `${name.padEnd(16)} ${(medianMs - bareMs).toFixed(1).padStart(6)} ms more, ${kilobytes.toFixed(1).padStart(6)} kB of its own`;
    process.stdout.write(`${answered}${await seen(paths[name as keyof typeof paths])}\n`);
  }
} finally {
  bare.stop();
  await browser.close();
  await archive.close();
}

/** As a visitor sees it who comes for the first time; empty for what is no page. */
async function seen(path: string): Promise<string> {
  if (path.endsWith('.xml')) return '';
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
  await page.close();
  return `; ${requests} requests, ${Math.round(bytes / 1000)} kB, LCP ${Math.round(lcp)} ms, layout shift ${shifts.toFixed(3)}`;
}
