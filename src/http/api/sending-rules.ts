import { changeSendingRules } from '../../actions/settings.ts';
import {
  getSendingRules,
  sendingRuleChanges,
  sendingRulesSchema,
} from '../../newsletters/sending-rules.ts';
import { changes, type Operation, reads } from './operation.ts';
import { versions } from './versions.ts';

const tag = 'Newsroom';
const shape = sendingRulesSchema.meta({ id: 'SendingRules' });

/** When nothing more is sent to readers whose messages come back, who complain, or who give no sign of life. */
export const sendingRuleOperations: Operation[] = [
  reads(
    {
      method: 'get',
      path: '/sending-rules',
      version: versions.sendingRules,
      tag,
      summary: 'Show the sending rules',
      role: 'viewer',
      answers: { 200: { description: 'As they hold now', schema: shape } },
    },
    async (_call, db) => ({ body: await getSendingRules(db) }),
  ),
  changes(
    {
      method: 'patch',
      path: '/sending-rules',
      version: versions.sendingRules,
      tag,
      summary: 'Change the sending rules',
      description:
        'Fields that are left out stay as they are. `softWithin` and `fullWithin` are not less than their days, `complaintsHold` not less than `complaintsTell`.',
      role: 'admin',
      body: sendingRuleChanges,
      answers: { 200: { description: 'As they are now', schema: shape } },
    },
    // as it came: what was read has the default of each field that was left out
    async ({ input, actor }, tx) => ({
      body: await changeSendingRules(tx, actor, input as object),
    }),
  ),
];
