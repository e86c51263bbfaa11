import { describe, expect, test } from 'vitest';
import { zipOf } from '../../../harness/zip.ts';
import { readWhole } from '../fixtures/reading.ts';

// Titles as the houses write them, with people who do not exist. Where they are from: see src/subscribers/import/understanding/houses.ts.
const MAILCHIMP =
  'Email Address,First Name,Last Name,Company,MEMBER_RATING,OPTIN_TIME,OPTIN_IP,CONFIRM_TIME,CONFIRM_IP,LATITUDE,LONGITUDE,GMTOFF,DSTOFF,TIMEZONE,CC,REGION';
const states = (read: Awaited<ReturnType<typeof readWhole>>) =>
  read.good.map(({ address, state, suppress }) => [address.key, suppress ?? state]);

describe('Mailchimp', () => {
  const zip = zipOf({
    'audience/subscribed_members_export_1f2e3d4c5b.csv': `${MAILCHIMP},LAST_CHANGED,LEID,EUID,NOTES,TAGS
"ana@example.org",Ana,"Ruiz Gil",,4,"2021-03-01 09:00:00",192.0.2.7,"2021-03-01 09:05:10",192.0.2.8,40.4,-3.7,1,2,Europe/Madrid,ES,MD,"2024-01-01 00:00:00",101,a1b2c3,,"""Breaking news"",""Friends"""
"ben@example.org",Ben,,,2,,,"2022-07-01 10:00:00",,,,,,Mars/Olympus,,,"2024-01-01 00:00:00",102,a1b2c4,,
`,
    'audience/unsubscribed_members_export_1f2e3d4c5b.csv': `${MAILCHIMP},UNSUB_TIME,UNSUB_CAMPAIGN_TITLE,UNSUB_CAMPAIGN_ID,UNSUB_REASON,UNSUB_REASON_OTHER,LEID,EUID,NOTES,TAGS
"cleo@example.org",Cleo,Paz,,3,"2020-01-01 08:00:00",192.0.2.9,"2020-01-01 08:01:00",192.0.2.9,,,,,,,,"2023-05-06 07:08:09",Monday,9f8e,NORMAL,,103,a1b2c5,,
"dora@example.org",Dora,,,3,,,,,,,,,,,,,,,,,104,a1b2c6,,
`,
    'audience/cleaned_members_export_1f2e3d4c5b.csv': `${MAILCHIMP},CLEAN_TIME,CLEAN_CAMPAIGN_TITLE,CLEAN_CAMPAIGN_ID,LEID,EUID,NOTES,TAGS
"emil@example.org",Emil,,,1,"2019-01-01 08:00:00",192.0.2.9,"2019-01-01 08:01:00",192.0.2.9,,,,,,,,"2020-02-03 04:05:06",Friday,7d6c,105,a1b2c7,,
`,
    '__MACOSX/audience/._x.csv': 'Mac OS X',
    'readme.txt': 'Your export\n',
  });

  test('a ZIP has a file a state, and the consents of each line', async () => {
    const read = await readWhole(zip);
    expect(read.understood).toMatchObject({
      container: 'zip',
      format: 'mailchimp',
      needsConsent: false,
    });
    expect(read.understood.files.map(({ state }) => state)).toEqual([
      'active',
      'unsubscribed',
      'bounced',
    ]);
    expect(states(read)).toEqual([
      ['ana@example.org', 'active'],
      ['ben@example.org', 'active'],
      ['cleo@example.org', 'unsubscribed'],
      ['dora@example.org', 'unsubscribed'],
      ['emil@example.org', 'bounce'],
    ]);
    const [ana, ben, cleo, dora, emil] = read.good;
    expect(ana).toMatchObject({
      name: 'Ana Ruiz Gil',
      timezone: 'Europe/Madrid',
      sections: ['news'],
      consentSource: 'Mailchimp',
      consentAt: new Date('2021-03-01T09:05:10Z'),
      consents: [
        { action: 'request', at: new Date('2021-03-01T09:00:00Z'), originAddress: '192.0.2.7' },
        { action: 'confirm', at: new Date('2021-03-01T09:05:10Z'), originAddress: '192.0.2.8' },
      ],
      line: 2,
      file: 'audience/subscribed_members_export_1f2e3d4c5b.csv',
    });
    expect(ben).toMatchObject({ timezone: null, sections: null, consents: null });
    expect(cleo).toMatchObject({ unsubscribedAt: new Date('2023-05-06T07:08:09Z') });
    // the file does not say when: then as late as the ZIP was made
    expect(dora).toMatchObject({ unsubscribedAt: new Date('2024-03-01T00:00:00Z') });
    expect(emil).toMatchObject({ state: null, suppressedAt: new Date('2020-02-03T04:05:06Z') });
    expect(read.lines.map(({ nth }) => nth)).toEqual([1, 2, 3, 4, 5]);
    expect(read.notes.join('\n')).toContain('Mars/Olympus');
    expect(read.notes.join('\n')).toContain('left out: readme.txt');
  });

  test('the export of the whole account calls those who never subscribed transactional', async () => {
    const file = `${MAILCHIMP},LEID,EUID\nana@example.org\n`;
    const { left } = await readWhole(file, { fileName: 'transactional_members_export_1f2e.csv' });
    expect(left).toEqual([[2, 'ignored']]);
  });

  test('one of its files is known by its name, or by its times', async () => {
    const file = `${MAILCHIMP},UNSUB_TIME,LEID,EUID\n"f@example.org",,,,,,,"2020-01-01 08:01:00",,,,,,,,,"2023-05-06 07:08:09",1,2\n`;
    const fileName = 'cleaned_members_export_1f.csv';
    expect(states(await readWhole(file, { fileName }))).toEqual([['f@example.org', 'bounce']]);
    expect(states(await readWhole(file))).toEqual([['f@example.org', 'unsubscribed']]);
  });
});

