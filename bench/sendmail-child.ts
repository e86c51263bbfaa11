import { createTransport } from 'nodemailer';
import { z } from 'zod';

/**
 * nodemailer as everybody uses it: its pool and `sendMail`, a message built for each recipient. Told by its parent
 * what to send; answers with what it took.
 */
const orders = z.object({
  port: z.number(),
  connections: z.number(),
  messages: z.number(),
  html: z.string(),
  text: z.string(),
});

process.once('message', async (message) => {
  const { port, connections, messages, html, text } = orders.parse(message);
  const pool = createTransport({
    pool: true,
    host: '127.0.0.1',
    port,
    maxConnections: connections,
    maxMessages: 500,
    ignoreTLS: true,
  });
  const before = process.cpuUsage();
  const startedAt = performance.now();
  let next = 0;
  const sender = async () => {
    while (next < messages) {
      next += 1;
      await pool.sendMail({
        from: 'The Daily <daily@example.test>',
        to: `reader-${next}@example.test`,
        subject: 'The morning in twenty stories',
        html,
        text,
        headers: {
          'List-Unsubscribe': `<https://news.example/unsubscribe/${next}>`,
          'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
        },
      });
    }
  };
  await Promise.all(Array.from({ length: connections * 2 }, sender));
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(before);
  pool.close();
  process.send?.({
    messagesPerSecond: (messages * 1_000) / ms,
    cpuMsPerMessage: (user + system) / 1_000 / messages,
  });
  process.disconnect();
});
