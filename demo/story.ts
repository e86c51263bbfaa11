import type { MailboxServer } from '../src/mail-catcher/catcher.ts';
import { type Client, until } from './client.ts';
import { everyoneOnce, firstPictureLoads, leaveByOneClick, messageTo, newestTo } from './inbox.ts';
import { openNewsletters, readFeeds, type SiteFeed } from './newsletters.ts';
import { readersFile } from './readers.ts';
import { lighthouseSpecial } from './special.ts';

/** Where the story plays: a running Gaceta, its mailbox, and the newsroom's site. */
export interface Stage {
  publicUrl: string;
  mailbox: MailboxServer;
  site: { url: string; feeds: SiteFeed[] };
  api: Client;
  /** One step that was seen to work, for a person to read. */
  tell(line: string): void;
  /** How far a send is. */
  progress(done: number, of: number): void;
}

export const CHECKS = [
  'signedUp',
  'confirmed',
  'feedRead',
  'digestReceived',
  'pictureShown',
  'unsubscribed',
  'leftIsSkipped',
  'ledgerBalances',
  'sentOnce',
] as const;
export type Checks = Record<(typeof CHECKS)[number], boolean>;

interface Edition {
  id: string;
  number: number;
  state: string;
  reason: string | null;
  audience: number | null;
  subject: string;
  ledger: Record<'queued' | 'sending' | 'sent' | 'failed' | 'skipped' | 'uncertain', number>;
}
interface Subscriber {
  id: string;
  email: string;
  subscriptions: { newsletter: string; state: string }[];
}

/** With all that is sent to them and to the named readers, fewer messages than the mailbox keeps. */
const IMPORTED = 450;
const ana = { email: 'ana@reader.example', name: 'Ana', newsletter: 'daily', language: 'en' };
const bruno = { email: 'bruno@reader.example', name: 'Bruno', newsletter: 'daily', language: 'en' };
const clara = {
  email: 'clara@lectora.example',
  name: 'Clara',
  newsletter: 'diario',
  language: 'es',
};

/**
 * Plays the whole job through the doors that everybody has: the reader's pages, the API, the inbox. A
 * check is true when its step was seen to work. Throws where a step cannot go on.
 */
export async function playStory(stage: Stage, checks: Checks): Promise<void> {
  const { api, tell } = stage;
  await openNewsletters(api);

  await signUp(stage, ana, 'json');
  await signUp(stage, bruno, 'form');
  await signUp(stage, clara, 'json');
  checks.signedUp = true;
  tell('three readers signed up at the front door, and were asked to confirm');

  for (const reader of [ana, bruno, clara]) await confirm(stage, reader);
  checks.confirmed = true;
  tell('each confirmed by the button; opening the link alone changed nothing');

  const imported = await importReaders(stage);
  tell(`${imported} more were imported with their recorded consent`);

  const articles = await readFeeds(api, stage.site.feeds);
  checks.feedRead = articles > 0;
  tell(`${stage.site.feeds.length} feeds were read: ${articles} articles`);

  const daily = await sendDaily(stage, 'daily', IMPORTED + 2);
  const diario = await sendDaily(stage, 'diario', 1);
  checks.sentOnce = await everyoneOnce(stage.mailbox, daily.subject, IMPORTED + 2);

  const digest = await messageTo(stage.mailbox, ana.email, daily.subject);
  const spanish = await messageTo(stage.mailbox, clara.email, diario.subject);
  checks.digestReceived =
    /unsubscribe/i.test(digest.text ?? '') && /baja/i.test(spanish.text ?? '');
  tell(`Ana's inbox: “${digest.subject}”; Clara's: “${spanish.subject}”`);
  checks.pictureShown = await firstPictureLoads(digest.html ?? '');
  tell('the lead picture of the digest loads');

  await leaveByOneClick(digest.headers);
  checks.unsubscribed = (await stateOf(stage, ana)) === 'unsubscribed';
  tell('Ana left by one click, without a cookie; clicking again changes nothing');

  const special = await sendSpecial(stage);
  const again = await stage.mailbox.messages({ to: ana.email });
  checks.leftIsSkipped =
    special.audience === IMPORTED + 1 && !again.some(({ subject }) => subject === special.subject);
  tell(`a special report went to the ${special.audience} others, and not to Ana`);

  checks.ledgerBalances = [daily, diario, special].every(
    ({ ledger, audience }) => Object.values(ledger).reduce((sum, n) => sum + n, 0) === audience,
  );
  tell('every ledger balances: each reader accounted for');

  // anyone who looks at the inboxes afterwards finds the named readers' first mails in them
  const there = await stage.mailbox.messages();
  if (there.length < stage.mailbox.count()) throw new Error('the mailbox has dropped messages');
}