test.each<[string, string, [string, string | null][], string?]>([
  [
    'substack',
    `email,active_subscription,expiry,plan,email_disabled,created_at,first_payment_at
a@example.org,false,,other,false,2022-03-04T05:06:07.890Z,
b@example.org,true,2027-01-01T00:00:00.000Z,yearly,true,2022-03-04T05:06:07.890Z,`,
    [
      ['a@example.org', 'active'],
      ['b@example.org', 'unsubscribed'],
    ],
    'Substack 2022-03-04T05:06:07.890Z',
  ],
  [
    'substack',
    `Email,Name,Stripe plan,Cancel date,Start date,Emails received (6mo),Type,Sections
a@example.org,Ana,,2023-01-01,2022-03-04T05:06:07.890Z,26,Free,"Sport, Friends"`,
    [['a@example.org', 'active']],
    'Substack 2022-03-04T05:06:07.890Z',
  ],
  [
    'mailchimp',
    `Email Address,Status,MEMBER_RATING,OPTIN_TIME,CONFIRM_TIME
a@example.org,Subscribed,2,,2022-03-04 05:06:07
c@example.org,Cleaned,2,,2022-03-04 05:06:07`,
    [
      ['a@example.org', 'active'],
      ['c@example.org', 'bounce'],
    ],
    'Mailchimp 2022-03-04T05:06:07.000Z',
  ],
  [
    'beehiiv',
    `Email,Status,Tier,Created,Unsubscribed Date
a@example.org,Active,Free,2022-03-04 05:06:07,
b@example.org,Active,Free,2022-03-04 05:06:07,2023-01-01 00:00:00`,
    [
      ['a@example.org', 'active'],
      ['b@example.org', 'unsubscribed'],
    ],
    'beehiiv 2022-03-04T05:06:07.000Z',
  ],
  [
    'keila',
    `Email,First name,Last name,Data,Status,External ID,Double opt-in at
a@example.org,Ana,Ruiz,,active,,2022-03-04T05:06:07Z`,
    [['a@example.org', 'active']],
    'Keila 2022-03-04T05:06:07.000Z',
  ],
  [
    'sendy',
    `Name,Email,Status,Last activity
Ana,a@example.org,Soft bounced,
Ben,b@example.org,Marked as spam,`,
    [
      ['a@example.org', null],
      ['b@example.org', 'complaint'],
    ],
  ],
  [
    'ghost',
    `id,email,name,note,subscribed_to_emails,complimentary_plan,stripe_customer_id,created_at,deleted_at,labels,tiers
6201,a@example.org,Ana Ruiz,,true,,,2022-03-04T05:06:07.000Z,,"Sport,vip",
6202,b@example.org,,,false,,,2022-03-04T05:06:07.000Z,,,
6203,c@example.org,,,true,,,2022-03-04T05:06:07.000Z,2023-01-01T00:00:00.000Z,,`,
    [
      ['a@example.org', 'active'],
      ['b@example.org', 'unsubscribed'],
      ['c@example.org', 'unsubscribed'],
    ],
    'Ghost 2022-03-04T05:06:07.000Z',
  ],
  [
    'listmonk',
    `uuid,email,name,attributes,status,created_at,updated_at
0b1c,a@example.org,Ana,{},enabled,2022-03-04 05:06:07.123456 +0000 UTC,2022-03-04 05:06:07.1 +0000 UTC
0b1d,b@example.org,Ben,"{""city"":""Berlin""}",blocklisted,2022-03-04 05:06:07 +0000 UTC,2022-03-04 05:06:07 +0000 UTC
0b1e,c@example.org,Cleo,{},disabled,2022-03-04 05:06:07 +0000 UTC,2022-03-04 05:06:07 +0000 UTC`,
    [
      ['a@example.org', null],
      ['b@example.org', 'unsubscribed'],
      ['c@example.org', 'unsubscribed'],
    ],
  ],
  [
    'beehiiv',
    `email,First Name,Last Name,status,tier,created_at,stripe_customer_id,unsubscribed_at
a@example.org,Ana,Ruiz,active,free,2022-03-04 05:06:07 UTC,,
b@example.org,Ben,,inactive,free,2022-03-04 05:06:07 UTC,,2023-01-01 00:00:00 UTC
c@example.org,,,pending,free,2022-03-04 05:06:07 UTC,,
d@example.org,,,invalid,free,2022-03-04 05:06:07 UTC,,
e@example.org,,,active,free,2022-03-04 05:06:07 UTC,,2023-01-01 00:00:00 UTC`,
    [
      ['a@example.org', 'active'],
      ['b@example.org', 'unsubscribed'],
      ['c@example.org', 'pending'],
      ['d@example.org', 'bounce'],
      ['e@example.org', 'unsubscribed'],
    ],
    'beehiiv 2022-03-04T05:06:07.000Z',
  ],
  [
    'buttondown',
    `email_address,type,creation_date,tags,metadata,notes,ip_address,unsubscription_date,source
a@example.org,regular,2022-03-04T05:06:07.123Z,sport,{},,192.0.2.1,,organic
b@example.org,unsubscribed,2022-03-04T05:06:07.123Z,,{},,,2023-01-01T00:00:00Z,organic
c@example.org,unactivated,2022-03-04T05:06:07.123Z,,{},,,,organic
d@example.org,undeliverable,2022-03-04T05:06:07.123Z,,{},,,,organic
e@example.org,complaining,2022-03-04T05:06:07.123Z,,{},,,,organic`,
    [
      ['a@example.org', 'active'],
      ['b@example.org', 'unsubscribed'],
      ['c@example.org', 'pending'],
      ['d@example.org', 'bounce'],
      ['e@example.org', 'complaint'],
    ],
    'Buttondown 2022-03-04T05:06:07.123Z',
  ],
  [
    'keila',
    `Email,First name,Last name,Data,Status,External ID
a@example.org,Ana,Ruiz,"{""tags"":[""x""]}",active,
b@example.org,Ben,,,unsubscribed,
c@example.org,,,,unreachable,7`,
    [
      ['a@example.org', null],
      ['b@example.org', 'unsubscribed'],
      ['c@example.org', 'bounce'],
    ],
  ],
  [
    'mailtrain',
    `cid,status,HASH_EMAIL,EMAIL,FIRST_NAME,LAST_NAME
Abc,subscribed,aGFzaA==,a@example.org,Ana,Ruiz
Abd,unsubscribed,aGFzaA==,b@example.org,Ben,
Abe,bounced,aGFzaA==,c@example.org,,
Abf,complained,aGFzaA==,d@example.org,,`,
    [
      ['a@example.org', null],
      ['b@example.org', 'unsubscribed'],
      ['c@example.org', 'bounce'],
      ['d@example.org', 'complaint'],
    ],
  ],
  [
    'phplist',
    `id\tEmail\tIs this subscriber confirmed\tIs this subscriber blacklisted\tDid this subscriber manually confirm\tNumber of bounces\tEntered\tLast Modified\tSend this subscriber HTML emails\tName\tList Membership
1\ta@example.org\t1\t0\t1\t0\t2022-03-04 05:06:07\t2022-03-04 05:06:07\t1\tAna\tnewsletter
2\tb@example.org\t1\t1\t1\t0\t2022-03-04 05:06:07\t2022-03-04 05:06:07\t1\tBen\tnewsletter
3\tc@example.org\t0\t0\t0\t0\t2022-03-04 05:06:07\t2022-03-04 05:06:07\t1\t\tNo Lists`,
    [
      ['a@example.org', null],
      ['b@example.org', 'unsubscribed'],
      ['c@example.org', 'pending'],
    ],
  ],
])(
  '%s is known by its titles, and its states become ours',
  async (format, file, people, consent) => {
    const read = await readWhole(file);
    expect(read.understood.format).toBe(format);
    // without consents in the file somebody has to say where they are from
    expect(read.understood.needsConsent).toBe(consent === undefined);
    expect(states(read)).toEqual(people.filter(([, state]) => state !== null));
    expect(read.left.map(([, code]) => code)).toEqual(
      people.filter(([, state]) => state === null).map(() => 'consent-missing'),
    );
    if (consent) {
      const [first] = read.good;
      expect(`${first?.consentSource} ${first?.consentAt?.toISOString()}`).toBe(consent);
      return;
    }
    const stated = { source: 'The old list, double opt-in', at: '2022-01-01' };
    const whole = await readWhole(file, { consent: stated });
    expect(whole.understood).toMatchObject({ needsConsent: false, consent: stated });
    expect(states(whole)).toEqual(people.map(([who, state]) => [who, state ?? 'active']));
    expect(whole.good[0]).toMatchObject({ consentSource: stated.source, stated: true });
  },
);

