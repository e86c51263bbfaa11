import { decodeText } from '../../feeds/parse/charset.ts';
import { readDate } from '../../feeds/parse/dates.ts';
import type { ExportFile } from '../files.ts';
import { type FoundEdition, LARGEST_PAGE, type LeftOut, UnreadableArchive } from '../found.ts';
import { readRows } from './rows.ts';
import { readFacts } from './web-page.ts';

/**
 * Pages of HTML, one an edition; in Mailchimp's export those of the folder `campaigns_content`, dated by `campaigns.csv`.
 * Without a date of its own a page has the one in its name, `2024-03-01-budget.html`.
 */
export async function* htmlEditions(
  files: ExportFile[],
  { isMail }: { isMail: boolean },
): AsyncGenerator<FoundEdition | LeftOut> {
  const sent = await campaignsOf(files);
  const pages = files.filter(({ name }) => /\.html?$/i.test(name));
  const contents = pages.filter(({ name }) => /(^|\/)campaigns_content\//i.test(name));
  for (const file of contents.length > 0 ? contents : pages) {
    const { name } = file;
    let html: string;
    try {
      html = decodeText(await file.read(LARGEST_PAGE), 'text/html');
    } catch (error) {
      if (!(error instanceof UnreadableArchive)) throw error;
      yield { name, reason: error.fault === 'large' ? 'large' : 'damaged' };
      continue;
    }
    const facts = readFacts(html);
    const title = facts.title ?? titleFrom(name);
    const campaign = sent.get(comparable(title)) ?? sent.get(comparable(titleFrom(name)));
    yield {
      key: name,
      title: campaign?.subject ?? title,
      language: facts.language,
      publishedAt: campaign?.sentAt ?? facts.publishedAt ?? dateIn(name),
      html,
      address: facts.address,
      summary: facts.description,
      isMail:
        isMail || /<table[^>]*(role="presentation"|cellpadding)/i.test(html.slice(0, 100_000)),
    };
  }
}

interface Campaign {
  subject: string;
  sentAt: Date | null;
}

/** Mailchimp's campaigns by subject and by title. */
async function campaignsOf(files: ExportFile[]): Promise<Map<string, Campaign>> {
  const list = files.find(({ name }) => /(^|\/)campaigns\.csv$/i.test(name));
  const found = new Map<string, Campaign>();
  if (!list) return found;
  for await (const row of readRows(await list.read())) {
    const subject = row['subject'] || row['title'] || '';
    const date = readDate(row['send_date'] ?? row['send_time']);
    const campaign = { subject, sentAt: date ? new Date(date) : null };
    for (const name of [row['title'], row['subject']]) {
      const key = comparable(name ?? '');
      if (key && subject) found.set(key, campaign);
    }
  }
  return found;
}

const comparable = (words: string) =>
  words
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '');

/** `campaigns_content/123456_budget-passes.html` → "budget passes". */
const titleFrom = (name: string) =>
  (name.split('/').at(-1) ?? name)
    .replace(/\.html?$/i, '')
    .replace(/^(\d{4}-\d\d-\d\d|\d+)[_.-]?/, '')
    .replaceAll(/[-_]+/g, ' ')
    .trim() || name;

function dateIn(name: string): Date | null {
  const day = /(?:^|\/)(\d{4}-\d\d-\d\d)/.exec(name)?.[1];
  const date = day === undefined ? null : readDate(day);
  return date ? new Date(date) : null;
}
