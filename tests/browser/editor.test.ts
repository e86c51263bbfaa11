import { AxeBuilder } from '@axe-core/playwright';
import { simpleParser } from 'mailparser';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { startWorker } from '../../workers/main.ts';
import { chromiumMissing, openNewsdesk } from './fixtures/newsdesk.ts';

const stories = (page: Page) =>
  page.locator('.row').evaluateAll((rows) => rows.map((row) => row.id.replace('story-', '')));
const eventually = <T>(read: () => T) => expect.poll(read);
const saved = async (page: Page) => {
  await page.click('[value="save"]');
  await page.waitForSelector('.message.good');
};

describe.skipIf(chromiumMissing)('the editor’s window', async () => {
  if (chromiumMissing) return;
  const { context, sink, signIn, compose, articles } = await openNewsdesk();
  const { bridge, ferry, museum, spanish } = articles;
  const worker = await startWorker(context);
  afterAll(() => worker.stop());
  const ana = await signIn('en', { viewport: { width: 1280, height: 1800 } });
  const errors: string[] = [];
  ana.on('pageerror', (error) => errors.push(error.message));
  const path = await compose(ana);
  await ana.goto(path);

  it('reorders by arrow keys and says where a story stands', async () => {
    expect(await stories(ana)).toEqual([bridge, ferry, spanish, museum]);
    await ana.focus(`#handle-${ferry}`);
    await ana.keyboard.press('ArrowUp');
    expect(await stories(ana)).toEqual([ferry, bridge, spanish, museum]);
    expect(await ana.evaluate('document.activeElement.id')).toBe(`handle-${ferry}`);
    await eventually(() => ana.locator('[role="status"].unseen').textContent()).toBe(
      'Ferry is late again: 1 of 3 in News',
    );
    expect(await ana.locator('[data-saved]').textContent()).toBe('Not saved yet');
  });

  it('reorders by drag, into another section, too; Escape takes it back', async () => {
    const drag = async (from: string, to: string, then?: string) => {
      await ana.locator(`#handle-${from}`).hover();
      await ana.mouse.down();
      const box = await ana.locator(`#story-${to}`).boundingBox();
      await ana.mouse.move((box?.x ?? 0) + 60, (box?.y ?? 0) + (box?.height ?? 0) - 8, {
        steps: 8,
      });
      if (then) await ana.keyboard.press(then);
      await ana.mouse.up();
    };
    await drag(ferry, museum);
    expect(await stories(ana)).toEqual([bridge, spanish, museum, ferry]);
    expect(await ana.locator(`#section-${ferry}`).inputValue()).toBe('updates');
    await drag(bridge, museum, 'Escape');
    expect(await stories(ana)).toEqual([bridge, spanish, museum, ferry]);
    await saved(ana);
    expect(await stories(ana)).toEqual([bridge, spanish, museum, ferry]);
  });

  it('shows lengths and the introduction while they are written', async () => {
    await ana.fill('#subject', 'A subject that is longer than what most inboxes show of it');
    expect(await ana.locator('[data-length="subject"]').innerText()).toBe(
      '58 characters · may be cut off',
    );
    expect(await ana.locator('[data-inbox="subject"]').textContent()).toMatch(/^A subject/);
    await ana.fill('#subject', '');
    await ana.fill('#introduction', 'Good **morning** <img src=x onerror=alert(1)>');
    await eventually(() => ana.locator('[data-introduction]').innerHTML()).toContain(
      'Good <strong>morning</strong> &lt;img',
    );
  });

  it('keeps what is typed through pinning, dropping and taking back', async () => {
    await ana.click(`#rewrite-${museum}`);
    await ana.focus(`#title-${museum}`);
    expect(await ana.inputValue(`#title-${museum}`)).toBe('Museum closes its old wing');
    await ana.fill(`#title-${museum}`, 'Museum: reworded');
    await ana.click(`#pin-${ferry}`);
    await eventually(() => stories(ana)).toEqual([bridge, spanish, ferry, museum]);
    await ana.click(`#drop-${spanish}`);
    await eventually(() => stories(ana)).toEqual([bridge, ferry, museum]);
    await ana.click(`#restore-${spanish}`);
    await eventually(() => stories(ana)).toEqual([bridge, spanish, ferry, museum]);
    expect(await ana.inputValue(`#title-${museum}`)).toBe('Museum: reworded');
    expect(await ana.inputValue('#introduction')).toMatch(/^Good/);
    await ana.click(`#pin-${ferry}`);
    await eventually(() => ana.locator('.is-pinned').count()).toBe(0);
    await saved(ana);
  });

  it('pairs two articles as translations, and takes that back', async () => {
    await ana.locator(`#story-${bridge} summary`, { hasText: 'Translations' }).click();
    await ana.selectOption(`#pair-${bridge}`, spanish);
    await ana.click(`#story-${bridge} [name="pair"]`);
    await eventually(() => stories(ana)).toEqual([bridge, ferry, museum]);
    expect(await ana.locator(`#story-${bridge} .version`).count()).toBe(2);
    await ana.click('#undo');
    await eventually(() => ana.locator('.row').count()).toBe(4);
    await ana.locator(`#story-${bridge} summary`, { hasText: 'Translations' }).click();
    await ana.selectOption(`#pair-${bridge}`, spanish);
    await ana.click(`#story-${bridge} [name="pair"]`);
    await eventually(() => ana.locator('.row').count()).toBe(3);
  });

  it('shows why a copy was joined, and separates it', async () => {
    await ana.locator(`#story-${ferry} summary`, { hasText: '1 duplicate joined' }).click();
    expect(await ana.locator(`#story-${ferry}`).innerText()).toContain(
      'Joined: same headline and same standfirst',
    );
    await ana.click(`#story-${ferry} [name="separate"]`);
    await eventually(() => ana.locator('main > .message').textContent()).toContain(
      'an article of its own',
    );
    await ana.click('#undo');
    await eventually(() => ana.locator(`#story-${ferry} summary`).allInnerTexts()).toContain(
      'Sources: 1 duplicate joined',
    );
  });

  it('previews phone, desktop, dark, without images and as text, each language and section set', async () => {
    const frame = async (look: string) => {
      const at = ana.locator(`.frame.${look} iframe`);
      await at.scrollIntoViewIfNeeded();
      const handle = await at.elementHandle();
      const found = await handle?.contentFrame();
      if (!found) throw new Error(`no frame ${look}`);
      await found.waitForLoadState();
      return found;
    };
    const body = async (look: string) => (await frame(look)).locator('body').innerText();
    const card = async (look: string) =>
      (await frame(look)).evaluate(
        `getComputedStyle(document.querySelector('.card > table') ?? document.querySelector('.card')).backgroundColor`,
      );
    for (const look of ['phone', 'desktop', 'dark', 'darkDesktop', 'bare', 'text'])
      expect(await body(look), look).toContain('Bridge opens to walkers');
    expect(await card('dark')).not.toBe(await card('phone'));
    const pictures = async (look: string) =>
      (await frame(look)).evaluate(
        `[...document.images].filter((image) => image.naturalWidth > 0).length`,
      );
    await eventually(() => pictures('desktop')).toBe(1);
    expect(await pictures('bare')).toBe(0);
    expect(await (await frame('phone')).evaluate('innerWidth')).toBeLessThan(400);
    await ana.selectOption('#look-language', 'es');
    await eventually(() => body('phone')).toContain('El puente se abre a los peatones');
    await ana.selectOption('#look-sections', 'updates');
    await eventually(() => body('text')).not.toContain('El puente');
    expect(await body('text')).toContain('Museum: reworded');
    await ana.selectOption('#look-sections', 'special-reports');
    await eventually(() => body('phone')).toContain('do not receive this edition');
    await ana.selectOption('#look-sections', '');
    await ana.selectOption('#look-language', 'en');
  });

  it('previews follow what is written, the last letter counts, and nothing is stored', async () => {
    const before = await context.db.selectFrom('editions').selectAll().execute();
    const frame = async (look: string) => {
      const handle = await ana.locator(`.frame.${look} iframe`).elementHandle();
      const found = await handle?.contentFrame();
      if (!found) throw new Error(`no frame ${look}`);
      return found;
    };
    const body = async (look: string) => (await frame(look)).locator('body').innerText();
    const phone = await frame('phone');
    await eventually(() => body('phone')).toContain('Bridge opens to walkers');
    await phone.evaluate('scrollTo(0, 150)');
    // The answer to the first letters comes late, after the last ones were typed.
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let asked = 0;
    await ana.route('**/edit/look', async (route) => {
      asked += 1;
      if (asked === 1) await held;
      await route.continue();
    });
    await ana.fill('#introduction', 'First thoughts');
    await eventually(() => asked).toBe(1);
    await ana.fill('#introduction', '');
    await ana.locator('#introduction').pressSequentially('Last **thoughts** <b>');
    release();
    for (const look of ['phone', 'desktop', 'dark', 'bare'])
      await eventually(() => body(look)).toContain('Last thoughts <b>');
    await eventually(() => body('text')).toContain('Last thoughts');
    expect(await body('phone')).not.toContain('First');
    expect(await phone.evaluate('scrollY')).toBe(150);
    expect(await (await frame('bare')).evaluate('document.images[0]?.naturalWidth')).toBe(0);
    // beside the list the article that is being worded is in sight
    const beside = await ana.locator('.beside-list iframe').elementHandle();
    const look = await beside?.contentFrame();
    await ana.setViewportSize({ width: 1280, height: 600 });
    await ana.focus(`#standfirst-${museum}`);
    await eventually(() => look?.evaluate('scrollY')).toBeGreaterThan(200);
    await ana.setViewportSize({ width: 1280, height: 1800 });
    // a move, a headline and a subject left empty follow as well
    await ana.focus(`#handle-${museum}`);
    await ana.fill(`#title-${museum}`, 'Museum: last words');
    await eventually(() => body('desktop')).toContain('Museum: last words');
    await ana.selectOption(`#section-${museum}`, 'news');
    await ana.click(`#pin-${museum}`);
    await eventually(() => ana.getAttribute('#subject', 'placeholder')).toContain('Museum: last');
    await ana.unroute('**/edit/look');
    expect(await context.db.selectFrom('editions').selectAll().execute()).toEqual(before);
    await ana.click('[data-revert]');
    await eventually(() => ana.locator('[data-saved]').textContent()).toBe('All saved');
    expect(await body('phone')).not.toContain('Last thoughts');
  });

  it('joins what tells the same by keys alone, and takes it back', async () => {
    const before = await stories(ana);
    await ana.focus(`#copies-${ferry}`);
    await ana.keyboard.press('Enter');
    await ana.keyboard.press('Tab');
    expect(await ana.evaluate('document.activeElement.id')).toBe(`join-${ferry}`);
    await ana.keyboard.type('Museum');
    await eventually(() => ana.inputValue(`#join-${ferry}`)).toBe(museum);
    await ana.keyboard.press('Tab');
    await ana.keyboard.press('Enter');
    await eventually(() => ana.locator('main > .message').textContent()).toContain('Joined');
    expect(await stories(ana)).toEqual(before.filter((id) => id !== museum));
    await ana.focus('#undo');
    await ana.keyboard.press('Enter');
    await eventually(() => stories(ana)).toEqual(before);
    expect(await ana.locator('[data-saved]').textContent()).toBe('All saved');
  });

  it('sends a test where it says', async () => {
    await ana.fill('#to', 'en@example.org desk');
    await ana.click('#send-test');
    await eventually(() => ana.locator('main > .message').textContent()).toContain('desk: ');
    await ana.fill('#to', 'en@example.org, desk@example.org');
    await ana.click('#send-test');
    await eventually(() => ana.locator('main > .message').textContent()).toBe(
      'A test is on its way to en@example.org, desk@example.org.',
    );
    await eventually(() => sink.accepted.map(({ to }) => to).toSorted()).toEqual([
      'desk@example.org',
      'en@example.org',
    ]);
  });

  it('tells the second of two editors what changed, in place', async () => {
    const bea = await signIn('es');
    await bea.goto(path);
    await ana.fill('#preheader', 'By Ana');
    await saved(ana);
    await bea.fill('#subject', 'De Bea');
    await bea.click('[value="save"]');
    await bea.waitForSelector('.conflict');
    expect(await bea.locator('.conflict').innerText()).toContain('Preencabezado: «By Ana»');
    expect(await bea.evaluate('document.activeElement.className')).toContain('conflict');
    expect(await bea.inputValue('#preheader')).toBe('By Ana');
    expect(await bea.inputValue('#subject')).toBe('De Bea');
    await bea.context().close();
  });

  it('saves nothing by Enter in a line, and takes over what is typed meanwhile', async () => {
    const eva = await signIn('en');
    await eva.goto(path);
    await eva.waitForLoadState('networkidle');
    const answer = Promise.withResolvers<void>();
    await eva.route(`**${path}`, async (route) => {
      await answer.promise;
      await route.continue();
    });
    await eva.fill('#subject', 'Begun');
    await eva.press('#subject', 'Enter');
    await eva.press('#subject', 'Enter');
    await eva.locator('#subject').pressSequentially(' and ended');
    const swapped = eva.waitForEvent('response', (one) => one.url().endsWith(path));
    answer.resolve();
    expect((await swapped).status()).toBe(200);
    await eventually(() => eva.locator('#editor').getAttribute('data-dirty')).toBe('true');
    expect(await eva.inputValue('#subject')).toBe('Begun and ended');
    expect(await eva.evaluate('document.activeElement.id')).toBe('subject');
    const { subject } = await context.db
      .selectFrom('editions')
      .selectAll()
      .executeTakeFirstOrThrow();
    expect(subject).toBe('');
    await eva.context().close();
  });

  it('moves a story by finger', async () => {
    const eva = await signIn('en', { viewport: { width: 360, height: 2400 }, hasTouch: true });
    await eva.goto(path);
    const before = await stories(eva);
    const [from, to] = [before[0] ?? '', before.at(-1) ?? ''];
    const handle = await eva.locator(`#handle-${from}`).boundingBox();
    const goal = await eva.locator(`#story-${to}`).boundingBox();
    const finger = await eva.context().newCDPSession(eva);
    const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0) =>
      finger.send('Input.dispatchTouchEvent', {
        type,
        touchPoints: type === 'touchEnd' ? [] : [{ x, y }],
      });
    const x = (handle?.x ?? 0) + 10;
    const start = (handle?.y ?? 0) + 10;
    const end = (goal?.y ?? 0) + (goal?.height ?? 0) - 10;
    await touch('touchStart', x, start);
    for (let step = 1; step <= 10; step++)
      await touch('touchMove', x, start + ((end - start) * step) / 10);
    await touch('touchEnd');
    await eventually(() => stories(eva)).toEqual([...before.slice(1), from]);
    await eva.context().close();
  });

  it('loses nothing when the session has ended', async () => {
    const eva = await signIn('en');
    await eva.goto(path);
    const followed = eva.waitForResponse('**/edit/look');
    await eva.fill('#subject', 'Typed for an hour');
    await followed;
    await eva.context().clearCookies();
    await eva.click('[value="save"]');
    await eventually(() => eva.locator('main > .message').textContent()).toContain('signed out');
    expect(await eva.inputValue('#subject')).toBe('Typed for an hour');
    await eva.context().close();
  });

  it('works without scripts', async () => {
    const eva = await signIn('en', { javaScriptEnabled: false });
    await eva.goto(path);
    expect(await eva.locator('.handle').first().isVisible()).toBe(false);
    const rows = () => eva.locator('.row').all();
    const first = await (await rows())[0]?.getAttribute('id');
    await eva.click(`#pin-${ferry}`);
    await eva.click(`#pin-${ferry}`);
    expect(await eva.locator('[data-saved]').textContent()).toBe('All saved');
    expect(await (await rows())[0]?.getAttribute('id')).toBe(first);
    await eva.selectOption('#look-language', 'es');
    await eva.click('#show');
    expect(await eva.locator('.frame.phone iframe').getAttribute('src')).toContain('language=es');
    await eva.context().close();
  });

  for (const [language, width, colorScheme] of [
    ['en', 1280, 'light'],
    ['es', 360, 'dark'],
    ['es', 360, 'light'],
    ['en', 1280, 'dark'],
  ] as const)
    it(`is readable and no wider than ${width}, ${language}, ${colorScheme}`, async () => {
      const page = await signIn(language, { viewport: { width, height: 900 }, colorScheme });
      await page.goto(path);
      await page
        .locator('details')
        .evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
      const { violations } = await new AxeBuilder({ page }).exclude('iframe').analyze();
      expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width);
      await page.context().close();
    });

  it('is what the readers get, in that order', async () => {
    sink.accepted.length = 0;
    await ana.goto(path.replace(/edit$/, 'send'));
    await ana.click('form[action$="/send"] button.primary');
    await eventually(() => sink.accepted.length).toBe(3);
    const { text = '' } = await simpleParser(sink.accepted[0]?.bytes ?? Buffer.alloc(0));
    const heard = ['Good', 'Bridge opens', 'Ferry is late', 'Museum: reworded'];
    const places = heard.map((words) => text.indexOf(words));
    expect(places).not.toContain(-1);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(errors).toEqual([]);
  });

  it('renews the figures of a paused edition while it is corrected', async () => {
    await context.db.updateTable('editions').set({ state: 'paused' }).execute();
    await ana.goto(path);
    const failed = ana.locator('[data-count="failed"]');
    expect(await failed.textContent()).toBe('0');
    await context.db.updateTable('ranges').set({ failed: 7 }).execute();
    await eventually(() => failed.textContent()).toMatch(/^(7|14|21)$/);
    expect(errors).toEqual([]);
  });
});