test('who received a post is no list of readers, though it names their addresses', async () => {
  const zip = zipOf({
    'posts/101.delivers.csv': 'post_id,timestamp,email\n101,2023-01-01T00:00:00Z,z@example.org\n',
    'email_list.daily.csv':
      'email,active_subscription,expiry,plan,email_disabled,created_at\na@example.org,false,,other,false,2022-03-04T05:06:07.890Z\n',
    'posts.csv': 'post_id,title\n101,Harbour\n',
  });
  const read = await readWhole(zip, { consent: { source: 'Substack', at: '2022-01-01' } });
  expect(read.understood.format).toBe('substack');
  expect(read.people).toEqual([['a@example.org', null]]);
});

test('Sendy writes no titles, and the state in the name of the file', async () => {
  const file = '"Ana Ruiz","a@example.org"\n"","b@example.org"\n';
  const consent = { source: 'Sendy', at: '2022-01-01' };
  for (const [fileName, state] of [
    ['the-daily-active.csv', 'active'],
    ['the-daily-unsubscribed.csv', 'unsubscribed'],
    ['the-daily-marked-as-spam.csv', 'complaint'],
  ] as const) {
    const read = await readWhole(file, { fileName, consent });
    expect(read.understood.format).toBe('sendy');
    expect(read.good[0]).toMatchObject({ name: 'Ana Ruiz', line: 1 });
    expect(states(read)).toEqual([
      ['a@example.org', state],
      ['b@example.org', state],
    ]);
  }
});

