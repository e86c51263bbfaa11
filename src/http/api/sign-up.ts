import { audit } from '../../operators/audit.ts';
import {
  getSignUpSettings,
  putSignUpSettings,
  type SignUpChanges,
  signUpChanges,
  signUpSettingsSchema,
} from '../../subscribers/sign-up-settings.ts';
import { changes, type Operation, reads } from './operation.ts';
import { versions } from './versions.ts';

const tag = 'Newsroom';
const shape = signUpSettingsSchema.meta({ id: 'SignUp' });

/** What the sign-up says, and how it defends the inboxes of others. */
export const signUpOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/sign-up',
      version: versions.signUp,
      tag,
      summary: 'Show the sign-up settings',
      role: 'viewer',
      answers: { 200: { description: 'As every door of the sign-up uses them', schema: shape } },
    },
    async (_call, db) => ({ body: await getSignUpSettings(db) }),
  ),
  changes(
    {
      method: 'patch',
      path: '/sign-up',
      version: versions.signUp,
      tag,
      summary: 'Change the sign-up settings',
      description:
        'Fields that are left out stay as they are. Another `wording` is another `wordingVersion`, which is kept with each consent.',
      role: 'admin',
      body: signUpChanges,
      answers: { 200: { description: 'As they are now', schema: shape } },
    },
    async ({ input, actor }, tx) => {
      // as it came: what was read has the default of each field that was left out
      const named = input as SignUpChanges;
      const settings = await putSignUpSettings(tx, named);
      await audit(tx, actor, 'change', 'sign-up', { fields: Object.keys(named) });
      return { body: settings };
    },
  ),
];
