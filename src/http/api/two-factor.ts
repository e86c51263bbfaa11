import { z } from 'zod';
import { setTwoFactorRequired } from '../../actions/operators.ts';
import { twoFactorRequired } from '../../operators/two-factor.ts';
import { changes, type Operation, reads } from './operation.ts';
import { versions } from './versions.ts';

const tag = 'Operators';
const shape = z
  .strictObject({
    required: z.boolean().meta({
      description: 'Whether every operator needs a second factor besides their password',
    }),
  })
  .meta({ id: 'TwoFactorRule' });

/** Whether two-factor sign-in is required of everybody. */
export const twoFactorOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/two-factor',
      version: versions.twoFactor,
      tag,
      summary: 'Show whether two-factor sign-in is required',
      role: 'admin',
      answers: { 200: { description: 'As it holds now', schema: shape } },
    },
    async (_call, db) => ({ body: { required: await twoFactorRequired(db) } }),
  ),
  changes(
    {
      method: 'put',
      path: '/two-factor',
      version: versions.twoFactor,
      tag,
      summary: 'Require two-factor sign-in of every operator',
      description:
        'Who has no second factor has to set one up before they do anything else. To make it optional again takes an owner, in the console or on the command line: no token is one.',
      role: 'admin',
      body: shape,
      answers: { 200: { description: 'As it holds now', schema: shape } },
    },
    async ({ body: { required }, ...by }, tx) => {
      await setTwoFactorRequired(tx, by, required);
      return { body: { required } };
    },
  ),
];
