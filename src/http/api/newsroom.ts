import { getNewsroom, newsroomSchema, putNewsroom } from '../../newsletters/newsroom.ts';
import { audit } from '../../operators/audit.ts';
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
    async ({ body, actor }, tx) => {
      const newsroom = { ...(await getNewsroom(tx)), ...body };
      await putNewsroom(tx, newsroom);
      await audit(tx, actor, 'change', 'newsroom', { fields: Object.keys(body) });
      return { body: newsroom };
    },
  ),
];
