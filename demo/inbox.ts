import type { MailboxServer } from '../src/mail-catcher/catcher.ts';

/** The newest message to a reader, opened; undefined while there is none. */
export async function newestTo(mailbox: MailboxServer, to: string) {
  const [summary] = await mailbox.messages({ to, limit: 1 });
  return summary && (await mailbox.message(summary.id));
}

/** The message of a reader with that subject. Throws when it is not there. */
export async function messageTo(mailbox: MailboxServer, to: string, subject: string) {
  const found = (await mailbox.messages({ to })).find((mail) => mail.subject === subject);
  const mail = found && (await mailbox.message(found.id));
  if (!mail) throw new Error(`no “${subject}” in the inbox of ${to}`);
  return mail;
}

/** Whether so many readers have a message with that subject, and each has one. */
export async function everyoneOnce(
  mailbox: MailboxServer,
  subject: string,
  readers: number,
): Promise<boolean> {
  const found = (await mailbox.messages()).filter((mail) => mail.subject === subject);
  return found.length === readers && new Set(found.flatMap(({ to }) => to)).size === readers;
}

/** Whether the first picture of a message is there and is a picture. */
export async function firstPictureLoads(html: string): Promise<boolean> {
  const source = /<img[^>]+src="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&');
  if (!source) return false;
  const picture = await fetch(source);
  const bytes = await picture.arrayBuffer();
  return Boolean(picture.headers.get('content-type')?.startsWith('image/')) && bytes.byteLength > 0;
}

/** What a mail program does on “unsubscribe” (RFC 8058): twice, for one never knows. */
export async function leaveByOneClick(headers: { name: string; value: string }[]): Promise<void> {
  const header = headers.find(({ name }) => name.toLowerCase() === 'list-unsubscribe');
  const link = /<(https?:[^>]+)>/.exec(header?.value ?? '')?.[1]?.replaceAll(/\s/g, '');
  if (!link) throw new Error('the digest has no List-Unsubscribe');
  for (let click = 0; click < 2; click++) {
    const response = await fetch(link, {
      method: 'POST',
      body: new URLSearchParams({ 'List-Unsubscribe': 'One-Click' }),
    });
    if (!response.ok) throw new Error(`one-click answered ${response.status}`);
  }
}