test('labels name newsletters and sections, by slug or title', async () => {
  const file = `email,subscribed_to_emails,created_at,labels
a@example.org,true,2022-03-04,"Weekend Reads,books"
b@example.org,true,2022-03-04,"daily,weekend"
c@example.org,true,2022-03-04,friends`;
  const read = await readWhole(file, { newsletter: null });
  expect(read.good.map((line) => [line.address.key, line.newsletterId, line.sections])).toEqual([
    ['a@example.org', '2', ['books']],
    ['b@example.org', '1', null],
    ['b@example.org', '2', null],
  ]);
  expect(read.good.map(({ nth }) => nth)).toEqual([1, 2, 2]);
  expect(read.left).toEqual([[4, 'newsletter-missing']]);
});

test('who left the lists they are on is left by JSON lines of listmonk’s API', async () => {
  const line = (email: string, ...lists: string[]) =>
    JSON.stringify({
      uuid: email,
      email: `${email}@example.org`,
      status: 'enabled',
      updated_at: '2024-01-02T10:00:00Z',
      lists: lists.map((state, id) => ({ id, name: `List ${id}`, subscription_status: state })),
    });
  const read = await readWhole(
    [
      line('ana', 'confirmed', 'confirmed'),
      line('ben', 'unsubscribed'),
      line('cleo', 'confirmed', 'unsubscribed'),
      line('dora', 'unconfirmed'),
    ].join('\n'),
    { consent: { source: 'The old list', at: '2021-01-01' } },
  );
  expect(read.understood.format).toBe('listmonk');
  expect(states(read)).toEqual([
    ['ana@example.org', 'active'],
    ['ben@example.org', 'unsubscribed'],
    ['dora@example.org', 'pending'],
  ]);
  expect(read.left).toEqual([[3, 'state']]);
});

