import { z } from 'zod';
import { causes } from '../../actions/attention/causes.ts';
import {
  changeOperator,
  endOperatorSessions,
  inviteOperator,
  letInOperator,
  linkForOperator,
  resetOperatorTwoFactor,
  shutOutOperator,
} from '../../actions/operators.ts';
import { languages } from '../../locales/index.ts';
import { getOperator, listOperators } from '../../operators/accounts.ts';
import { roles } from '../../operators/roles.ts';
import { lineSchema } from '../../text/one-line.ts';
import { givenTo } from './bindings.ts';
import { changes, type Operation, reads } from './operation.ts';
import { pageOfRows, paging } from './paging.ts';
import { byId, pageOf } from './shapes.ts';
import { versions } from './versions.ts';

const tag = 'Operators';
const REACH =
  'Nobody makes, changes or lets in an operator with a higher role than their own, or with newsletters that they are not bound to.';

const boundTo = z.array(z.string()).nullable().meta({
  description: 'Slugs of the newsletters that they are bound to; null: the whole newsroom',
});

const operatorShape = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    role: z.enum(roles),
    newsletters: boundTo,
    language: z.string(),
    draftNotices: z.boolean().meta({ description: 'Is mailed when a draft waits to be read' }),
    alerts: z.array(z.string()).meta({
      description: 'What they are mailed about when it needs a person: causes of `/attention`',
    }),
    createdAt: z.iso.datetime(),
    lastSeenAt: z.iso.datetime().nullable().meta({
      description: 'When they last used the console, to a few minutes; null: never',
    }),
    disabledAt: z.iso.datetime().nullable(),
    twoFactor: z.boolean().meta({
      description: 'Has an authenticator app or a passkey: a password alone does not let them in',
    }),
  })
  .meta({ id: 'Operator', description: 'A person who signs in to the console' });

const setupUrl = z.string().meta({
  description:
    'The one-time link to choose a password with; shown once, also where an Idempotency-Key replays the answer',
});
const mail = z.boolean().default(false).meta({ description: 'Also send them a link by email' });

const name = lineSchema(100);
const language = z.enum(languages as [string, ...string[]]);

/** The people of the newsroom: all of it takes an admin. One who is bound to some newsletters reaches who is bound within them. */
export const operatorOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/operators',
      tag,
      summary: 'List operators',
      role: 'admin',
      reach: 'scoped',
      query: z.strictObject(paging),
      answers: {
        200: { description: 'In the order they were made', schema: pageOf(operatorShape) },
      },
    },
    async ({ query, scope }, db) => ({ body: pageOfRows(await listOperators(db, scope), query) }),
  ),
  changes(
    {
      method: 'post',
      path: '/operators',
      tag,
      summary: 'Invite an operator',
      description: `The link is good for 72 hours. ${REACH}`,
      role: 'admin',
      reach: 'scoped',
      body: z
        .strictObject({
          email: z.string().max(254),
          role: z.enum(roles),
          newsletters: givenTo.optional(),
          name: name.optional(),
          language: language.optional(),
          mail,
        })
        .meta({ id: 'NewOperator' }),
      answers: {
        201: {
          description: 'Made, with the link',
          schema: operatorShape
            .extend({ setupUrl: setupUrl.optional() })
            .meta({ id: 'InvitedOperator' }),
        },
      },
      errors: [409],
    },
    async ({ body: { name, language, newsletters, mail, ...rest }, context, ...by }, tx) => {
      const input = {
        ...rest,
        ...(name ? { name } : {}),
        ...(language ? { language } : {}),
        ...(newsletters === undefined ? {} : { newsletters }),
      };
      const { operator, link, letters } = await inviteOperator(tx, by, input, { mail });
      const url = `${context.config.publicUrl}/console/setup/${link}`;
      return {
        status: 201,
        body: { ...operator, setupUrl: url },
        kept: operator,
        enqueue: (queues) => queues.enqueueLetters(letters),
      };
    },
  ),
  reads(
    {
      method: 'get',
      path: '/operators/{id}',
      version: versions.operator,
      tag,
      summary: 'Show an operator',
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: { 200: { description: 'The operator', schema: operatorShape } },
    },
    async ({ params, scope }, db) => ({ body: await getOperator(db, params.id, scope) }),
  ),
  changes(
    {
      method: 'patch',
      path: '/operators/{id}',
      version: versions.operator,
      tag,
      summary: 'Change an operator',
      description: REACH,
      role: 'admin',
      reach: 'scoped',
      params: byId,
      body: z
        .strictObject({
          name: name.optional(),
          role: z.enum(roles).optional(),
          newsletters: givenTo.optional(),
          language: language.optional(),
          draftNotices: z.boolean().optional(),
          alerts: z.array(z.enum(causes)).optional(),
        })
        .meta({ id: 'OperatorChanges' }),
      answers: { 200: { description: 'As it is now', schema: operatorShape } },
      errors: [409],
    },
    async ({ params, body, ...by }, tx) => {
      const given = Object.entries(body).filter(([, value]) => value !== undefined);
      return { body: await changeOperator(tx, by, params.id, Object.fromEntries(given)) };
    },
  ),
  changes(
    {
      method: 'post',
      path: '/operators/{id}/link',
      tag,
      summary: 'Make a one-time link: a new invitation, or for a lost password',
      description: `For somebody who never came it is good for 72 hours, else for an hour. Earlier links of this operator end. ${REACH}`,
      role: 'admin',
      reach: 'scoped',
      params: byId,
      body: z.strictObject({ mail }).prefault({}),
      answers: {
        201: { description: 'The link', schema: z.object({ setupUrl: setupUrl.optional() }) },
      },
    },
    async ({ params, body, context, ...by }, tx) => {
      const { link, letters } = await linkForOperator(tx, by, params.id, body);
      return {
        status: 201,
        enqueue: (queues) => queues.enqueueLetters(letters),
        body: { setupUrl: `${context.config.publicUrl}/console/setup/${link}` },
        kept: {},
      };
    },
  ),
  ...(
    [
      ['disable', 'Shut an operator out', 'At once, in every browser.', shutOutOperator],
      ['enable', 'Let a disabled operator in again', '', letInOperator],
      [
        'reset-two-factor',
        'Remove the second factors of an operator who lost them',
        'Authenticator app, passkeys and recovery codes; their sessions end.',
        resetOperatorTwoFactor,
      ],
    ] as const
  ).map(([verb, summary, more, act]) =>
    changes(
      {
        method: 'post',
        path: `/operators/{id}/${verb}`,
        version: versions.operator,
        tag,
        summary,
        description: `${more} Done before, it changes nothing. ${REACH}`.trim(),
        role: 'admin',
        reach: 'scoped',
        params: byId,
        answers: { 200: { description: 'As it is now', schema: operatorShape } },
        errors: [409],
      },
      async ({ params, ...by }, tx) => ({ body: await act(tx, by, params.id) }),
    ),
  ),
  changes(
    {
      method: 'post',
      path: '/operators/{id}/end-sessions',
      tag,
      summary: 'Sign an operator out of every browser',
      description: REACH,
      role: 'admin',
      reach: 'scoped',
      params: byId,
      answers: {
        200: { description: 'How many', schema: z.object({ ended: z.number().int() }) },
      },
    },
    async ({ params, ...by }, tx) => ({
      body: { ended: await endOperatorSessions(tx, by, params.id) },
    }),
  ),
];