async function signUp(
  { publicUrl, mailbox }: Stage,
  reader: typeof ana,
  by: 'json' | 'form',
): Promise<void> {
  const response = await fetch(`${publicUrl}/subscribe`, {
    method: 'POST',
    redirect: 'manual',
    ...(by === 'json'
      ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(reader) }
      : { body: new URLSearchParams(reader) }),
  });
  const wanted = by === 'json' ? 202 : 303;
  if (response.status !== wanted)
    throw new Error(`sign-up answered ${response.status}: ${await response.text()}`);
  await until(`the confirmation mail to ${reader.name}`, () => newestTo(mailbox, reader.email));
}

async function confirm(stage: Stage, reader: typeof ana): Promise<void> {
  const mail = await newestTo(stage.mailbox, reader.email);
  const link = /https?:\/\/\S+\/confirm\/\S+/.exec(mail?.text ?? '')?.[0];
  if (!link) throw new Error(`no link to confirm in the mail to ${reader.name}`);
  const page = await fetch(link);
  if (!page.ok || (await stateOf(stage, reader)) !== 'pending')
    throw new Error('opening the link must show a page and change nothing');
  const done = await fetch(link, { method: 'POST' });
  if (!done.ok || (await stateOf(stage, reader)) !== 'active')
    throw new Error(`confirming answered ${done.status}`);
}

async function stateOf({ api }: Stage, reader: typeof ana): Promise<string | undefined> {
  const { data } = await api.call<{ data: Subscriber[] }>(
    'GET',
    `/subscribers?email=${encodeURIComponent(reader.email)}`,
  );
  const found = data.find(({ email }) => email === reader.email);
  return found?.subscriptions.find(({ newsletter }) => newsletter === reader.newsletter)?.state;
}

async function importReaders({ api }: Stage): Promise<number> {
  const { id } = await api.send<{ id: string }>(
    'POST',
    '/imports?newsletter=daily',
    'text/csv',
    readersFile(IMPORTED),
  );
  const done = await until('the import', async () => {
    const now = await api.call<{ state: string; added: number }>('GET', `/imports/${id}`);
    return now.state === 'running' ? undefined : now;
  });
  if (done.added !== IMPORTED) throw new Error(`imported ${done.added} of ${IMPORTED} readers`);
  return done.added;
}

/** Presses send twice at once, and waits for the end. */
async function sendDaily(stage: Stage, newsletter: string, readers: number): Promise<Edition> {
  const draft = await stage.api.call<{ id: string }>('POST', '/editions', {
    newsletter,
    kind: 'daily',
  });
  await until('the pictures', async () => {
    const { articles } = await stage.api.call<{ articles: { image: unknown }[] }>(
      'GET',
      `/editions/${draft.id}`,
    );
    return articles.every(({ image }) => image !== null) || undefined;
  });
  const order = { newsletter, kind: 'daily', send: true };
  const [first, second] = await Promise.all([
    stage.api.call<Edition>('POST', '/editions', order),
    stage.api.call<Edition>('POST', '/editions', order),
  ]);
  if (first.id !== second.id) throw new Error('pressing send twice made two editions');
  const sent = await whenSent(stage, first.id);
  if (sent.audience !== readers || sent.ledger.sent !== readers)
    throw new Error(`sent to ${sent.ledger.sent} of ${sent.audience}; ${readers} were expected`);
  stage.tell(`“${sent.subject}” was sent to ${sent.ledger.sent} reader${readers > 1 ? 's' : ''}`);
  return sent;
}

async function sendSpecial(stage: Stage): Promise<Edition> {
  const story = lighthouseSpecial(new Date());
  const article = await stage.api.call<{ id: string }>('POST', '/articles', {
    newsletter: 'daily',
    section: story.section,
    title: story.headline,
    standfirst: story.standfirst,
    url: `${stage.site.url}${story.path}`,
    image: { url: `${stage.site.url}${story.picture}`, alt: story.alt, credit: story.credit },
    author: story.author,
    language: story.language,
  });
  const made = await stage.api.call<Edition>('POST', '/editions', {
    newsletter: 'daily',
    kind: 'special',
    articles: [article.id],
    introduction: 'Our **special report**, a year in the making.',
    send: true,
  });
  return whenSent(stage, made.id);
}

const whenSent = ({ api, progress }: Stage, id: string): Promise<Edition> =>
  until(
    'the end of the send',
    async () => {
      const edition = await api.call<Edition>('GET', `/editions/${id}`);
      if (edition.state === 'paused') throw new Error(`the edition paused: ${edition.reason}`);
      const { queued, sending } = edition.ledger;
      if (edition.audience !== null)
        progress(edition.audience - queued - sending, edition.audience);
      return edition.state === 'sent' ? edition : undefined;
    },
    120,
  );
