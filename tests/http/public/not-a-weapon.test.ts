import { type Challenge, solveChallenge } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { beforeAll, describe, expect, test } from 'vitest';
import { putSignUpSettings } from '../../../src/subscribers/sign-up-settings.ts';
import { hashAddress, makeNewsletter } from '../../subscribers/fixtures/newsroom.ts';
import { openSite, type Site, tokensFor } from './fixtures/site.ts';

let site: Site;
beforeAll(async () => {
  site = await openSite({ TRUST_PROXY: '1' });
  await makeNewsletter(site.context.db, 'daily', { title: 'The Daily' });
});

const from = (n: number) => ({ 'X-Forwarded-For': `198.51.${n >> 8}.${n & 255}` });
const subscribe = (email: string, origin: number, more: object = {}) =>
  site.postJson('/subscribe', { email, ...more }, from(origin));
const lettersTo = async (key: string) =>
  site.context.db
    .selectFrom('letters as l')
    .innerJoin('subscribers as s', 's.id', 'l.subscriberId')
    .select('l.kind')
    .where('s.emailKey', '=', key)
    .orderBy('l.id')
    .execute();

/** Does `work` for each number below `count`, so many at a time. */
async function inParallel(count: number, width: number, work: (n: number) => Promise<void>) {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await work(next++);
    }),
  );
}

async function solved(from = site): Promise<string> {
  const challenge = (await (await from.get('/challenge')).json()) as Challenge;
  const solution = await solveChallenge({ challenge, deriveKey });
  return Buffer.from(JSON.stringify({ challenge, solution })).toString('base64');
}

describe('a flood', () => {
  test('of 10,000 sign-ups for one victim from 1,000 addresses brings one mail', async () => {
    const statuses = new Map<number, number>();
    const spellings = ['victim@example.net', 'VICTIM@example.net', 'Victim@Example.NET'];
    await inParallel(10_000, 50, async (n) => {
      const answer = await subscribe(spellings[n % 3] ?? '', n % 1000);
      await answer.text();
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    });
    expect(Object.fromEntries(statuses)).toEqual({ 202: 10_000 });
    expect(await lettersTo('victim@example.net')).toEqual([{ kind: 'confirmation' }]);
  });

  test('by tags and dots of one mailbox ends after a few', async () => {
    for (let n = 0; n < 20; n++) {
      const email = n % 2 ? `v.ictim+${n}@gmail.com` : `vic.tim+${n}@googlemail.com`;
      expect((await subscribe(email, 2000 + n)).status).toBe(202);
    }
    const { n } = await site.context.db
      .selectFrom('subscribers')
      .select((eb) => eb.fn.countAll<string>().as('n'))
      .where('receiverGroup', '=', 'google')
      .executeTakeFirstOrThrow();
    expect(Number(n)).toBe(5);
  });

  test('from one address is asked for a proof of work, at every door, and across processes', async () => {
    const second = await openSite({ TRUST_PROXY: '1' }, site.context.databaseUrl);
    await inParallel(50, 10, async (n) => {
      const one = n % 2 ? second : site;
      const answer = await one.postJson(
        '/subscribe',
        { email: `crowd${n}@example${n}.org` },
        from(3000),
      );
      expect(answer.status).toBe(202);
    });
    const refused = await subscribe('more@example.org', 3000);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('600');
    expect(await refused.json()).toMatchObject({ type: 'urn:gaceta:proof-needed', status: 429 });
    const page = await second.post('/subscribe', { email: 'more@example.org' }, from(3000));
    expect(page.status).toBe(429);
    const text = await page.text();
    expect(text).toContain('<altcha-widget');
    expect(text).toContain('value="more@example.org"');
    expect(await lettersTo('more@example.org')).toEqual([]);

    const altcha = await solved();
    expect((await subscribe('more@example.org', 3000, { altcha })).status).toBe(202);
    expect(await lettersTo('more@example.org')).toEqual([{ kind: 'confirmation' }]);
    // once used it is worth nothing, nor is one that was tampered with, or a solution of no challenge of ours
    expect((await subscribe('again@example.org', 3000, { altcha })).status).toBe(429);
    const forged = JSON.parse(Buffer.from(await solved(), 'base64').toString());
    forged.challenge.parameters.expiresAt += 1;
    const other = Buffer.from(JSON.stringify(forged)).toString('base64');
    expect((await subscribe('again@example.org', 3000, { altcha: other })).status).toBe(429);
    expect((await subscribe('again@example.org', 3000, { altcha: 'nonsense' })).status).toBe(429);
    expect((await subscribe('else@example.org', 3001)).status).toBe(202);
  });

  test('for one domain, and in all, has its limits', async () => {
    await putSignUpSettings(site.context.db, { perDomain: 3 });
    const fresh = await openSite({ TRUST_PROXY: '1' }, site.context.databaseUrl);
    const post = (n: number) =>
      fresh.postJson('/subscribe', { email: `staff${n}@company.example` }, from(4000 + n));
    for (let n = 0; n < 3; n++) expect((await post(n)).status).toBe(202);
    expect((await post(3)).status).toBe(429);
    await putSignUpSettings(site.context.db, { perDomain: 200, inAll: [1, 1] });
    const full = await openSite({ TRUST_PROXY: '1' }, site.context.databaseUrl);
    const answer = await full.postJson('/subscribe', { email: 'a@b.example' }, from(5000));
    expect(answer.status).toBe(429);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(1);
    await putSignUpSettings(site.context.db, { inAll: [5000, 50_000] });
  });
});

