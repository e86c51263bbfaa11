import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { FeedError } from '../src/feeds/errors.ts';
import { readFeed } from '../src/feeds/parse/parse-feed.ts';
import type { ParsedItem } from '../src/feeds/parse/parsed-feed.ts';
import { headline } from '../src/text/plain-text.ts';
import { type Rates, share } from './corpora-rates.ts';

type Label = {
  file: string;
  entries: number;
  items: {
    title: string | null;
    link: string | null;
    date: string | null;
    author: string | null;
  }[];
};

type Field = 'title' | 'link' | 'date' | 'author';

// Labels are as feedparser gives them: titles as HTML source, links relative where the feed has no base.
const says: Record<Field, (label: string, item: ParsedItem) => boolean> = {
  title: (label, item) => headline(label) === headline(item.title ?? ''),
  link: (label, item) =>
    item.link === label ||
    (/^https?:/.test(label)
      ? URL.canParse(label) && URL.canParse(item.link ?? '') && sameAddress(label, item.link ?? '')
      : (item.link ?? '').endsWith(label)),
  date: (label, item) => Date.parse(label) === Date.parse(item.published ?? ''),
  author: (label, item) => label.trim() === item.author,
};

const sameAddress = (a: string, b: string) => new URL(a).href === new URL(b).href;

/** How the feeds of a corpus are read beside what feedparser reads; undefined where there are none. */
export function judgeFeeds(corpora: string): Rates | undefined {
  const folder = resolve(corpora, 'feeds');
  const labelFile = resolve(folder, 'expected.json');
  if (!existsSync(labelFile)) return undefined;
  const labels: Label[] = JSON.parse(readFileSync(labelFile, 'utf8'));
  const counts = { files: 0, entries: 0, refused: 0, crashed: 0 };
  const right: Record<Field, number> = { title: 0, link: 0, date: 0, author: 0 };
  const labelled: Record<Field, number> = { title: 0, link: 0, date: 0, author: 0 };
  const misses: string[] = [];

  for (const label of labels) {
    let items: ParsedItem[] = [];
    try {
      items = readFeed(readFileSync(resolve(folder, label.file))).items;
    } catch (error) {
      if (error instanceof FeedError) counts.refused++;
      else {
        counts.crashed++;
        misses.push(`${label.file}: ${String(error)}`);
      }
    }
    if (label.entries === 0) continue;
    counts.files++;
    if (items.length === label.entries) counts.entries++;
    else misses.push(`${label.file}: ${items.length} entries, labelled ${label.entries}`);
    for (const [i, expected] of label.items.entries())
      for (const field of ['title', 'link', 'date', 'author'] as const) {
        const value = expected[field];
        // A blank label says there is none; of an author, that the feed has an empty place for it.
        if (value === null || (field !== 'author' && value.trim() === '')) continue;
        labelled[field]++;
        const item = items[i];
        if (item && says[field](value, item)) right[field]++;
        else
          misses.push(
            `${label.file} ${i + 1} ${field}: ${item?.[field === 'date' ? 'published' : field]}, labelled ${value}`,
          );
      }
  }

  return {
    title: `${labels.length} files of ${folder}, ${counts.files} of them with entries`,
    values: {
      files: labels.length,
      filesWithEntries: counts.files,
      crashed: counts.crashed,
      refused: counts.refused,
      entries: share(counts.entries, counts.files),
      link: share(right.link, labelled.link),
      date: share(right.date, labelled.date),
      author: share(right.author, labelled.author),
      title: share(right.title, labelled.title),
    },
    rows: [
      ['number of entries', counts.entries, counts.files, 0.97],
      ['link', right.link, labelled.link, 0.99],
      ['date', right.date, labelled.date, 0.995],
      ['author', right.author, labelled.author, 0.93],
      ['title', right.title, labelled.title, 0.99],
    ],
    misses,
  };
}
