import { decodeHTML } from 'entities';
import { beforeAll, describe, expect, it } from 'vitest';
import { createNewsletter, updateNewsletter } from '../../../src/newsletters/newsletters.ts';
import { createOperator } from '../../../src/operators/accounts.ts';
import { readBinding } from '../../../src/operators/bindings.ts';
import { type Browser, openConsole } from './harness.ts';

const password = 'correct horse';
const page = '/console/readers/form';

describe('the sign-up form, to be pasted', async () => {
  const { context, browser } = await openConsole({ PUBLIC_URL: 'https://letters.example.org' });
  const { db } = context;
  const people = new Map<string, Browser>();
  const show = async (who: string, query = '') =>
    (await people.get(who)?.get(page + query)) ?? expect.fail(who);
  /** The lines as they are copied. */
  const linesIn = (text: string) =>
    [...text.matchAll(/<code data-copy dir="ltr">([^<]*)</g)].map(([, line = '']) =>
      decodeHTML(line),
    );

  beforeAll(async () => {
    await createNewsletter(db, {
      slug: 'sports',
      title: 'Sports & <b>more</b>',
      language: 'es',
      origins: ['https://sports.example.org'],
    });
    const boundTo = await readBinding(db, ['sports']);
    await createOperator(db, { email: 'vi@example.org', password, role: 'viewer' });
    await createOperator(db, { email: 'bo@example.org', password, role: 'viewer', boundTo });
    for (const who of ['vi', 'bo']) {
      const own = browser();
      await own.post('/console/sign-in', { email: `${who}@example.org`, password });
      people.set(who, own);
    }
  });

  it('is shown for the first newsletter, with the page that readers can be sent to', async () => {
    const { status, text } = await show('vi');
    expect(status).toBe(200);
    expect(text).toContain('<a href="https://letters.example.org/">');
    expect(linesIn(text)).toEqual([
      '<a href="https://letters.example.org/?newsletter=daily">Get The Daily by email</a><script async src="https://letters.example.org/embed.js" data-newsletter="daily"></script>',
      '<a href="https://letters.example.org/?newsletter=daily">Get The Daily by email</a><script async src="https://letters.example.org/embed.js" data-newsletter="daily" data-form="line"></script>',
    ]);
    expect(text).toContain('None yet');
    expect(text).toContain('gaceta:subscribed');
  });

  it('is shown for the newsletter and the language that are chosen, its title as text', async () => {
    const { text } = await show('vi', '?newsletter=sports&lang=en');
    expect(linesIn(text)[0]).toBe(
      '<a href="https://letters.example.org/?newsletter=sports">Get Sports &amp; &lt;b&gt;more&lt;/b&gt; by email</a><script async src="https://letters.example.org/embed.js" data-newsletter="sports" data-lang="en"></script>',
    );
    expect(text).toContain('<code>https://sports.example.org</code>');
    expect(text).toContain('href="/console/newsletters/sports#origins"');
    expect(text).not.toContain('<b>more');
  });

  it('says so where the newsletter is not on offer', async () => {
    const said = 'inactive or kept off';
    expect((await show('vi', '?newsletter=sports')).text).not.toContain(said);
    await updateNewsletter(db, 'sports', { private: true });
    expect((await show('vi', '?newsletter=sports')).text).toContain(said);
    await updateNewsletter(db, 'sports', { private: false });
  });

  it('shows an operator who is bound to a newsletter no other', async () => {
    const { text } = await show('bo', '?newsletter=daily');
    expect(linesIn(text)[0]).toContain('data-newsletter="sports"');
    expect(text).not.toContain('The Daily');
  });

  it('takes whatever is asked', async () => {
    for (const query of [
      '?newsletter[]=a&lang[]=en',
      '?lang=%22%3E%3Cscript%3E',
      '?newsletter=none',
    ])
      expect(linesIn((await show('vi', query)).text)[0]).toMatch(
        /data-newsletter="daily"><\/script>$/,
      );
  });
});
