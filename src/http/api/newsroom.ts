import { changeNewsroom, putNewsroomLogo } from '../../actions/newsletters.ts';
import { getNewsroom, newsroomSchema } from '../../newsletters/newsroom.ts';
import { logoDescription, pictureBody, pictureOf } from '../middleware/pictures.ts';
import { changes, type Operation, reads } from './operation.ts';
import { versions } from './versions.ts';

const tag = 'Newsroom';
const shape = newsroomSchema.meta({ id: 'Newsroom' });

/** Name, colour, logo and postal address, as every page and mail shows them. */
export const newsroomOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/newsroom',
      version: versions.newsroom,
      tag,
      summary: 'Show the newsroom',
      role: 'viewer',
      reach: 'scoped',
      answers: { 200: { description: 'As pages and mails show it', schema: shape } },
    },
    async (_call, db) => ({ body: await getNewsroom(db) }),
  ),
  changes(
    {
      method: 'patch',
      path: '/newsroom',
      version: versions.newsroom,
      tag,
      summary: 'Change the newsroom',
      role: 'admin',
      body: newsroomSchema.partial(),
      answers: { 200: { description: 'As it is now', schema: shape } },
    },
    async ({ body, actor }, tx) => ({ body: await changeNewsroom(tx, actor, body) }),
  ),
  changes(
    {
      method: 'put',
      path: '/newsroom/logo',
      version: versions.newsroom,
      tag,
      summary: 'Give the newsroom a logo',
      description: `${logoDescription} \`PATCH\` with \`{"logo": null}\` takes it away.`,
      role: 'admin',
      bodyTypes: ['image/*'],
      before: pictureBody,
      answers: { 200: { description: 'As it is now', schema: shape } },
    },
    async ({ input, actor }, tx) => ({
      body: await putNewsroomLogo(tx, actor, pictureOf(input)),
    }),
  ),
];