describe('requests that are refused', () => {
  // limits low enough to reach, in a site of its own: counts are per database
  async function limited(settings: Parameters<typeof putSignUpSettings>[1]) {
    const own = await openSite({ TRUST_PROXY: '1' });
    await makeNewsletter(own.context.db, 'daily');
    await putSignUpSettings(own.context.db, settings);
    const ask = (email: string, origin: number, more: object = {}) =>
      own.postJson('/subscribe', { email, ...more }, from(origin));
    const statuses = async (emails: string[], origin: number) => {
      const seen = [];
      for (const email of emails) seen.push((await ask(email, origin)).status);
      return seen;
    };
    const letters = async () => {
      const rows = await own.context.db.selectFrom('letters').select('id').execute();
      return rows.length;
    };
    return { own, ask, statuses, letters };
  }

  test('by one origin cost a reader elsewhere nothing', async () => {
    const { statuses } = await limited({ perOrigin: [3, 6], perProvider: 5, inAll: [6, 8] });
    const flood = Array.from({ length: 40 }, (_, n) => `reader${n}@gmail.com`);
    const answers = await statuses(flood, 1);
    expect(answers.filter((status) => status === 202)).toHaveLength(3);
    expect(await statuses(['other@gmail.com'], 2)).toEqual([202]);
    expect(await statuses(['one@example.net'], 3)).toEqual([202]);
  });

  test('do not silence the mailbox they were for', async () => {
    const { statuses, letters } = await limited({ perOrigin: [1, 3], perMailbox: 2 });
    const flood = Array.from({ length: 9 }, (_, n) => `victim+${n}@gmail.com`);
    expect((await statuses(flood, 1)).slice(1)).toEqual(Array(8).fill(429));
    expect(await statuses(['victim@gmail.com'], 2)).toEqual([202]);
    expect(await letters()).toBe(2);
  });

  test('by the limit of all, without a proof, leave it open to those who bring one', async () => {
    const { own, ask, statuses } = await limited({ inAll: [2, 4] });
    const flood = Array.from({ length: 12 }, (_, n) => `reader${n}@site${n}.example`);
    expect((await statuses(flood, 1)).slice(2)).toEqual(Array(10).fill(429));
    for (let n = 0; n < 4; n++) {
      const altcha = await solved(own);
      expect((await ask(`late${n}@example.org`, 10 + n, { altcha })).status).toBe(202);
    }
    const refused = await ask('late@example.org', 20);
    expect(await refused.json()).toMatchObject({ type: 'urn:gaceta:proof-needed' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(600);
  });
});

describe('what a sign-up tells', () => {
  test('nothing about the address, by its answer', async () => {
    const { db } = site.context;
    await db
      .insertInto('suppressions')
      .values({ addressHash: site.context.hashAddress('gone@example.com'), reason: 'complaint' })
      .execute();
    await subscribe('active@example.com', 6000);
    const { confirm } = await tokensFor(site.context, 'active@example.com');
    await site.post(`/confirm/${confirm}`, {});
    await subscribe('pending@example.com', 6001);
    const told = async (answer: Response) => ({
      status: answer.status,
      headers: [...answer.headers]
        .filter(([name]) => name !== 'date' && name !== 'x-request-id')
        .map(([name, value]) => [name, value.replace(/(?<=&to=)[\w-]+/, '')]),
      body: (await answer.text()).replace(/(?<=&to=)[\w-]+/, ''),
    });
    const answers = [];
    for (const who of ['new', 'pending', 'active', 'gone']) {
      const email = `${who}@example.com`;
      const json = await told(await subscribe(email, 6010));
      const form = await told(await site.post('/subscribe', { email, lang: 'en' }, from(6011)));
      answers.push({ json, form });
    }
    const [first] = answers;
    expect(first?.json).toMatchObject({ status: 202, body: '{"status":"pending"}' });
    expect(first?.form.status).toBe(303);
    expect(first?.form.headers).toContainEqual(['location', '/subscribed?lang=en&to=']);
    for (const answer of answers) expect(answer).toEqual(first);
    expect(hashAddress('gone@example.com')).toHaveLength(32);
  });

  test('a machine that fills in the hidden field hears success, and nothing is stored', async () => {
    const answer = await site.post(
      '/subscribe',
      { email: 'bot@example.com', website: 'https://spam.example' },
      from(9000),
    );
    expect(answer.status).toBe(303);
    expect(await lettersTo('bot@example.com')).toEqual([]);
  });

  test('an address to throw away is refused, unless the newsroom takes them', async () => {
    const form = await site.post('/subscribe', { email: 'x@sub.mailinator.com' }, from(9001));
    expect(form.status).toBe(422);
    expect(await form.text()).toContain('disposable');
    const json = await subscribe('x@mailinator.com', 9002);
    expect(json.status).toBe(422);
    expect(await json.json()).toMatchObject({ errors: [{ pointer: '/email' }] });
    await putSignUpSettings(site.context.db, { refuseDisposable: false });
    const lenient = await openSite({ TRUST_PROXY: '1' }, site.context.databaseUrl);
    const taken = await lenient.postJson('/subscribe', { email: 'x@mailinator.com' }, from(9003));
    expect(taken.status).toBe(202);
  });

  test('a slip of the hand is offered back, and taken as typed when the reader insists', async () => {
    const asked = await site.post('/subscribe', { email: 'eva@gmial.com' }, from(9004));
    expect(asked.status).toBe(422);
    expect(await asked.text()).toContain('value="eva@gmail.com"');
    expect(await lettersTo('eva@gmial.com')).toEqual([]);
    const insisted = await site.post(
      '/subscribe',
      { email: 'eva@outlok.es', meant: 'eva@outlok.es' },
      from(9004),
    );
    expect(insisted.status).toBe(303);
    expect(await lettersTo('eva@outlok.es')).toHaveLength(1);
    const json = await subscribe('eva@outlok.com', 9005);
    expect(await json.json()).toEqual({ status: 'pending', suggestion: 'eva@outlook.com' });
  });
});

describe('a thousand clicks at once', () => {
  test('on one confirmation and one unsubscribe link are one change each, and all are answered alike', async () => {
    await subscribe('clicks@example.com', 9100);
    const { id, confirm, unsubscribe } = await tokensFor(site.context, 'clicks@example.com');
    const { newsletterId } = await site.context.db
      .selectFrom('subscriptions')
      .select('newsletterId')
      .where('subscriberId', '=', id)
      .executeTakeFirstOrThrow();
    for (const [path, answer] of [
      [`/confirm/${confirm}`, 303],
      [`/unsubscribe/${unsubscribe(newsletterId)}`, 200],
    ]) {
      const statuses = await Promise.all(
        Array.from({ length: 1000 }, async () => {
          const got = await site.post(String(path), { 'List-Unsubscribe': 'One-Click' });
          await got.text();
          return got.status;
        }),
      );
      expect(new Set(statuses)).toEqual(new Set([answer]));
    }
    const consents = await site.context.db
      .selectFrom('consents')
      .select('action')
      .where('subscriberId', '=', id)
      .orderBy('id')
      .execute();
    expect(consents.map((row) => row.action)).toEqual(['request', 'confirm', 'withdraw']);
    expect(await lettersTo('clicks@example.com')).toEqual([
      { kind: 'confirmation' },
      { kind: 'welcome' },
    ]);
  });
});