test('a list of nobody we know goes by what people call its columns, or by a map', async () => {
  const spanish = `Correo electrónico;Nombre;Apellidos;Estado;Fecha de alta;Origen del consentimiento
ana@example.org;Ana;Ruiz;Activa;2022-03-04;Feria
ben@example.org;Ben;;Baja;;`;
  const read = await readWhole(spanish);
  expect(states(read)).toEqual([
    ['ana@example.org', 'active'],
    ['ben@example.org', 'unsubscribed'],
  ]);
  expect(read.people[0]).toEqual(['ana@example.org', 'Ana Ruiz']);

  const own =
    'Reader,Standing,When\nana@example.org,Gold,2022-03-04\nben@example.org,Gone,2022-03-04\n';
  const understood = (await readWhole(own)).understood;
  // a column full of addresses holds them, whatever it is called
  expect(understood.columns.map(({ field }) => field)).toEqual(['email', null, null]);
  const mapped = await readWhole(own, {
    map: { standing: 'state', When: 'consent_at' },
    states: { Gold: 'active', Gone: 'complained' },
    consent: { source: 'Members', at: '2021-01-01' },
  });
  expect(states(mapped)).toEqual([
    ['ana@example.org', 'active'],
    ['ben@example.org', 'complaint'],
  ]);
  await expect(readWhole(own, { map: { Nothing: 'name' } })).rejects.toThrow('no column “Nothing”');
  const unknown = await readWhole(own, { map: { Standing: 'state' } });
  expect(unknown.understood.states).toEqual([
    { value: 'Gold', state: null },
    { value: 'Gone', state: null },
  ]);
  expect(unknown.left).toEqual([
    [2, 'state'],
    [3, 'state'],
  ]);
});
