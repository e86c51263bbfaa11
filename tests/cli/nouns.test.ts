import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { describe, expect, it } from 'vitest';
import { openSealing } from '../../src/database/sealing.ts';
import {
  articleShape,
  editionShape,
  importShape,
  newsletterShape,
  pageOf,
  subscriberShape,
  suppressionShape,
} from '../../src/http/api/shapes.ts';
import { ensureFirstNewsletter } from '../../src/newsletters/newsletters.ts';
import { getOperatorByEmail } from '../../src/operators/accounts.ts';
import { findApiToken } from '../../src/operators/api-tokens.ts';
import { beginSession } from '../../src/operators/sessions.ts';
import { findSetupLink } from '../../src/operators/setup-links.ts';
import { beginTotp } from '../../src/operators/totp.ts';
import { twoFactorRequired } from '../../src/operators/two-factor.ts';
import { openFreshDatabase } from '../harness/database.ts';
import { openShell } from './harness.ts';

const daysUntil = (iso: string) => Math.round((Date.parse(iso) - Date.now()) / 86_400_000);

describe('the command line', async () => {
  const { db, url } = await openFreshDatabase();
  await ensureFirstNewsletter(db);
  const { gaceta, folder } = await openShell({ DATABASE_URL: url });

  it('tells wrong use (2) from failure (1), each with a problem on stdout', async () => {
    for (const [args, code, status] of [
      ['newsletters lost --json', 2, 400],
      ['tokens create --name x --role owner --json', 2, 400],
      ['subscribers erase 1 --json', 2, 400],
      ['editions send 1 --kind daily --json', 2, 400],
      ['editions list --limit 0 --json', 2, 400],
      ['editions show 999 --json', 1, 404],
      ['editions compose --json', 1, 409],
      ['newsletters update daily --send-at 25:00 --json', 1, 422],
    ] as const) {
      const outcome = await gaceta(args);
      expect(outcome.code, args).toBe(code);
      expect(outcome.json(), args).toMatchObject({ status, detail: expect.any(String) });
      expect(outcome.stderr.trim(), args).not.toBe('');
    }
  });

  it('lists what needs a person', async () => {
    expect((await gaceta('attention --json')).json()).toEqual({ data: [] });
    await sql`insert into attention (cause, subject, detail, since, raised_at)
      values ('relay', 'relay', 'relay', '2026-11-24', now())`.execute(db);
    expect((await gaceta('attention --json')).json().data).toMatchObject([
      { cause: 'relay', subject: 'relay', newsletter: null, since: '2026-11-24T00:00:00.000Z' },
    ]);
    expect((await gaceta('attention')).stdout).toContain('No mail server is set');
  });

  it('says what it is for, which is no failure', async () => {
    const help = await gaceta('editions send --help');
    expect([help.code, help.stdout]).toEqual([0, expect.stringContaining('--wait')]);
  });

  it('makes and changes newsletters', async () => {
    const made = await gaceta(
      "newsletters create diario --title 'El Diario' --language es --section 'noticias=Las noticias' --days 1,2,3 --json",
    );
    expect(newsletterShape.parse(made.json())).toMatchObject({
      slug: 'diario',
      days: [1, 2, 3],
      sections: [{ slug: 'noticias', title: 'Las noticias' }],
    });
    const changed = await gaceta('newsletters update diario --send-at 06:15 --no-active --json');
    expect(changed.json()).toMatchObject({ sendAt: '06:15', active: false, title: 'El Diario' });
    const list = await gaceta('newsletters list --json');
    expect(pageOf(newsletterShape).parse(list.json()).data).toHaveLength(2);
  });

  it('makes tokens and operators', async () => {
    const { token } = (await gaceta('tokens create --name desk --role editor --json')).json();
    expect(await findApiToken(db, token)).toMatchObject({
      token: { name: 'desk', role: 'editor' },
    });
    const { data } = (await gaceta('tokens list --json')).json();
    expect(data).toHaveLength(1);
    expect(JSON.stringify(data)).not.toContain('gct_');
    await gaceta(`tokens revoke ${data[0].id}`);
    expect(await findApiToken(db, token)).toBeUndefined();
    const least = (await gaceta('tokens create --name figures --json')).json();
    expect([least.role, daysUntil(least.expiresAt)]).toEqual(['viewer', 365]);

    const operator = await gaceta('operators create --email ana@example.org --role owner --json');
    const { setupUrl } = operator.json();
    expect(setupUrl).toMatch(/^http:\/\/localhost:3000\/console\/setup\/gcs_/);
    expect(await findSetupLink(db, setupUrl.split('/').at(-1))).toMatchObject({
      email: 'ana@example.org',
    });
    const changed = await gaceta('operators update ANA@example.org --draft-notices --json');
    expect(changed.json()).toMatchObject({ draftNotices: true, role: 'owner' });
    expect((await gaceta('operators update ana@example.org --role viewer --json')).code).toBe(1);
    for (const args of ['create --email uma@example.org', 'update ana@example.org'])
      expect((await gaceta(`operators ${args} --name 'Uma\u0007\nBcc: x'`)).code).toBe(1);
    const told = await gaceta('operators update ana@example.org --alerts paused,disk --json');
    expect(told.json().alerts).toEqual(['paused', 'disk']);
    expect((await gaceta('operators update ana@example.org --alerts paus')).code).toBe(2);
    expect((await gaceta('operators disable ana@example.org')).code).toBe(1);
  });

  it('helps an operator who lost a password, or whose browser was lost', async () => {
    await gaceta('operators create --email bea@example.org');
    const { id } = await getOperatorByEmail(db, 'bea@example.org');
    await beginSession(db, id);
    const link = (await gaceta('operators link BEA@example.org --json')).json();
    expect(link).toMatchObject({ id, email: 'bea@example.org' });
    const token = link.setupUrl.split('/').at(-1);
    expect(await findSetupLink(db, token)).toMatchObject({
      operatorId: id,
      email: 'bea@example.org',
    });
    expect((await gaceta('operators end-sessions bea@example.org --json')).json().ended).toBe(1);
    await gaceta('operators disable bea@example.org');
    await expect(findSetupLink(db, token)).rejects.toMatchObject({ why: 'disabled' });
    expect((await gaceta('operators link bea@example.org')).code).toBe(1);
    const back = await gaceta('operators enable bea@example.org --json');
    expect(back.json()).toMatchObject({ id, disabledAt: null });
    expect((await gaceta('operators link nobody@example.org')).code).toBe(1);
    await beginTotp(db, openSealing(['a secret of here']), id);
    await db.updateTable('totpSecrets').set({ confirmedAt: new Date() }).execute();
    const reset = await gaceta('operators reset-two-factor bea@example.org --json');
    expect(reset.json()).toMatchObject({ id, twoFactor: false });
    expect((await gaceta('operators require-two-factor on --json')).json()).toEqual({
      required: true,
    });
    expect(await twoFactorRequired(db)).toBe(true);
    await gaceta('operators require-two-factor off');
    expect(await twoFactorRequired(db)).toBe(false);
    await gaceta('operators create --email dora@example.org --mail');
    const letters = await db
      .selectFrom('letters')
      .select('email')
      .where('kind', '=', 'invitation')
      .execute();
    expect(letters).toEqual([{ email: 'dora@example.org' }]);
  });

  it('adds, imports, exports and erases subscribers', async () => {
    const added = await gaceta(
      'subscribers add ana@example.org --newsletter daily --consent-source fair --consent-at 2026-01-02T10:00:00Z --json',
    );
    expect(subscriberShape.parse(added.json()).subscriptions).toMatchObject([{ state: 'active' }]);
    const csv = 'email,consent_source,consent_at\nbea@example.org,fair,2026-01-02\ncleo,,\n';
    await writeFile(join(folder, 'in.csv'), csv);
    const done = await gaceta('subscribers import in.csv --newsletter daily --json');
    expect(importShape.parse(done.json())).toMatchObject({ added: 1, skipped: 1 });
    const piped = await gaceta('subscribers import - --newsletter daily --json', csv);
    expect(piped.json()).toMatchObject({ added: 0, updated: 0 });
    expect((await gaceta('subscribers export')).stdout.trim().split('\n')).toHaveLength(3);
    const all = await gaceta('subscribers export --json');
    expect(pageOf(subscriberShape).parse(all.json()).data).toHaveLength(2);
    const one = await gaceta('subscribers export ana@example.org');
    expect(one.json()).toMatchObject({ subscriber: { email: 'ana@example.org' } });
    const gone = await gaceta('subscribers erase ana@example.org --yes --json');
    expect(gone.json()).toMatchObject({ email: null });
    const list = await gaceta('subscribers list --newsletter daily --state active --json');
    expect(list.json().data).toMatchObject([{ email: 'bea@example.org' }]);
  });

  it('suppresses addresses', async () => {
    const made = await gaceta('suppressions add eve@example.org --detail phone --json');
    expect(suppressionShape.parse(made.json())).toMatchObject({ detail: 'phone' });
    expect((await gaceta('suppressions list --json')).json().data.length).toBeGreaterThan(0);
    expect((await gaceta('suppressions remove eve@example.org')).code).toBe(0);
  });

  it('writes articles, composes and previews editions', async () => {
    const article = await gaceta(
      "articles add --newsletter daily --section news --title 'Ferry is late' --url https://news.example.org/f --json",
    );
    expect(articleShape.parse(article.json())).toMatchObject({ section: 'news' });
    const filter = '--section news --url https://news.example.org/f?utm_source=x';
    expect((await gaceta(`articles list ${filter}`)).stdout).toContain('Ferry is late');
    expect((await gaceta('articles list --url nowhere')).code).toBe(2);
    const composed = await gaceta('editions compose --newsletter daily --layout compact --json');
    const edition = editionShape.parse(composed.json());
    expect(edition).toMatchObject({ state: 'draft', kind: 'daily', layout: 'compact' });
    expect((await gaceta(`editions preview ${edition.id}`)).stdout).toContain('Ferry is late');
    const looks = '--content headlines --layout broadsheet';
    expect((await gaceta(`editions preview ${edition.id} ${looks}`)).stdout).toContain('Ferry');
    expect((await gaceta(`editions preview ${edition.id} --content some`)).code).toBe(2);
    const test = await gaceta(`editions test ${edition.id} --to desk@example.org ${looks} --json`);
    expect(test.json()).toMatchObject({ letter: expect.any(String) });
    const html = await gaceta(`editions preview ${edition.id} --format html --json`);
    expect(html.json()).toMatchObject({ format: 'html', body: expect.stringContaining('<html') });
    expect((await gaceta(`editions cancel ${edition.id} --json`)).json().state).toBe('cancelled');
    expect((await gaceta('editions list --json')).json().data).toHaveLength(1);
    expect((await gaceta('editions list')).stdout).toContain('cancelled');
  });

  it('writes a letter from the editor, counts its readers and lists whom it missed', async () => {
    const letter = "--kind special --subject 'Thank you' --introduction 'For ten years.'";
    const made = (await gaceta(`editions compose --newsletter daily ${letter} --json`)).json();
    expect(made).toMatchObject({ kind: 'special', subject: 'Thank you', articles: [] });
    const again = await gaceta(`editions compose --newsletter daily ${letter} --again --json`);
    expect(again.json().id).not.toBe(made.id);
    expect((await gaceta(`editions audience ${made.id} --json`)).json()).toEqual({
      readers: 1,
      estimate: true,
    });
    const missed = await gaceta(`editions missed ${made.id} --json`);
    expect(missed.json()).toEqual({ data: [], next: null });
    expect((await gaceta('editions missed 999 --json')).code).toBe(1);
    const gone = await gaceta(`editions unsubscribes ${made.id} --json`);
    expect(gone.json()).toEqual({ count: 0, reasons: [] });
    expect((await gaceta('editions unsubscribes 999 --json')).code).toBe(1);
    expect((await gaceta(`editions missed ${made.id} --state sent`)).code).toBe(2);
  });

  it('backs up and restores', async () => {
    const made = await gaceta('backup all.gz --json');
    expect(made.json().rows).toBeGreaterThan(10);
    expect((await readFile(join(folder, 'all.gz'))).subarray(0, 2)).toEqual(
      Buffer.from([0x1f, 0x8b]),
    );
    expect((await gaceta('restore all.gz --json')).json()).toMatchObject({ status: 409 });
    expect((await gaceta('restore all.gz --replace --json')).json().rows).toBe(made.json().rows);
    expect((await gaceta('restore none.gz')).code).toBe(2);
  });

  it('says what is wrong with the environment', async () => {
    const { gaceta: broken } = await openShell({ DATABASE_URL: url, PORT: 'x' });
    const outcome = await broken('newsletters list --json');
    expect([outcome.code, outcome.json().detail]).toEqual([2, expect.stringContaining('PORT')]);
    const { gaceta: away } = await openShell({ DATABASE_URL: 'postgresql://127.0.0.1:1/none' });
    expect((await away('newsletters list --json')).json().status).toBe(503);
  });
});
