import type { Command } from 'commander';
import { commit } from '../actions/commit.ts';
import { changeFeed, giveUpFeed, takeOnFeed } from '../actions/feeds.ts';
import type { Stored } from '../articles/store.ts';
import { configFromEnvironment } from '../config.ts';
import type { Context } from '../context.ts';
import { FeedError } from '../feeds/errors.ts';
import { type Feed, getFeed, listFeeds } from '../feeds/feeds.ts';
import { fetchFeedNow } from '../feeds/read-due.ts';
import { printFeed } from './feeds-parse.ts';
import type { Open } from './open.ts';
import { chooseNewsletter, idArgument, readLimit } from './options.ts';
import { counted, note, print, table, WrongUse } from './output.ts';
import { actorOf } from './roles.ts';

interface Options {
  json?: boolean;
  newsletter?: string;
  section?: string;
  url?: string;
  state?: string;
  limit: number;
  after?: string;
}

export function registerFeeds(program: Command, open: Open): void {
  const noun = program.command('feeds').description('addresses that articles are read from');
  noun
    .command('list')
    .description('list feeds')
    .option('--newsletter <slug>', 'only this newsletter')
    .option('--limit <number>', 'maximum number of rows', readLimit, 100)
    .option('--after <next>', '“next” of the previous page', idArgument)
    .option('--json', 'print JSON')
    .action(({ json, ...page }: Options) =>
      open(async ({ db }) => {
        const list = await listFeeds(db, page);
        print(json, list, list.data.length > 0 ? overview(list.data) : 'no feeds yet');
      }),
    );
  noun
    .command('add <url>')
    .description('add a feed and read it at once')
    .option('--newsletter <slug>', 'newsletter; optional if there is only one')
    .option('--section <slug>', 'section for its articles')
    .option('--json', 'print JSON')
    .action((url: string, { json, newsletter, section }: Options) =>
      open(async (context) => {
        const { db, now } = context;
        const slug = await chooseNewsletter(db, newsletter);
        const { id } = await commit(context, async (tx) => {
          const wanted = { newsletter: slug, url, section };
          return { value: await takeOnFeed(tx, actorOf(), wanted, now()) };
        });
        // It stays added: what cannot be read now is tried again.
        await read(context, id).then(
          (stored) => note(summary(stored)),
          (error) => {
            if (!(error instanceof FeedError)) throw error;
            note(error.message);
          },
        );
        const feed = await getFeed(db, id);
        print(
          json,
          feed,
          `added ${feed.id}: ${feed.title ?? feed.url}, ${counted(feed.articles, 'article')}`,
        );
      }),
    );
  noun
    .command('fetch <id>')
    .description('read a feed now')
    .option('--json', 'print JSON')
    .action((id: string, { json }: Options) =>
      open(async (context) => {
        const stored = await read(context, id);
        print(json, stored, summary(stored));
      }),
    );
  noun
    .command('update <id>')
    .description('change a feed; what is not named is kept')
    .option('--url <address>', 'address, with name and password in it where it needs them')
    .option('--section <slug>', 'section for its articles; an empty text: none')
    .option('--state <state>', 'active, or off to pause it')
    .option('--json', 'print JSON')
    .action((id: string, { json, url, section, state }: Options) => {
      const changes = {
        ...(url === undefined ? {} : { url }),
        ...(section === undefined ? {} : { section: section || null }),
        ...(state === undefined ? {} : { state }),
      };
      if (Object.keys(changes).length === 0)
        throw new WrongUse('Name what to change, for example --state off.');
      return open(async (context) => {
        const feed = await commit(context, async (tx) => ({
          value: await changeFeed(tx, actorOf(), id, changes, context.now()),
        }));
        print(json, feed, `changed ${Object.keys(changes).join(', ')} of feed ${feed.id}`);
      });
    });
  noun
    .command('remove <id>')
    .description('remove a feed; its articles are kept')
    .option('--json', 'print JSON')
    .action((id: string, { json }: Options) =>
      open(async (context) => {
        const feed = await commit(context, async (tx) => ({
          value: await giveUpFeed(tx, actorOf(), id),
        }));
        print(json, feed, `removed ${feed.url}`);
      }),
    );
  noun
    .command('parse <source>')
    .description('show how a feed is read, from a file or a web address')
    .option('--json', 'print JSON')
    .action((source: string, { json }: Options) =>
      printFeed(source, { json, allowPrivate: configFromEnvironment().feedAllowPrivate }),
    );
}

function read({ db, config, now }: Context, id: string) {
  return fetchFeedNow(db, id, { allowPrivate: config.feedAllowPrivate, now });
}

const summary = ({ added, updated, unchanged, joined }: Stored) =>
  `${added} added, ${updated} updated, ${unchanged} unchanged${
    joined > 0 ? `; ${joined} joined to an article that tells the same` : ''
  }`;

function overview(feeds: Feed[]): string {
  return table(
    ['ID', 'NEWSLETTER', 'SECTION', 'STATE', 'ARTICLES', 'LAST READ', 'ADDRESS'],
    feeds.map((feed) => [
      feed.id,
      feed.newsletter,
      feed.section,
      feed.lastError ? `${feed.state}: ${feed.lastError.slice(0, 60)}` : feed.state,
      feed.articles,
      feed.lastFetchedAt?.toISOString() ?? 'never',
      feed.url,
    ]),
  );
}
