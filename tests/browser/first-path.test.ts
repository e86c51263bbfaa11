import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { startSite } from '../../demo/site.ts';
import { eventually } from '../harness/eventually.ts';
import { dataFolder, gaceta } from '../harness/program.ts';
import { freePort } from '../harness/redis.ts';
import { browserMissing, expectAccessible, openBrowser } from './fixtures/browser.ts';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

describe.skipIf(browserMissing())('with nothing but a browser', () => {
  const browser = openBrowser();

  test('from the first link to a digest that a reader has received', async () => {
    const { base, link } = await startProgram();
    const site = await startSite({ publicUrl: base });
    undo.push(() => site.close());
    const owner = await browser.visit({ width: 1280 });
    const tick = (name: string) =>
      expect(owner.locator(`#${name}.done`).count(), name).resolves.toBe(1);

    // the first link
    const phone = await browser.visit({ width: 360, language: 'es', dark: true });
    await phone.goto(link);
    await expectAccessible(phone, 'the first link on a phone');
    await owner.goto(link);
    await expectAccessible(owner, 'the first link');
    await owner.fill('#name', 'Ana Ruiz');
    await owner.fill('#email', 'ana@harbour.example');
    await owner.fill('#password', 'four words that mean nothing');
    await owner.selectOption('#language', 'en');
    await owner.click('button.primary');
    await owner.waitForURL(`${base}/console`);
    await owner.getByText('No email is being sent out').waitFor();
    await expectAccessible(owner, 'Today of a new newsroom');

    // name and address
    await owner.getByRole('link', { name: 'Name and postal address' }).click();
    await expectAccessible(owner, 'the first steps');
    await owner.fill('#newsroom #name', 'The Harbour Post');
    await owner.fill('#postalAddress', '12 Quay Street\nPort Alder');
    await owner.locator('#newsroom button.primary').click();
    await owner.getByText('Saved').first().waitFor();
    await tick('newsroom');

    // a test through the mailbox; the banner stays, since it is no relay of the newsroom's own
    await owner.getByRole('button', { name: 'Send a test' }).click();
    await owner.getByText('Taken, for ana@harbour.example').waitFor();
    await owner.getByText('The built-in mailbox has it.').waitFor();
    expect(await owner.locator('#relay.done').count()).toBe(0);

    // a feed
    await unfold(owner, 'articles');
    await owner.getByRole('link', { name: 'Add a feed' }).click();
    await owner.fill('#url', `${site.url}/feed.en.xml`);
    await owner.getByRole('button', { name: 'Add feed' }).click();
    await owner.locator('.cards .state.active, .state.active').first().waitFor();
    await owner.goto(`${base}/console/first-steps`);
    await tick('articles');

    // a reader signs up on the form, and confirms from the inbox
    await unfold(owner, 'readers');
    const form = await owner.locator('#readers dd a').getAttribute('href');
    const mailbox = (await owner.locator('aside.notice a').getAttribute('href')) ?? '';
    const reader = await browser.visit({ width: 360 });
    await reader.goto(form ?? '');
    await reader.getByLabel('Email address').fill('reader@lectora.example');
    await reader.getByRole('button', { name: 'Sign up' }).click();
    await reader.waitForURL(/\/subscribed/);
    const confirm = await follow(reader, mailbox, /Confirm/, /confirm/i);
    await confirm.getByRole('button', { name: 'Confirm', exact: true }).click();
    await confirm.getByRole('link', { name: 'Manage preferences' }).waitFor();
    await owner.goto(`${base}/console/first-steps`);
    await tick('readers');

    // another one is added by hand, with the consent that they gave on paper
    await owner.goto(`${base}/console/readers/new`);
    await owner.fill('#email', 'by-hand@lectora.example');
    await owner.locator('input[name="newsletter"]').first().check();
    await owner.locator('input[name="how"][value="given"]').check();
    await owner.fill('#consentSource', 'the fair at Port Alder');
    await owner.fill('#consentAt', '2026-01-02');
    await owner.locator('form[action$="/readers"] button.primary').click();
    await owner.getByText('Added. The subscription is active.').waitFor();
    await owner.goto(`${base}/console/first-steps`);

    // the first draft, looked at
    await unfold(owner, 'draft');
    await owner.getByRole('button', { name: 'Prepare a draft and look at it' }).click();
    await owner.waitForURL(/\/console\/editions\/\d+$/);
    await owner.frameLocator('.preview iframe').locator('a').first().waitFor();
    const edition = owner.url();
    await owner.goto(`${base}/console/first-steps`);
    await tick('draft');

    // sent from the console, and received
    await owner.goto(edition);
    await owner.locator('main a[href$="/send"]').first().click();
    await owner.getByText('2 readers of The Daily').waitFor();
    await owner.locator('form[action$="/send"] button.primary').click();
    await owner.waitForURL(edition);
    await eventually(async () =>
      expect(await owner.locator('[data-state]').first().textContent()).toBe('Sent'),
    );
    expect(await owner.locator('[data-count="sent"]').first().textContent()).toBe('2');
    for (const email of ['reader@lectora.example', 'by-hand@lectora.example']) {
      const digest = await open(reader, `${mailbox}?to=${encodeURIComponent(email)}`, /The Daily/);
      await expect(digest.locator('h1, h2, h3, a').first().isVisible()).resolves.toBe(true);
    }
  });

  /** The program itself, on a machine that has nothing; answers where it is, and the first link it prints. */
  async function startProgram(): Promise<{ base: string; link: string }> {
    const { path, remove } = dataFolder();
    undo.push(remove);
    const port = await freePort();
    const program = gaceta(['start'], {
      DATA_DIR: path,
      PORT: String(port),
      MAILBOX_PORT: '0',
      PUBLIC_URL: `http://localhost:${port}`,
      FEED_ALLOW_PRIVATE: 'true',
    });
    undo.push(async () => {
      program.child.kill('SIGTERM');
      await program.ended;
    });
    const link = await eventually(() => {
      if (program.child.exitCode !== null) throw new Error(program.stderr());
      const found = /http:\S+\/console\/setup\/\S+/.exec(program.stderr() + program.stdout())?.[0];
      expect(found).toBeDefined();
      return found ?? '';
    });
    return { base: `http://localhost:${port}`, link };
  }
});

async function unfold(page: Page, step: string): Promise<void> {
  const details = page.locator(`details#${step}`);
  if ((await details.getAttribute('open')) === null) await details.locator('summary').click();
}

/** Opens the newest message with that subject in the mailbox; answers its body. */
async function open(page: Page, mailbox: string, subject: RegExp) {
  await eventually(async () => {
    await page.goto(mailbox);
    expect(await page.getByRole('link', { name: subject }).count()).toBeGreaterThan(0);
  });
  await page.getByRole('link', { name: subject }).first().click();
  await page.waitForURL(/\/messages\//);
  return page.frameLocator('iframe').first();
}

/** Presses a link of a message, which opens a window of its own. */
async function follow(page: Page, mailbox: string, subject: RegExp, name: RegExp): Promise<Page> {
  const body = await open(page, mailbox, subject);
  const [opened] = await Promise.all([
    page.waitForEvent('popup'),
    body.getByRole('link', { name }).first().click(),
  ]);
  await opened.waitForLoadState();
  return opened;
}
