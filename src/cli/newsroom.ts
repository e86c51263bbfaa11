import type { Command } from 'commander';
import { commit } from '../actions/commit.ts';
import { changeNewsroom, putNewsroomLogo } from '../actions/newsletters.ts';
import { getNewsroom, type Newsroom } from '../newsletters/newsroom.ts';
import type { Open } from './open.ts';
import { print, table, WrongUse } from './output.ts';
import { readPicture } from './picture.ts';
import { actorOf } from './roles.ts';

interface Options extends Partial<Record<keyof Newsroom, string>> {
  json?: boolean;
}

export function registerNewsroom(program: Command, open: Open): void {
  const noun = program.command('newsroom').description('name, colour and logo of pages and emails');
  noun
    .command('show')
    .description('show the newsroom')
    .option('--json', 'print JSON')
    .action(({ json }: Options) =>
      open(async ({ db }) => {
        const newsroom = await getNewsroom(db);
        print(json, newsroom, told(newsroom));
      }),
    );
  noun
    .command('update')
    .description('change the newsroom; an empty text removes a value')
    .option('--name <name>', 'name')
    .option('--colour <#rrggbb>', 'colour of headings and buttons')
    .option('--logo <address>', 'web address of an image')
    .option('--postal-address <text>', 'postal address at the foot of every edition')
    .option('--replies-to <addresses>', 'who gets what readers reply, separated by commas')
    .option('--json', 'print JSON')
    .action(({ json, ...words }: Options) => {
      const changes = Object.entries(words).map(([key, text]) => [key, text === '' ? null : text]);
      if (changes.length === 0)
        throw new WrongUse('Name what to change, for example --name Tidings.');
      return open(async (context) => {
        const newsroom = await commit(context, async (tx) => ({
          value: await changeNewsroom(tx, actorOf(), Object.fromEntries(changes)),
        }));
        print(json, newsroom, told(newsroom));
      });
    });
  noun
    .command('logo <file>')
    .description('give the newsroom a logo: PNG, JPEG, GIF or WebP')
    .option('--json', 'print JSON')
    .action((file: string, { json }: Options) =>
      open(async (context) => {
        const picture = await readPicture(file);
        const newsroom = await commit(context, async (tx) => ({
          value: await putNewsroomLogo(tx, actorOf(), picture),
        }));
        print(json, newsroom, told(newsroom));
      }),
    );
}

const told = ({ name, colour, logo, postalAddress }: Newsroom) =>
  table(['NAME', 'COLOUR', 'LOGO', 'POSTAL ADDRESS'], [[name, colour, logo, postalAddress]]);
