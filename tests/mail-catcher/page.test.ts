import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { createTransport } from 'nodemailer';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import {
  MailboxPortUnusable,
  type MailboxServer,
  startMailbox,
} from '../../src/mail-catcher/catcher.ts';
import { plain, send, withFolder, withMailbox } from './start.ts';

const hostile = '<script>document.title="owned"</script><img src=x onerror=alert(1)>';

async function withPage(run: (mailbox: MailboxServer) => Promise<void>): Promise<void> {
  await withFolder((dir) => withMailbox(dir, run));
}

async function sendHtml({ smtpUrl }: MailboxServer, to: string, subject: string, html: string) {
  const transport = createTransport(smtpUrl);
  await transport.sendMail({ from: 'Daily <daily@example.com>', to, subject, html, text: hostile });
  transport.close();
}

async function get(mailbox: MailboxServer, path: string) {
  const response = await fetch(mailbox.pageUrl + path, { redirect: 'manual' });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

/** A request under another name, as a browser makes it when a site's name leads to 127.0.0.1. */
function getAs(mailbox: MailboxServer, host: string) {
  return new Promise<{ status: number | undefined; body: string }>((done, failed) => {
    const { port } = new URL(mailbox.pageUrl);
    const asked = request({ host: '127.0.0.1', port, path: '/api/messages', headers: { host } });
    asked.on('response', (response) => {
      text(response).then((body) => done({ status: response.statusCode, body }), failed);
    });
    asked.on('error', failed);
    asked.end();
  });
}

test('speaks the language of the browser', async () => {
  await withPage(async ({ pageUrl }) => {
    const answer = await fetch(pageUrl, { headers: { 'Accept-Language': 'es-MX,es;q=0.9' } });
    const page = await answer.text();
    expect(page).toContain('<html lang="es">');
    expect(page).toContain('Todavía no hay correos.');
  });
});

test('lists newest first, page by page, and finds by recipient', async () => {
  await withPage(async (mailbox) => {
    expect((await get(mailbox, '/')).body).toContain('No emails yet');
    for (let n = 1; n <= 51; n++) {
      await send(mailbox, { to: `reader${n}@example.com`, raw: plain(`Number ${n}.`) });
    }
    const first = (await get(mailbox, '/')).body;
    expect(first.indexOf('Number 51.')).toBeGreaterThan(0);
    expect(first.indexOf('Number 51.')).toBeLessThan(first.indexOf('Number 50.'));
    expect(first).not.toContain('Number 1.');
    expect((await get(mailbox, '/?page=2')).body).toContain('Number 1.');
    const found = (await get(mailbox, '/?to=READER7@')).body;
    expect(found).toContain('Number 7.');
    expect(found).not.toContain('Number 17.');
    for (const odd of ['/?page=-1', '/?page=x', '/?page=999', '/?to[]=a&to[]=b']) {
      expect((await get(mailbox, odd)).status).toBe(200);
    }
  });
});

test('a hostile message is text on our page and locked up in its own', async () => {
  await withPage(async (mailbox) => {
    await sendHtml(mailbox, "o'hara@example.com", hostile, `<p>Body</p>${hostile}`);
    const [message] = await mailbox.messages();
    for (const path of ['/', `/messages/${message?.id}?view=text`, `/messages/${message?.id}`]) {
      const { body, headers } = await get(mailbox, path);
      expect(body).toContain('&lt;script&gt;');
      expect(body).not.toContain('<script>document');
      expect(headers.get('content-security-policy')).toContain("script-src 'self'");
    }
    const page = await get(mailbox, `/messages/${message?.id}`);
    expect(page.body).toMatch(/<iframe[^>]* sandbox="allow-popups allow-popups-to-escape-sandbox"/);
    const html = await get(mailbox, `/messages/${message?.id}/html`);
    expect(html.body).toContain('<p>Body</p>');
    const policy = html.headers.get('content-security-policy') ?? '';
    expect(policy).toMatch(/^sandbox [^;]*; default-src 'none'; img-src http: https: data:/);
    expect(policy).not.toMatch(/script|same-origin/);
    expect(html.headers.get('referrer-policy')).toBe('no-referrer');
  });
});

test('shows headers, gives the bytes, and answers programs in JSON', async () => {
  await withPage(async (mailbox) => {
    await sendHtml(
      mailbox,
      'ana@example.com',
      'Edición ☕',
      '<a href="https://example.com/x">x</a>',
    );
    const [message] = await mailbox.messages();
    const id = message?.id ?? '';
    expect((await get(mailbox, `/messages/${id}?view=headers`)).body).toContain('Message-ID');
    const raw = await get(mailbox, `/messages/${id}/raw`);
    expect(raw.headers.get('content-disposition')).toContain(`${id}.eml`);
    expect(raw.body).toBe((await mailbox.raw(id))?.toString('utf8'));

    const list = JSON.parse((await get(mailbox, '/api/messages?to=ana@&limit=5')).body) as unknown;
    expect(list).toMatchObject({
      data: [
        {
          id,
          to: ['ana@example.com'],
          subject: 'Edición ☕',
          sender: 'Daily <daily@example.com>',
        },
      ],
      next: null,
      received: 1,
    });
    const one = JSON.parse((await get(mailbox, `/api/messages/${id}`)).body) as unknown;
    expect(one).toMatchObject({
      id,
      html: expect.stringContaining('https://example.com/x'),
      text: expect.stringContaining('onerror'),
      headers: expect.arrayContaining([{ name: 'To', value: 'ana@example.com' }]),
    });
  });
});

test('the JSON list goes on where it ended', async () => {
  await withPage(async (mailbox) => {
    for (const n of [1, 2, 3]) await send(mailbox, { to: 'a@example.com', raw: plain(`No ${n}`) });
    const seen: string[] = [];
    let after: string | null = '';
    while (after !== null) {
      const { body } = await get(mailbox, `/api/messages?limit=2&after=${after}`);
      const page = JSON.parse(body) as { data: { subject: string }[]; next: string | null };
      seen.push(...page.data.map(({ subject }) => subject));
      after = page.next;
    }
    expect(seen).toEqual(['No 3', 'No 2', 'No 1']);
  });
});

test('broken mail is shown as well as it goes', async () => {
  await withPage(async (mailbox) => {
    const broken = [
      'no header at all\r\n',
      'Subject: =?utf-8?B?%%%?=\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/html; charset=nonsense\r\n\r\n<p>half',
      '\r\n\r\n',
    ];
    for (const raw of broken) await send(mailbox, { to: 'a@example.com', raw });
    expect((await get(mailbox, '/')).status).toBe(200);
    for (const { id } of await mailbox.messages()) {
      expect((await get(mailbox, `/messages/${id}`)).status).toBe(200);
    }
  });
});

test('answers to this machine alone, and to no made-up message', async () => {
  await withPage(async (mailbox) => {
    const { port } = new URL(mailbox.pageUrl);
    await send(mailbox, { to: 'secret@example.com', raw: plain('Secret') });
    for (const host of [`localhost:${port}`, `127.0.0.1:${port}`, `[::1]:${port}`]) {
      expect((await getAs(mailbox, host)).body).toContain('Secret');
    }
    for (const host of [
      'rebound.example',
      `evil.localhost.example:${port}`,
      'localhost.:80',
      '127.0.0.1.nip.example',
    ]) {
      const answer = await getAs(mailbox, host);
      expect(answer.status).toBe(403);
      expect(answer.body).not.toContain('Secret');
    }
    const strange = ['999', '..%2f..%2findex', '000000000001.eml', '%00', '__proto__'];
    for (const id of strange) {
      for (const path of [
        `/messages/${id}`,
        `/messages/${id}/html`,
        `/messages/${id}/raw`,
        `/api/messages/${id}`,
      ]) {
        expect((await get(mailbox, path)).status).toBe(404);
      }
    }
  });
});

test('a port that is taken says which variable to set', async () => {
  await withFolder((dir) =>
    withMailbox(dir, async ({ pageUrl }) => {
      const httpPort = Number(new URL(pageUrl).port);
      const second = startMailbox({
        httpPort,
        dir: `${dir}/second`,
        log: pino({ level: 'silent' }),
      });
      await expect(second).rejects.toThrow(MailboxPortUnusable);
      await expect(second).rejects.toThrow(/MAILBOX_PORT/);
    }),
  );
});
