import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { dkimVerify } from 'mailauth';
import { expect, onTestFinished, test } from 'vitest';
import {
  listDkim,
  NoKeyWaits,
  NotPublished,
  prepareDkimKey,
  switchDkimKey,
} from '../../src/actions/dkim.ts';
import { checkDkim } from '../../src/doctor/dkim.ts';
import { openSigning, signingKeys } from '../../src/identity/signing.ts';
import { createNewsletter } from '../../src/newsletters/newsletters.ts';
import { freezeEdition, makeReaders } from '../deliveries/fixtures/edition.ts';
import { openSending } from '../deliveries/fixtures/sending.ts';
import { serveZone, type Zone } from '../doctor/fixtures/name-server.ts';

const cli = { kind: 'cli' } as const;
const domain = 'news.test';

test('a key signs once its record is published, in workers that run, and the one before is retired', async () => {
  const zone: Zone = {};
  const { resolver: dns } = await serveZone(zone);
  await using sending = await openSending();
  const { context, db, signing, sink } = sending;
  const resolve = async (name: string) => [[zone[name]?.[0]?.value ?? '']];
  const sendOne = async () => {
    const edition = await freezeEdition(db, await makeReaders(db, 1));
    await sending.send(edition);
    const wire = sink.accepted.at(-1)?.bytes.toString('latin1') ?? '';
    const bytes = Buffer.from(wire.replaceAll('\r\n..', '\r\n.'), 'latin1');
    const { results } = await dkimVerify(bytes, { resolver: resolve });
    return results
      .filter(({ signingDomain }) => signingDomain)
      .map(({ selector, status }) => `${selector} ${status.result}`);
  };
  const publish = ({ name, value }: { name: string; value: string }) => {
    zone[name] = [{ type: 'TXT', value }];
  };
  expect(await sendOne()).toEqual([]);

  const made = await Promise.all([
    prepareDkimKey(context, cli, domain),
    prepareDkimKey(context, cli, domain),
  ]);
  expect(new Set(made.map(({ key }) => key.id)).size).toBe(1);
  expect(made.filter((one) => one.made)).toHaveLength(1);
  const { key: first } = await prepareDkimKey(context, cli, domain);
  expect(first.record.name).toBe('gaceta1._domainkey.news.test');
  await expect(switchDkimKey(context, cli, first.id, dns)).rejects.toThrow(NotPublished);
  publish({ ...first.record, value: 'v=DKIM1; k=rsa; p=AAAA' });
  await expect(switchDkimKey(context, cli, first.id, dns)).rejects.toMatchObject({
    published: 'different',
  });
  publish(first.record);
  expect((await switchDkimKey(context, cli, first.id, dns)).retired).toBeNull();
  await signing.refresh();
  expect(await sendOne()).toEqual(['gaceta1 pass']);

  const { key: second } = await prepareDkimKey(context, cli, domain);
  publish(second.record);
  await signing.refresh();
  // it waits: the first goes on
  expect(await sendOne()).toEqual(['gaceta1 pass']);
  const { retired } = await switchDkimKey(context, cli, second.id, dns);
  expect(retired).toMatchObject({ id: first.id, state: 'retired' });
  const days = (Number(retired?.recordNeededUntil) - Number(retired?.retiredAt)) / 86_400_000;
  expect(days).toBe(7);
  await expect(switchDkimKey(context, cli, second.id, dns)).rejects.toThrow(NoKeyWaits);
  await signing.refresh();
  expect(await sendOne()).toEqual(['gaceta2 pass']);

  // what is left of the first is its public half
  const kept = await db
    .selectFrom('dkimKeys')
    .select(['selector', 'privateKey'])
    .orderBy('id')
    .execute();
  expect(kept.map((one) => one.privateKey === null)).toEqual([true, false]);
  const [shown] = await listDkim(context);
  expect(shown?.keys.map(({ selector, state }) => `${selector} ${state}`)).toEqual([
    'gaceta2 active',
    'gaceta1 retired',
  ]);
  const written = await db.selectFrom('audit').select(['action', 'object']).orderBy('id').execute();
  expect(written.map(({ action }) => action)).toEqual(['make', 'activate', 'make', 'activate']);

  // under another secret it does not open, and that is said
  const lost = await signingKeys({ db, secrets: ['another secret of sixteen'], dkim: [] });
  expect(lost.stored).toEqual([]);
  expect(await checkDkim(dns, domain, lost)).toMatchObject({ ok: false, finding: 'fault' });
});

test('keys of DKIM= come first, of their domain alone', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gaceta-dkim-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const { privateKey } = generateKeyPairSync('ed25519');
  const file = join(folder, 'key');
  await writeFile(file, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const zone: Zone = {};
  const { resolver: dns } = await serveZone(zone);
  await using sending = await openSending({}, { DKIM: `set:news.test:${file}` });
  const { context, db, signing } = sending;
  const other = { slug: 'other', title: 'Other', language: 'en', timezone: 'UTC' };
  await createNewsletter(db, { ...other, from: 'Other <other@Other.test>' });
  await expect(prepareDkimKey(context, cli, domain)).rejects.toThrow('comes first');
  await expect(prepareDkimKey(context, cli, 'elsewhere.test')).rejects.toThrow('No newsletter');
  const { key } = await prepareDkimKey(context, cli, 'other.test');
  zone[key.record.name] = [{ type: 'TXT', value: key.record.value }];
  await switchDkimKey(context, cli, key.id, dns);
  await signing.refresh();
  const headers = 'From: x@x.test\r\n';
  const selectors = async (from: string) =>
    ((await signing.signer(from)?.signHeaders(headers, 'AAAA')) ?? []).map(
      (field) => / s=(\w+);/.exec(field)?.[1],
    );
  expect(await selectors('news.test')).toEqual(['set']);
  expect(await selectors('sub.news.test')).toEqual(['set']);
  expect(await selectors('other.test')).toEqual(['gaceta1']);
  const without = await openSigning({ db, secrets: context.secrets, dkim: [] });
  expect(without.signer('other.test')).toBeDefined();
});
