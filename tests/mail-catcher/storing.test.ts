import { once } from 'node:events';
import * as fs from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import type { MailboxServer } from '../../src/mail-catcher/catcher.ts';
import { plain, send, withFolder, withMailbox } from './start.ts';

/** Connects and waits for the greeting: who talks before it is turned away. */
async function dial({ smtpUrl }: MailboxServer): Promise<Socket> {
  const socket = connect(Number(new URL(smtpUrl).port), '127.0.0.1');
  await once(socket, 'data');
  return socket;
}

test('what was taken survives a restart, in order, under the same ids', async () => {
  await withFolder(async (dir) => {
    let before: string[] = [];
    await withMailbox(dir, async (mailbox) => {
      for (const n of [1, 2, 3])
        await send(mailbox, { to: 'ana@example.com', raw: plain(`No ${n}`) });
      before = (await mailbox.messages()).map(({ id }) => id);
    });
    await withMailbox(dir, async (mailbox) => {
      expect((await mailbox.messages()).map(({ id }) => id)).toEqual(before);
      await send(mailbox, { to: 'ana@example.com', raw: plain('No 4') });
      const subjects = (await mailbox.messages()).map(({ subject }) => subject);
      expect(subjects).toEqual(['No 4', 'No 3', 'No 2', 'No 1']);
      expect(mailbox.count()).toBe(4);
    });
  });
});

test('keeps the newest, many coming in at once, and counts all', async () => {
  await withFolder(async (dir) => {
    await withMailbox(
      dir,
      async (mailbox) => {
        const all = Array.from({ length: 60 }, (_, n) =>
          send(mailbox, { to: `reader${n}@example.com`, raw: plain(`No ${n}`) }),
        );
        await Promise.all(all);
        expect(mailbox.count()).toBe(60);
        expect(await mailbox.messages()).toHaveLength(10);
        const files = fs.readdirSync(dir).filter((name) => name.endsWith('.eml'));
        expect(files).toHaveLength(10);
        // the index is written anew before the next one, however many came at once: it does not grow for ever
        await send(mailbox, { to: 'ana@example.com', raw: plain('One more') });
        const lines = fs.readFileSync(join(dir, 'index.jsonl'), 'utf8').split('\n');
        expect(lines.length).toBeLessThan(60);
      },
      10,
    );
    await withMailbox(dir, async (mailbox) => expect(mailbox.count()).toBe(61), 10);
  });
});

test('keeps the bytes as they came, and the envelope beside them', async () => {
  await withFolder(async (dir) => {
    await withMailbox(dir, async (mailbox) => {
      const raw = `${plain('Dots')}.\r\n..two\r\n.end ñ\r\n`;
      await send(mailbox, { to: 'ana@example.com', raw });
      const [message] = await mailbox.messages();
      expect((await mailbox.raw(message?.id ?? ''))?.toString('utf8')).toBe(raw);
      expect(message).toMatchObject({ from: 'daily@example.com', to: ['ana@example.com'] });
      expect(message?.size).toBe(Buffer.byteLength(raw));
    });
  });
});

test('international addresses are taken and found, with PIPELINING and SMTPUTF8 offered', async () => {
  await withFolder(async (dir) => {
    await withMailbox(dir, async (mailbox) => {
      await send(mailbox, { to: 'josé@correo.example', raw: plain('Hola') });
      await send(mailbox, { to: 'Ana@Example.com', raw: plain('Hello') });
      expect(await mailbox.messages({ to: 'JOSÉ@' })).toMatchObject([{ subject: 'Hola' }]);
      expect(await mailbox.messages({ to: 'ana@example.com' })).toMatchObject([
        { subject: 'Hello' },
      ]);
      expect(await mailbox.messages({ to: 'nobody@' })).toEqual([]);
      const socket = await dial(mailbox);
      socket.end('EHLO reader\r\nQUIT\r\n');
      const said = await text(socket);
      expect(said).toContain('PIPELINING');
      expect(said).toContain('SMTPUTF8');
    });
  });
});

test('after a crash: half a line and a file nobody was told of are no messages', async () => {
  await withFolder(async (dir) => {
    await withMailbox(dir, async (mailbox) => {
      await send(mailbox, { to: 'ana@example.com', raw: plain('Whole') });
    });
    fs.appendFileSync(join(dir, 'index.jsonl'), '{"id":"000000000002","receiv');
    fs.writeFileSync(join(dir, '000000000002.eml'), 'half');
    await withMailbox(dir, async (mailbox) => {
      expect(await mailbox.messages()).toMatchObject([{ subject: 'Whole' }]);
      await send(mailbox, { to: 'ana@example.com', raw: plain('Next') });
    });
    await withMailbox(dir, async (mailbox) => {
      const subjects = (await mailbox.messages()).map(({ subject }) => subject);
      expect(subjects).toEqual(['Next', 'Whole']);
    });
  });
});

test('says 452 for what it cannot store, and takes it later', async () => {
  await withFolder(async (dir) => {
    const folder = join(dir, 'mailbox');
    await withMailbox(folder, async (mailbox) => {
      fs.renameSync(folder, join(dir, 'away'));
      await expect(
        send(mailbox, { to: 'ana@example.com', raw: plain('Lost?') }),
      ).rejects.toMatchObject({ responseCode: 452 });
      expect(await mailbox.messages()).toEqual([]);
      fs.renameSync(join(dir, 'away'), folder);
      await send(mailbox, { to: 'ana@example.com', raw: plain('Kept') });
      expect(await mailbox.messages()).toMatchObject([{ subject: 'Kept' }]);
    });
  });
});

test('refuses a message past 30 MiB and goes on', async () => {
  await withFolder(async (dir) => {
    await withMailbox(dir, async (mailbox) => {
      const socket = await dial(mailbox);
      const line = `${'x'.repeat(998)}\r\n`;
      socket.write('EHLO x\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\n');
      for (let sent = 0; sent < 32 * 1024 * 1024; sent += 1_000_000)
        socket.write(line.repeat(1000));
      socket.end('\r\n.\r\nQUIT\r\n');
      expect(await text(socket)).toMatch(/^552 /m);
      expect(mailbox.count()).toBe(0);
      await send(mailbox, { to: 'ana@example.com', raw: plain('Small') });
      expect(mailbox.count()).toBe(1);
    });
  });
});
