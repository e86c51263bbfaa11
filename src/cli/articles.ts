import { type Command, InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { commit } from '../actions/commit.ts';
import { createArticle } from '../articles/articles.ts';
import { address, language } from '../articles/input.ts';
import { listArticles } from '../articles/list.ts';
import { audit } from '../operators/audit.ts';
import type { Open } from './open.ts';
import { chooseNewsletter, idArgument, readLimit, readTime } from './options.ts';
import { print, table } from './output.ts';
import { actorOf } from './roles.ts';

interface ListOptions {
  json?: boolean;
  newsletter?: string;
  url?: string;
  externalId?: string;
  updatedSince?: Date;
  language?: string;
  section?: string;
  limit: number;
  after?: string;
}
interface AddOptions extends Record<string, unknown> {
  json?: boolean;
  newsletter?: string;
  image?: string;
  imageAlt?: string;
  imageCredit?: string;
}

const read =
  <T>(schema: z.ZodType<T>) =>
  (text: string): T => {
    const { data, error } = schema.safeParse(text);
    if (data === undefined) throw new InvalidArgumentError(`It ${error?.issues[0]?.message}.`);
    return data;
  };

export function registerArticles(program: Command, open: Open): void {
  const noun = program.command('articles').description('articles that editions are made of');
  noun
    .command('list')
    .description('list articles, newest first')
    .option('--newsletter <slug>', 'only this newsletter')
    .option('--section <slug>', 'only this section')
    .option('--language <tag>', 'only this language: es also finds es-MX', read(language))
    .option('--url <address>', 'only the article of this web address', read(address))
    .option('--external-id <id>', 'only the article that a CMS calls so')
    .option('--updated-since <time>', 'only what was made or changed since then', readTime)
    .option('--limit <number>', 'maximum number of rows', readLimit, 100)
    .option('--after <next>', '“next” of the previous page', idArgument)
    .option('--json', 'print JSON')
    .action(({ json, ...page }: ListOptions) =>
      open(async ({ db }) => {
        const list = await listArticles(db, page);
        const rows = list.data.map((one) => [
          one.id,
          one.publishedAt.toISOString(),
          one.section,
          one.language,
          one.title.slice(0, 80),
        ]);
        const heads = ['ID', 'PUBLISHED', 'SECTION', 'LANGUAGE', 'HEADLINE'];
        print(json, list, rows.length > 0 ? table(heads, rows) : 'no articles yet');
      }),
    );
  noun
    .command('add')
    .description('add an article')
    .requiredOption('--title <text>', 'headline')
    .requiredOption('--url <address>', 'web address')
    .option('--newsletter <slug>', 'newsletter; optional if there is only one')
    .option('--section <slug>', 'section')
    .option('--standfirst <text>', 'sentence below the headline')
    .option('--image <address>', 'web address of its image')
    .option('--image-alt <text>', 'what the image shows')
    .option('--image-credit <text>', 'who made the image')
    .option('--author <name>', 'author')
    .option('--language <tag>', 'such as en or es-VE')
    .option('--external-id <id>', 'what a CMS calls it')
    .option('--published-at <time>', 'such as 2026-11-24T07:00:00Z; default: now')
    .option('--json', 'print JSON')
    .action(({ json, newsletter, image, imageAlt, imageCredit, ...words }: AddOptions) =>
      open(async (context) => {
        const slug = await chooseNewsletter(context.db, newsletter);
        const picture = image && { image: { url: image, alt: imageAlt, credit: imageCredit } };
        const article = await commit(context, async (tx) => {
          const input = { newsletter: slug, ...words, ...picture };
          const value = await createArticle(tx, input, context.now());
          await audit(tx, actorOf(), 'create', `article ${value.id}`);
          return { value };
        });
        print(json, article, `added ${article.id}: ${article.title}`);
      }),
    );
}
